"""Credit on the customer's account, and taking it back."""

from typing import Literal

from tools.arguments import Cents, Id
from tools.billing.settling import billing_receipt, settle_billing
from tools.systems import Systems
from tools.tool import UNTOLD, Call, Effect, Facts, Idempotency, Json, Receipt, tool


def _cause_of_credit(arguments: Json, facts: Facts) -> str:
    """An incident concerns many customers: each has a credit of their own for it."""
    customer = facts.get("customer")
    return f"{arguments['cause']} of {customer['id']}" if customer else UNTOLD


def _credit_of(_arguments: Json, receipt: Json, _facts: Facts) -> Json:
    """A credit is called after the effect that made it."""
    return {"credit": receipt["reference"]}


@tool(
    effect=Effect.WRITE,
    needs=("customer", "subscription", "incident", "invoice", "credit"),
    object="about",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_credit,
    settle=settle_billing,
    undo="void_credit",
    undo_arguments=_credit_of,
)
async def issue_credit(
    systems: Systems, call: Call, *, about: Id, amount: Cents, cause: Literal["incident", "invoice", "goodwill"]
) -> Receipt:
    """Puts credit on the customer's account, which the next invoices use up. `about`: the id of the incident or of the
    invoice it makes up for, for goodwill that of the subscription. `amount` is in cents and comes from the records."""
    done = await systems.billing.issue_credit(call.customer, about, amount, cause, call.key)
    return billing_receipt(done, {"about": about, "cause": cause})


def _cause_of_void(_arguments: Json, _facts: Facts) -> str:
    """A credit can be taken back only once, whatever for."""
    return "void"


@tool(
    effect=Effect.WRITE,
    needs=("customer", "credit"),
    object="credit",
    idempotency=Idempotency.KEYED,
    cause=_cause_of_void,
    settle=settle_billing,
)
async def void_credit(systems: Systems, call: Call, *, credit: Id) -> Receipt:
    """Takes back a credit of the customer's, as far as no invoice has used it up."""
    done = await systems.billing.void_credit(call.customer, credit, call.key)
    return billing_receipt(done, {"credit": credit})
