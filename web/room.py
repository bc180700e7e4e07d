"""How much one customer may have open at once."""

from datetime import timedelta

from records import sql
from records.errors import TooMany
from records.ids import CustomerId
from records.sql import Connection
from web.doors import Doors

LATELY = timedelta(days=1)
WAIT = 60
"""Seconds after which one of them may have been answered."""


class TooManyOpen(TooMany):
    """Too many of your conversations wait for an answer. Go on in one of them."""

    slug = "too-many-open"


async def room_for(conn: Connection, doors: Doors, customer: CustomerId | None) -> None:
    """Raises TooManyOpen when so many of the customer's conversations of the last day wait for an answer that no other
    may be opened. Visitors are not known; for them the rate of their address stands."""
    if customer is None or not doors.limited:
        return
    most = doors.services.company.current().usage.open.conversations
    since = doors.services.clock.now() - LATELY
    row = await sql.fetch_row(conn, "open_conversations", customer=customer, since=since)
    if row and row["conversations"] >= most:
        raise TooManyOpen(open=row["conversations"], limit=most, retry_after=WAIT)
