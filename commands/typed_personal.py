"""What can be asked about what is kept of people. What is done stands in `commands/personal.py`."""

from typing import Annotated

import typer

from commands.typed import STYLE, called
from settings import read_settings

retention = typer.Typer(help="How long what is kept: the `retention` of company.yaml.", **STYLE)
checkpoints = typer.Typer(help="The encrypted checkpoints of runs.", **STYLE)
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what is due.")]
Whom = Annotated[str, typer.Argument(metavar="CUSTOMER", help="The customer's id; or a conversation's, for a visitor.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
DropLost = Annotated[
    bool, typer.Option("--drop-lost", help="Delete what no key opens; the runs that need it begin again.")
]


def erase(whom: Whom, yes: Yes = False) -> None:
    """Erase a customer: everything personal goes, what was paid stays under a pseudonym. Prints the proof.

    Refused while an action of theirs is open. Example: `closeloop erase cus_ada`; for a visitor `closeloop erase cnv_0123`
    """
    called("personal", "erase", read_settings(), whom, yes=yes)


@retention.command()
def run(dry_run: DryRun = False) -> None:
    """Delete now what has been kept long enough; workers do it every hour.

    Example: `closeloop retention run --dry-run`
    """
    called("personal", "keep", read_settings(), dry=dry_run)


@retention.callback()
def _retention() -> None:
    """Makes `run` a command of its own, so that there can be others beside it."""


@checkpoints.command()
def rotate(drop_lost: DropLost = False) -> None:
    """Encrypt all checkpoints with the first secret of CHECKPOINT_KEYS, so that older ones can be taken away.

    The service may go on running, with the new secret in front. Example: `CHECKPOINT_KEYS=new,old closeloop checkpoints rotate`
    """
    called("personal", "rotate", read_settings(), drop_lost=drop_lost)


@checkpoints.callback()
def _checkpoints() -> None:
    """Makes `rotate` a command of its own, so that there can be others beside it."""
