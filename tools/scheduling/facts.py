"""What the calendar tells: when somebody has time for a call, and the calls that are booked."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """A free time of the team that looks after the customer. `fits`: whether it is on the day, or at the time, that was
    asked for; False when none was. `waiting`: how many calls of the customer's are still ahead. `revision` rises by one
    with every call that the customer books, moves or cancels."""

    id: str
    team: str
    host: str
    starts_at: datetime
    minutes: int
    waiting: int
    revision: int
    fits: bool = False


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A call. `meeting` is its place in the calendar; `status`: booked, held or cancelled."""

    id: str
    customer: str
    meeting: str
    team: str
    host: str
    topic: str
    starts_at: datetime
    minutes: int
    status: str
