"""The errors, by who must act on them. A class's docstring is the sentence its reader sees.

CloseloopError
├── BadRequest            400  the caller sent something that cannot be used
├── NotSignedIn           401  the token is missing, expired or forged
├── NotAllowed            403  the caller is known and may not
├── NotFound              404  there is no such thing, or it is somebody else's: no hint which
├── Conflict              409  the thing has moved on
│   ├── AlreadyDecided    409  somebody decided this approval first
│   └── StaleCard         409  the card is not the one that was shown
├── TooLarge              413  the body is over the limit
├── Unprocessable         422  well-formed, but not acceptable
├── TooMany               429  the caller did this too often, or has too much open
└── NotReady              503  a part of the service is not there
"""

from typing import Any


class CloseloopError(Exception):
    """Something went wrong."""

    status = 500
    slug = "error"

    def __init__(self, detail: str | None = None, **facts: Any) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.facts = facts
        super().__init__(self.detail)


class BadRequest(CloseloopError):
    """The request cannot be read."""

    status = 400
    slug = "bad-request"


class NotSignedIn(CloseloopError):
    """The token is missing, expired or not valid here."""

    status = 401
    slug = "not-signed-in"


class NotAllowed(CloseloopError):
    """You may not do this."""

    status = 403
    slug = "not-allowed"


class NotFound(CloseloopError):
    """There is nothing here."""

    status = 404
    slug = "not-found"


class Conflict(CloseloopError):
    """This has changed in the meantime."""

    status = 409
    slug = "conflict"


class AlreadyDecided(Conflict):
    """This approval has already been decided."""

    slug = "already-decided"


class StaleCard(Conflict):
    """This card has changed since you opened it. Look at it again before you decide."""

    slug = "stale-card"


class TooLarge(CloseloopError):
    """The body is too large."""

    status = 413
    slug = "too-large"


class Unprocessable(CloseloopError):
    """The content is not acceptable."""

    status = 422
    slug = "unprocessable"


class TooMany(CloseloopError):
    """Too many requests. `retry_after` among the facts: seconds until it is worth trying again."""

    status = 429
    slug = "too-many-requests"


class NotReady(CloseloopError):
    """The service is not ready."""

    status = 503
    slug = "not-ready"
