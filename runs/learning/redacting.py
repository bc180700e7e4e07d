"""What is known of a customer, so that nothing of it is learned: their own record, and what was read of it before."""

from collections.abc import Iterable, Mapping
from typing import Any

from graph.deps import Services
from graph.triage.understanding import readable
from records import lessons
from records.errors import NotReady
from records.ids import ConversationId, CustomerId
from records.redaction import known_in, learnable
from tools.sources import Gap, read_fact

Json = dict[str, Any]
Records = tuple[Mapping[str, Any], ...]
CUSTOMER = "customer"
_PERSONAL = ("address", "phone", "email")


class Unread(NotReady):
    """The customer's own record cannot be read just now, so nothing of theirs can be learned yet."""


async def records_of(services: Services, conversation: ConversationId, customer: CustomerId | None) -> Records:
    """The records that tell who they are. Of a visitor nobody has any. Raises Unread."""
    async with services.database.transaction() as conn:
        shown = await lessons.own_records(conn, conversation)
    seen = [*known_in(shown), *_parts(shown)]
    if customer is None:
        return tuple(seen)
    source, own = services.kit.sources.get(CUSTOMER), {"id": str(customer), "name": ""}
    if source is None:
        return (*seen, own)
    patience = services.limits.fact_timeout
    read = await read_fact(CUSTOMER, source, services.systems, customer, {}, services.clock, patience)
    if isinstance(read, Gap):
        raise Unread
    return (*seen, own, *([read.value] if read.value else []))


def question_of(services: Services, text: str, records: Records) -> str:
    """As triage reads it, redacted: a record is named by what it is, not by its id."""
    return learnable(readable(services.kit, text), *records).strip()


def words_of(text: str, records: Records) -> str:
    """Staff's words, redacted."""
    return learnable(text, *records).strip()


def _parts(value: Any) -> Iterable[Json]:
    """Of records that do not tell a name, such as orders: where they go to."""
    if isinstance(value, list):
        return [part for each in value for part in _parts(each)]
    if not isinstance(value, dict):
        return []
    own = {name: value[name] for name in _PERSONAL if isinstance(value.get(name), str)}
    return [*([own] if own else []), *(part for each in value.values() for part in _parts(each))]
