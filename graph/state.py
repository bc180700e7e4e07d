"""The state that the nodes share: plain JSON, so that any checkpoint can be read, compared and replayed.

State is untrusted: whoever reaches the LangGraph API can write it. Nothing in it entitles anybody to anything; what
matters is looked up in PostgreSQL by the thread's run.
"""

from typing import Annotated, Any, Literal, NotRequired

from langchain_core.messages import AnyMessage
from langgraph.graph.message import add_messages
from typing_extensions import TypedDict

RequestStatus = Literal["open", "asked", "waiting", "done", "declined", "handed_over", "joined"]
StepKind = Literal["read", "search", "propose", "reply", "escalate"]


class Request(TypedDict):
    """One thing the customer wants. `probability`: calibrated, of the intent. `asked`: the slot or fact that a question
    is out for. `step`: where in its playbook's steps the customer is: "" before the first, a step, `solved` or `rules`;
    `tries`: answers that did not settle this step. `said`: what the reply says about it, once that is settled.
    `approval`: the card it waits for. `stopped`: why what it says may not be sent, if so (kinds of graph/truth/findings.py);
    `said` is masked then, and `original` is for staff. `planned`: the step that a model chose for it beside others, taken
    without asking again; `passed_over`: answers of a model that should have settled it and said nothing of it."""

    id: str
    intent: str
    probability: float
    text: str
    slots: dict[str, str]
    focus: dict[str, str]
    status: RequestStatus
    asked: str
    step: str
    tries: int
    said: str
    citations: list[dict[str, Any]]
    approval: str
    stopped: NotRequired[list[str]]
    original: NotRequired[str]
    planned: NotRequired["Step"]
    passed_over: NotRequired[int]


class Triage(TypedDict):
    """What classify found out about the message as a whole. `move`: what the customer does besides asking, or "".
    `none`: the probability that it is nothing the company handles. `repeat`: in how many earlier conversations the
    customer came with the same. `again`: the words say that an earlier answer did not solve it, and there was one."""

    text: str
    move: str
    none: float
    emotion: float
    urgency: float
    language: str
    repeat: int
    again: bool


class Fact(TypedDict):
    """A piece of a record. `value` None: there is no such record of this customer's."""

    fact: str
    source: str
    read_at: str
    visible: bool
    value: dict[str, Any] | None


class Gap(TypedDict):
    fact: str
    source: str
    reason: str


class PassageState(TypedDict):
    id: str
    title: str
    heading: str
    url: str
    text: str


class Proposal(TypedDict):
    """One tool call that a reasoner wants. `request` is the id of the request it serves."""

    request: str
    intent: str
    tool: str
    arguments: dict[str, Any]
    reason: str


class Reading(TypedDict):
    """What one parallel branch of gather_context is sent: the fact, what it is about, and where the run keeps it."""

    fact: str
    focus: dict[str, str]
    place: str


class Step(TypedDict, total=False):
    """What decide chose. `reads` with read; `query` with search; `proposal` with propose; `because` with escalate;
    `withdraw` (approval ids) and `confirmed` with reply. `defer`: where a person must decide the proposal, the rest is
    settled first; `deferred`: that is so, and it waits for its turn."""

    kind: StepKind
    reads: list[Reading]
    query: str
    proposal: Proposal
    because: str
    withdraw: list[str]
    confirmed: bool
    defer: bool
    deferred: bool


class VerdictState(TypedDict):
    """Policy's word on the proposal of the step. `digest` names the proposal in PostgreSQL."""

    kind: Literal["allow", "needs_approval", "deny"]
    request: str
    clauses: list[dict[str, Any]]
    allowed: str
    digest: str


class ReceiptState(TypedDict):
    request: str
    key: str
    tool: str
    system: str
    reference: str
    amount: int | None
    currency: str | None
    details: dict[str, str]


class ApprovalState(TypedDict):
    """The newest card of the run as it was when the run last looked. `message`: the person's own words, if any."""

    id: str
    kind: Literal["action", "reply"]
    status: str
    then: str
    request: str
    approve: str
    reject: str
    message: str


class Draft(TypedDict):
    """A reply that a person must see first. `stopped` and `original`: as in a request."""

    text: str
    citations: list[dict[str, Any]]
    stopped: NotRequired[list[str]]
    original: NotRequired[str]


class Released(TypedDict):
    """The beginning of the reply that the customer has read while it was written, and in which of the run's attempts."""

    text: str
    attempt: int


def merged(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """Parallel reads each bring their own keys."""
    return {**(old or {}), **new}


class Update(TypedDict, total=False):
    """What a node returns."""

    messages: Any
    page: dict[str, str]
    conversation_id: str
    verified: bool
    requests: list[Request]
    triage: Triage
    facts: Any
    gaps: Any
    passages: Any
    support: Any
    step: Step
    verdict: VerdictState | None
    denials: list[VerdictState]
    receipts: list[ReceiptState]
    trouble: str
    approval: ApprovalState | None
    draft: Draft | None
    released: Released | None
    visits: int
    outcome: str
    begin: Step | None
    event: str


class SupportState(TypedDict, total=False):
    """What a node reads."""

    messages: Annotated[list[AnyMessage], add_messages]
    page: dict[str, str]  # where the customer was: see web/page.py
    conversation_id: str
    verified: bool
    requests: list[Request]
    triage: Triage
    facts: Annotated[dict[str, Fact], merged]  # by place: see graph/reading.py
    gaps: Annotated[dict[str, Gap], merged]  # by place
    passages: Annotated[dict[str, list[PassageState]], merged]  # by query, best first
    support: Annotated[dict[str, float], merged]  # by query: how likely the best passage answers it
    step: Step
    verdict: VerdictState | None
    denials: list[VerdictState]
    receipts: list[ReceiptState]
    trouble: str
    approval: ApprovalState | None
    draft: Draft | None
    released: Released | None
    visits: int
    outcome: str
    begin: Step | None  # what decide chooses first, in a run that no message started: see graph/begun.py
    event: str  # what started it
