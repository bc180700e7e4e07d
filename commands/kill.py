"""`closeloop kill`: the kill switches from the command line."""

from typing import Any

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from commands.approvals import staff_service
from commands.card import moment
from commands.screen import out
from settings import Settings

Json = dict[str, Any]
EVERYTHING = "everything"


def turn(
    settings: Settings, engaged: bool, reason: str, *, tool: str, system: str, key: str | None, url: str | None
) -> None:
    """Engages or releases one switch. Raises Sorry with what the service says."""
    body = {"engaged": engaged, "reason": reason, "tool": tool, "system": system}
    done = staff_service(settings, key, url).post("/kill-switch", body)
    what = _name(done)
    if engaged:
        out().print(Text(f"Stopped: {what}. Nothing of it leaves any more, also of what is running.", style="red"))
    else:
        out().print(Text(f"Released: {what}.", style="green"))


def status(settings: Settings, *, key: str | None, url: str | None) -> None:
    """Prints the switches that are engaged; exits with 1 when there is one."""
    items = staff_service(settings, key, url).get("/kill-switch")["items"]
    engaged = [each for each in items if each["engaged"]]
    if not engaged:
        out().print("Nothing is stopped.", style="green")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("Stopped", "Since (UTC)", "By", "Why"):
        table.add_column(title, overflow="fold")
    for each in engaged:
        table.add_row(Text(_name(each), style="red"), moment(each["set_at"]), each["set_by"], Text(each["reason"]))
    out().print(table)
    raise typer.Exit(1)


def _name(switch: Json) -> str:
    if switch["tool"]:
        return f"the tool {switch['tool']}"
    return f"the system {switch['system']}" if switch["system"] else EVERYTHING
