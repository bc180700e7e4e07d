"""What happens to a card besides a decision: it is withdrawn, replaced, given to others, or its time is over.

Each move writes its history row, its event and its audit row in one transaction, and happens once, however many timers
ring and processes sweep.
"""

from typing import Any

from graph.deps import Services
from policy.authority import REPLY, next_role, powers, reach
from records import approval_moves, approvals, audit, events, staff
from records.approval_moves import Place
from records.approvals import Approval, Closed
from records.errors import Unprocessable
from records.ids import ApprovalId, ConversationId, LedgerKey, RunId
from records.sql import Connection
from records.staff import Principal


async def withdraw(services: Services, conn: Connection, card: ApprovalId, by: str) -> Approval | None:
    """For the side that asked. None when somebody was first."""
    return await _close(services, conn, card, "withdrawn", by)


async def supersede(
    services: Services,
    conn: Connection,
    key: LedgerKey,
    *,
    run: RunId,
    by: ApprovalId | LedgerKey,
    conversation: ConversationId | None = None,
) -> None:
    """Other runs' cards for this action end, because of `by`: a newer card, or the action done."""
    now = services.clock.now()
    for card in await approval_moves.supersede(conn, key, run=run, by=by, conversation=conversation, now=now):
        await _told(services, conn, card, "superseded", "agent", superseded_by=by)


async def close_superseded(services: Services, conn: Connection, card: ApprovalId) -> None:
    """The thread that filed it begins anew."""
    await _close(services, conn, card, "superseded", "agent")


async def reassign(services: Services, conn: Connection, card: Approval, to: Place, by: Principal) -> Approval:
    """To a role that may decide it too, a queue, or a person who may. Raises AlreadyDecided, Unprocessable."""
    company = services.company.current()
    if to.role is not None and not _reaches(services, card, to.role):
        raise Unprocessable(f"The role {to.role} may not decide this.")
    if to.queue is not None and to.queue not in company.queues:
        raise Unprocessable("There is no such queue.")
    if to.person is not None:
        await _able(services, conn, card, to.person)
    now = services.clock.now()
    moved = await approval_moves.reassign(conn, card, to, by.id, now=now)
    await _noted(services, conn, moved, "reassigned", by.id, queue=moved.queue, role=moved.role)
    return moved


async def expire_due(services: Services) -> None:
    """Does what each card's policy says, of all whose time is over."""
    async with services.database.transaction() as conn:
        for approval in await approvals.expired(conn, now=services.clock.now()):
            await _expire(services, conn, await approvals.get(conn, approval))


async def _expire(services: Services, conn: Connection, card: Approval) -> None:
    now, role = services.clock.now(), _next(services, card)
    if card.then_do == "hold":
        moved = await approval_moves.hold(conn, card, now=now)
    elif card.then_do == "next_role" and role is not None:
        moved = await approval_moves.pass_on(conn, card, role, now=now)
    else:
        await _close(services, conn, card.id, "expired", "clock")
        return
    if moved is not None:
        kind = "reminder" if card.then_do == "hold" else "reassigned"
        await _noted(services, conn, moved, kind, "clock", queue=moved.queue, role=moved.role)
        await services.waker.wake_at(conn, moved.conversation_id, moved.expires_at)


def _next(services: Services, card: Approval) -> str | None:
    return next_role(services.company.current(), card.role, *_weight(card))


def _reaches(services: Services, card: Approval, role: str) -> bool:
    """Whether holders of this role may decide it: it has the power of the role that policy asks for, and the limit."""
    company, (tool, amount) = services.company.current(), _weight(card)
    rule = company.tools[tool].approval.role if tool in company.tools else company.drafts.role
    able = tool == REPLY or reach(company.roles, [role], tool) >= amount
    return role in company.roles and rule in powers(company.roles, [role]) and able


def _weight(card: Approval) -> tuple[str, float]:
    return (card.tool if card.kind == "action" else REPLY), float(card.card.get("amount", 0))


async def _able(services: Services, conn: Connection, card: Approval, person: str) -> None:
    found = await staff.by_id(conn, person)
    if found is None:
        raise Unprocessable("There is no such member of staff.")
    own = found.customer_id is not None and found.customer_id == card.customer_id
    if found.id == card.asked_by or own or not any(_reaches(services, card, role) for role in found.roles):
        raise Unprocessable(f"{found.name} may not decide this.")


async def _close(services: Services, conn: Connection, card: ApprovalId, status: Closed, by: str) -> Approval | None:
    closed = await approvals.close(conn, card, status, by, now=services.clock.now())
    if closed is not None:
        await _told(services, conn, closed, status, by)
    return closed


async def _told(services: Services, conn: Connection, card: Approval, status: str, by: str, **more: Any) -> None:
    now, shown = services.clock.now(), {"approval": card.id, "status": status, **more}
    await events.append(conn, card.conversation_id, card.run_id, [("decision", shown)], now=now)
    await _audited(services, conn, card, status, by)
    await services.waker.wake(conn, card.conversation_id)


async def _noted(services: Services, conn: Connection, card: Approval, kind: str, by: str, **more: Any) -> None:
    """For staff alone: nothing changes for the customer."""
    shown = {"approval": card.id, "expires_at": card.expires_at.isoformat(), **more}
    await events.append(conn, card.conversation_id, card.run_id, [(kind, shown)], now=services.clock.now())
    await _audited(services, conn, card, kind, by)


async def _audited(services: Services, conn: Connection, card: Approval, move: str, by: str) -> None:
    await audit.write(
        conn,
        actor=by,
        action=f"approval.{move}",
        subject=card.id,
        conversation=card.conversation_id,
        policy_version=card.policy_version,
        now=services.clock.now(),
        digest=card.digest,
    )
