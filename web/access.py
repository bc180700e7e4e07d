"""Who may see what. Every record that a caller names by its id is fetched here, and comes back only if it is theirs to
see; else it does not exist for them. tests/test_access.py sees to it that no door fetches one any other way.
"""

from dataclasses import dataclass
from datetime import datetime

from policy.authority import powers, queues_of
from records import approvals, conversations, identity, ledger, runs, sql, suggestions
from records.approvals import Approval
from records.conversations import Conversation
from records.errors import NotAllowed, NotFound, NotSignedIn
from records.ids import ApprovalId, ConversationId, CustomerId, RunId, SuggestionId
from records.ledger import Entry
from records.runs import Run
from records.sql import Connection
from records.staff import Principal
from records.suggestions import Suggestion
from web.doors import Doors
from web.names import key_of
from web.text import known_id
from web.tokens import Ticket


@dataclass(frozen=True, kw_only=True)
class Customer:
    """Signed in to the host application, at this time."""

    id: CustomerId
    signed_in_at: datetime


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Holds the token of one conversation."""

    ticket: Ticket

    @property
    def conversation(self) -> ConversationId:
        return self.ticket.conversation

    @property
    def signed_in_at(self) -> datetime | None:
        return self.ticket.signed_in_at


Caller = Customer | Holder | Principal
TEACHERS = ("lead", "admin")
"""The roles that decide what is learned."""


async def access_conversation(conn: Connection, doors: Doors, caller: Caller, named: str) -> Conversation:
    """Raises NotFound, whether it does not exist or is somebody else's; NotSignedIn for a token that was revoked."""
    found = await conversations.get(conn, ConversationId(known_id(named)))
    match caller:
        case Customer():
            visible = found.customer_id == caller.id
        case Holder():
            visible = found.id == caller.conversation and found.customer_id == caller.ticket.customer
        case Principal():
            visible = await _within_reach(conn, doors, caller, found)
    if not visible:
        raise NotFound
    if isinstance(caller, Holder):
        await _still_valid(conn, caller.ticket, found)
    return found


async def access_run(conn: Connection, doors: Doors, caller: Caller, named: str) -> Run:
    """A run of a conversation that the caller may see. Raises as access_conversation does."""
    found = await runs.get(conn, RunId(known_id(named)))
    await access_conversation(conn, doors, caller, found.conversation_id)
    return found


async def access_approval(conn: Connection, doors: Doors, staff: Principal, named: str) -> Approval:
    """Raises NotFound."""
    found = await approvals.get(conn, ApprovalId(known_id(named)))
    queues = visible_queues(doors, staff)
    if queues is not None and found.queue not in queues:
        raise NotFound
    return found


async def access_action(conn: Connection, doors: Doors, staff: Principal, named: str) -> Entry:
    """A row of the ledger, of a conversation that this person may see. Raises NotFound."""
    found = await ledger.entry(conn, key_of(named))
    if found is None:
        raise NotFound
    await access_conversation(conn, doors, staff, found.conversation_id)
    return found


async def access_suggestion(conn: Connection, doors: Doors, staff: Principal, named: str) -> Suggestion:
    """For whoever decides what is learned, from whichever queue it came. Raises NotAllowed, NotFound."""
    need_role(doors, staff, *TEACHERS)
    return await suggestions.get(conn, SuggestionId(known_id(named)))


def need_role(doors: Doors, principal: Principal, *roles: str) -> None:
    """Raises NotAllowed unless the principal holds one of the roles, itself or by one that includes it."""
    if not powers(doors.services.company.current().roles, principal.roles) & set(roles):
        raise NotAllowed(f"This needs the role {' or '.join(roles)}.")


def visible_queues(doors: Doors, staff: Principal) -> frozenset[str] | None:
    """The queues that this person sees by company.yaml; None: all of them."""
    return queues_of(doors.services.company.current().roles, staff.roles)


async def _within_reach(conn: Connection, doors: Doors, staff: Principal, found: Conversation) -> bool:
    """For staff of certain queues: what they have, and what waits or waited in one of these queues."""
    queues = visible_queues(doors, staff)
    if queues is None or found.assignee == staff.id:
        return True
    row = await sql.fetch_row(conn, "was_in_queues", conversation=found.id, queues=sorted(queues))
    return bool(row and row["was"])


async def _still_valid(conn: Connection, ticket: Ticket, found: Conversation) -> None:
    """Not once tokens were revoked, nor once the conversation was closed."""
    if found.status == "closed_unconfirmed" or ticket.generation != await identity.token_generation(conn, found.id):
        raise NotSignedIn("The token of this conversation was revoked.")
