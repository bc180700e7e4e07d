"""Erasing a customer, or one conversation of somebody nobody can name."""

from fastapi import APIRouter
from pydantic import BaseModel

from records.errors import NotFound, NotReady
from records.ids import CustomerId
from runs.erasure import Eraser, Proof
from runs.learning.deciding import refreshed
from runs.learning.shelf import caught_up
from web import text
from web.access import need_role
from web.auth import BEARER, Reachable, Staff
from web.doors import Doors, TheDoors

router = APIRouter(tags=["staff"], dependencies=[BEARER])


class StoreErased(BaseModel):
    """Rows that held something of theirs: before, and left."""

    store: str
    before: int
    left: int


class Erased(BaseModel):
    """The proof of an erasure. `pseudonym`: what their money goes by, empty for a visitor. `values` of their own, such as
    name and e-mail, were looked for in `searched` columns; `found`: tables in which one still stands, because somebody
    else's data names them."""

    pseudonym: str
    conversations: int
    stores: list[StoreErased]
    kept_actions: int
    values: int
    searched: int
    found: dict[str, int]


@router.delete("/customers/{customer_id}")
async def erase_customer(customer_id: str, staff: Staff, doors: TheDoors) -> Erased:
    """Erases everything personal that is kept of a customer; what was paid stays under a pseudonym. Cannot be taken back.
    409 while an action of theirs is open. Needs the role admin. Nothing is wrong with doing it twice."""
    need_role(doors, staff, "admin")
    if not text.is_name(customer_id):
        raise NotFound
    proof = await _eraser(doors).customer(CustomerId(customer_id), by=staff.id)
    await _unlearned(doors)
    return shown(proof)


@router.delete("/conversations/{conversation_id}")
async def erase_conversation(found: Reachable, staff: Staff, doors: TheDoors) -> Erased:
    """Erases what was said in one conversation, such as a visitor's. Needs the role admin."""
    need_role(doors, staff, "admin")
    proof = await _eraser(doors).conversation(found.id, by=staff.id)
    await _unlearned(doors)
    return shown(proof)


def shown(proof: Proof) -> Erased:
    stores = [StoreErased(store=each.store, before=each.before, left=each.left) for each in proof.stores]
    return Erased(**{**vars(proof), "stores": stores})


async def _unlearned(doors: Doors) -> None:
    """What was learned from them is not answered by any more, from now on and not only from the next second."""
    await refreshed(doors.services, articles=False)
    await caught_up(doors.services)


def _eraser(doors: Doors) -> Eraser:
    if doors.eraser is None:
        raise NotReady
    return doors.eraser
