"""`closeloop token`: tokens for customers, and staff with their keys."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import psycopg
from rich.text import Text

from commands.database import database_url, refusal
from commands.keys import tokens_of
from commands.preflight import check_var, company_of
from commands.screen import Sorry, err, out
from commands.staff_keys import life_of
from records import audit, staff
from records.clock import SystemClock
from records.database import open_database
from records.ids import CustomerId
from runs.startup import prepare
from settings import Settings


def customer_token(settings: Settings, customer: str, hours: float) -> None:
    """Prints the token alone, so that a shell can take it up."""
    if not 0 < hours <= settings.customer_token_hours:
        raise Sorry(f"--hours must be more than 0 and at most {settings.customer_token_hours:g}, CUSTOMER_TOKEN_HOURS.")
    if not customer.isprintable() or not 0 < len(customer) <= 200:
        raise Sorry("A customer's id has 1 to 200 printable characters.")
    check_var(settings)
    token = tokens_of(settings, SystemClock()).for_customer(CustomerId(customer), timedelta(hours=hours))
    out().print(Text(token), soft_wrap=True)


def staff_key(
    settings: Settings, name: str, roles: Sequence[str], customer: str | None = None, *, days: float = 180
) -> None:
    """Adds a member of staff and prints the key, which is not shown again. `customer`: who they are as one."""
    known, life = company_of(settings).roles, life_of(days)
    for role in roles:
        if role not in known:
            raise Sorry(f"There is no role {role}; the company has {', '.join(known)}.")
    check_var(settings)
    try:
        key = asyncio.run(_add(settings, name, roles, CustomerId(customer) if customer else None, life))
    except psycopg.Error as error:
        raise Sorry(refusal(error)) from error
    err().print(f"{name} ({', '.join(roles)}) is added. This key is shown once and kept nowhere:")
    out().print(Text(key), soft_wrap=True)


async def _add(
    settings: Settings, name: str, roles: Sequence[str], customer: CustomerId | None, life: timedelta | None
) -> str:
    url, now = await database_url(settings), SystemClock().now()
    await asyncio.to_thread(prepare, url)
    async with open_database(url, size=2) as database, database.transaction() as conn:
        added, key = await staff.add(conn, name, roles, now=now, customer=customer, life=life)
        await audit.write(conn, actor="command line", action="staff.added", subject=added, now=now, roles=list(roles))
    return key
