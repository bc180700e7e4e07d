"""Suggestions: what could be learned, and what a person decided about it.

| from             | to          | by                                         | function  |
|------------------|-------------|--------------------------------------------|-----------|
| (none)           | proposed    | the job, where the gate lets it through    | add       |
| (none)           | failed      | the job, where it does not                 | add       |
| proposed, failed | either      | the job: it has grown, or was tried again  | change    |
| proposed         | failed      | the gate, when somebody accepts            | judge     |
| proposed         | accepted    | a person; what it teaches is live          | decide    |
| proposed, failed | dismissed   | a person                                   | decide    |
| accepted         | rolled_back | a person; it is live no more               | undo      |
| any              | forgotten   | a person, or an erasure: nothing is left   | forget    |

Each move is one `UPDATE … WHERE state …`; who comes second is told who was first. Whoever moves one holds `lock`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from psycopg.types.json import Jsonb

from records import sql
from records.errors import AlreadyDecided, NotFound
from records.ids import ConversationId, StaffId, SuggestionId, new_id
from records.lessons import Kind
from records.personal import STORES, Subject
from records.sql import Connection

State = Literal["proposed", "failed", "accepted", "dismissed", "rolled_back", "forgotten"]
OPEN: tuple[State, ...] = ("proposed", "failed")
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Suggestion:
    """`target`: the intent ("none": nobody's request here) or the article; "" for a new article. `change`: what would go
    live; `overwrites`: what of the live knowledge that changes; `gate`: its last result. `version` is of `change`: a
    decision names what was seen. `article_id`: the learned article, once accepted."""

    id: SuggestionId
    kind: Kind
    state: State
    target: str
    title: str
    change: Json
    overwrites: list[Json]
    gate: Json
    version: str
    made_at: datetime
    article_id: str | None
    decided_by: StaffId | None
    decided_at: datetime | None
    why: str
    undone_by: StaffId | None
    undone_at: datetime | None
    undone_why: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A row of the list. `customers`: different ones who are signed in; `visitors`: conversations of whom nobody knows who
    they are, who may be one person. `passed`: the gate."""

    id: SuggestionId
    kind: Kind
    state: State
    target: str
    title: str
    made_at: datetime
    decided_by: StaffId | None
    decided_at: datetime | None
    undone_by: StaffId | None
    undone_at: datetime | None
    passed: bool | None
    lessons: int
    conversations: int
    customers: int
    visitors: int


@dataclass(frozen=True, kw_only=True)
class Made:
    """What a suggestion says, as the job makes it."""

    kind: Kind
    target: str
    title: str
    change: Json
    overwrites: list[Json]
    gate: Json
    version: str

    @property
    def state(self) -> State:
        return "proposed" if self.gate["passed"] else "failed"


async def lock(conn: Connection) -> None:
    """Until the transaction ends, nobody else proposes, decides or forgets."""
    await sql.execute(conn, "lock_learning")


async def add(conn: Connection, made: Made, *, now: datetime) -> SuggestionId:
    suggestion = SuggestionId(new_id("sug"))
    await sql.execute(conn, "add_suggestion", id=suggestion, now=now, **_columns(made))
    return suggestion


async def change(conn: Connection, suggestion: SuggestionId, made: Made) -> bool:
    """False when it was decided meanwhile."""
    return await sql.execute(conn, "change_suggestion", id=suggestion, **_columns(made)) == 1


def _columns(made: Made) -> Json:
    overwrites = Jsonb(made.overwrites)
    return {**vars(made), "state": made.state, "overwrites": overwrites}


async def get(conn: Connection, suggestion: SuggestionId) -> Suggestion:
    """Raises NotFound."""
    return _there(await sql.fetch_one(conn, Suggestion, "suggestion", id=suggestion))


async def hold(conn: Connection, suggestion: SuggestionId) -> Suggestion:
    """As it is now, and stays until the transaction ends. Raises NotFound."""
    return _there(await sql.fetch_one(conn, Suggestion, "hold_suggestion", id=suggestion))


def _there(found: Suggestion | None) -> Suggestion:
    if found is None:
        raise NotFound
    return found


async def open_ones(conn: Connection, kind: Kind) -> list[Suggestion]:
    return await sql.fetch_all(conn, Suggestion, "open_suggestions", kind=kind)


async def listing(
    conn: Connection,
    *,
    states: Sequence[str] | None,
    kind: str | None,
    after: tuple[datetime, str] | None,
    limit: int,
) -> list[Listed]:
    """The newest first, after a position. `states` None: all."""
    at, last = after or (None, None)
    wanted = {"states": list(states) if states else None, "kind": kind}
    return await sql.fetch_all(conn, Listed, "list_suggestions", **wanted, after_at=at, after_id=last, limit=limit)


async def judge(conn: Connection, seen: Suggestion, state: State, gate: Json) -> None:
    await sql.execute(conn, "judge_suggestion", id=seen.id, state=state, gate=gate)


async def decide(
    conn: Connection,
    seen: Suggestion,
    state: Literal["accepted", "dismissed"],
    *,
    by: StaffId,
    why: str,
    gate: Json,
    article: str | None = None,
    now: datetime,
) -> None:
    """Raises AlreadyDecided with who, what and when."""
    values = {"state": state, "by": by, "why": why, "gate": gate, "article": article, "now": now}
    if not await sql.execute(conn, "decide_suggestion", id=seen.id, **values):
        raise await refusal(conn, seen.id)


async def undo(conn: Connection, seen: Suggestion, *, by: StaffId, why: str, now: datetime) -> None:
    """Raises AlreadyDecided when it is not live."""
    if not await sql.execute(conn, "undo_suggestion", id=seen.id, by=by, why=why, now=now):
        raise await refusal(conn, seen.id)


async def refusal(conn: Connection, suggestion: SuggestionId) -> AlreadyDecided:
    """Why it cannot be moved: who did what with it, and when."""
    found = await get(conn, suggestion)
    actor, at = (found.undone_by or found.decided_by), (found.undone_at or found.decided_at)
    if at is None:
        return AlreadyDecided(f"This suggestion is {found.state}.", decision=found.state)
    row = await sql.fetch_row(conn, "staff_name", id=actor)
    who = str(row["name"]) if row else str(actor)
    return AlreadyDecided(
        f"{who} decided this first: {found.state.replace('_', ' ')} on {at:%d %b %Y at %H:%M:%S} UTC.",
        decided_by=actor,
        decided_by_name=who,
        decision=found.state,
        decided_at=at.isoformat(),
    )


async def forget(conn: Connection, conversations: Sequence[ConversationId], *, now: datetime) -> int:
    """Takes away everything that was learned from these conversations, or waits to be; nothing will be again. How many
    pieces there were."""
    subject, held = Subject(customer=None, pseudonym="", conversations=tuple(conversations)), 0
    await sql.execute(conn, "mark_forgotten", conversations=list(conversations), now=now)
    for store in (store for store in STORES if store.name in ("learned", "questions")):
        held += await store.find(conn, subject)
        await store.erase(conn, subject)
    return held
