"""The agenda: what a conversation still owes its customer. It outlives the runs; each run takes up what it can."""

from collections.abc import Sequence
from typing import Any, cast

from graph.state import Request
from records.ids import new_id

OWED = ("open", "asked", "waiting")


def new_request(intent: str, probability: float, text: str) -> Request:
    return Request(
        id=new_id("req"),
        intent=intent,
        probability=probability,
        text=text,
        slots={},
        focus={},
        status="open",
        asked="",
        step="",
        tries=0,
        said="",
        citations=[],
        approval="",
    )


def asked(agenda: Sequence[dict[str, Any]]) -> list[Request]:
    """The requests whose question the customer's next message may answer."""
    return [_read(item) for item in agenda if item["status"] == "asked"]


def left_open(agenda: Sequence[dict[str, Any]]) -> list[Request]:
    """The requests that no run has got to yet."""
    return [_read(item) for item in agenda if item["status"] == "open"]


def _read(item: dict[str, Any]) -> Request:
    """A request from before there were steps is at none."""
    return cast(Request, {"step": "", "tries": 0, **item})


def without_open(agenda: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The agenda when nobody is to go on with what is open."""
    return [item for item in agenda if item["status"] != "open"]


def without_card(agenda: Sequence[dict[str, Any]], approval: str) -> list[dict[str, Any]]:
    """The agenda when nobody waits for this card any more."""
    return [item for item in agenda if item["status"] != "waiting" or item["approval"] != approval]


def rewritten(agenda: Sequence[dict[str, Any]], requests: Sequence[Request]) -> list[dict[str, Any]]:
    """The agenda after a run: its own requests as it leaves them, everybody else's as they were."""
    own = {request["id"] for request in requests}
    others = [item for item in agenda if item["id"] not in own]
    return [*others, *(cast(dict[str, Any], request) for request in requests if request["status"] in OWED)]


def without(request: Request, *names: str) -> Request:
    """The request without what it need not have: `planned`, or `stopped` and `original`."""
    left = {name: value for name, value in request.items() if name not in names}
    return cast(Request, left)


def with_request(requests: Sequence[Request], changed: Request) -> list[Request]:
    """The requests, one of them replaced."""
    return [changed if request["id"] == changed["id"] else request for request in requests]
