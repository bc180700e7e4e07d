"""The reasoner: it proposes the next step. It never decides what is allowed, and it touches nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from graph.state import (
    ApprovalState,
    Fact,
    Gap,
    PassageState,
    Proposal,
    ReceiptState,
    Request,
    Step,
    Triage,
    VerdictState,
)
from policy.company import Company

Preview = Callable[[Proposal], Literal["allow", "needs_approval", "deny"]]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An approval of this conversation that is still open."""

    id: str
    title: str
    queue: str
    filed_at: datetime


@dataclass(frozen=True, kw_only=True)
class View:
    """All a reasoner sees. `verified`: the customer signed in. `preview` tells how policy would judge a proposal on the
    facts at hand; it promises nothing. `passages` and `support` are by the query that found them."""

    company: Company
    triage: Triage
    requests: Sequence[Request]
    facts: Mapping[str, Fact]
    gaps: Mapping[str, Gap]
    passages: Mapping[str, Sequence[PassageState]]
    support: Mapping[str, float]
    denials: Sequence[VerdictState]
    receipts: Sequence[ReceiptState]
    approval: ApprovalState | None
    waiting: Sequence[Waiting]
    verified: bool
    now: datetime
    preview: Preview

    def values(self) -> dict[str, Any]:
        """The facts that were found, by name, and the time."""
        found = {name: fact["value"] for name, fact in self.facts.items() if fact["value"] is not None}
        about = {"name": self.company.name, "currency": self.company.currency}
        return found | {"now": self.now, "company": about}


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The next step, and the requests with what was settled about them on the way."""

    step: Step
    requests: list[Request]


class Reasoner(Protocol):
    """Chooses the next step from what is known."""

    async def decide(self, view: View) -> Decision: ...
