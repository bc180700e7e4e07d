"""What a colleague found out about an action of unknown fate, recorded once: by somebody who could have approved it."""

from typing import Any, Literal

from graph.actions.outcomes import record
from graph.actions.reconcile import follow_up, told_apart
from graph.deps import Services
from policy.authority import EVERY_TOOL, powers, reach
from policy.company import Company
from records import ledger
from records.actions import UnderWay
from records.errors import NotAllowed, NotFound, Unprocessable
from records.ids import LedgerKey
from records.ledger import Entry
from records.staff import Principal

Found = Literal["done", "refused"]


async def settle(
    services: Services, key: LedgerKey, found: Found, principal: Principal, *, reference: str, note: str
) -> Entry:
    """`reference`: the system's own id of what it did; needed with done. Raises NotFound, NotAllowed, Unprocessable,
    AlreadySettled (with who, what and when), and UnderWay before the system itself was asked."""
    if found == "done" and not reference.strip():
        raise Unprocessable("Give the reference under which the system shows that it was done.")
    async with services.database.transaction() as conn:
        entry = await ledger.entry(conn, key)
        if entry is None:
            raise NotFound
        if not may_settle(services.company.current(), entry, principal):
            raise NotAllowed(f"To record what became of this, you need a role that may approve {entry.tool}.")
        if entry.status == "reserved":
            raise UnderWay("The system has not been asked about this yet. Ask it first; then it is yours to look.")
        receipt = _receipt(services, entry, found, principal, reference.strip())
        settled = await record(conn, services, entry, found, receipt, actor=principal.id, words=note, only=("unknown",))
        if settled is None:
            raise await told_apart(conn, await ledger.entry(conn, key) or entry)
        await follow_up(conn, services, settled, by=principal.id)
    return settled


def may_settle(company: Company, entry: Entry, principal: Principal) -> bool:
    """Whoever may approve this tool, up to this amount, and is not the customer; for a tool that policy no longer knows, whoever may approve all."""
    policy = company.tools.get(entry.tool)
    weight = float(entry.amount) if entry.currency in ("", company.currency) else float("inf")
    if principal.customer_id == entry.customer_id:
        return False
    if policy is not None and policy.approval.role not in powers(company.roles, principal.roles):
        return False
    return reach(company.roles, principal.roles, entry.tool if policy else EVERY_TOOL) >= weight


def _receipt(services: Services, entry: Entry, found: Found, principal: Principal, reference: str) -> dict[str, Any]:
    if found == "refused":
        return {"reason": "A colleague looked: it was not done.", "refused": False, "settled_by": principal.id}
    tool = services.kit.action(entry.tool)
    return {
        "system": tool.system if tool else "",
        "reference": reference,
        "amount": entry.amount or None,
        "currency": entry.currency or None,
        "details": {name: str(value) for name, value in entry.arguments.items() if name != "amount"},
        "at": services.clock.now().isoformat(),
        "settled_by": principal.id,
    }
