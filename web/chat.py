"""The customer's door: conversations, messages, streams, ratings, and stopping a run."""

from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from records import audit, conversations, events, joins, runs
from records.conversations import CHAT
from records.errors import Conflict
from records.ids import CustomerId
from records.staff import Principal
from web import stream, text
from web.access import Customer, Holder
from web.auth import BEARER, Anybody, Own, Reachable, ReachableRun, bearer_of, still_reaches
from web.described import STREAM, Stream
from web.doors import TheDoors
from web.page import Page, kept
from web.posting import Posted, Wrote, checked_key, post
from web.room import room_for
from web.views import conversation_view

router = APIRouter(tags=["chat"], dependencies=[BEARER])
Json = dict[str, Any]


class Opening(BaseModel):
    """How a conversation begins. One of e-mails is answered in letters."""

    model_config = ConfigDict(extra="forbid")

    channel: Literal["chat", "email"] = CHAT


class Said(BaseModel):
    """What the customer writes, up to 16 KB, and where they were."""

    model_config = ConfigDict(extra="forbid")

    text: str
    page: Page | None = None


class Rating(BaseModel):
    """4 and 5 also confirm that an answered conversation is resolved."""

    model_config = ConfigDict(extra="forbid")

    rating: int = Field(strict=True, ge=1, le=5)
    note: str = Field(default="", max_length=2000)


@router.post("/conversations", status_code=201, openapi_extra={"security": [{}]})
async def open_conversation(request: Request, doors: TheDoors, opening: Opening | None = None) -> Json:
    """Opens a conversation for the customer of the token; without one, for a visitor. The answer's `token` is the
    key to this conversation, for 30 days."""
    bearer = bearer_of(request)
    signed_in = doors.tokens.customer(bearer) if bearer else None
    customer: CustomerId | None = signed_in.customer if signed_in else None
    channel, now = (opening or Opening()).channel, doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        await room_for(conn, doors, customer)
        conversation = await conversations.open_conversation(conn, customer=customer, channel=channel, now=now)
    return {
        "id": conversation,
        "token": doors.tokens.for_conversation(
            conversation, customer, signed_in_at=signed_in.at if signed_in else None
        ),
        "verified": customer is not None,
        "messages": f"/conversations/{conversation}/messages",
        "events": f"/conversations/{conversation}/events",
    }


@router.post("/conversations/{conversation_id}/messages", status_code=202, responses={200: STREAM})
async def say(
    request: Request,
    said: Said,
    found: Own,
    caller: Anybody,
    doors: TheDoors,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """Takes a message in. With `Accept: text/event-stream` the answer is the stream of events until it is answered;
    else 202, and the events are elsewhere."""
    wrote = Wrote(
        text=text.message(said.text),
        page=kept(said.page, request.headers.get("user-agent")),
        signed_in_at=caller.signed_in_at if isinstance(caller, Customer | Holder) else None,
    )
    posted = await post(doors, found, wrote, checked_key(idempotency_key))
    if "text/event-stream" in request.headers.get("accept", ""):
        allowed = partial(still_reaches, doors, bearer_of(request) or "", found.id)
        answer = stream.until_answered(doors, found, posted.message_id, posted.seq - 1, allowed)
        return stream.stream(doors, answer, staff=False)
    return _accepted(found.id, posted)


@router.get("/conversations/{conversation_id}")
async def read_conversation(found: Reachable, caller: Anybody, doors: TheDoors) -> Json:
    """The ticket: status, who has it, what is still open, and the transcript."""
    async with doors.services.database.transaction() as conn:
        messages = await conversations.transcript(conn, found.id)
        joined = await joins.to_conversation(conn, found.id)
    return conversation_view(found, messages, joined, staff=isinstance(caller, Principal))


@router.get("/conversations/{conversation_id}/events", response_class=Stream, responses={200: STREAM})
async def read_events(
    request: Request,
    found: Reachable,
    caller: Anybody,
    doors: TheDoors,
    after: Annotated[str | None, Query()] = None,
    follow: bool = True,
) -> Response:
    """The events after `Last-Event-ID` (or `after`) as server-sent events; `follow=false` ends at the newest."""
    position = stream.position_of(request, after)
    allowed = partial(still_reaches, doors, bearer_of(request) or "", found.id)
    source = (
        stream.followed(doors, found.id, position, allowed) if follow else stream.all_events(doors, found.id, position)
    )
    return stream.stream(doors, source, staff=isinstance(caller, Principal))


@router.post("/runs/{run_id}/cancel", status_code=202)
async def cancel_run(run: ReachableRun, caller: Anybody, doors: TheDoors) -> Json:
    """Asks for a run to be stopped. What it did already stays done."""
    now = doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        if not await runs.cancel(conn, run.id):
            raise Conflict("This run has finished; there is nothing left to stop.")
        actor = caller.id if isinstance(caller, Principal) else "customer"
        await audit.write(
            conn, actor=actor, action="run.cancelled", subject=run.id, conversation=run.conversation_id, now=now
        )
        await doors.services.waker.wake(conn, run.conversation_id)
    return {"id": run.id, "cancelled": True}


@router.post("/conversations/{conversation_id}/rating")
async def rate(rating: Rating, found: Own, doors: TheDoors) -> Json:
    """Keeps the customer's rating. The last one counts."""
    note, now = text.printable(rating.note), doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        status = await conversations.rate(conn, found, rating.rating, note, now=now)
        await events.append(conn, found.id, None, [("rated", {"rating": rating.rating})], now=now)
    return {"rating": rating.rating, "status": status}


def _accepted(conversation: str, posted: Posted) -> JSONResponse:
    where = f"/conversations/{conversation}/events?after={posted.seq - 1}"
    body = {"message_id": posted.message_id, "conversation_id": conversation, "events": where}
    return JSONResponse(body, 202, {"Location": where})
