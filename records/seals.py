"""Seals: now and then the ends of all chains of the audit log that grew are signed, each seal over the one before it.

A seal is kept in the database and, by whoever seals, in a file beside it: to rewrite the past one would have to have the
key and both places.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from records import sql
from records.chain import Head
from records.sql import Connection

SEAL_LOCK = 7_406_120_865
OVERLAP = timedelta(minutes=10)
"""Rows may become visible this much later than the time they carry: their transaction was still open at the seal."""


@dataclass(frozen=True, kw_only=True)
class Seal:
    """`heads`: chain to [length, hash]. `previous`: the signature of the seal before, "" for the first."""

    number: int
    at: datetime
    heads: dict[str, list[Any]]
    previous: str
    signature: str

    def line(self) -> str:
        """As JSON, for a file of seals."""
        return json.dumps({**vars(self), "at": self.at.astimezone(UTC).isoformat()}, sort_keys=True)

    def ends(self) -> Iterator[Head]:
        for chain, (length, head) in self.heads.items():
            yield Head(chain=chain, length=length, head=head)


def seal_of(line: str) -> Seal:
    """From a line of a file of seals. Raises ValueError."""
    try:
        told = json.loads(line)
        return Seal(**{**told, "at": datetime.fromisoformat(told["at"])})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a seal") from error


def signature_of(key: str, *, number: int, at: datetime, heads: dict[str, Any], previous: str) -> str:
    """HMAC-SHA256 (RFC 2104) over the seal, as canonical JSON."""
    told = [number, at.astimezone(UTC).isoformat(), heads, previous]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"))
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


async def add(conn: Connection, key: str, *, now: datetime) -> Seal | None:
    """Seals what was written since the last seal; None when nothing was. One at a time, whoever calls."""
    await conn.execute("SELECT pg_advisory_xact_lock(%s)", [SEAL_LOCK])
    last = await sql.fetch_one(conn, Seal, "last_seal")
    since = last.at - OVERLAP if last else datetime.min.replace(tzinfo=UTC)
    sealed = [end for seal in await sql.fetch_all(conn, Seal, "seals_since", since=since) for end in seal.ends()]
    lengths = {end.chain: end.length for end in sealed}  # the newest seal comes last
    grown = await sql.fetch_all(conn, Head, "chains_grown_since", since=since)
    heads = {end.chain: [end.length, end.head] for end in grown if end.length > lengths.get(end.chain, 0)}
    if not heads:
        return None
    number, previous = (last.number + 1, last.signature) if last else (1, "")
    signature = signature_of(key, number=number, at=now, heads=heads, previous=previous)
    seal = Seal(number=number, at=now, heads=heads, previous=previous, signature=signature)
    await sql.execute(conn, "add_seal", **vars(seal))
    return seal


async def every(conn: Connection) -> list[Seal]:
    """All seals, oldest first."""
    return await after(conn, 0)


async def after(conn: Connection, number: int) -> list[Seal]:
    """The seals that came after this one, oldest first."""
    return await sql.fetch_all(conn, Seal, "seals_after", number=number)


def wrong(seals: Sequence[Seal], key: str) -> Iterator[str]:
    """What does not fit in a row of seals; nothing is said of the log."""
    before = ""
    for count, seal in enumerate(seals, start=1):
        fields = {name: value for name, value in vars(seal).items() if name != "signature"}
        if seal.number != count:
            yield f"Seal {count} is missing."
            return
        if seal.previous != before or not hmac.compare_digest(seal.signature, signature_of(key, **fields)):
            yield f"Seal {seal.number} was changed, or was made with another key."
        before = seal.signature


def differing(kept: Sequence[Seal], filed: Sequence[Seal]) -> Iterator[str]:
    """What the seals of the database and those of a file tell against each other."""
    ours = {seal.number: seal.signature for seal in kept}
    for seal in filed:
        if ours.get(seal.number) != seal.signature:
            yield f"Seal {seal.number} of the file is not the one in the database."
