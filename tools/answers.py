"""What a business system may answer: an effect it had, or one of three failures that must never be taken for each other.

Each failure carries `system`, the port's name, in its `facts`.
"""

from dataclasses import dataclass

from records.errors import CloseloopError


class SystemTimeout(CloseloopError):
    """The system did not answer in time; whether it acted is unknown."""


class SystemUnavailable(CloseloopError):
    """The system could not be reached; nothing was done."""


class SystemRefused(CloseloopError):
    """The system refused the call."""


@dataclass(frozen=True, kw_only=True)
class Effected:
    """A system's own record of an effect: its id there, and the amount moved in minor units, if any."""

    reference: str
    amount: int | None = None
    currency: str | None = None
