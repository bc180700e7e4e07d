"""`closeloop keys`: what can be asked of it."""

from enum import StrEnum
from typing import Annotated

import typer

from commands.typed import STYLE, called
from settings import read_settings

keys = typer.Typer(help="The keys of staff and those that sign tokens: until when, and who used them when.", **STYLE)
Member = Annotated[str, typer.Argument(metavar="ID", help="Of the member of staff: stf_…, or its beginning.")]
Days = Annotated[float, typer.Option(help="How long the key is valid; 0: until it is revoked.")]


class Signing(StrEnum):
    """Whose tokens a key signs."""

    CUSTOMER = "customer"
    CONVERSATION = "conversation"


@keys.command("list")
def list_keys() -> None:
    """Show every member of staff with their key, and the keys that sign tokens. Example: `closeloop keys list`"""
    called("staff_keys", "show", read_settings())


@keys.command("revoke")
def revoke(
    member: Member,
    leaves: Annotated[bool, typer.Option("--leaves", help="They left: what they approved counts no more.")] = False,
) -> None:
    """Stop a key at once. Example: `closeloop keys revoke stf_4f --leaves`"""
    called("staff_keys", "revoke", read_settings(), member, leaves=leaves)


@keys.command("renew")
def renew(member: Member, days: Days = 180) -> None:
    """Print a new key for a member of staff, once; the old one stops. Example: `closeloop keys renew stf_4f --days 90`"""
    called("staff_keys", "renew", read_settings(), member, days)


@keys.command("rotate")
def rotate(
    which: Annotated[Signing, typer.Argument(help="Whose tokens it signs.")],
    at_once: Annotated[bool, typer.Option("--at-once", help="It leaked: tokens it signed stop now.")] = False,
) -> None:
    """Sign with a new key from now on; tokens that the old one signed go on until they end. For keys that are kept in
    VAR: those of the settings are changed there.

    Example: `closeloop keys rotate conversation`
    """
    called("signing_keys", "rotate_kept", read_settings(), which.value, at_once=at_once)
