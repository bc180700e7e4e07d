"""The inbox as a page: what waits for a person, by kind and queue, narrowed in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from graph.limits import budget
from records import inbox, waiting
from records.sql import Connection
from records.waiting import WaitingCard, WaitingHandoff
from web.access import visible_queues
from web.doors import Doors, TheDoors
from web.paging import cursor_of, position_of
from web.screens.page import show
from web.screens.route import Screen
from web.screens.signed_in import SignedIn, Viewer

router = APIRouter(route_class=Screen, include_in_schema=False)
Kind = Literal["approvals", "drafts", "handoffs"]
Status = Literal["pending", "approved", "edited", "rejected", "answered", "withdrawn", "expired", "superseded"]
PAGE = 50


@dataclass(frozen=True, kw_only=True)
class Narrowed:
    """What of the inbox is wanted, as the address says it."""

    kind: Kind = "approvals"
    status: Status = "pending"
    queue: str = ""
    q: str = ""
    mine: bool = False

    def address(self, **other: Any) -> str:
        """Of this, or of this but for what is named."""
        said = {**vars(self), **other}
        named = {"mine": "1" if said["mine"] else "", **{n: str(v) for n, v in said.items() if n != "mine"}}
        usual = vars(Narrowed())
        query = urlencode({name: value for name, value in named.items() if value and value != usual.get(name)})
        return f"/inbox?{query}" if query else "/inbox"


@router.get("/inbox")
async def inbox_page(
    request: Request,
    viewer: SignedIn,
    doors: TheDoors,
    kind: Kind = "approvals",
    status: Status = "pending",
    queue: Annotated[str, Query(max_length=100)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    mine: bool = False,
    cursor: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """A page of it, with how much waits of each kind."""
    wanted = Narrowed(kind=kind, status=status, queue=queue, q=q.strip(), mine=mine)
    async with doors.services.database.transaction() as conn:
        seen = visible_queues(doors, viewer.principal)
        counts = await waiting.counts(conn, visible=seen)
        rows = await _rows(conn, doors, viewer, wanted, cursor)
        people = {row.assigned_to for row in rows if isinstance(row, WaitingCard) and row.assigned_to}
        names = await inbox.names(conn, people)
        degraded = await budget.degraded(conn, doors.services)
        version = await waiting.version(conn)
    company, now = doors.services.company.current(), doors.services.clock.now()
    return show(
        request,
        "inbox.html",
        viewer=viewer,
        title="Inbox",
        company=company.name,
        wanted=wanted,
        counts=vars(counts),
        queues=[each for each in company.queues if seen is None or each in seen],
        rows=[_shown(row, now, names) for row in rows[:PAGE]],
        more=wanted.address(cursor=_after(rows[PAGE - 1])) if len(rows) > PAGE else None,
        degraded=degraded,
        version=version,
    )


async def _rows(
    conn: Connection, doors: Doors, viewer: Viewer, wanted: Narrowed, cursor: str | None
) -> Sequence[WaitingCard | WaitingHandoff]:
    narrowed: dict[str, Any] = {
        "queue": wanted.queue or None,
        "visible": visible_queues(doors, viewer.principal),
        "search": wanted.q or None,
        "after": position_of(cursor) if cursor else None,
        "limit": PAGE + 1,
    }
    if wanted.kind == "handoffs":
        return await waiting.handoffs(conn, **narrowed)
    mine = viewer.principal.id if wanted.mine else None
    kind: Any = "action" if wanted.kind == "approvals" else "reply"
    return await waiting.cards(conn, kind, status=wanted.status, mine=mine, **narrowed)


def _shown(row: WaitingCard | WaitingHandoff, now: datetime, names: dict[str, str]) -> dict[str, Any]:
    """A line of the list; `left` is negative once its time is over."""
    if isinstance(row, WaitingHandoff):
        left = (row.due_at - now).total_seconds()
        about = {"href": f"/conversations/{row.conversation_id}", "title": row.summary or row.reason}
        return {**vars(row), **about, "age": (now - row.created_at).total_seconds(), "left": left, "card": False}
    return {
        **vars(row),
        "href": f"/inbox/{row.id}",
        "age": (now - row.filed_at).total_seconds(),
        "left": (row.expires_at - now).total_seconds(),
        "assigned": names.get(row.assigned_to or "", ""),
        "card": True,
    }


def _after(row: WaitingCard | WaitingHandoff) -> str:
    return cursor_of(row.filed_at if isinstance(row, WaitingCard) else row.due_at, row.id)
