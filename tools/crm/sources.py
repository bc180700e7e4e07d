"""Reads who the customer is."""

from datetime import datetime

from records.ids import CustomerId
from tools.crm.facts import Customer
from tools.sources import Focus, Source
from tools.systems import Systems


def access_customer(record: Customer | None, customer: CustomerId) -> Customer | None:
    if record is None:
        return None
    if record.id != customer:
        return None
    return record


async def read_customer(systems: Systems, customer: CustomerId, _focus: Focus, _now: datetime) -> Customer | None:
    return access_customer(await systems.crm.customer(customer), customer)


CUSTOMER = Source(
    fact=Customer,
    system="crm",
    about="Looks up who the customer is: name, plan, tier and since when.",
    read=read_customer,
    hidden=("tier", "lifetime_value"),
)
