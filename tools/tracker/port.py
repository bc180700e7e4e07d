"""The port to the issue tracker."""

from typing import Protocol

from records.ids import CustomerId
from tools.answers import Effected


class Tracker(Protocol):
    """Bug reports. Has no idempotency keys and nothing to look a report up by."""

    async def file(self, customer: CustomerId, title: str, description: str) -> Effected: ...
