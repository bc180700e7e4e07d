"""What the identity system tells: the customer's own sign-in, and the people of their workspace."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Login:
    """The sign-in of the person who writes. `status`: active, locked (too many failed attempts, until `locked_until`)
    or suspended (by a person). `email` is the address on file, the only one that links go to. `mfa`: whether two-step
    sign-in is on. `revision` rises by one with every reset."""

    id: str
    customer: str
    email: str
    email_verified: bool
    status: str
    failed_attempts: int
    locked_until: datetime | None
    mfa: bool
    password_reset_at: datetime | None
    mfa_reset_at: datetime | None
    revision: int


@dataclass(frozen=True, kw_only=True)
class Seat:
    """Somebody's place in the customer's workspace. `role`: viewer, editor, billing or owner. `status`: active, invited
    or removed. `used` of the `included` seats of the plan are taken. `revision` rises by one with every change."""

    id: str
    customer: str
    email: str
    name: str
    role: str
    status: str
    last_seen_at: datetime | None
    revision: int
    used: int = 0
    included: int = 0
