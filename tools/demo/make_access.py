"""Short ways to make the demo company's sign-ins, seats, calls and goods. As in `make`, days are days ago."""

from datetime import datetime, timedelta

from tools.demo.make import ago
from tools.demo.scheduling import HOSTS, MINUTES, meeting_id
from tools.demo.stock import Product
from tools.identity.facts import Login, Seat
from tools.scheduling.facts import Booking


def product(now: datetime, name: str, on_hand: int, *, restocked: int | None = None) -> Product:
    """`restocked` lies ahead, in days."""
    due = None if restocked is None else now + timedelta(days=restocked)
    return Product(id=name.lower().replace(" ", "-"), name=name, on_hand=on_hand, restocked_at=due)


def login(
    now: datetime,
    owner: str,
    *,
    status: str = "active",
    failed: int = 0,
    verified: bool = True,
    mfa: bool = False,
    password_reset: int | None = None,
    mfa_reset: int | None = None,
) -> Login:
    """A locked one opens again in half an hour."""
    name = owner.removeprefix("cus_")
    return Login(
        id=f"login_{name}",
        customer=owner,
        email=f"{name}@example.com",
        email_verified=verified,
        status=status,
        failed_attempts=failed,
        locked_until=now + timedelta(minutes=30) if status == "locked" else None,
        mfa=mfa,
        password_reset_at=ago(now, password_reset),
        mfa_reset_at=ago(now, mfa_reset),
        revision=1,
    )


def seat(
    now: datetime, number: int, owner: str, name: str, role: str, *, seen: int | None, status: str = "active"
) -> Seat:
    first = name.split()[0].casefold()
    return Seat(
        id=f"seat_{number}",
        customer=owner,
        email=f"{first}@{owner.removeprefix('cus_')}.example",
        name=name,
        role=role,
        status=status,
        last_seen_at=ago(now, seen),
        revision=1,
    )


def call(now: datetime, number: int, owner: str, topic: str, *, team: str, days: int, hour: int) -> Booking:
    """A call, `days` ahead, at this hour in UTC."""
    start = (now + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)
    return Booking(
        id=f"call_{number}",
        customer=owner,
        meeting=meeting_id(team, start),
        team=team,
        host=HOSTS[team],
        topic=topic,
        starts_at=start,
        minutes=MINUTES,
        status="booked",
    )
