"""A random policy, twice: as the company folder that the product reads, and as the plain rules that the oracle judges by.

The second knows nothing of the first. Nothing of `policy/` is called here.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parents[3] / "templates" / "saas" / "company.yaml"
INTENTS = {"want_refund": "issue_refund", "move_order": "change_address", "end_plan": "cancel_subscription"}
INTENTS |= {"tell_bug": "file_bug"}
NEEDS = {"want_refund": ["order", "charge"], "move_order": ["order"], "end_plan": ["subscription"], "tell_bug": []}
CAUSES = ("late", "damaged", "goodwill")
ANY = 10**9
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Refunds:
    """Amounts in cents. `days`: older charges are not refunded. `late`: whole days that cause `late` needs. `share`: per
    cent of a charge that may be given back in all. `hard`: nobody may go beyond. `alone`: the agent may go up to here,
    for `alone_causes`; None: it may not at all. `budget`: what the agent may move alone for one customer in 30 days."""

    causes: tuple[str, ...]
    days: int
    late: int
    share: int
    hard: int
    alone: int | None
    alone_causes: tuple[str, ...]
    budget: int
    two_above: int


@dataclass(frozen=True, kw_only=True)
class Terms:
    """`extra`: a tool that a playbook lists beside its own. `autonomy` by intent. `billing`, `lead`: what these roles may
    approve, in cents. `dear`: above this total the agent may not move an order alone; None: never alone. `ends`: when
    the agent may end a plan alone. `bugs`: whether it may file reports alone. `sure`: the confidence it needs."""

    refunds: Refunds
    extra: Mapping[str, str]
    autonomy: Mapping[str, str]
    billing: int
    lead: int
    dear: int | None
    ends: tuple[str, ...]
    bugs: bool
    sure: float

    def tools_of(self, intent: str) -> list[str]:
        own, more = INTENTS[intent], self.extra.get(intent, "")
        return [own, more] if more and more != own else [own]

    def reach(self, roles: tuple[str, ...], tool: str) -> int:
        """The most that somebody with these roles may approve, in cents; -1: nothing of this tool."""
        money = tool == "issue_refund"
        may = {"support": -1 if money else ANY, "billing": self.billing if money else -1, "lead": self.lead}
        return max((may.get(role, ANY) for role in roles), default=-1)

    def write(self, folder: Path) -> None:
        """The company folder."""
        (folder / "playbooks").mkdir(parents=True, exist_ok=True)
        (folder / "company.yaml").write_text(json.dumps(self._company()), "utf-8")
        (folder / "policy.yaml").write_text(json.dumps(self._policy()), "utf-8")
        for intent in INTENTS:
            (folder / "playbooks" / f"{intent}.md").write_text(self._playbook(intent), "utf-8")

    def _company(self) -> Json:
        about: Json = yaml.safe_load(TEMPLATE.read_text("utf-8"))
        freely = {"change_address": "any", "cancel_subscription": "any", "file_bug": "any"}
        roles = {
            "support": {"approves": freely},
            "billing": {"approves": {"issue_refund": self.billing}},
            "lead": {"approves": {"*": self.lead}, "includes": ["support", "billing"]},
            "admin": {"approves": {"*": "any"}, "includes": ["lead"]},
        }
        systems = dict.fromkeys(("crm", "billing", "commerce", "tracker"), "demo")
        return about | {"name": "Hard Harbour", "roles": roles, "connections": systems}

    def _policy(self) -> Json:
        return {
            "tools": {
                "issue_refund": self._refund(),
                "change_address": self._address(),
                "cancel_subscription": self._ending(),
                "file_bug": self._bug(),
            },
            "drafts": {"role": "support", "expires": "12h", "then": "end"},
            "thresholds": {"act": dict.fromkeys(("standard", "business", "enterprise"), self.sure)}
            | {"understand": 0.1, "another": 0.1, "none": 0.99, "signal": 0.9, "support": 0.35},
            "triggers": [],
        }

    def _refund(self) -> Json:
        rule = self.refunds
        clauses = {
            "own": "charge.customer == customer.id && charge.id == arguments.charge",
            "cause": f"cause in {list(rule.causes)}",
            "recent": f'now - charge.created_at < duration("{rule.days * 24}h")',
            "late": f"cause != 'late' || (order.charge == charge.id && order.days_late > {rule.late})",
            "share": f"(amount + charge.refunded) * 100 <= charge.amount * {rule.share}",
            "one_at_a_time": "!(('issue_refund ' + arguments.charge) in ledger.open)",
        }
        asks = {"role": "billing", "expires": "24h", "then": "end", "two_people_above": rule.two_above}
        made: Json = {"money": {"amount": "amount", "currency": "charge.currency"}, **_clauses(clauses)}
        made |= {"limits": {"amount_at_most": rule.hard, "currency": "USD"}, "approval": asks}
        if rule.alone is not None:
            per = {"customer": rule.budget, "days": 30}
            when = f"cause in {list(rule.alone_causes)}"
            made["allow"] = {"when": when, "amount_at_most": rule.alone, "currency": "USD", "per": per}
        return made

    def _address(self) -> Json:
        clauses = {
            "own": "order.customer == customer.id && order.id == arguments.order",
            "here": "order.status == 'processing'",
        }
        alone = None if self.dear is None else {"when": f"order.total <= {self.dear}"}
        return _plain(clauses, alone)

    def _ending(self) -> Json:
        clauses = {
            "own": "subscription.customer == customer.id && subscription.id == arguments.subscription",
            "runs": "subscription.status != 'cancelled'",
        }
        return _plain(clauses, {"when": f"when in {list(self.ends)}"} if self.ends else None)

    def _bug(self) -> Json:
        return _plain({"said": "description.size() >= 10"}, {} if self.bugs else None)

    def _playbook(self, intent: str) -> str:
        tool = INTENTS[intent]
        front = {
            "intent": intent,
            "title": intent,
            "examples": [f"please {intent} {word}" for word in ("now", "today", "at once", "soon", "for me", "again")],
            "needs": NEEDS[intent],
            "tools": self.tools_of(intent),
            "queue": "support",
            "priority": "normal",
            "autonomy": self.autonomy[intent],
            "propose": [*_PROPOSED[tool], {"otherwise": "escalate", "because": "no_record"}],
            "replies": {"done": "It is done.", "holding": "A colleague looks at it.", "declined": "It was declined."},
        }
        return f"---\n{json.dumps(front)}\n---\nDo what the records allow.\n"


_PROPOSED: dict[str, list[Json]] = {
    "issue_refund": [
        {
            "when": "charge.refunded < charge.amount && order.charge == charge.id",
            "call": "issue_refund",
            "with": {"charge": "charge.id", "amount": "(charge.amount - charge.refunded) / 4", "cause": "'late'"},
        }
    ],
    "change_address": [
        {
            "when": "order.status == 'processing'",
            "call": "change_address",
            "with": {"order": "order.id", "address": "'7 Elm Road, 12345 Springfield'"},
        }
    ],
    "cancel_subscription": [
        {
            "when": "subscription.status != 'cancelled'",
            "call": "cancel_subscription",
            "with": {"subscription": "subscription.id", "when": "'period_end'"},
        }
    ],
    "file_bug": [
        {
            "when": "customer.id != ''",
            "call": "file_bug",
            "with": {"title": "'The export fails'", "description": "'The export fails on every try.'"},
        }
    ],
}


def _plain(clauses: Mapping[str, str], alone: Json | None) -> Json:
    made = {**_clauses(clauses), "approval": {"role": "support", "expires": "24h", "then": "end"}}
    return made if alone is None else made | {"allow": alone}


def _clauses(conditions: Mapping[str, str]) -> Json:
    return {
        "clauses": [{"id": name, "when": when, "else": "That is not possible."} for name, when in conditions.items()]
    }
