"""`closeloop gaps` and `closeloop report`: what is missing, and how the week went."""

import json
from typing import Any

from rich import box
from rich.table import Table
from rich.text import Text

from commands.approvals import staff_service
from commands.screen import out
from settings import Settings

Json = dict[str, Any]
ARROWS = {"new": "new", "rising": "↑", "falling": "↓", "steady": "→"}


def show(settings: Settings, key: str | None, url: str | None, *, days: int, as_json: bool) -> None:
    """Prints the three tables. Raises Sorry with what the service says."""
    found = staff_service(settings, key, url).get("/knowledge/gaps", days=days)
    if as_json:
        out().print_json(json.dumps(found))
        return
    _missing(found["missing"], days)
    _articles(found["articles"])
    _backlog(found["backlog"], "Why the agent hands over")


def report(settings: Settings, key: str | None, url: str | None, *, as_json: bool) -> None:
    found = staff_service(settings, key, url).get("/knowledge/report")
    if as_json:
        out().print_json(json.dumps(found))
        return
    share = f", {found['resolved'] / found['conversations']:.0%}" if found["conversations"] else ""
    out().print(
        f"Since {found['since'][:10]}: {found['conversations']} conversations, {found['resolved']} called resolved by their"
        f" customers{share}."
    )
    for each in found["outcomes"]:
        out().print(f"  {each['outcome'].replace('_', ' ')}: {each['conversations']} conversations")
    _backlog(found["not_resolved"], "What was not resolved, and why")
    _missing(found["missing"], 7)
    _articles(found["articles"])


def _missing(items: list[Json], days: int) -> None:
    if not items:
        out().print(f"Whatever was asked in {days} days, an article or a playbook answered.")
        return
    table = _table(f"Asked in {days} days, and answered by no article", "about", "for example", "conversation")
    for title in ("customers", "visitors", "asked", "trend", "handoffs"):
        table.add_column(title, justify="right")
    for each in items:
        counted = [str(each[name]) for name in ("customers", "visitors", "questions")]
        first = next(iter(each["conversations"]), "")
        table.add_row(
            Text(each["topic"]),
            Text(each["examples"][0]),
            first,
            *counted,
            ARROWS[each["trend"]],
            str(each["handoffs"]),
        )
    out().print(table)


def _articles(items: list[Json]) -> None:
    if not items:
        return
    table = _table("Articles to look at", "article", "because")
    for title in ("cited", "not solved", "reopened", "rated low", "corrected", "days old"):
        table.add_column(title, justify="right")
    for each in items:
        counted = ("cited", "not_solved", "reopened", "rated_low", "corrected", "age_days")
        table.add_row(each["article"], ", ".join(each["because"]), *[str(each[name]) for name in counted])
    out().print(table)


def _backlog(items: list[Json], title: str) -> None:
    if not items:
        out().print("Nothing was handed over.")
        return
    table = _table(title, "reason", "intent", "what would spare it")
    for name in ("handoffs", "trend", "customers", "minutes"):
        table.add_column(name, justify="right")
    for each in items:
        waited = "" if each["waited"] is None else f"{each['waited']:.0f}"
        counted = [str(each["handoffs"]), ARROWS[each["trend"]], str(each["customers"]), waited]
        table.add_row(each["reason"].replace("_", " "), each["intent"], each["remedy"], *counted)
    out().print(table)


def _table(title: str, *columns: str) -> Table:
    table = Table(
        title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), title_style="bold"
    )
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
