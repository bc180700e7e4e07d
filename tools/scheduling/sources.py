"""Picks the time that was asked for, and the call that is meant, out of the customer's own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from records.ids import CustomerId
from tools.scheduling.facts import Booking, Meeting
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems

_CLOSE = timedelta(hours=1)


def asked_for(focus: Focus) -> str:
    """The day or the moment that the customer named last, in ISO 8601; "" when they named none."""
    return str(focus.get("other_date") or focus.get("date") or "")


def fitted(meeting: Meeting, asked: str) -> Meeting:
    """The time with whether it `fits` what was asked for: the day, or the moment up to an hour later."""
    if not asked:
        return meeting
    if len(asked) == len("2026-11-26"):
        return replace(meeting, fits=meeting.starts_at.astimezone(UTC).date().isoformat() == asked)
    return replace(meeting, fits=timedelta() <= meeting.starts_at - datetime.fromisoformat(asked) < _CLOSE)


def _from(asked: str, now: datetime) -> datetime:
    """Where to begin to look: never in the past."""
    if not asked:
        return now
    day = len(asked) == len("2026-11-26")
    wished = datetime.combine(date.fromisoformat(asked), time(), UTC) if day else datetime.fromisoformat(asked)
    return max(wished, now)


def pick_booking(bookings: Sequence[Booking], focus: Focus, now: datetime) -> Booking | None:
    """The call in focus, else the next one that is still ahead."""
    if focus.get("booking"):
        return next((call for call in bookings if same_id(call.id, focus["booking"])), None)
    ahead = [call for call in bookings if call.status == "booked" and call.starts_at > now]
    return min(ahead, key=_starts, default=None)


def _starts(call: Booking) -> tuple[datetime, str]:
    return (call.starts_at, call.id)


async def read_meeting(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> Meeting | None:
    if focus.get("meeting"):
        return await systems.scheduling.meeting(customer, focus["meeting"])
    asked = asked_for(focus)
    found = await systems.scheduling.free(customer, _from(asked, now))
    return found and fitted(found, asked)


async def read_booking(systems: Systems, customer: CustomerId, focus: Focus, now: datetime) -> Booking | None:
    calls = await systems.scheduling.bookings(customer)
    return pick_booking([call for call in calls if access_own(call, customer)], focus, now)


MEETING = Source(
    fact=Meeting,
    system="scheduling",
    about="Looks up the next free time for a call with the team that looks after the customer, from a day or a moment on"
    " (`date`, in ISO 8601); or whether a time is still free, by its id.",
    read=read_meeting,
    focus=("meeting", "date", "other_date"),
)
BOOKING = Source(
    fact=Booking,
    system="scheduling",
    about="Looks up a call that the customer has booked: with whom, about what, and when. Without an id: the next one.",
    read=read_booking,
    focus=("booking",),
)
