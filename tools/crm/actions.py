"""What can be done in the CRM. It ignores idempotency keys; an account that is to be erased shows it."""

from tools.arguments import Id
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, Settled, tool


def _cause_of_deletion(arguments: Json, facts: Facts) -> str:
    """Whoever thinks better of it, and later asks once more, asks for something new."""
    customer = facts.get("customer")
    if not customer or customer["id"] != arguments["account"]:
        return UNTOLD
    return f"deletion@{customer['revision']}"


async def _settle_deletion(systems: Systems, call: Call, arguments: Json) -> Receipt | Settled:
    """Done if it is to be erased since a later revision than the one that the call set out from."""
    revision = call.key.rpartition("@")[2]
    base = int(revision) if revision.isdecimal() else -1
    found = await systems.crm.deletion(call.customer)
    if found is None or found.revision <= base:
        return Settled.NOT_DONE
    return Receipt(system="crm", reference=found.reference, details={"account": arguments["account"]})


@tool(
    effect=Effect.WRITE,
    needs=("customer", "login"),
    object="account",
    idempotency=Idempotency.LOOKUP,
    cause=_cause_of_deletion,
    settle=_settle_deletion,
)
async def delete_account(systems: Systems, call: Call, *, account: Id) -> Receipt:
    """Has the customer's account, `account`, and all its data erased after 30 days, in which a person can still stop it.
    A person always decides. It does not end a subscription."""
    done = await systems.crm.delete(call.customer)
    return Receipt(system="crm", reference=done.reference, details={"account": account})
