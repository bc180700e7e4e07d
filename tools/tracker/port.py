"""The port to the issue tracker."""

from collections.abc import Mapping
from typing import Protocol

from records.ids import CustomerId
from tools.answers import Effected
from tools.tracker.facts import KnownBug


class Tracker(Protocol):
    """Bug reports and wishes. Has no idempotency keys and nothing to look up what was filed by."""

    async def bugs(self) -> list[KnownBug]: ...
    async def file(
        self,
        customer: CustomerId,
        title: str,
        description: str,
        session: Mapping[str, str] | None = None,
        duplicate_of: str = "",
    ) -> Effected:
        """`session`: what else is known, by name. `duplicate_of`: a known bug that the report is linked to."""

    async def wish(self, customer: CustomerId, area: str, wish: str) -> Effected: ...
