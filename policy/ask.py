"""What is asked of policy, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from policy.authority import ApprovalRule
from policy.playbook import Autonomy

Kind = Literal["allow", "needs_approval", "deny"]


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Who approved: the roles of whoever decided, and how many different people did."""

    roles: tuple[str, ...]
    people: int = 1


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A proposal and all that policy looks at. `facts`: plain values, times aware or ISO 8601. `spent`: minor units
    that left, or are reserved to leave, for this customer within the tool's `window`. `autonomy`: the dial as it is now."""

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
    approver: Approver | None = None
    kill_switch: bool = False


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
