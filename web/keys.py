"""The keys that sign tokens: those of the settings; else keys of this installation, made once and kept in its folder."""

from pathlib import Path

from records.clock import Clock
from records.keys import kept_key
from web.tokens import Tokens


def open_tokens(*, customers: str, conversations: str, kept: Path, clock: Clock) -> Tokens:
    """`kept`: the folder for the keys that are not given. Raises KeyTooShort."""
    return Tokens(
        customers={"1": customers or kept_key(kept / "customer-token.key")},
        conversations={"1": conversations or kept_key(kept / "conversation-token.key")},
        clock=clock,
    )
