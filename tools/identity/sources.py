"""Picks the sign-in and the seat that is meant, out of the customer's own."""

from collections.abc import Sequence
from datetime import UTC, datetime

from records.ids import CustomerId
from tools.identity.facts import Login, Seat
from tools.sources import Focus, Source, access_own, same_id
from tools.systems import Systems

_NEVER = datetime.min.replace(tzinfo=UTC)


def pick_login(login: Login | None, focus: Focus) -> Login | None:
    """The customer's sign-in, unless another one is in focus."""
    if login is None:
        return None
    if focus.get("login") and not same_id(login.id, focus["login"]):
        return None
    return login


def pick_seat(seats: Sequence[Seat], focus: Focus) -> Seat | None:
    """The seat in focus, or the one of the address in focus; without either the one nobody has used for the longest
    time, the owners' aside."""
    if focus.get("seat"):
        return next((seat for seat in seats if same_id(seat.id, focus["seat"])), None)
    if focus.get("email"):
        return next((seat for seat in seats if seat.email.casefold() == focus["email"].casefold()), None)
    others = [seat for seat in seats if seat.role != "owner" and seat.status != "removed"]
    return min(others, key=_last_seen, default=None)


def _last_seen(seat: Seat) -> tuple[datetime, str]:
    return (seat.last_seen_at or _NEVER, seat.id)


async def read_login(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Login | None:
    return pick_login(access_own(await systems.identity.login(customer), customer), focus)


async def read_seat(systems: Systems, customer: CustomerId, focus: Focus, _now: datetime) -> Seat | None:
    seats = await systems.identity.seats(customer)
    return pick_seat([seat for seat in seats if access_own(seat, customer)], focus)


LOGIN = Source(
    fact=Login,
    system="identity",
    about="Looks up the customer's own sign-in: whether it is active, locked or suspended, whether two-step sign-in is on,"
    " and when it was last reset.",
    read=read_login,
    focus=("login",),
)
SEAT = Source(
    fact=Seat,
    system="identity",
    about="Looks up a seat of the customer's workspace by the person's e-mail address: role, status, when they were last"
    " seen, and how many seats are taken. Without an address: the seat that was not used for the longest time.",
    read=read_seat,
    focus=("seat", "email"),
)
