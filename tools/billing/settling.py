"""What all actions in billing share. It honours idempotency keys, and finds what was done under one."""

from datetime import UTC, datetime
from typing import Any

from tools.answers import Effected
from tools.systems import Systems
from tools.tool import Call, Json, Receipt, Settled


async def settle_billing(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    done = await systems.billing.effect(call.key)
    return Settled.NOT_DONE if done is None else billing_receipt(done, arguments)


def billing_receipt(done: Effected, arguments: Json) -> Receipt:
    details = {name: str(value) for name, value in arguments.items() if name != "amount"}
    return Receipt(
        system="billing", reference=done.reference, amount=done.amount, currency=done.currency, details=details
    )


def moment(value: Any) -> str:
    """One spelling for a time, given as an aware datetime or in ISO."""
    time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return time.astimezone(UTC).isoformat()
