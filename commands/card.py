"""An approval on the screen: the row of the inbox, and the card with all that is needed to decide."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from commands.screen import age
from policy.words import money, plain

Json = dict[str, Any]
MONEY = ("total", "refunded", "amount", "price", "lifetime_value")
SHORTEST_ID = 10
STYLES = {"pending": "yellow", "approved": "green", "edited": "green", "answered": "green"}


def inbox(items: Sequence[Json], now: datetime) -> Table:
    """A row each, oldest first."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("ID", "What", "Customer", "Role", "Age", "Status"):
        table.add_column(name, no_wrap=name in ("ID", "Age"), overflow="fold")
    for item in items:
        table.add_row(
            _short(item["id"], items),
            Text(item["title"] or plain(item["tool"])),
            item["customer_id"] or "a visitor",
            _whom(item),
            age(int(item["age_seconds"])),
            _status(item, now),
        )
    return table


def _short(name: str, items: Sequence[Json]) -> str:
    """As much of an id as tells it from the others."""
    length = next(size for size in range(SHORTEST_ID, len(name) + 1) if _tells_apart(name[:size], items))
    return name[:length]


def _tells_apart(beginning: str, items: Sequence[Json]) -> bool:
    return sum(str(item["id"]).startswith(beginning) for item in items) == 1


def card(found: Json, now: datetime) -> RenderableType:
    """What, for whom, what policy says about it, what it stands on, and the very words that the customer will get."""
    parts = [
        _about(found, now),
        _clauses(found["clauses"]),
        _facts(found["facts"], found["gaps"]),
        _passages(found["passages"]),
        _transcript(found["transcript"]),
        _replies(found["replies"]),
        _history(found),
    ]
    whole = Group(*(part for part in parts if part is not None))
    return Panel(whole, title=Text(found["title"], style="bold"), title_align="left", padding=(1, 2))


def _about(found: Json, now: datetime) -> RenderableType:
    table = _grid()
    _row(table, "For", _customer(found))
    _row(table, "Because", found["reason"])
    if found["arguments"]:
        _row(table, "Details", _listed(found["arguments"], found.get("currency", "")))
    _row(table, "Decides", f"{_whom(found)}{'' if found['may_decide'] else '; not you'}")
    for label, column in (("Asked by", "asked_by"), ("Given to", "assigned_to"), ("Approved by", "first_by")):
        if found.get(column) and found[column] != "agent":
            _row(table, label, _named(found, found[column]))
    if found.get("edited"):
        _row(table, "Changed", _changes(found))
    if found.get("earlier"):
        _row(table, "Before", _earlier(found["earlier"], found))
    _row(table, "Status", _status(found, now))
    if found.get("allowed"):
        _row(table, "Without you", found["allowed"])
    _row(table, "ID", found["id"])
    return table


def _named(found: Json, actor: str) -> str:
    return str(found.get("names", {}).get(actor, actor))


def _changes(found: Json) -> str:
    """What a colleague put in, for the second to look at."""
    edited, currency = found["edited"], found.get("currency", "")
    shown = (
        f"{plain(name)} {_value(name, old, currency)} → {_value(name, new, currency)}"
        for name, (old, new) in edited["changes"].items()
    )
    return f"by {edited['name']}: {', '.join(shown)}"


def _earlier(earlier: Json, found: Json) -> str:
    """The decision that did not hold, and why."""
    who = _named(found, str(earlier["decided_by"]))
    return f"{earlier['status']} by {who}; since then changed: {', '.join(map(plain, earlier['changed']))}"


def _customer(found: Json) -> str:
    known = next((fact["value"] for fact in found["facts"] if fact["fact"] == "customer" and fact["value"]), None)
    if known is None:
        return str(found["customer_id"] or "a visitor, not signed in")
    return f"{known['name']} ({known['id']}), {known['plan']} plan, {known['tier']} tier"


def _whom(found: Json) -> str:
    return f"two of {found['role']}" if found["people"] > 1 else str(found["role"])


def _status(found: Json, now: datetime) -> Text:
    status = found["status"]
    if status != "pending":
        return Text(status, style=STYLES.get(status, "red"))
    left = int((datetime.fromisoformat(found["expires_at"]) - now).total_seconds())
    first = "approved once, " if found["first_by"] else ""
    return Text(f"{first}expires in {age(left)}", style="yellow")


def _clauses(clauses: Sequence[Json]) -> RenderableType | None:
    """What does not hold comes first."""
    if not clauses:
        return None
    table = Table.grid(padding=(0, 1))
    for clause in sorted(clauses, key=lambda clause: bool(clause["held"])):
        held = clause["held"]
        mark, style = ("✓", "green") if held else ("✗", "bold yellow")
        table.add_row(Text(mark, style=style, no_wrap=True), Text(clause["sentence"], style="" if held else "yellow"))
    return _part("Policy: ✓ is fulfilled, ✗ is why a person is asked", table)


def _facts(facts: Sequence[Json], gaps: Sequence[Json]) -> RenderableType | None:
    table = _grid()
    for fact in facts:
        value = fact["value"]
        currency = (value or {}).get("currency", "")
        said = _listed(value, currency) if value else "there is no such record"
        read = f"{fact['source']}, {age(int(fact.get('age_seconds', 0)))} ago"
        table.add_row(Text(f"{plain(fact['fact'])}\n{read}", style="dim"), Text(said))
    for gap in gaps:
        table.add_row(Text(plain(gap["fact"]), style="red"), Text(f"could not be read: {plain(gap['reason'])}"))
    return _part("Records", table) if facts or gaps else None


def _passages(passages: Sequence[Json]) -> RenderableType | None:
    lines = [Text(", ".join(name for name in (each["title"], each["heading"]) if name)) for each in passages]
    return _part("Articles", Group(*lines)) if lines else None


def _transcript(messages: Sequence[Json]) -> RenderableType | None:
    table = _grid()
    for message in messages:
        _row(table, message["author"], message["text"])
    return _part("Said so far", table) if messages else None


def _replies(replies: Json) -> RenderableType:
    table = _grid()
    for name, style in (("approve", "green"), ("reject", "red")):
        if replies.get(name):
            table.add_row(Text(f"if you {name}", style=style), Text(replies[name]))
    return _part("The customer will read", table)


def _history(found: Json) -> RenderableType | None:
    moves = found["history"]
    if len(moves) < 2:
        return None
    table = _grid()
    for move in moves:
        _row(table, moment(move["at"]), f"{plain(move['move'])} by {_named(found, move['actor'])}")
    return _part("History", table)


def _part(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(f"\n{title}", style="bold"), Padding(body, (0, 0, 0, 2)))


def _grid() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    return table


def _row(table: Table, name: str, value: str | Text) -> None:
    table.add_row(name, value if isinstance(value, Text) else Text(value))


def _listed(values: Json, currency: str) -> str:
    shown = (f"{plain(name)} {_value(name, value, currency)}" for name, value in values.items() if value is not None)
    return ", ".join(shown)


def _value(name: str, value: Any, currency: str) -> str:
    if name in MONEY and isinstance(value, int):
        return money(value, currency)
    if name.endswith("_at") or name == "since":
        return moment(str(value))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def moment(text: str) -> str:
    """An instant, to the minute, in UTC."""
    try:
        return f"{datetime.fromisoformat(text):%d %b %Y %H:%M}"
    except ValueError:
        return text
