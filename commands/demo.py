"""What `closeloop serve --demo` adds: a team of staff whose keys are kept, and a screen that says how to try it all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from commands.keys import STAFF_FILE, read_staff, write_staff
from commands.screen import command_line, out
from commands.service import url_of
from records import audit, staff
from records.clock import Clock
from records.database import Database
from records.ids import CustomerId
from records.sql import Connection
from settings import Settings
from web.tokens import Tokens

TEAM = (("Sofia Reyes", "support"), ("Bram Visser", "billing"), ("Leonie Okoro", "lead"))
CUSTOMER = CustomerId("cus_ada")
TOKEN_LIFE = timedelta(hours=12)
CURL = (
    'curl -sN -H "Authorization: Bearer $TOKEN" -H "Accept: text/event-stream" -H "Content-Type: application/json" '
    '-d \'{"text": "I was charged twice for my subscription"}\' '
    '"$URL$(curl -sX POST -H "Authorization: Bearer $TOKEN" "$URL/conversations" '
    "| grep -o '/conversations/[^\"]*/messages')\""
)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One of the demo's staff."""

    name: str
    roles: list[str]
    key: str = field(repr=False)


async def demo_team(database: Database, var: Path, clock: Clock) -> list[Member]:
    """The same people with the same keys at every start; made where the database does not know them."""
    kept = {member["name"]: Member(**member) for member in read_staff(var)}
    async with database.transaction() as conn:
        team = [await _member(conn, name, role, kept.get(name), clock) for name, role in TEAM]
        write_staff(var, [vars(member) for member in team])
    return team


async def _member(conn: Connection, name: str, role: str, kept: Member | None, clock: Clock) -> Member:
    if kept is not None and await staff.by_key(conn, kept.key, now=clock.now()) is not None:
        return kept
    added, key = await staff.add(conn, name, [role], now=clock.now())
    await audit.write(conn, actor="demo", action="staff.added", subject=added, now=clock.now())
    return Member(name=name, roles=[role], key=key)


def welcome(settings: Settings, company: str, tokens: Tokens, team: Sequence[Member]) -> None:
    """Lines that are meant to be copied are never broken."""
    screen, closeloop, url = out(), command_line(settings), url_of(settings)
    screen.print()
    screen.print(Panel(Text.assemble((company, "bold"), "'s support is open at ", (url, "bold cyan")), expand=False))
    screen.print()
    _part(
        screen,
        "Write as a customer",
        f'{closeloop} chat --as cus_ada "Order ord_1001 never came, I want my money back"',
    )
    _part(
        screen,
        "Ask for more than the agent may give alone",
        f'{closeloop} chat --as cus_ben "Order ord_1002 is late, I want a refund"',
    )
    _part(screen, "Decide as staff", f"{closeloop} approvals list", f"{closeloop} approvals approve apr_…")
    _part(screen, "With curl", f"URL={url}", f"TOKEN={tokens.for_customer(CUSTOMER, TOKEN_LIFE)}", CURL)
    screen.print(_keys(team))
    kept = settings.var / STAFF_FILE
    screen.print(f"The token is cus_ada's, for 12 hours. The keys are kept in {kept}.", style="dim")
    screen.print(
        "The other customers are in docs/systems.md, the doors on the page at the address above. Ctrl-C stops it.\n",
        style="dim",
    )


def _part(screen: Console, title: str, *lines: str) -> None:
    screen.print(Text(title, style="bold"))
    for line in lines:
        screen.print(Text(f"  {line}", style="green"), soft_wrap=True)
    screen.print()


def _keys(team: Sequence[Member]) -> Padding:
    table = Table("Staff", "Role", "Key", box=None, header_style="bold", pad_edge=False)
    for member in team:
        table.add_row(member.name, ", ".join(member.roles), Text(member.key, style="green", no_wrap=True))
    return Padding(table, (0, 0, 1, 0))
