"""The port to the calendar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from records.ids import CustomerId
from tools.answers import Effected
from tools.scheduling.facts import Booking, Meeting


@dataclass(frozen=True, kw_only=True)
class CallChange:
    """An entry of the log of a customer's calls. `kind`: call, call_move or call_cancellation; `meeting` is where the
    call stands after it; `revision` counts the entries."""

    reference: str
    kind: str
    booking: str
    meeting: str
    revision: int
    at: datetime


class Scheduling(Protocol):
    """Calls. Knows which team looks after a customer. Ignores idempotency keys, but what it did is in `changes`. It does
    not know what was asked for: `fits` comes as False, and `tools/scheduling/sources.py` works it out."""

    async def free(self, customer: CustomerId, after: datetime) -> Meeting | None: ...
    async def meeting(self, customer: CustomerId, meeting: str) -> Meeting | None: ...
    async def bookings(self, customer: CustomerId) -> list[Booking]: ...
    async def changes(self, customer: CustomerId) -> list[CallChange]: ...
    async def book(self, customer: CustomerId, meeting: str, topic: str) -> Effected: ...
    async def move(self, customer: CustomerId, booking: str, meeting: str) -> Effected: ...
    async def cancel(self, customer: CustomerId, booking: str) -> Effected: ...
