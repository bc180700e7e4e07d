"""What the status page and the product's logs tell: disturbances, errors, releases."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Incident:
    """`component` is spelled as on the status page. `status`: investigating, identified, monitoring or resolved.
    `update`: the latest that the page says about it."""

    id: str
    title: str
    component: str
    status: str
    started_at: datetime
    update: str
    updated_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class StatusPage:
    """All that is disturbed right now: how many incidents are open, with their titles. Always there."""

    open: int
    titles: list[str]


@dataclass(frozen=True, kw_only=True)
class ErrorLog:
    """The latest kind of error in a customer's workspace, counted over the last seven days, and the codes of the
    `others`. Nothing logged: `count` is 0 and the texts are empty."""

    customer: str
    area: str
    code: str
    message: str
    count: int
    last_at: datetime | None
    others: list[str]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A release of one part of the product; `notes` are public."""

    id: str
    area: str
    version: str
    released_at: datetime
    notes: str
