"""`closeloop actions` and `closeloop runs`: what can be asked. What is done stands in `commands/actions.py` and
`commands/runs.py`."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from commands.typed import STYLE, Key, Url, called
from settings import read_settings

Action = Annotated[str, typer.Argument(metavar="KEY", help="The action, as `list` shows it; its beginning is enough.")]
Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask again.")]


class Found(StrEnum):
    """What a colleague found at the system."""

    DONE = "done"
    REFUSED = "refused"


actions = typer.Typer(help="What was done, and what nobody knows was done: look, settle, undo.", **STYLE)
runs = typer.Typer(help="Runs that cannot go on: found, and taken over by new ones.", **STYLE)


@actions.command("list")
def list_actions(
    status: Annotated[str, typer.Option(help="reserved, done, refused, unknown, or all.")] = "all",
    customer: Annotated[str | None, typer.Option(metavar="ID", help="Of this customer alone.")] = None,
    tool: Annotated[str | None, typer.Option(help="Of this kind alone, such as issue_refund.")] = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """The ledger: first what nobody knows the outcome of, then the newest.

    Example: `closeloop actions list --status unknown`
    """
    called("actions", "show_list", _service(key, url), status=status, customer=customer, tool=tool)


@actions.command()
def show(action: Action, key: Key = None, url: Url = None) -> None:
    """An action, its receipt, what takes it back, and who found out what. Example: `closeloop actions show file_bug`"""
    called("actions", "show", _service(key, url), action)


@actions.command()
def look(action: Action, key: Key = None, url: Url = None) -> None:
    """Ask the system once more what became of it. Nothing is done again."""
    called("actions", "look", _service(key, url), action)


@actions.command()
def settle(
    action: Action,
    status: Annotated[Found, typer.Option(help="done: it happened; refused: it did not.")],
    note: Annotated[str, typer.Option(help="How you found out; colleagues read it.")],
    reference: Annotated[str, typer.Option(help="The system's own id of what was done.")] = "",
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Record what became of an action of unknown fate, once. The customer is told.

    Example: `closeloop actions settle file_bug --status done --reference TRK-77 --note "It is on the board."`
    """
    answer = {"status": status.value, "reference": reference, "note": note}
    called("actions", "settle", _service(key, url), action, answer, sure=yes)


@actions.command()
def undo(
    action: Action,
    reason: Annotated[str, typer.Option(help="Why; whoever decides reads it.")],
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Ask for it to be taken back: policy judges it, and another colleague decides.

    Example: `closeloop actions undo issue_credit:inc_3001 --reason "Given by mistake"`
    """
    called("actions", "undo", _service(key, url), action, reason, sure=yes)


@runs.command()
def stuck() -> None:
    """Find the runs that cannot go on: a step that is gone, a checkpoint that cannot be read, an interrupt that is lost.

    The service does so at every start, and takes them over. Exit code 1 when there are any.
    """
    called("runs", "stuck", read_settings())


@runs.command()
def reopen(
    run: Annotated[str, typer.Argument(metavar="RUN", help="The run, as `stuck` shows it.")],
    force: Annotated[bool, typer.Option("--force", help="Also one that looks as if it could go on.")] = False,
) -> None:
    """Let a new run go on where this one cannot: decisions hold, and nothing is done twice.

    Example: `closeloop runs reopen run_4f0c…`
    """
    called("runs", "reopen_run", read_settings(), run, force=force)


def _service(key: str | None, url: str | None) -> Any:
    return called("approvals", "staff_service", read_settings(), key, url)
