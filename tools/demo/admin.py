"""The back doors for evals and tests: arrange records, set fault switches, count effects."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from records.errors import NotFound, Unprocessable
from tools.demo import seed, store
from tools.demo.desk import Desk, desk_of
from tools.demo.faults import Fault, Mode
from tools.demo.store import Json, Record
from tools.demo.systems import KINDS, SYSTEMS

router = APIRouter()
Here = Annotated[Desk, Depends(desk_of)]


class FaultBody(BaseModel):
    """`operation`: a port's method, or `*` for all of the system's. `times` 0 switches it off."""

    model_config = ConfigDict(extra="forbid")
    system: str
    operation: str
    mode: Mode
    times: int = Field(default=1, ge=0)
    seconds: float = Field(default=30, ge=0)


class ResetBody(BaseModel):
    """`now`: the time it is at the demo company from here on, running; without it the machine's."""

    model_config = ConfigDict(extra="forbid")
    now: AwareDatetime | None = None
    empty: bool = False


@router.get("/health")
async def health() -> Json:
    return {"status": "ok"}


@router.post("/faults", status_code=204)
async def set_fault(desk: Here, body: FaultBody) -> None:
    if body.system not in SYSTEMS:
        raise Unprocessable(f"There is no system {body.system}; there are {', '.join(SYSTEMS)}.")
    desk.faults.set(body.system, body.operation, Fault(mode=body.mode, times=body.times, seconds=body.seconds))


@router.delete("/faults", status_code=204)
async def clear_faults(desk: Here) -> None:
    desk.faults.clear()


@router.get("/effects")
async def effects(desk: Here, system: str = "", object: str = "", customer: str = "") -> Json:  # noqa: A002
    """The journal of real effects, oldest first."""
    async with desk.database.transaction() as conn:
        return {"items": await store.effects(conn, system=system, object=object, customer=customer)}


@router.post("/reset", status_code=204)
async def reset(desk: Here, body: ResetBody) -> None:
    """Removes everything, switches included, and seeds it again, or leaves it empty."""
    desk.faults.clear()
    desk.clock.set(body.now)
    async with desk.database.transaction() as conn:
        await store.clear(conn)
        if not body.empty:
            await seed.plant(conn, desk.clock.now())


@router.get("/records/{kind}/{id}")
async def record(desk: Here, kind: str, id: str) -> Json:  # noqa: A002
    """A record as it is now, whoever owns it."""
    async with desk.database.transaction() as conn:
        found = await store.find(conn, kind, id)
    if found is None:
        raise NotFound
    return found.body


@router.put("/records/{kind}/{id}")
async def put_record(desk: Here, kind: str, id: str, body: dict[str, Any]) -> Json:  # noqa: A002
    """Adds a record, or overwrites the given fields of one. The result must be a whole fact of its kind."""
    async with desk.database.transaction() as conn:
        found = await store.find(conn, kind, id)
        whole = _checked(kind, id, (found.body if found else {}) | body)
        await store.save(conn, Record(kind=kind, id=id, customer=_owner(kind, id, whole), body=whole))
    return whole


def _checked(kind: str, id: str, body: Json) -> Json:  # noqa: A002
    if kind not in KINDS:
        raise Unprocessable(f"There are no records of the kind {kind}; there are {', '.join(KINDS)}.")
    names = {"order": id} if kind == "tracking" else {"id": id}
    counted = {"days_late": 0} if kind == "order" else {}
    adapter: TypeAdapter[Any] = TypeAdapter(KINDS[kind])
    try:
        whole: Json = adapter.dump_python(adapter.validate_python(body | names | counted), mode="json")
    except ValidationError as error:
        raise Unprocessable(str(error)) from error
    return whole


def _owner(kind: str, id: str, body: Json) -> str:  # noqa: A002
    return id if kind == "customer" else str(body.get("customer", ""))
