"""The kill switches: of everything, of one tool, of one business system."""

from typing import Any

import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from records import switches
from records.errors import Unprocessable
from records.switches import Switch
from web import text
from web.access import need_role
from web.auth import BEARER, Staff
from web.doors import Doors, TheDoors
from web.views import instant

router = APIRouter(prefix="/kill-switch", tags=["staff"], dependencies=[BEARER])
Json = dict[str, Any]
log = structlog.get_logger()


class KillSwitch(BaseModel):
    """Engaged: nothing is written to any business system; or not by this `tool`, or not to this `system`."""

    model_config = ConfigDict(extra="forbid")

    engaged: bool = Field(strict=True)
    reason: str = Field(min_length=1, max_length=500)
    tool: str = Field(default="", max_length=100)
    system: str = Field(default="", max_length=100)


class Set(BaseModel):
    """A switch as it was set last. `tool` and `system` are empty for the switch of everything."""

    engaged: bool
    tool: str
    system: str
    reason: str
    set_by: str
    set_at: str


class Switches(BaseModel):
    """Every switch that was ever set, the newest first."""

    items: list[Set]


@router.post("")
async def set_kill_switch(body: KillSwitch, staff: Staff, doors: TheDoors) -> Set:
    """Switches actions off, or on again; all of them, or those of one tool or system. It holds for what is running too:
    what has not left for its system does not leave. With all of them off, replies are drafts for a person; reads and
    handoffs go on."""
    need_role(doors, staff, "admin")
    _known(doors, body)
    reason, now = text.printable(body.reason), doors.services.clock.now()
    async with doors.services.database.transaction() as conn:
        await switches.set_kill(
            conn, body.engaged, reason=reason, by=staff.id, now=now, tool=body.tool, system=body.system
        )
    log.warning("kill.set", engaged=body.engaged, tool=body.tool, system=body.system, by=staff.id)
    return Set(
        engaged=body.engaged,
        tool=body.tool,
        system=body.system,
        reason=reason,
        set_by=staff.id,
        set_at=now.isoformat(),
    )


@router.get("")
async def list_kill_switches(_staff: Staff, doors: TheDoors) -> Switches:
    """What is switched off, or was."""
    async with doors.services.database.transaction() as conn:
        return Switches(items=[_shown(each) for each in await switches.kills(conn)])


def _known(doors: Doors, body: KillSwitch) -> None:
    """A switch that names nothing would stop nothing, and look as if it did. Raises Unprocessable."""
    actions = doors.services.kit.actions
    tools, systems = [tool.name for tool in actions], sorted({tool.port for tool in actions})
    if body.tool and body.system:
        raise Unprocessable("Name a tool or a system, not both.")
    if body.tool and body.tool not in tools:
        raise Unprocessable(f"There is no tool {text.printable(body.tool)}; there are {', '.join(tools)}.")
    if body.system and body.system not in systems:
        raise Unprocessable(f"Nothing is written to {text.printable(body.system)}; there are {', '.join(systems)}.")


def _shown(switch: Switch) -> Set:
    _, _, part = switch.name.partition(":")
    kind, _, name = part.partition(":")
    return Set(
        engaged=switch.engaged,
        tool=name if kind == "tool" else "",
        system=name if kind == "system" else "",
        reason=switch.reason,
        set_by=switch.set_by,
        set_at=instant(switch.set_at),
    )
