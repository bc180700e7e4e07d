"""The card: all that an approver needs to decide, and the very words the customer will get, fixed when it is filed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graph.deps import Deps
from graph.reading import values_of
from graph.replies.texts import text
from graph.state import Proposal, Request, SupportState
from policy.company import Company
from policy.playbook import Playbook
from policy.words import money, plain
from records.conversations import Message


@dataclass(frozen=True, kw_only=True)
class Replies:
    """What the customer is told: now, on approval, on rejection."""

    holding: str
    approve: str
    reject: str


def replies_of(state: SupportState, deps: Deps, request: Request | None, proposal: Proposal) -> Replies:
    """Rendered from records and the proposal's arguments; a receipt is imagined that says just what is proposed."""
    facts = values_of(deps.services.kit, state.get("facts", {}), request)
    intent, slots = (request["intent"], request["slots"]) if request else ("", {})
    tool = deps.services.kit.action(proposal["tool"])
    return replies_on(deps.company, intent, facts, slots, proposal["arguments"], tool.port if tool else "")


def replies_on(
    company: Company,
    intent: str,
    facts: Mapping[str, Any],
    slots: Mapping[str, str],
    arguments: Mapping[str, Any],
    system: str,
) -> Replies:
    """The same from plain values. `system`: what the action is done by; texts for several actions tell them apart by it."""
    playbook = company.playbooks.get(intent)
    values = _values(company, facts, slots, arguments, system)
    return Replies(
        holding=_render(playbook, "holding", values),
        approve=_render(playbook, "done", values),
        reject=_render(playbook, "declined", values),
    )


def _values(
    company: Company, facts: Mapping[str, Any], slots: Mapping[str, str], arguments: Mapping[str, Any], system: str
) -> dict[str, Any]:
    currency = next((fact["currency"] for fact in facts.values() if "currency" in fact), company.currency)
    receipt: dict[str, Any] = {
        "system": system,
        "reference": "",
        "amount": arguments.get("amount"),
        "currency": currency,
        "details": {},
    }
    return {
        **facts,
        "arguments": arguments,
        "receipt": receipt,
        "slots": slots,
        "company": {"name": company.name, "currency": company.currency},
    }


def _render(playbook: Playbook | None, which: str, values: dict[str, Any]) -> str:
    template = getattr(playbook.replies, which) if playbook else None
    return (template.render(values) if template else None) or text(which)


def title_of(tool: str, arguments: dict[str, Any], amount: int, currency: str) -> str:
    """What will happen, in a line."""
    what = plain(tool).capitalize()
    if amount:
        return f"{what} of {money(amount, currency)}"
    shown = ", ".join(str(value) for value in arguments.values())
    return f"{what}: {shown}" if len(shown) <= 120 else what


def digest_of(*shown: Any) -> str:
    """Binds a decision to everything that the approver was shown."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True, ensure_ascii=False, default=str).encode()).hexdigest()


def shown_digest(
    tool: str, arguments: Mapping[str, Any], customer: str | None, evidence: Mapping[str, Any], replies: Replies
) -> str:
    """Of a card: tool, arguments, customer, the ids of the records and passages, and the replies shown."""
    facts = sorted(
        f"{each['source']}:{each['fact']}:{(each['value'] or {}).get('id', '')}" for each in evidence["facts"]
    )
    passages = sorted(str(each["id"]) for each in evidence["passages"])
    return digest_of(tool, arguments, customer, facts, passages, vars(replies))


def evidence_of(state: SupportState) -> dict[str, Any]:
    """The records and passages that the proposal stands on, the records that could not be read, and where the customer
    was when they wrote."""
    passages = [passage for found in state.get("passages", {}).values() for passage in found]
    return {
        "facts": list(state.get("facts", {}).values()),
        "gaps": list(state.get("gaps", {}).values()),
        "page": state.get("page") or None,
        "passages": list({passage["id"]: passage for passage in passages}.values()),
    }


def transcript_of(messages: Sequence[Message]) -> list[dict[str, str]]:
    return [{"author": m.author, "text": m.body, "at": m.created_at.isoformat()} for m in messages]
