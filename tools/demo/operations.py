"""What the demo company's systems do. Each operation runs in the caller's transaction and answers a list: the records
found, or the one effect it had.

billing honours idempotency keys: the same key with the same body gets the stored answer, with another body a refusal.
commerce ignores keys: a repeat has a second effect, and its change log shows both. tracker has neither.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from records.errors import CloseloopError
from records.sql import Connection
from tools.demo import store
from tools.demo.store import Deed, Json, Record


class Refused(CloseloopError):
    """That cannot be done."""

    status = 409
    slug = "refused"


class NoSuchRecord(Refused):
    """This customer has no such record."""

    status = 404
    slug = "no-such-record"


Body = Mapping[str, Any]


async def customer(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "customer", customer)


async def charges(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "charge", customer)


async def subscription(conn: Connection, customer: str) -> list[Json]:
    return (await store.records_of(conn, "subscription", customer))[-1:]


async def orders(conn: Connection, customer: str) -> list[Json]:
    return await store.records_of(conn, "order", customer)


async def tracking(conn: Connection, customer: str, order: str) -> list[Json]:
    if await store.access(conn, "order", order, customer) is None:
        return []
    found = await store.find(conn, "tracking", order)
    return [found.body] if found else []


async def changes(conn: Connection, customer: str, order: str) -> list[Json]:
    """The order's change log, oldest first."""
    found = await store.effects(conn, system="commerce", object=order, customer=customer)
    return [
        {"reference": row["reference"], "order": order, "at": row["at"].isoformat(), **row["details"]} for row in found
    ]


async def incidents(conn: Connection) -> list[Json]:
    found = await store.records_of(conn, "incident", "")
    return sorted(found, key=_resolved)


def _resolved(incident: Json) -> bool:
    return bool(incident["status"] == "resolved")


async def effect(conn: Connection, key: str) -> list[Json]:
    found = await store.effect_by_key(conn, "billing", key)
    return [_effected(found)] if found else []


async def refund(conn: Connection, at: datetime, body: Body, key: str) -> list[Json]:
    """Refuses more than is left of the charge. The shop learns of it at once: the order's `refunded` rises too."""
    done = await _done_before(conn, body, key)
    if done is not None:
        return [done]
    charge = await _access(conn, "charge", body["charge"], body["customer"])
    refunded = charge.body["refunded"] + body["amount"]
    if refunded > charge.body["amount"]:
        raise Refused("That would refund more than was paid.")
    await store.change(conn, charge, refunded=refunded)
    await _tell_the_shop(conn, charge, refunded)
    deed = _deed("refund", charge, body, key, amount=body["amount"], currency=charge.body["currency"])
    return [_effected(await store.append(conn, deed, at))]


async def _tell_the_shop(conn: Connection, charge: Record, refunded: int) -> None:
    order = await store.access(conn, "order", charge.body["order"], charge.customer)
    if order is not None:
        await store.change(conn, order, refunded=refunded)


async def cancel(conn: Connection, at: datetime, body: Body, key: str) -> list[Json]:
    """At the period's end: it stays active, with `cancel_at` set. Now: it is cancelled. Refuses one that has ended,
    or that is to end and should end at the period's end."""
    done = await _done_before(conn, body, key)
    if done is not None:
        return [done]
    found = await _access(conn, "subscription", body["subscription"], body["customer"])
    if found.body["status"] == "cancelled":
        raise Refused("The subscription is cancelled already.")
    if body["at_period_end"] and found.body["cancel_at"] is not None:
        raise Refused("The subscription already ends with the period.")
    if body["at_period_end"]:
        await store.change(conn, found, cancel_at=found.body["renews_at"])
    else:
        await store.change(conn, found, status="cancelled", cancel_at=at.isoformat())
    return [_effected(await store.append(conn, _deed("cancellation", found, body, key), at))]


async def _done_before(conn: Connection, body: Body, key: str) -> Json | None:
    found = await store.effect_by_key(conn, "billing", key)
    if found is None:
        return None
    if found["request"] != body:
        raise Refused("This key was used for another call.")
    return _effected(found)


def _deed(
    kind: str, record: Record, body: Body, key: str, *, amount: int | None = None, currency: str | None = None
) -> Deed:
    return Deed(
        system="billing",
        kind=kind,
        object=record.id,
        customer=record.customer,
        amount=amount,
        currency=currency,
        key=key,
        request=dict(body),
    )


async def change_address(conn: Connection, at: datetime, body: Body) -> list[Json]:
    """Refuses an order that has left. Every call is an effect, even to the address it has already."""
    order = await _access(conn, "order", body["order"], body["customer"])
    if order.body["status"] != "processing":
        raise Refused("The order has left, or will never leave; its address cannot be changed.")
    revision = order.body["revision"] + 1
    await store.change(conn, order, address=body["address"], revision=revision)
    details = {"address": body["address"], "revision": revision}
    deed = Deed(system="commerce", kind="address_change", object=order.id, customer=order.customer, details=details)
    return [_effected(await store.append(conn, deed, at))]


async def file(conn: Connection, at: datetime, body: Body) -> list[Json]:
    """Files whatever comes, as often as it comes."""
    deed = Deed(
        system="tracker",
        kind="bug",
        object=body["title"],
        customer=body["customer"],
        details={"description": body["description"]},
    )
    return [_effected(await store.append(conn, deed, at))]


async def _access(conn: Connection, kind: str, id: str, customer: str) -> Record:  # noqa: A002
    record = await store.access(conn, kind, id, customer)
    if record is None:
        raise NoSuchRecord(f"This customer has no such {kind}.")
    return record


def _effected(row: Json) -> Json:
    return {name: row[name] for name in ("reference", "amount", "currency")}
