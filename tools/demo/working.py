"""What all of the demo company's systems share: refusals, a customer's own record, keys, and the shape of an answer."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Header
from pydantic import BaseModel, ConfigDict

from records.errors import CloseloopError
from records.sql import Connection
from tools.demo import store
from tools.demo.desk import Desk, desk_of
from tools.demo.store import Json, Record

Here = Annotated[Desk, Depends(desk_of)]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=1)]
Content = Mapping[str, Any]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")
    customer: str


class Refused(CloseloopError):
    """That cannot be done."""

    status = 409
    slug = "refused"


class NoSuchRecord(Refused):
    """This customer has no such record."""

    status = 404
    slug = "no-such-record"


async def access(conn: Connection, kind: str, id: str, customer: str) -> Record:  # noqa: A002
    record = await store.access(conn, kind, id, customer)
    if record is None:
        raise NoSuchRecord(f"This customer has no such {kind}.")
    return record


async def done_before(conn: Connection, system: str, body: Content, key: str) -> Json | None:
    """What a system that honours keys did under this key. Raises Refused when it was for another call."""
    found = await store.effect_by_key(conn, system, key)
    if found is None:
        return None
    if found["request"] != body:
        raise Refused("This key was used for another call.")
    return effected(found)


def effected(row: Json) -> Json:
    return {name: row[name] for name in ("reference", "amount", "currency")}
