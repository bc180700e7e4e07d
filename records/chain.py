"""The chain of the audit log: each row's hash covers the row and the hash before it, so that no row can be changed, put
in or taken away unnoticed. Rows bind only to rows of their own chain (a conversation's, or the service's)."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SERVICE = "service"
"""The chain of what belongs to no conversation."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A row of the log in its place. `link` counts from 1 in its chain. `hash` is empty for a row from before there were
    chains."""

    position: int
    at: datetime
    actor: str
    action: str
    subject: str
    conversation_id: str | None
    policy_version: str
    data: dict[str, Any]
    chain: str | None
    link: int | None
    hash: str | None


@dataclass(frozen=True, kw_only=True)
class Head:
    """Where a chain ends."""

    chain: str
    length: int
    head: str


@dataclass(frozen=True, kw_only=True)
class Break:
    """Something is not as it was written. `position` is a row's, 0 when no single row is to blame."""

    chain: str
    position: int
    what: str


def hash_of(
    previous: str,
    *,
    chain: str,
    link: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    policy_version: str,
    data: Mapping[str, Any],
) -> str:
    """sha256 over the hash before and the row, as canonical JSON (keys sorted, no spaces, times in UTC)."""
    told = at.astimezone(UTC).isoformat()
    row = [previous, chain, link, told, actor, action, subject, policy_version, data]
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Checker:
    """Takes the rows of a log in the order of their positions, and says what does not fit. Holds one hash for each chain,
    however long the log is."""

    def __init__(self) -> None:
        self._ends: dict[str, Head] = {}
        self._seen: dict[tuple[str, int], str] = {}

    def broken(self, row: Link, remembered: Iterable[int] = ()) -> Break | None:
        """What is wrong with the next row; None when it fits. `remembered`: the links of its chain whose hashes are
        wanted later, for seals."""
        if row.hash is None or row.chain is None or row.link is None:
            return self._unchained(row)
        before = self._ends.get(row.chain, Head(chain=row.chain, length=0, head=""))
        self._ends[row.chain] = Head(chain=row.chain, length=row.link, head=row.hash)
        if row.link in remembered:
            self._seen[row.chain, row.link] = row.hash
        if row.link != before.length + 1:
            missing = row.link - before.length - 1
            what = f"{missing} missing before it" if missing > 0 else "it stands twice, or out of order"
            return Break(chain=row.chain, position=row.position, what=what)
        if row.chain != (row.conversation_id or SERVICE) or row.hash != _of(row, before.head):
            return Break(chain=row.chain, position=row.position, what="it was changed after it was written")
        return None

    def _unchained(self, row: Link) -> Break | None:
        """A row from before there were chains can only stand before the first link."""
        chain = row.conversation_id or SERVICE
        if chain not in self._ends:
            return None
        return Break(chain=chain, position=row.position, what="it was put in without a link")

    def cut(self, heads: Iterable[Head]) -> Iterator[Break]:
        """What the ends of the chains, as they are kept elsewhere, tell against the rows."""
        for head in heads:
            found = self._ends.get(head.chain, Head(chain=head.chain, length=0, head=""))
            if (found.length, found.head) != (head.length, head.head):
                what = f"it ends with {found.length} rows, but {head.length} were written"
                yield Break(chain=head.chain, position=0, what=what)

    def forged(self, heads: Iterable[Head]) -> Iterator[Break]:
        """What a seal tells against the rows: the hashes that were asked to be remembered."""
        for head in heads:
            if self._seen.get((head.chain, head.length)) != head.head:
                what = f"its first {head.length} rows are not those that were sealed"
                yield Break(chain=head.chain, position=0, what=what)


def _of(row: Link, previous: str) -> str:
    return hash_of(
        previous,
        chain=row.chain or "",
        link=row.link or 0,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        policy_version=row.policy_version,
        data=row.data,
    )
