"""`closeloop keys`: the keys that sign tokens."""

from rich.table import Table

from commands.keys import tokens_of
from commands.preflight import check_var
from commands.screen import Sorry, err
from records.clock import SystemClock
from settings import Settings
from web.keys import rotate
from web.tokens import CONVERSATION_FILE, CONVERSATION_LIFE, CUSTOMER_FILE


def signing(settings: Settings) -> Table:
    """All that are accepted, by their ids, the one that signs first."""
    tokens = tokens_of(settings, SystemClock())
    table = Table("Signs tokens of", "Key id", "Algorithm", "Accepted until", box=None, header_style="bold")
    for name, keys in (("customers", tokens.customers), ("conversations", tokens.conversations)):
        for key in keys.current():
            until = key.until.isoformat(timespec="minutes") if key.until else "no end"
            table.add_row(name, key.id, key.algorithm, until)
    return table


def rotate_kept(settings: Settings, which: str, *, at_once: bool) -> None:
    """Raises Sorry where the key stands in the settings, so that it is changed there."""
    check_var(settings)
    name = f"{which}_token_key"
    if getattr(settings, name):
        raise Sorry(f"{name.upper()} is set: put the new key there, and the old one into {name.upper()}S_OLD.")
    if which == "customer" and settings.customer_token_jwks:
        raise Sorry("Customers' tokens are signed by the host application: change the keys in CUSTOMER_TOKEN_JWKS.")
    tokens = tokens_of(settings, SystemClock())
    file, life = {"customer": (CUSTOMER_FILE, tokens.longest), "conversation": (CONVERSATION_FILE, CONVERSATION_LIFE)}[
        which
    ]
    newest, *older = rotate(settings.var / file, SystemClock().now(), life, at_once=at_once)
    until = f"; {len(older)} older accepted until their tokens have ended" if older else "; no other is accepted"
    err().print(f"{settings.var / file}: tokens are signed by {newest.id} from now on{until}.", markup=False)
