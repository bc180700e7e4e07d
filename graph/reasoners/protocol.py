"""The reasoner: it proposes the next step. It never decides what is allowed, and it touches nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from langchain_core.messages import AnyMessage

from graph.reading import of_request, values_of
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
from records.conversations import CHAT
from tools.kit import Kit

Preview = Callable[[Proposal], Literal["allow", "needs_approval", "deny"]]


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """An approval that is still open: of this conversation, or of one of the customer's that it was joined to."""

    id: str
    title: str
    queue: str
    filed_at: datetime


class Voice(Protocol):
    """Where a reasoner's words go while it still writes them: sentence by sentence to the customer, each checked first.
    After the first sentence that may not be sent, nothing more is."""

    def about(self, request: Request | None) -> None:
        """What the words to come are about: one of the view's requests, or a question that is none of them."""

    def afresh(self) -> None:
        """An answer begins, or begins again: what was heard and has not been sent is void."""

    async def hear(self, words: str) -> bool:
        """The next words. Whether the customer has read any of the answer by now."""

    @property
    def sent(self) -> str:
        """As the reasoner wrote it, what the customer has read: this stands, and an answer goes on from there."""


@dataclass(frozen=True, kw_only=True)
class View:
    """All a reasoner sees. `verified`: the customer signed in. `preview` tells how policy would judge a proposal on the
    facts at hand; it promises nothing. `facts` and `gaps` are by place (see
    graph/reading.py), `passages` and `support` by the query that found them. `told`: the ids of
    the passages that the customer was quoted before. `waited`: seconds that this run has waited for language models.
    `messages`: the recent transcript, oldest first. `channel`: where the customer writes (records/conversations.py).
    `voice`: None where nothing may be sent while it is written."""

    company: Company
    kit: Kit
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
    told: frozenset[str]
    now: datetime
    preview: Preview
    waited: float = 0.0
    messages: Sequence[AnyMessage] = ()
    channel: str = CHAT
    voice: Voice | None = None

    @property
    def language(self) -> str:
        """In which the customer is answered (ISO 639-1): theirs, else that of the company's texts."""
        return self.triage["language"] or self.company.language

    def values(self, request: Request) -> dict[str, Any]:
        """What a playbook's conditions and texts may name: the facts as they concern this request, its slots, the time,
        the company."""
        about = {"name": self.company.name, "currency": self.company.currency}
        found = values_of(self.kit, self.facts, request)
        return found | {"slots": request["slots"], "now": self.now, "company": about}

    def facts_of(self, request: Request) -> dict[str, Fact]:
        """By name; `value` None: looked for and not there."""
        return of_request(self.kit, self.facts, request)

    def gaps_of(self, request: Request) -> dict[str, Gap]:
        return of_request(self.kit, self.gaps, request)


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What a language model was sent. `version`: sha256 of the prompt files; `messages`: role and content; `tools`: as
    they were offered."""

    version: str
    messages: Sequence[Mapping[str, Any]]
    tools: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ModelCall:
    """One call of a language model, or one attempt at it. `first`, `whole`: seconds to the first word and to the end;
    `prompt`, `answer`, `cached`: tokens as the endpoint counts them, estimated where it does not tell. `failure`: "" when it gave
    an answer that could be used. `finish`: why the answer ended, in the endpoint's words.
    `began`: nanoseconds since 1970, by the clock that spans are stamped with."""

    model: str
    prompt: int = 0
    answer: int = 0
    cached: int = 0
    first: float = 0.0
    whole: float = 0.0
    failure: str = ""
    finish: str = ""
    began: int = 0
    sent: Sent | None = None

    def told(self) -> dict[str, Any]:
        """As the trace tells it: all but what was sent, of which it names the version."""
        shown = {name: value for name, value in vars(self).items() if name not in ("sent", "began")}
        return shown | ({"version": self.sent.version} if self.sent else {})


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The next step, and the requests with what was settled about them on the way. `asked`: the calls of a language
    model that it took; none for a reasoner without one."""

    step: Step
    requests: list[Request]
    asked: tuple[ModelCall, ...] = ()


class Reasoner(Protocol):
    """Chooses the next step from what is known."""

    async def decide(self, view: View) -> Decision: ...
