"""What the nodes work with. Live objects come in here, never through the state or the LangGraph config."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from opentelemetry.trace import NoOpTracer, Tracer

from graph.reasoners.protocol import Reasoner
from graph.truth.grounding import Vectors
from knowledge.library import Library
from knowledge.search import About, Found
from policy.company import Company
from records.cipher import Cipher
from records.clock import Clock
from records.database import Database
from records.ids import ConversationId, CustomerId, RunId
from records.sql import Connection
from records.taught import LiveTaught
from tools.kit import Kit
from tools.systems import Systems


class CompanySource(Protocol):
    """The company as its folder stands now."""

    def current(self) -> Company: ...


class Prediction(Protocol):
    """`intents` with calibrated probabilities, best first; `none`: that it is nothing known; `signals` by name; `foreign`:
    that it belongs to another trade."""

    @property
    def intents(self) -> tuple[tuple[str, float], ...]: ...
    @property
    def none(self) -> float: ...
    @property
    def signals(self) -> Mapping[str, float]: ...
    @property
    def foreign(self) -> float: ...


class Classifier(Protocol):
    """The learned intent model, fitted on the company's examples."""

    def predict(self, text: str) -> Prediction: ...
    def language(self, text: str) -> str: ...


class Searcher(Protocol):
    """The help centre."""

    async def search(
        self, query: str, *, audiences: Sequence[str] = ("public",), limit: int = 4, about: About | None = None
    ) -> Found: ...


class Waker(Protocol):
    """Sees to it, in the caller's transaction, that a driver looks at the conversation: now, or when `at` has come."""

    async def wake(self, conn: Connection, conversation: ConversationId) -> None: ...
    async def wake_at(self, conn: Connection, conversation: ConversationId, at: datetime) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Limits:
    """`fact_timeout` and `settle_after` in seconds; `transcript` messages a run sees."""

    fact_timeout: float = 2.0
    settle_after: float = 3.0
    transcript: int = 20


@dataclass(frozen=True, kw_only=True)
class Services:
    """One per process. `fault(point)` is called at every point where a process may die; it does nothing, except in the
    proofs, which use it to die there. `customer_of` verifies a customer's token (raises NotSignedIn), `signed_in_at` tells
    when they had proved who they are; where it is left out, nobody's sign-in is known. `tracer` makes spans. `cipher` encrypts what a language
    model was sent; without one that is not kept. `library`: what the search is fed from. `vectors` of sentences;
    without them nothing but an article's own words may be said of it. `taught`: the examples that people accepted, as this
    process last read them."""

    database: Database
    clock: Clock
    company: CompanySource
    kit: Kit
    systems: Systems
    search: Searcher
    classifier: Classifier
    reasoner: Reasoner
    waker: Waker
    customer_of: Callable[[str], CustomerId]
    fault: Callable[[str], None]
    limits: Limits = Limits()
    signed_in_at: Callable[[str], datetime] | None = None
    cipher: Cipher | None = None
    vectors: Vectors | None = None
    library: Library | None = None
    taught: LiveTaught | None = None
    tracer: Tracer = field(default_factory=NoOpTracer)


@dataclass(frozen=True, kw_only=True)
class Deps:
    """What one node gets: the services, which run it works for (the thread's id), who called the LangGraph API (None
    inside the service) and the resume value that this very call brought (None: none), the customer's token given there,
    and where its progress is streamed to."""

    services: Services
    run_id: RunId
    caller: str | None
    resumed_with: Any
    customer_token: str
    emit: Callable[[dict[str, Any]], None]

    @property
    def company(self) -> Company:
        return self.services.company.current()
