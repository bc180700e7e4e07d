"""Where personal data is kept: a store for each place, which can find what it holds of somebody and take it away.

Whatever comes to hold personal data joins here: a table of ours in STORES, with its two statements in
`records/sql/personal.sql` and its columns in `records/holdings.py`; anything outside PostgreSQL as a Store of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records import sql
from records.ids import ConversationId, CustomerId
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Subject:
    """Whose data is meant: a customer with all their conversations, or one conversation alone (`customer` None)."""

    customer: CustomerId | None
    pseudonym: str
    conversations: tuple[ConversationId, ...]


class Store(Protocol):
    """One place where personal data is kept. Both work in the caller's transaction, as far as the place knows any; a
    repeat of `erase` does nothing."""

    @property
    def name(self) -> str: ...

    async def find(self, conn: Connection, subject: Subject) -> int:
        """How many rows (or whatever it counts) hold something of the subject."""
        ...

    async def erase(self, conn: Connection, subject: Subject) -> None: ...


@dataclass(frozen=True, kw_only=True)
class TableStore:
    """A store in PostgreSQL: the statements `find_NAME` and `erase_NAME`."""

    name: str

    async def find(self, conn: Connection, subject: Subject) -> int:
        row = await sql.fetch_row(conn, f"find_{self.name}", **_values(subject))
        return int(row["held"]) if row else 0

    async def erase(self, conn: Connection, subject: Subject) -> None:
        await sql.execute(conn, f"erase_{self.name}", **_values(subject))


CONTENT = tuple(
    TableStore(name=name)
    for name in (
        "messages",
        "events",
        "agendas",
        "checkpoints",
        "prompts",
        "runs",
        "joins",
        "proposals",
        "cards",
        "moves",
        "handoffs",
        "actions",
        "questions",
    )
)
"""What is said, shown and asked for in conversations. Also deleted with a transcript, by its age."""
IDENTITY = tuple(TableStore(name=name) for name in ("submissions", "jobs", "learned", "identity"))
STORES: tuple[Store, ...] = (*CONTENT, *IDENTITY)


async def empty(
    conn: Connection, stores: Sequence[Store], conversations: Sequence[ConversationId], *, now: datetime
) -> None:
    """Takes what these stores hold out of the conversations, whoever the customer is."""
    subject = Subject(customer=None, pseudonym="", conversations=tuple(conversations))
    for store in stores:
        await store.erase(conn, subject)
    await sql.execute(conn, "empty_conversations", conversations=list(conversations), now=now)


def _values(subject: Subject) -> dict[str, object]:
    return {
        "customer": subject.customer,
        "pseudonym": subject.pseudonym,
        "conversations": list(subject.conversations),
    }
