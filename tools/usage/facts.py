"""What the product tells about a customer's plan: use against what is included, features, accesses."""

from dataclasses import dataclass
from datetime import datetime

from tools.money import Cents


@dataclass(frozen=True, kw_only=True)
class Usage:
    """How much of one metric is used. `per_cent` is rounded down; `left` is never negative. `next_plan`: the smallest
    plan that includes more, with how much it includes and its price a month in minor units; all None when there is
    none or the price is agreed. `resets_at`: when counting begins again; None for a level, such as seats.
    `at_limit`: the sentence that says what happens there."""

    customer: str
    metric: str
    used: int
    included: int
    per_cent: int
    left: int
    next_plan: str | None
    next_included: int | None
    next_price: Cents | None
    currency: str
    resets_at: datetime | None
    at_limit: str


@dataclass(frozen=True, kw_only=True)
class Feature:
    """A feature as this customer's `plan` has it. `from_plan`: the smallest plan with it. `extra`: what that plan costs
    more a month than theirs, in minor units; 0 when it is included, None when the price is agreed by contract.
    `where`: the way to it in the product. `words`: other names that people use."""

    id: str
    customer: str
    title: str
    words: list[str]
    included: bool
    plan: str
    from_plan: str
    extra: Cents | None
    currency: str
    where: str


@dataclass(frozen=True, kw_only=True)
class Entitlement:
    """An access the customer has or had. `status`: active, lapsed or suspended. `why`: payment, inactivity, trial,
    security or request, "" while it was never closed. `changed_at`: since when it is so. `reopenable_until`: until when
    a lapsed one can be opened again as it was; None: not at all."""

    id: str
    customer: str
    name: str
    words: list[str]
    status: str
    why: str
    changed_at: datetime
    reopenable_until: datetime | None
