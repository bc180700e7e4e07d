"""The keys that sign tokens: those of the settings; else keys of this installation, made once and kept in its folder."""

import os
import secrets
from pathlib import Path

from records.clock import Clock
from web.tokens import Tokens


def open_tokens(*, customers: str, conversations: str, kept: Path, clock: Clock) -> Tokens:
    """`kept`: the folder for the keys that are not given. Raises KeyTooShort."""
    return Tokens(
        customers={"1": customers or _kept_key(kept / "customer-token.key")},
        conversations={"1": conversations or _kept_key(kept / "conversation-token.key")},
        clock=clock,
    )


def _kept_key(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text("utf-8")
