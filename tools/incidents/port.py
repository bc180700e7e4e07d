"""The port to the status page."""

from typing import Protocol

from tools.incidents.facts import Incident


class Incidents(Protocol):
    """Known incidents, open ones first."""

    async def incidents(self) -> list[Incident]: ...
