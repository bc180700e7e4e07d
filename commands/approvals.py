"""`closeloop approvals`: the inbox from the command line. A decision is about the card that was shown."""

from collections.abc import Iterator, Sequence
from typing import Any

import typer
from rich.text import Text

from commands.card import card, inbox, moment
from commands.keys import staff_key
from commands.screen import Sorry, out
from commands.service import Cut, Refused, Service, Told, url_of
from commands.telling import Telling
from records.clock import SystemClock
from settings import Settings

Json = dict[str, Any]
DONE = {"approved": "approved", "edited": "approved with your changes", "rejected": "rejected", "answered": "answered"}


def staff_service(settings: Settings, key: str | None, url: str | None) -> Service:
    """Raises Sorry when there is no service, or no key."""
    where = url_of(settings, url)
    Service(url=where).get("/health")
    return Service(url=where, token=staff_key(settings, key))


def show_list(service: Service, *, status: str, queue: str | None) -> None:
    query = {"status": status, "limit": 100, **({"queue": queue} if queue else {})}
    found = _asked(service, "/approvals", **query)
    items = found["items"]
    if found.get("degraded"):
        out().print(
            "The day's tokens are spent: until tomorrow every answer is a draft (closeloop usage).", style="yellow"
        )
    if not items:
        out().print("Nothing waits for a decision." if status == "pending" else f"There are none that are {status}.")
        return
    out().print(inbox(items, SystemClock().now()))


def show(service: Service, given: str) -> None:
    out().print(card(_found(service, given), SystemClock().now()))


def decide(service: Service, given: str, answer: Json, *, changes: Sequence[str] = (), sure: bool) -> None:
    """Shows the card, asks, decides, and tells what came of it. Raises Sorry with who was first, and when."""
    found = _found(service, given)
    if found["status"] != "pending":
        raise Sorry(_decided(service, found["id"]))
    if changes:
        answer = {**answer, "args": changed(found, changes)}
    if not sure:
        out().print(card(found, SystemClock().now()))
        out().print(Text("".join(f"  with {change}\n" for change in changes), style="yellow"), end="")
        typer.confirm(f"{str(answer['type']).capitalize()} this?", abort=True)
    seen = max((event.seq for event in service.events(found["conversation_id"], follow=False)), default=0)
    decided = _decide(service, found, answer)
    if decided["status"] == "pending":
        out().print("You have approved; another person must approve it too.", style="yellow")
        return
    out().print(Text(f"{found['title']}: {DONE.get(decided['status'], decided['status'])}.", style="green"))
    _follow(service, found, seen)


def reassign(service: Service, given: str, **to: str | None) -> None:
    """Raises Sorry when nothing is named; Refused when it may not go there."""
    named = {name: value for name, value in to.items() if value}
    if not named:
        raise Sorry("Say to whom: --role, --queue or --person.")
    found = _found(service, given)
    moved = service.post(f"/approvals/{found['id']}/reassign", named)
    told = ", ".join(f"{name} {value}" for name, value in named.items())
    out().print(Text(f"{moved['title']}: now for {told}.", style="green"))


def withdraw(service: Service, given: str) -> None:
    found = _found(service, given)
    taken = service.post(f"/approvals/{found['id']}/withdraw", {})
    out().print(Text(f"{taken['title']}: taken back.", style="green"))


def changed(found: Json, changes: Sequence[str]) -> Json:
    """The whole arguments with the given `name=value` put in; a number stays a number. Raises Sorry."""
    whole = dict(found["arguments"]) or {"text": found["replies"]["approve"]}
    for change in changes:
        name, sign, value = change.partition("=")
        if not sign or name not in whole:
            raise Sorry(f"--arg takes name=value, where the name is one of {', '.join(whole)}; {change!r} is not.")
        whole[name] = _like(whole[name], name, value)
    return whole


def _like(old: Any, name: str, value: str) -> Any:
    if not isinstance(old, int):
        return value
    try:
        return int(value)
    except ValueError as error:
        raise Sorry(f"{name} is a whole number (of money, in cents), and {value!r} is not.") from error


def _decide(service: Service, found: Json, answer: Json) -> Json:
    try:
        return service.post(f"/approvals/{found['id']}/decision", {**answer, "digest": found["digest"]})
    except Refused as refused:
        if "decided_by" in refused.problem:
            raise Sorry(_decided(service, found["id"])) from refused
        raise


def _decided(service: Service, approval: str) -> str:
    """Who decided what, and when. The name stands in the conversation's events."""
    found = service.get(f"/approvals/{approval}")
    if not found["decided_at"]:
        return f"This approval is {found['status']}; there is nothing left to decide."
    events = service.events(found["conversation_id"], follow=False)
    names = [e.data.get("by") for e in events if e.kind == "decision" and e.data.get("approval") == approval]
    who = next((name for name in reversed(names) if name), found["decided_by"])
    return f"{who} decided this first: {found['status']}, {moment(found['decided_at'])} UTC."


def _follow(service: Service, found: Json, after: int) -> None:
    """What the run does with the decision, until it ends."""
    telling = Telling(out(), "The customer reads")
    try:
        for event in _of_run(service, found, after):
            telling.tell(event)
    except Cut:
        out().print("The rest happens without you.", style="dim")


def _of_run(service: Service, found: Json, after: int) -> Iterator[Told]:
    for event in service.events(found["conversation_id"], after=after):
        if event.data.get("run") == found["run_id"] and event.kind != "decision":
            yield event
            if event.kind == "finished":
                return


def _found(service: Service, given: str) -> Json:
    """By id, or by its beginning, first among those that wait."""
    try:
        return _asked(service, f"/approvals/{given}")
    except Refused as refused:
        if refused.code != 404:
            raise
    near = _beginning(service, given, "pending") or _beginning(service, given, "all")
    if len(near) != 1:
        raise Sorry(f"{'More than one approval begins' if near else 'There is no approval that begins'} with {given}.")
    return service.get(f"/approvals/{near[0]}")


def _beginning(service: Service, given: str, status: str) -> list[str]:
    items = service.get("/approvals", status=status, limit=100)["items"]
    return [item["id"] for item in items if item["id"].startswith(given)]


def _asked(service: Service, path: str, **query: Any) -> Json:
    try:
        return service.get(path, **query)
    except Refused as refused:
        if refused.code != 401:
            raise
        raise Sorry(
            "The service does not know this staff key. To make one: closeloop token staff NAME --role lead."
        ) from refused
