"""The port to the customer's earlier conversations."""

from typing import Protocol

from records.ids import CustomerId
from tools.history.facts import History as HistoryFact


class History(Protocol):
    """Earlier conversations, also of a customer who has none."""

    async def history(self, customer: CustomerId) -> HistoryFact: ...
