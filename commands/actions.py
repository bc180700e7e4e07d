"""`closeloop actions`: what was done, what nobody knows was done, and taking it back, from the command line."""

from typing import Any
from urllib.parse import quote

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from commands.card import moment
from commands.screen import Sorry, out
from commands.service import Refused, Service
from policy.words import money, plain

Json = dict[str, Any]
COLOURS = {"done": "green", "refused": "yellow", "unknown": "bold red", "reserved": "cyan"}
MEANS = {
    "done": "done",
    "refused": "not done",
    "unknown": "nobody knows: look, then settle",
    "reserved": "being carried out",
}


def show_list(service: Service, **which: str | None) -> None:
    """Open ones first, then the newest."""
    items = service.get("/actions", limit=100, **{name: value for name, value in which.items() if value})["items"]
    if not items:
        out().print("There are no such actions.")
        return
    table = Table(box=None, header_style="bold")
    for heading in ("since", "what", "of", "worth", "stands", "key"):
        table.add_column(heading, overflow="fold")
    for item in items:
        table.add_row(
            moment(item["reserved_at"]),
            plain(item["tool"]),
            item["customer_id"],
            item["worth"],
            _stands(item),
            item["key"],
        )
    out().print(table)


def show(service: Service, given: str) -> None:
    out().print(_whole(_found(service, given)))


def look(service: Service, given: str) -> None:
    """Asks the system. Raises Sorry while somebody is still at it, and with who was first."""
    looked = service.post(_path(_found(service, given), "look"))
    out().print(Text.assemble(f"{looked['key']}: ", _stands(looked), "."))
    if looked["status"] == "unknown":
        out().print("The system cannot tell. Look there yourself, then: closeloop actions settle", style="dim")


def settle(service: Service, given: str, answer: Json, *, sure: bool) -> None:
    """Shows the action, asks, records. Raises Sorry with who was first, and when."""
    found = _found(service, given)
    if not sure:
        out().print(_whole(found))
        typer.confirm(f"Record that this was {MEANS[answer['status']]}?", abort=True)
    try:
        settled = service.post(_path(found, "settle"), answer)
    except Refused as refused:
        if "settled_by" not in refused.problem:
            raise
        problem = refused.problem
        at = f", {moment(problem['at'])} UTC" if problem.get("at") else ""
        raise Sorry(f"{problem['settled_by']} recorded this first: {MEANS[problem['outcome']]}{at}.") from refused
    out().print(Text.assemble(f"{settled['key']}: ", _stands(settled), ". The customer is told."))


def undo(service: Service, given: str, reason: str, *, sure: bool) -> None:
    """Asks for it to be taken back; another colleague decides."""
    found = _found(service, given)
    if not sure:
        out().print(_whole(found))
        typer.confirm("Ask for this to be taken back?", abort=True)
    asked = service.post(_path(found, "undo"), {"reason": reason})
    out().print(f"Asked for: {plain(asked['tool'])}. Another colleague finds it in the inbox, and decides.")


def _found(service: Service, given: str) -> Json:
    """By key, by its beginning, or by the id of the list's JSON."""
    items = service.get("/actions", limit=100)["items"]
    same = [item for item in items if given in (item["key"], item["id"])]
    near = same or [item for item in items if item["key"].startswith(given)]
    if len(near) == 1:
        return service.get(f"/actions/{near[0]['id']}")
    if near:
        raise Sorry(f"More than one action begins with {given}.")
    try:
        return service.get(f"/actions/{quote(given, safe='')}")
    except Refused as refused:
        raise Sorry(f"There is no action {given} among the newest; its id finds any.") from refused


def _path(found: Json, what: str) -> str:
    return f"/actions/{found['id']}/{what}"


def _stands(item: Json) -> Text:
    if item.get("undone_by"):
        return Text("taken back", style="magenta")
    return Text(MEANS[item["status"]], style=COLOURS[item["status"]])


def _whole(found: Json) -> Group:
    facts = Table.grid(padding=(0, 2))
    worth = money(found["amount"], found["currency"]) if found["amount"] else ""
    receipt = found["receipt"] or {}
    rows = [
        ("key", found["key"]),
        ("customer", found["customer_id"]),
        ("conversation", found["conversation_id"]),
        ("with", ", ".join(f"{name} {value}" for name, value in found["arguments"].items())),
        ("worth", worth),
        ("reference", str(receipt.get("reference", ""))),
        ("takes back", (found["undoes"] or {}).get("key", "")),
        ("taken back by", (found["undone_by"] or {}).get("key", "")),
        ("can be taken back by", plain(found["undo"]) if found["undo"] else ""),
    ]
    for name, value in rows:
        if value:
            facts.add_row(Text(name, style="dim"), Text(value))
    history = Table("when", "what", "by", "", box=None, header_style="bold")
    for event in found["history"]:
        history.add_row(moment(event["at"]), plain(event["move"]), event["by"], Text(event["note"]))
    title = Text.assemble((plain(found["tool"]).capitalize(), "bold"), ": ", _stands(found))
    return Group(title, facts, Text(""), history)
