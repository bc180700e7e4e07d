"""Rates: how often somebody may do something, counted in PostgreSQL for all processes together.

Each use moves the rate's clock on by `seconds / amount`, and is refused where that would put it more than `seconds` ahead
of now (the generic cell rate algorithm): one row per rate, no burst at the border of a window, and the moment at which
the next use will be accepted is known exactly. A refused use is not counted.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from records import sql
from records.sql import Connection


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A rate of somebody: `amount` times within any `seconds`. `name` is shown to callers, `whose` is not."""

    name: str
    whose: str
    amount: int
    seconds: int

    @property
    def key(self) -> str:
        """A hash, so that the table tells nobody who called."""
        return hashlib.sha256(f"{self.name} {self.amount}/{self.seconds} {self.whose}".encode()).hexdigest()

    @property
    def share(self) -> float:
        """Seconds that one use takes up, rounded down, so that all `amount` of them fit."""
        return math.floor(self.seconds * 1_000_000 / self.amount) / 1_000_000


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a rate stands after a use, or after a refused one. `left`: uses that would be accepted now. `full`: seconds
    until all are. `wait`: seconds until the next is accepted; 0 when it was."""

    rate: Counted
    left: int
    full: int
    wait: int


async def take(conn: Connection, rates: Sequence[Counted], *, now: datetime) -> list[Standing]:
    """Uses every rate once. Where one of them has a `wait`, the use is refused, and the caller must undo the transaction."""
    if not rates:
        return []
    given = {"keys": [r.key for r in rates], "shares": [r.share for r in rates], "wholes": [r.seconds for r in rates]}
    used = {row["key"]: row["used_until"] for row in await sql.fetch_rows(conn, "take_rates", **given, now=now)}
    refused = [rate.key for rate in rates if rate.key not in used]
    if not refused:
        return [_standing(rate, used[rate.key], now, refused=False) for rate in rates]
    full = {row["key"]: row["used_until"] for row in await sql.fetch_rows(conn, "rates_used", keys=refused)}
    return [_standing(rate, full.get(rate.key, now), now, refused=True) for rate in rates if rate.key in refused]


def _standing(rate: Counted, used_until: datetime, now: datetime, *, refused: bool) -> Standing:
    ahead = max((used_until - now) / timedelta(seconds=1), 0.0)
    left = max(math.floor((rate.seconds - ahead) / rate.share + 1e-6), 0)
    wait = max(math.ceil(ahead + rate.share - rate.seconds), 1) if refused else 0
    return Standing(rate=rate, left=0 if refused else left, full=math.ceil(ahead), wait=wait)


async def forget(conn: Connection, *, now: datetime) -> None:
    """Removes what no longer counts."""
    await sql.execute(conn, "forget_rates", now=now)
