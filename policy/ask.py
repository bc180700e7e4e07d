"""What is asked of policy, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from policy.authority import ApprovalRule
from policy.playbook import Autonomy

Kind = Literal["allow", "needs_approval", "deny"]


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Who approved: the roles of whoever decided, how many different people did, and the roles of the first of two."""

    roles: tuple[str, ...]
    people: int = 1
    first: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Used:
    """What a budget has been used for: minor units that left, or are reserved to leave, and actions."""

    amount: int = 0
    actions: int = 0


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A proposal and all that policy looks at. `facts`: plain values, times aware or ISO 8601. `spent`: minor units
    that left, or are reserved to leave, for this customer within the tool's `window`; `used`: the same, and the number of
    actions, for each of the company's budgets. `autonomy`: the dial as it is now.
    `signed_in_ago`: how long before they asked the customer had signed in; None when that is not known. `asked_by`: the
    member of staff who wants it, "" when the customer does; `undone`: it was done before and taken back; `ledger`: what
    was done for this customer, see policy.vocabulary.LEDGER."""

    tool: str
    arguments: Mapping[str, Any]
    intent: str
    verified: bool
    tier: str
    facts: Mapping[str, Mapping[str, Any]] = field(repr=False)
    autonomy: Autonomy
    confidence: float
    now: datetime
    spent: int = 0
    used: Mapping[str, Used] = field(default_factory=dict)
    approver: Approver | None = None
    kill_switch: bool = False
    signed_in_ago: timedelta | None = None
    asked_by: str = ""
    undone: bool = False
    ledger: Mapping[str, Any] = field(default_factory=lambda: {"standing": [], "open": [], "done": []})


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One thing that was looked at, as a sentence for people."""

    id: str
    sentence: str
    held: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`approval`: for needs_approval alone. `allowed`: what would be allowed instead, in words; empty if nothing."""

    kind: Kind
    clauses: tuple[Clause, ...]
    approval: ApprovalRule | None = None
    allowed: str = ""


def said(name: str, held: bool, yes: str, no: str) -> Clause:
    """A clause with the sentence that fits how it came out."""
    return Clause(id=name, sentence=yes if held else no, held=held)
