"""Reads what became of the customer's earlier conversations."""

from datetime import datetime

from records.ids import CustomerId
from tools.history.facts import History
from tools.sources import Focus, Source, access_own
from tools.systems import Systems


async def read_history(systems: Systems, customer: CustomerId, _focus: Focus, _now: datetime) -> History | None:
    return access_own(await systems.history.history(customer), customer)


HISTORY = Source(
    fact=History,
    system="history",
    about="Looks up the customer's earlier conversations with the company and how they ended.",
    read=read_history,
    visible=False,
)
