"""Which facts a run reads, and where it keeps them: two requests about two orders read two orders, about one only one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from graph.state import Fact, Reading, Request
from policy.company import Company
from tools.kit import Kit
from tools.sources import FactRead

ALWAYS_READ = "customer"
UNREAD = "records_unavailable"
"""Why a person looks: a record that counts could not be read, which is not the same as one that there is not."""
T = TypeVar("T")


def needed(company: Company, kit: Kit, requests: Sequence[Request], *, verified: bool) -> list[Reading]:
    """What the requests' playbooks need; nothing for a visitor, about whom nothing is known."""
    if not verified:
        return []
    always = [reading(kit, ALWAYS_READ, {})] if ALWAYS_READ in kit.sources else []
    books = [(request, company.playbooks.get(request["intent"])) for request in requests]
    wanted = [reading(kit, name, focus_of(request)) for request, book in books if book for name in book.needs]
    return once([*always, *wanted])


def fact_of(read: FactRead) -> Fact:
    """As the state keeps it."""
    return Fact(
        fact=read.fact,
        source=read.source,
        read_at=read.read_at.isoformat(),
        visible=read.visible,
        value=read.value,
    )


def judged_on(facts: Iterable[FactRead], digest: str) -> dict[str, Fact]:
    """The fresh records that a proposal was judged on, at places of their own: no request's facts change under it, but a
    reply may name what the verdict named."""
    return {f"{read.fact}@{digest[:12]}": fact_of(read) for read in facts}


def readings(kit: Kit, request: Request, names: Iterable[str]) -> list[Reading]:
    """These facts, as they concern one request."""
    return once(reading(kit, name, focus_of(request)) for name in names if name in kit.sources)


def reading(kit: Kit, name: str, focus: Mapping[str, str]) -> Reading:
    source = kit.sources[name]
    seen = {key: focus[key] for key in source.focus if focus.get(key)}
    return Reading(fact=name, focus=seen, place=source.place(name, seen))


def once(wanted: Iterable[Reading]) -> list[Reading]:
    return list({each["place"]: each for each in wanted}.values())


def focus_of(request: Request) -> dict[str, str]:
    """What a request is about: what the customer answered, and the ids they mentioned."""
    return request["slots"] | request["focus"]


def of_request(kit: Kit, kept: Mapping[str, T], request: Request | None) -> dict[str, T]:
    """What is kept (facts, or gaps) by the fact's name, as it concerns this request."""
    focus = focus_of(request) if request else {}
    places = {name: source.place(name, focus) for name, source in kit.sources.items()}
    return {name: kept[place] for name, place in places.items() if place in kept}


def values_of(kit: Kit, facts: Mapping[str, Fact], request: Request | None) -> dict[str, Any]:
    """The facts that were found, as they concern this request, by name."""
    mine = of_request(kit, facts, request)
    return {name: fact["value"] for name, fact in mine.items() if fact["value"] is not None}
