"""Erases a customer: everything personal that is kept of them goes, in one transaction; what was paid stays under a
pseudonym. Killed half way it has done nothing, or all; called again it finds nothing left to do.

An open run is stopped first. An action of which nobody knows yet how it ended holds the erasure up: the money must be
told where it went before the one it belongs to is forgotten.
"""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from records import approvals, audit, ledger, sql, suggestions
from records.clock import Clock
from records.database import Database
from records.erasing import search, undriven
from records.errors import Conflict
from records.ids import ApprovalId, ConversationId, CustomerId
from records.keys import kept_key
from records.personal import STORES, Store, Subject
from records.sql import Connection

KEPT = "pseudonym.key"
PATIENCE = 30
"""Seconds to wait for a run that is being driven to end its step."""


class OpenAction(Conflict):
    """An action of this customer is still open: settle it first, then erase them."""

    slug = "open-action"


class NotErased(Conflict):
    """Something of this customer was left, so nothing was erased at all. This should not happen: please report it."""

    slug = "not-erased"


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Of one store: what it held of the customer before, and what is left."""

    store: str
    before: int
    left: int


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What an erasure did. `pseudonym`: what the money goes by now, "" for a visitor's conversation. `searched`: columns
    that were looked through for `values` of the customer's own; `found`: tables in which one of them still stands, with
    how many rows. That is others' data in which this customer is named."""

    pseudonym: str
    conversations: int
    stores: tuple[Counted, ...]
    kept_actions: int
    values: int
    searched: int
    found: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Eraser:
    """`key`: what pseudonyms are made with. `stores`: every place that holds personal data. `patience`: seconds to wait for
    a run that is being driven."""

    database: Database
    clock: Clock
    key: str = field(repr=False)
    stores: Sequence[Store] = STORES
    patience: float = PATIENCE

    def pseudonym(self, customer: CustomerId) -> str:
        """The same for the same customer; without the key nobody can tell whose it is."""
        return "psn_" + hmac.new(self.key.encode(), customer.encode(), hashlib.sha256).hexdigest()[:20]

    async def customer(self, customer: CustomerId, *, by: str) -> Proof:
        """Raises OpenAction, StillWorking."""
        return await self._erase(await self.subject(customer), by=by)

    async def conversation(self, conversation: ConversationId, *, by: str) -> Proof:
        """One conversation alone, as for a visitor, whom nobody can name."""
        return await self._erase(Subject(customer=None, pseudonym="", conversations=(conversation,)), by=by)

    async def subject(self, customer: CustomerId) -> Subject:
        """The customer with all conversations of theirs, also those that were erased before."""
        pseudonym = self.pseudonym(customer)
        async with self.database.transaction() as conn:
            rows = await sql.fetch_rows(conn, "conversations_of_customer", customer=customer, pseudonym=pseudonym)
        return Subject(customer=customer, pseudonym=pseudonym, conversations=_ids(rows))

    async def _erase(self, subject: Subject, *, by: str) -> Proof:
        await self._stop(subject)
        async with undriven(self.database, subject.conversations, self.patience), self.database.transaction() as conn:
            await _hold(conn, subject)
            await _refuse_open(conn, subject)
            values = await _own_values(conn, subject)
            before = {store.name: await store.find(conn, subject) for store in self.stores}
            await self._take(conn, subject)
            left = {store.name: await store.find(conn, subject) for store in self.stores}
            if any(left.values()):
                raise NotErased(left={name: count for name, count in left.items() if count})
            proof = await self._proof(conn, subject, before, values)
            await self._note(conn, subject, proof, by=by)
        return proof

    async def _stop(self, subject: Subject) -> None:
        async with self.database.transaction() as conn:
            await _refuse_open(conn, subject)
            await sql.execute(conn, "cancel_runs", conversations=list(subject.conversations))

    async def _take(self, conn: Connection, subject: Subject) -> None:
        now, conversations = self.clock.now(), list(subject.conversations)
        for row in await sql.fetch_rows(conn, "pending_cards", conversations=conversations):
            await approvals.close(conn, ApprovalId(row["id"]), "withdrawn", "erasure", now=now)
        await sql.execute(conn, "end_runs", conversations=conversations, now=now)
        for store in self.stores:
            await store.erase(conn, subject)
        await sql.execute(conn, "close_erased", conversations=conversations, now=now)

    async def _proof(self, conn: Connection, subject: Subject, before: dict[str, int], values: list[str]) -> Proof:
        columns = await sql.fetch_rows(conn, "columns_with_text")
        kept = await sql.fetch_row(conn, "kept_actions", conversations=list(subject.conversations))
        return Proof(
            pseudonym=subject.pseudonym,
            conversations=len(subject.conversations),
            stores=tuple(Counted(store=name, before=count, left=0) for name, count in before.items()),
            kept_actions=int(kept["actions"]) if kept else 0,
            values=len(values),
            searched=len(columns),
            found=await search(conn, columns, values),
        )

    async def _note(self, conn: Connection, subject: Subject, proof: Proof, *, by: str) -> None:
        await audit.write(
            conn,
            actor=by,
            action="customer.erased" if subject.customer else "conversation.erased",
            subject=subject.pseudonym or subject.conversations[0],
            now=self.clock.now(),
            erased={each.store: each.before for each in proof.stores if each.before},
            conversations=proof.conversations,
            kept_actions=proof.kept_actions,
            searched=proof.searched,
            named_elsewhere=proof.found,
        )


def open_eraser(given: str, folder: Path, database: Database, clock: Clock) -> Eraser:
    """With the key of PSEUDONYM_KEY; else with one that is made once and kept in `folder`."""
    return Eraser(database=database, clock=clock, key=given or kept_key(folder / KEPT))


async def _hold(conn: Connection, subject: Subject) -> None:
    """Nobody learns anything, reserves anything for the customer, or writes to a conversation of theirs, until the end."""
    await suggestions.lock(conn)
    if subject.customer is not None:
        await ledger.lock_customer(conn, subject.customer)
    await sql.fetch_rows(conn, "hold_conversations", conversations=list(subject.conversations))


async def _refuse_open(conn: Connection, subject: Subject) -> None:
    rows = await sql.fetch_rows(
        conn, "open_actions", customer=subject.customer, conversations=list(subject.conversations)
    )
    if rows:
        raise OpenAction(actions=[row["key"] for row in rows])


async def _own_values(conn: Connection, subject: Subject) -> list[str]:
    rows = await sql.fetch_rows(conn, "own_values", conversations=list(subject.conversations))
    return [*([str(subject.customer)] if subject.customer else []), *(str(row["value"]) for row in rows)]


def _ids(rows: Sequence[dict[str, str]]) -> tuple[ConversationId, ...]:
    return tuple(ConversationId(row["id"]) for row in rows)
