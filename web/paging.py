"""Cursors: where a list goes on, as a word that means nothing outside."""

import base64
import binascii
import re
from datetime import datetime

from records.errors import BadRequest
from web.views import instant

_POSITION = re.compile(r"(?P<at>[0-9T:.+-]{19,40}) (?P<id>[A-Za-z0-9_-]{1,64})")


class NotOurs(BadRequest):
    """This cursor is not one of ours."""


def cursor_of(at: datetime, name: str) -> str:
    """Behind the row of this time and id."""
    return base64.urlsafe_b64encode(f"{instant(at)} {name}".encode()).decode()


def position_of(cursor: str) -> tuple[datetime, str]:
    """Raises NotOurs."""
    try:
        found = _POSITION.fullmatch(base64.b64decode(cursor, altchars=b"-_", validate=True).decode("ascii"))
        at = datetime.fromisoformat(found["at"] if found else "")
    except (binascii.Error, ValueError) as error:
        raise NotOurs from error
    if found is None or at.utcoffset() is None:
        raise NotOurs
    return at, found["id"]
