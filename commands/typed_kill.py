"""`closeloop kill`: what can be asked of the kill switches. What is done stands in `commands/kill.py`."""

from typing import Annotated

import typer

from commands.typed import STYLE, Key, Url, called
from settings import read_settings

Tool = Annotated[str, typer.Option(metavar="TOOL", help="This tool alone, such as issue_refund.")]
System = Annotated[str, typer.Option(metavar="SYSTEM", help="This business system alone, such as billing.")]
Reason = Annotated[str, typer.Option(help="Why; it stands in the audit log.")]

kill = typer.Typer(help="The kill switches: stop what the agent writes, at once, and let it go on.", **STYLE)


@kill.command()
def on(reason: Reason, tool: Tool = "", system: System = "", key: Key = None, url: Url = None) -> None:
    """Stop: nothing is written any more to any business system, also by what is running; answers become drafts.

    Needs a key of the role admin. Examples: `closeloop kill on --reason "wrong refunds"`, `closeloop kill on --system billing
    --reason "it is moving"`
    """
    called("kill", "turn", read_settings(), True, reason, tool=tool, system=system, key=key, url=url)


@kill.command()
def off(reason: Reason, tool: Tool = "", system: System = "", key: Key = None, url: Url = None) -> None:
    """Let it go on. A switch is released by the name it was engaged by.

    Example: `closeloop kill off --system billing --reason "it has moved"`
    """
    called("kill", "turn", read_settings(), False, reason, tool=tool, system=system, key=key, url=url)


@kill.command()
def status(key: Key = None, url: Url = None) -> None:
    """What is stopped, since when, by whom and why. Exit code 1 when something is."""
    called("kill", "status", read_settings(), key=key, url=url)
