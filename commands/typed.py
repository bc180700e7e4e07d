"""What the closeloop command's parts share: options, style, and how a command is called."""

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from commands.screen import apologise
from records.errors import CloseloopError

Url = Annotated[str | None, typer.Option(help="The service's address; else that of HOST and PORT.", metavar="URL")]
Key = Annotated[
    str | None,
    typer.Option(envvar="CLOSELOOP_STAFF_KEY", help="Your staff key; else that of the demo's lead.", metavar="KEY"),
]

STYLE: dict[str, Any] = {"no_args_is_help": True, "rich_markup_mode": "markdown", "add_completion": False}


class Group(TyperGroup):
    """Whatever can be foreseen ends in one sentence and exit code 1."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except CloseloopError as error:
            apologise(error)
            raise typer.Exit(1) from error


def called(module: str, function: str, *given: Any, **named: Any) -> Any:
    """Calls a function of `commands/`, imported only now."""
    return getattr(import_module(f"commands.{module}"), function)(*given, **named)
