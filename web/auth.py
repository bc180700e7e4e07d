"""Who is calling: a customer of the host application, the holder of one conversation's token, or a member of staff.

The token comes in the Authorization header, never in a URL. What a caller may not see does not exist for them.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPBearer

from policy.authority import powers
from records import conversations, staff
from records.conversations import Conversation
from records.errors import NotAllowed, NotFound, NotSignedIn
from records.ids import ConversationId, CustomerId
from records.staff import Principal
from web.doors import Doors, TheDoors
from web.text import known_id

STAFF_KEY = "clk_"
_bearer = HTTPBearer(auto_error=False, description="A customer token, a conversation token, or a staff key (clk_…).")


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Signed in to the host application."""

    id: CustomerId


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Holds the token of one conversation."""

    conversation: ConversationId


Caller = Customer | Holder | Principal


async def caller_of(request: Request, doors: TheDoors) -> Caller:
    """Raises NotSignedIn."""
    token = bearer_of(request)
    if token is None:
        raise NotSignedIn
    if token.startswith(STAFF_KEY):
        return await _staff_of(doors, token)
    try:
        return Customer(id=doors.tokens.customer_of(token))
    except NotSignedIn:
        return Holder(conversation=doors.tokens.conversation_of(token))


async def staff_of(caller: Annotated[Caller, Depends(caller_of)]) -> Principal:
    """Raises NotAllowed for anybody else."""
    if not isinstance(caller, Principal):
        raise NotAllowed("This is for staff.")
    return caller


async def reachable(
    conversation_id: str, caller: Annotated[Caller, Depends(caller_of)], doors: TheDoors
) -> Conversation:
    """The conversation of the path, for whoever may see it. Raises NotFound."""
    return await conversation_for(doors, caller, ConversationId(known_id(conversation_id)))


async def own(
    found: Annotated[Conversation, Depends(reachable)], caller: Annotated[Caller, Depends(caller_of)]
) -> Conversation:
    """The conversation of the path, for the customer's side alone. Raises NotAllowed."""
    if isinstance(caller, Principal):
        raise NotAllowed("This is for the customer; staff take over and reply.")
    return found


async def conversation_for(doors: Doors, caller: Caller, conversation: ConversationId) -> Conversation:
    """Raises NotFound, whether it does not exist or is somebody else's."""
    async with doors.services.database.transaction() as conn:
        found = await conversations.get(conn, conversation)
    if not _may_see(caller, found):
        raise NotFound
    return found


def need_role(doors: Doors, principal: Principal, *roles: str) -> None:
    """Raises NotAllowed unless the principal holds one of the roles, itself or by one that includes it."""
    if not powers(doors.services.company.current().roles, principal.roles) & set(roles):
        raise NotAllowed(f"This needs the role {' or '.join(roles)}.")


def bearer_of(request: Request) -> str | None:
    """The token; None without the header. Raises NotSignedIn for any other kind of sign-in."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NotSignedIn
    return token.strip()


def _may_see(caller: Caller, conversation: Conversation) -> bool:
    match caller:
        case Customer():
            return conversation.customer_id == caller.id
        case Holder():
            return conversation.id == caller.conversation
        case Principal():
            return True


async def _staff_of(doors: Doors, key: str) -> Principal:
    async with doors.services.database.transaction() as conn:
        found = await staff.by_key(conn, key)
    if found is None:
        raise NotSignedIn
    return found


Anybody = Annotated[Caller, Depends(caller_of)]
Staff = Annotated[Principal, Depends(staff_of)]
Reachable = Annotated[Conversation, Depends(reachable)]
Own = Annotated[Conversation, Depends(own)]
BEARER = Depends(_bearer)  # shows the scheme in openapi.json; the dependencies above do the checking
