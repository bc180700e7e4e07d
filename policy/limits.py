"""Amounts and limits: what a call moves, what nobody may approve, what the agent may do without a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from policy.ask import Ask, Clause, said
from policy.entitlement import Allow, Limit, ToolPolicy
from policy.words import money


@dataclass(frozen=True, kw_only=True)
class Money:
    """What a call moves. `amount` is 0 for a tool that moves none; None: it could not be worked out."""

    amount: int | None
    currency: str

    def within(self, limit: int, currency: str) -> bool:
        return self.amount is not None and self.currency == currency and self.amount <= limit


def money_of(policy: ToolPolicy, values: Mapping[str, Any]) -> Money:
    """What a call moves, worked out from records and arguments."""
    if policy.amount is None or policy.currency is None:
        return Money(amount=0, currency="")
    amount, currency = policy.amount.evaluate(values), policy.currency.evaluate(values)
    known = isinstance(amount, int) and not isinstance(amount, bool)
    return Money(amount=amount if known else None, currency=currency if isinstance(currency, str) else "")


def bounds(policy: ToolPolicy, moved: Money, ask: Ask) -> tuple[Clause, ...]:
    """What nobody's approval can lift."""
    clauses = [] if policy.amount is None else [_enough(moved, policy.least)]
    if policy.limits:
        clauses.append(_hard(policy.limits, moved))
    clauses.append(
        said("autonomy_off", ask.autonomy != "off", "The agent may handle this.", "The agent does not handle this.")
    )
    return tuple(clauses)


def _hard(limits: Limit, moved: Money) -> Clause:
    limit = money(limits.amount_at_most, limits.currency)
    held = moved.within(limits.amount_at_most, limits.currency)
    no = f"More than {limit} is never done here."
    if moved.currency and moved.currency != limits.currency:
        no = f"An amount in {moved.currency} cannot be compared with the limit of {limit}."
    return said("hard_limit", held, f"Not more than {limit}.", no)


def _enough(moved: Money, least: int) -> Clause:
    if moved.amount is None or not moved.currency:
        return Clause(id="amount", sentence="The amount could not be worked out from the records.", held=False)
    no = "The amount must be more than nothing." if least else "The amount must not be below nothing."
    return said("amount", moved.amount >= least, "There is an amount to move.", no)


def allowance(policy: ToolPolicy, moved: Money, ask: Ask, values: Mapping[str, Any]) -> tuple[Clause, ...]:
    """What the agent may do without a person, as far as amount and kind go."""
    allow = policy.allow
    if allow is None:
        return (Clause(id="allow", sentence="This always needs a person's approval.", held=False),)
    clauses = []
    if allow.when:
        held = allow.when.evaluate(values) is True
        clauses.append(said("allow", held, "This kind needs no approval.", "This kind needs a person's approval."))
    if allow.amount_at_most is not None:
        limit = money(allow.amount_at_most, allow.currency)
        held = moved.within(allow.amount_at_most, allow.currency)
        clauses.append(said("allow_amount", held, f"Not more than {limit}.", f"More than {limit} needs a person."))
    if allow.per_customer is not None:
        clauses.append(_budget(allow, allow.per_customer, moved, ask))
    if policy.amount is not None and moved.currency != allow.currency:
        clauses.append(said("currency", False, "", f"An amount in {moved.currency} needs a person."))
    return tuple(clauses)


def _budget(allow: Allow, limit: int, moved: Money, ask: Ask) -> Clause:
    held = moved.within(limit - max(ask.spent, 0), allow.currency)
    span = f"{money(limit, allow.currency)} within {allow.window.days} days"
    return said("allow_customer", held, f"Not more than {span}.", f"More than {span} for one customer needs a person.")


def room(allow: Allow | None, moved: Money, ask: Ask) -> str:
    """The amount the agent could move alone, when the amount is what stands in the way."""
    if allow is None or moved.currency != allow.currency or allow.amount_at_most is None:
        return ""
    left = allow.amount_at_most if allow.per_customer is None else allow.per_customer - max(ask.spent, 0)
    room = min(allow.amount_at_most, left)
    over = moved.amount is not None and moved.amount > room > 0
    return f"Up to {money(room, allow.currency)} needs nobody's approval." if over else ""


def at_most(policy: ToolPolicy, moved: Money) -> str:
    """The hard limit in words, when the amount is above it."""
    limits = policy.limits
    if limits is None or moved.amount is None or moved.amount <= limits.amount_at_most:
        return ""
    return f"At most {money(limits.amount_at_most, limits.currency)}."
