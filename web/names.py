"""How an action is named in a path. A ledger key may hold any character, so its name is the key in base64url, unpadded."""

import base64
import binascii

from records.errors import NotFound
from records.ids import LedgerKey

LONGEST = 2000


def id_of(key: str) -> str:
    """What names an action in a path."""
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def key_of(action_id: str) -> LedgerKey:
    """Raises NotFound for what is no action's id."""
    try:
        key = base64.b64decode(action_id + "=" * (-len(action_id) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise NotFound from error
    if len(action_id) > LONGEST or "\0" in key or id_of(key) != action_id:
        raise NotFound
    return LedgerKey(key)
