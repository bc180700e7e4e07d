"""`closeloop approvals`: what can be asked of the inbox. What is done stands in `commands/approvals.py`."""

from typing import Annotated, Any

import typer

from commands.typed import STYLE, Key, Url, called
from settings import read_settings

Card = Annotated[str, typer.Argument(metavar="ID", help="The approval, as `list` shows it; its beginning is enough.")]
Sure = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask again.")]

approvals = typer.Typer(help="The inbox: what waits for a person, and your decision.", **STYLE)


@approvals.command("list")
def list_approvals(
    status: Annotated[
        str, typer.Option(help="pending, approved, edited, rejected, answered, expired, …, or all.")
    ] = "pending",
    queue: Annotated[str | None, typer.Option(help="Of this queue alone.")] = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """What waits for a person, oldest first."""
    called("approvals", "show_list", _inbox(key, url), status=status, queue=queue)


@approvals.command()
def show(card: Card, key: Key = None, url: Url = None) -> None:
    """The card: the proposal, what policy says, the records, and the words that the customer will get."""
    called("approvals", "show", _inbox(key, url), card)


@approvals.command()
def approve(card: Card, yes: Sure = False, key: Key = None, url: Url = None) -> None:
    """Approve it as it is. Example: `closeloop approvals approve apr_4f`"""
    _decide(card, {"type": "approve"}, yes, key, url)


@approvals.command()
def reject(
    card: Card,
    message: Annotated[
        str | None, typer.Option(help="Why, for colleagues; the customer reads what the card shows.")
    ] = None,
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Reject it. Example: `closeloop approvals reject apr_4f --message "delivered yesterday"`"""
    _decide(card, {"type": "reject", **({"message": message} if message else {})}, yes, key, url)


@approvals.command()
def edit(
    card: Card,
    arg: Annotated[list[str], typer.Option(metavar="NAME=VALUE", help="What to change; amounts are in cents.")],
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Approve it with changes. Example: `closeloop approvals edit apr_4f --arg amount=12000`"""
    _decide(card, {"type": "edit"}, yes, key, url, changes=arg)


@approvals.command()
def respond(
    card: Card,
    message: Annotated[str, typer.Option(help="What the customer is told.")],
    yes: Sure = False,
    key: Key = None,
    url: Url = None,
) -> None:
    """Do not do it, and answer the customer yourself. Example: `closeloop approvals respond apr_4f --message "…"`"""
    _decide(card, {"type": "respond", "message": message}, yes, key, url)


@approvals.command()
def reassign(
    card: Card,
    role: Annotated[str | None, typer.Option(help="A role that may decide it too.")] = None,
    queue: Annotated[str | None, typer.Option(help="Another queue.")] = None,
    person: Annotated[
        str | None, typer.Option(metavar="STAFF", help="The id of a colleague who may decide it.")
    ] = None,
    key: Key = None,
    url: Url = None,
) -> None:
    """Give it to another role, queue or person. Example: `closeloop approvals reassign apr_4f --role lead`"""
    called("approvals", "reassign", _inbox(key, url), card, role=role, queue=queue, person=person)


@approvals.command()
def withdraw(card: Card, key: Key = None, url: Url = None) -> None:
    """Take back what you asked for yourself. Example: `closeloop approvals withdraw apr_4f`"""
    called("approvals", "withdraw", _inbox(key, url), card)


def _inbox(key: str | None, url: str | None) -> Any:
    return called("approvals", "staff_service", read_settings(), key, url)


def _decide(
    card: str, answer: dict[str, Any], yes: bool, key: str | None, url: str | None, changes: list[str] | None = None
) -> None:
    called("approvals", "decide", _inbox(key, url), card, answer, changes=changes or (), sure=yes)
