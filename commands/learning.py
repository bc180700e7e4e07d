"""`closeloop learning`: what could be learned, with its evidence, and the decisions about it."""

import json
from typing import Any

import typer
from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from commands.approvals import staff_service
from commands.card import moment
from commands.screen import Sorry, out
from commands.service import Refused, Service
from settings import Settings

Json = dict[str, Any]
DONE = {"accept": "live", "dismiss": "dismissed", "rollback": "taken back"}
STYLES = {"proposed": "cyan", "failed": "yellow", "accepted": "green", "rolled_back": "dim", "dismissed": "dim"}
PATH = "/learning/suggestions"
SHORTEST = 6
"""Letters of an id from which it is looked for by its beginning."""


def show_list(
    settings: Settings, key: str | None, url: str | None, *, state: str, kind: str | None, as_json: bool
) -> None:
    found = staff_service(settings, key, url).get(PATH, state=state, limit=100, **({"kind": kind} if kind else {}))
    if as_json:
        out().print_json(json.dumps(found))
    elif found["items"]:
        out().print(_table(found["items"]))
    else:
        out().print("Nothing waits for a decision." if state == "open" else "There are none.")


def show(settings: Settings, key: str | None, url: str | None, given: str, *, as_json: bool) -> None:
    found = _found(staff_service(settings, key, url), given)
    if as_json:
        out().print_json(json.dumps(found))
    else:
        out().print(_whole(found))


def decide(
    settings: Settings, key: str | None, url: str | None, given: str, move: str, *, why: str, sure: bool
) -> None:
    """Shows it, asks, decides. Raises Sorry with who was first, or why the gate said no."""
    service = staff_service(settings, key, url)
    found = _found(service, given)
    if not sure:
        out().print(_whole(found))
        typer.confirm(f"{move.capitalize()} this?", abort=True)
    body = {"why": why} | ({"version": found["version"]} if move == "accept" else {})
    try:
        service.post(f"{PATH}/{found['id']}/{move}", body)
    except Refused as refused:
        reasons = refused.problem.get("gate", {}).get("reasons", [])
        raise Sorry(" ".join([refused.detail, *(each["words"] for each in reasons)])) from refused
    out().print(Text(f"{found['title']}: {DONE[move]}.", style="green"))


def forget(settings: Settings, key: str | None, url: str | None, conversation: str, *, sure: bool) -> None:
    if not sure:
        typer.confirm(f"Take away everything that was learned from {conversation}?", abort=True)
    found = staff_service(settings, key, url).post(f"/conversations/{conversation}/forget-learned")
    out().print(
        Text(f"{found['pieces']} pieces are gone. Nothing is learned from {conversation} again.", style="green")
    )


def run(settings: Settings, key: str | None, url: str | None) -> None:
    service = staff_service(settings, key, url)
    with out().status("Looking at what people taught…"):
        found = service.post("/learning/run")
    out().print(f"{found['lessons']} new lessons, {found['suggestions']} suggestions new or grown.")


def _found(service: Service, given: str) -> Json:
    """By its id, or by a beginning that only one has. Raises Sorry."""
    items = service.get(PATH, state="all", limit=100)["items"] if len(given) >= SHORTEST else []
    alike = [each["id"] for each in items if each["id"].startswith(given)]
    if len(alike) > 1:
        raise Sorry(f"{given} is the beginning of {len(alike)} suggestions; give more of the id.")
    return service.get(f"{PATH}/{alike[0] if alike else given}")


def _table(items: list[Json]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("id", "state", "kind", "for", "about"):
        table.add_column(title, overflow="fold")
    for title in ("customers", "visitors", "times"):
        table.add_column(title, justify="right")
    for each in items:
        about = Text(each["title"])
        if each["warning"]:
            about.append(f"\n{each['warning']}", style="yellow")
        counted = [str(each[name]) for name in ("customers", "visitors", "lessons")]
        state = Text(each["state"].replace("_", " "), style=STYLES.get(each["state"], ""))
        table.add_row(each["id"], state, each["kind"], each["target"] or "a new article", about, *counted)
    return table


def _whole(found: Json) -> Group:
    head = Text.assemble((found["title"], "bold"), f"  {found['kind']} for {found['target'] or 'a new article'}, ")
    head.append(found["state"].replace("_", " "), style=STYLES.get(found["state"], ""))
    said = Text(f"{found['lessons']} times, by {found['customers']} customers and {found['visitors']} visitors\n")
    if found["warning"]:
        said.append(f"{found['warning']}\n", style="yellow")
    return Group(head, said, _change(found), _gate(found["gate"]), _evidence(found), _decision(found))


def _change(found: Json) -> Text:
    change, told = found["change"], Text("Would go live\n", style="bold")
    for each in change.get("texts", []):
        told.append(f"  + {each}\n", style="green")
    if change.get("body") and not change["replaces"]:
        told.append(f"  + {change['title']}\n    {change['body']}\n", style="green")
    for each in found["overwrites"]:
        if "was" in each and "article" in each:
            told.append(f"  {each['article']}\n")
            told.append(f"  - {each['was']}\n", style="red")
            told.append(f"  + {each['becomes']}\n", style="green")
        elif each["was"] != each["becomes"]:
            told.append(
                f"    “{each['text']}” is taken for {each['was']} now ({each['probability']:.2f})\n", style="dim"
            )
    return told


def _gate(gate: Json) -> Text:
    if not gate:
        return Text()
    told = Text("Gate  ", style="bold")
    told.append(
        "lets it through\n" if gate["passed"] else "holds it back\n", style="green" if gate["passed"] else "yellow"
    )
    for each in (*gate.get("reasons", []), *gate.get("left_out", [])):
        told.append(f"  {each['words']}\n", style="yellow")
    told.append(f"  tried on {gate.get('questions', 0)} questions of which the right answer is known\n", style="dim")
    return told


def _evidence(found: Json) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("when", "from", "conversation", "asked", "people wrote"):
        table.add_column(title, overflow="fold")
    for each in found["evidence"]:
        who = each["source"] if each["verified"] else f"{each['source']}, visitor"
        table.add_row(
            moment(each["at"]),
            who,
            each["conversation_id"],
            Text(each["question"]),
            Text(each["answer"] or each["why"]),
        )
    return table


def _decision(found: Json) -> Text:
    told = Text()
    for did, by, at, why in (
        (found["state"] if not found["undone_by"] else "accepted", "decided_by", "decided_at", "why"),
        ("rolled back", "undone_by", "undone_at", "undone_why"),
    ):
        if found[by]:
            name = found["names"].get(found[by], found[by])
            told.append(f"{did} by {name}, {moment(found[at])} UTC. {found[why]}\n", style="dim")
    return told
