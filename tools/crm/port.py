"""The port to the CRM."""

from typing import Protocol

from records.ids import CustomerId
from tools.crm.facts import Customer


class Crm(Protocol):
    """Who the customer is."""

    async def customer(self, customer: CustomerId) -> Customer | None: ...
