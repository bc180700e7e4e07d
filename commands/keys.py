"""The keys and tokens that a command signs or signs in with."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

from commands.screen import Sorry
from records.clock import Clock
from settings import Settings
from web.keys import SHORTEST
from web.tokens import Tokens, open_tokens

SECRETS = (
    "customer_token_key",
    "customer_token_keys_old",
    "conversation_token_key",
    "conversation_token_keys_old",
)
STAFF_FILE = "demo-staff.json"


def tokens_of(settings: Settings, clock: Clock) -> Tokens:
    """As the service signs and reads them. Raises Sorry, naming the setting, for a key that is too short."""
    for name in SECRETS:
        given = getattr(settings, name)
        for each in given.split() if name.endswith("_old") else [given]:
            if 0 < len(each.encode()) < SHORTEST:
                raise Sorry(
                    f"{name.upper()} has {len(each.encode())} bytes; a key that signs tokens must have {SHORTEST} or more."
                )
    return open_tokens(
        customers=(settings.customer_token_key, settings.customer_token_keys_old),
        public=Path(settings.customer_token_jwks).expanduser() if settings.customer_token_jwks else None,
        conversations=(settings.conversation_token_key, settings.conversation_token_keys_old),
        longest=timedelta(hours=settings.customer_token_hours),
        kept=settings.var,
        clock=clock,
    )


def read_staff(var: Path) -> list[dict[str, Any]]:
    """The demo's members of staff with their keys, `{name, roles, key}`; empty before the first `serve --demo`."""
    try:
        found = json.loads((var / STAFF_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return found if isinstance(found, list) else []


def write_staff(var: Path, team: list[dict[str, Any]]) -> None:
    """For its owner's eyes alone; whole or not at all."""
    file = var / f".{STAFF_FILE}"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
        json.dump(team, written, indent=1)
    file.replace(var / STAFF_FILE)


def staff_key(settings: Settings, given: str | None) -> str:
    """The key that was given, else the demo's lead's. Raises Sorry when there is none."""
    if given:
        return given
    leads = [member["key"] for member in read_staff(settings.var) if "lead" in member.get("roles", [])]
    if not leads:
        raise Sorry(
            "This needs a staff key: --key, or CLOSELOOP_STAFF_KEY. To make one: closeloop token staff NAME --role lead."
        )
    return str(leads[0])
