"""The tokens of a conversation: given out anew to a customer who has signed in, and revoked."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from records import audit, identity
from records.errors import NotAllowed
from records.staff import Principal
from web.access import Customer
from web.auth import BEARER, Anybody, Reachable
from web.doors import TheDoors

router = APIRouter(tags=["chat"], dependencies=[BEARER])
Json = dict[str, Any]


class SignInFirst(NotAllowed):
    """This needs the customer's own token, from the application that they are signed in to."""

    slug = "sign-in-first"


class Renewal(BaseModel):
    """`revoke`: the tokens that were given out before stop at once."""

    model_config = ConfigDict(extra="forbid")

    revoke: bool = Field(default=False, strict=True)


class TokenGiven(BaseModel):
    """The key to one conversation, for 30 days."""

    id: str
    token: str


class TokensRevoked(BaseModel):
    """None of the tokens that were given out for the conversation opens it any more."""

    id: str
    revoked: bool


@router.post("/conversations/{conversation_id}/token", status_code=201)
async def renew_token(found: Reachable, caller: Anybody, doors: TheDoors, renewal: Renewal | None = None) -> TokenGiven:
    """A new token for the conversation, which carries the customer's latest sign-in: for those who signed in again."""
    if not isinstance(caller, Customer):
        raise SignInFirst
    now = doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        if renewal and renewal.revoke:
            await identity.revoke_tokens(conn, found.id, by="customer", now=now)
        await audit.write(
            conn, actor="customer", action="token.given", subject=found.id, conversation=found.id, now=now
        )
        generation = await identity.token_generation(conn, found.id)
    token = doors.tokens.for_conversation(found.id, caller.id, generation=generation, signed_in_at=caller.signed_in_at)
    return TokenGiven(id=found.id, token=token)


@router.delete("/conversations/{conversation_id}/token")
async def revoke_tokens(found: Reachable, caller: Anybody, doors: TheDoors) -> TokensRevoked:
    """Revokes every token of the conversation, also the one this is asked with; open streams end."""
    by = caller.id if isinstance(caller, Principal) else "customer"
    async with doors.services.database.transaction() as conn:
        await identity.revoke_tokens(conn, found.id, by=by, now=doors.services.clock.now())
    return TokensRevoked(id=found.id, revoked=True)
