"""Whether a decision covers what is proposed now: who took it, and whether what it stood on still stands."""

from dataclasses import replace

from policy.ask import Approver, Clause, Verdict
from records import staff
from records.approvals import Approval
from records.sql import Connection
from tools.tool import Json


async def approver_of(conn: Connection, approval: Approval | None) -> Approver | None:
    """The roles of whoever decided, as they are now; None when nobody did, or nobody who still works here."""
    if approval is None or approval.decided_by is None:
        return None
    principal = await staff.by_id(conn, approval.decided_by)
    if principal is None or one_sided(approval, principal):
        return None
    first = await staff.by_id(conn, approval.first_by) if approval.first_by else None
    if first is None or first.id == principal.id or one_sided(approval, first):
        return Approver(roles=tuple(principal.roles))
    return Approver(roles=tuple(principal.roles), people=2, first=tuple(first.roles))


def one_sided(approval: Approval, principal: staff.Principal) -> bool:
    """The side that asked does not decide: neither who wanted it, nor who it is for."""
    theirs = principal.customer_id is not None and principal.customer_id == approval.customer_id
    return theirs or principal.id == approval.asked_by


def differences(decided: Approval, basis: Json) -> tuple[str, ...]:
    """What has changed since the card was decided of what it stood on: values, as `order.total`, and clauses. Nothing
    for a card that did not say what it stood on."""
    stood = decided.card.get("basis")
    if stood is None:
        return ()
    values = [path for path, value in basis["values"].items() if stood["values"].get(path) != value]
    ids = {**stood["clauses"], **basis["clauses"]}
    clauses = [each for each in ids if stood["clauses"].get(each) != basis["clauses"].get(each)]
    return (*values, *(each for each in clauses if each not in values))


def anew(verdict: Verdict, changed: tuple[str, ...]) -> Verdict:
    """A person looks again, and is told at what."""
    if not changed or verdict.kind != "needs_approval":
        return verdict
    sentence = f"Since this was decided, something that it stood on has changed: {', '.join(changed)}."
    return replace(verdict, clauses=(*verdict.clauses, Clause(id="changed", sentence=sentence, held=False)))
