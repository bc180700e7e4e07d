"""Who is calling: a customer of the host application, the holder of one conversation's token, or a member of staff.

The token comes in the Authorization header, never in a URL. What a caller may not see does not exist for them.
"""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from records import staff
from records.approvals import Approval
from records.conversations import Conversation
from records.errors import NotAllowed, NotFound, NotSignedIn
from records.ids import ConversationId
from records.ledger import Entry
from records.runs import Run
from records.staff import Principal
from records.suggestions import Suggestion
from web.access import (
    Caller,
    Customer,
    Holder,
    access_action,
    access_approval,
    access_conversation,
    access_run,
    access_suggestion,
)
from web.doors import Doors, TheDoors

STAFF_KEY = "clk_"
_bearer = HTTPBearer(auto_error=False, description="A customer token, a conversation token, or a staff key (clk_…).")


async def caller_of(request: Request, doors: TheDoors) -> Caller:
    """Raises NotSignedIn."""
    token = bearer_of(request)
    if token is None:
        raise NotSignedIn
    return await caller_by(doors, token)


async def caller_by(doors: Doors, token: str) -> Caller:
    """Raises NotSignedIn."""
    if token.startswith(STAFF_KEY):
        return await _staff_of(doors, token)
    try:
        signed_in = doors.tokens.customer(token)
    except NotSignedIn:
        return Holder(ticket=doors.tokens.conversation(token))
    return Customer(id=signed_in.customer, signed_in_at=signed_in.at)


async def staff_of(caller: Annotated[Caller, Depends(caller_of)]) -> Principal:
    """Raises NotAllowed for anybody else."""
    if not isinstance(caller, Principal):
        raise NotAllowed("This is for staff.")
    return caller


async def reachable(
    conversation_id: str, caller: Annotated[Caller, Depends(caller_of)], doors: TheDoors
) -> Conversation:
    """The conversation of the path, for whoever may see it. Raises NotFound, NotSignedIn."""
    async with doors.services.database.transaction() as conn:
        return await access_conversation(conn, doors, caller, conversation_id)


async def own(
    found: Annotated[Conversation, Depends(reachable)], caller: Annotated[Caller, Depends(caller_of)]
) -> Conversation:
    """The conversation of the path, for the customer's side alone. Raises NotAllowed."""
    if isinstance(caller, Principal):
        raise NotAllowed("This is for the customer; staff take over and reply.")
    return found


async def reachable_run(run_id: str, caller: Annotated[Caller, Depends(caller_of)], doors: TheDoors) -> Run:
    """The run of the path, for whoever may see its conversation. Raises NotFound, NotSignedIn."""
    async with doors.services.database.transaction() as conn:
        return await access_run(conn, doors, caller, run_id)


async def reachable_approval(
    approval_id: str, who: Annotated[Principal, Depends(staff_of)], doors: TheDoors
) -> Approval:
    """The card of the path, for staff who may see it. Raises NotFound."""
    async with doors.services.database.transaction() as conn:
        return await access_approval(conn, doors, who, approval_id)


async def reachable_action(action_id: str, who: Annotated[Principal, Depends(staff_of)], doors: TheDoors) -> Entry:
    """The action of the path, for staff who may see it. Raises NotFound."""
    async with doors.services.database.transaction() as conn:
        return await access_action(conn, doors, who, action_id)


async def reachable_suggestion(
    suggestion_id: str, who: Annotated[Principal, Depends(staff_of)], doors: TheDoors
) -> Suggestion:
    """The suggestion of the path, for whoever decides what is learned. Raises NotAllowed, NotFound."""
    async with doors.services.database.transaction() as conn:
        return await access_suggestion(conn, doors, who, suggestion_id)


async def still_reaches(doors: Doors, token: str, conversation: ConversationId) -> bool:
    """Whether this token still opens the conversation: not once it has expired, was revoked, or its holder left."""
    try:
        caller = await caller_by(doors, token)
        async with doors.services.database.transaction() as conn:
            await access_conversation(conn, doors, caller, conversation)
    except (NotSignedIn, NotFound):
        return False
    return True


def bearer_of(request: Request) -> str | None:
    """The token; None without the header. Raises NotSignedIn for any other kind of sign-in."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


async def _staff_of(doors: Doors, key: str) -> Principal:
    async with doors.services.database.transaction() as conn:
        found = await staff.by_key(conn, key, now=doors.services.clock.now())
    if found is None:
        raise NotSignedIn
    return found


Anybody = Annotated[Caller, Depends(caller_of)]
Staff = Annotated[Principal, Depends(staff_of)]
Reachable = Annotated[Conversation, Depends(reachable)]
ReachableRun = Annotated[Run, Depends(reachable_run)]
ReachableAction = Annotated[Entry, Depends(reachable_action)]
ReachableApproval = Annotated[Approval, Depends(reachable_approval)]
ReachableSuggestion = Annotated[Suggestion, Depends(reachable_suggestion)]
Own = Annotated[Conversation, Depends(own)]
BEARER = Depends(_bearer)  # shows the scheme in openapi.json; the dependencies above do the checking
