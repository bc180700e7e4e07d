"""What can be done in the identity system. It honours idempotency keys, and finds what was done under one."""

from tools.answers import Effected
from tools.arguments import Id
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool


async def _settle_identity(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    done = await systems.identity.effect(call.key)
    return Settled.NOT_DONE if done is None else _receipt(done, arguments)


def _receipt(done: Effected, arguments: Json) -> Receipt:
    details = {name: str(value) for name, value in arguments.items()}
    return Receipt(system="identity", reference=done.reference, details=details)


def _cause_of_login(arguments: Json, facts: Facts) -> str:
    """A further reset, after one that was carried out, is another one."""
    return _revision(facts, "login", arguments)


def _cause_of_seat(arguments: Json, facts: Facts) -> str:
    return _revision(facts, "seat", arguments)


def _revision(facts: Facts, kind: str, arguments: Json) -> str:
    record = facts.get(kind)
    return f"@{record['revision']}" if record and record["id"] == arguments[kind] else UNTOLD


@tool(
    effect=Effect.WRITE,
    needs=("customer", "login"),
    object="login",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_login,
    settle=_settle_identity,
)
async def reset_password(systems: Systems, call: Call, *, login: Id) -> Receipt:
    """Sends a link for a new password to the address on file, and lifts the lock after failed attempts. The link goes
    nowhere else, whatever address the customer gives."""
    done = await systems.identity.reset_password(call.customer, login, call.key)
    return _receipt(done, {"login": login})


@tool(
    effect=Effect.WRITE,
    needs=("customer", "login"),
    object="login",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_login,
    settle=_settle_identity,
)
async def reset_mfa(systems: Systems, call: Call, *, login: Id) -> Receipt:
    """Switches two-step sign-in off for a customer who lost their second step, so that they can set it up anew."""
    done = await systems.identity.reset_mfa(call.customer, login, call.key)
    return _receipt(done, {"login": login})


@tool(
    effect=Effect.WRITE,
    needs=("customer", "seat"),
    object="seat",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_seat,
    settle=_settle_identity,
)
async def reset_seat(systems: Systems, call: Call, *, seat: Id) -> Receipt:
    """Signs a person of the customer's workspace out everywhere and sends them a fresh invitation to the same seat, at
    their own address. Brings back somebody whose seat was freed, while a seat is left."""
    done = await systems.identity.reset_seat(call.customer, seat, call.key)
    return _receipt(done, {"seat": seat})


@tool(
    effect=Effect.WRITE,
    needs=("customer", "seat"),
    object="seat",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_seat,
    settle=_settle_identity,
    undo="reset_seat",
)
async def free_seat(systems: Systems, call: Call, *, seat: Id) -> Receipt:
    """Removes a person from the customer's workspace, so that their seat is free for somebody else. What they made
    stays."""
    done = await systems.identity.free_seat(call.customer, seat, call.key)
    return _receipt(done, {"seat": seat})
