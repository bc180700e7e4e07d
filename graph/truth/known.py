"""The records that a reply about one request may name. Whatever is not here, no slot can say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from langchain_core.messages import HumanMessage
from typing_extensions import TypedDict

from graph.reading import of_request
from graph.reasoners.protocol import View
from graph.state import PassageState, Request
from graph.truth.grounding import Vectors
from graph.truth.tongues import tongue
from records.approvals import Approval
from records.handoffs import Handoff
from records.ledger import Entry
from tools.kit import Kit
from tools.money import MONEY

ValueKind = Literal["text", "texts", "number", "money", "moment"]


@dataclass(frozen=True, kw_only=True)
class Value:
    """A field of a record. Money is in minor units of `currency`; a moment is ISO 8601 text."""

    kind: ValueKind
    value: Any
    currency: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """`receipts` by ledger key, `cards` and `handoffs` by id, all of this customer and this conversation; `facts` by
    `name.field`, those that customers may be shown; `passages` by id, and `carried`: those that may be told in other words, because the search that found them was
    likely answered by them; `vectors` tells how near two sentences are. `playbook`: the company's own words here, ""
    when its playbook says nothing. `calls`: booked calls by id, when they begin. `tongues`: the languages in which the
    customer clearly wrote."""

    receipts: Mapping[str, Entry] = field(default_factory=dict)
    cards: Mapping[str, Approval] = field(default_factory=dict)
    handoffs: Mapping[str, Handoff] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Value] = field(default_factory=dict)
    passages: Mapping[str, PassageState] = field(default_factory=dict)
    carried: frozenset[str] = frozenset()
    vectors: Vectors | None = None
    playbook: str = ""
    citations: Sequence[dict[str, Any]] = ()
    tongues: frozenset[str] = frozenset()
    now: datetime | None = None


class Found(TypedDict):
    passages: Mapping[str, PassageState]
    carried: frozenset[str]
    tongues: frozenset[str]


def found_in(view: View, intent: str) -> Found:
    """What the run's searches found, and which of it carries an answer about this intent ("": none was recognised); and
    in which languages the customer wrote."""
    least = view.company.sure(intent).support
    sure = [found for query, found in view.passages.items() if view.support.get(query, 0.0) >= least]
    return {
        "passages": {passage["id"]: passage for found in view.passages.values() for passage in found},
        "carried": frozenset(passage["id"] for found in sure for passage in found),
        "tongues": frozenset(filter(None, map(tongue, _words_of_customer(view)))),
    }


def _words_of_customer(view: View) -> list[str]:
    """What this run answers, and what they wrote before."""
    said = [message.text for message in view.messages if isinstance(message, HumanMessage)]
    return list(dict.fromkeys([view.triage["text"], *said]))


def facts_shown(view: View, request: Request) -> dict[str, Value]:
    """The fields of the facts that concern this request and that the customer may see, by `name.field`."""
    found: dict[str, Value] = {}
    for name, fact in of_request(view.kit, view.facts, request).items():
        record = fact["value"]
        if record is None or not fact["visible"] or not view.kit.sources[name].visible:
            continue
        kinds, hidden = kinds_of(view.kit, name), view.kit.sources[name].hidden
        for each, value in record.items():
            if value is not None and each in kinds and each not in hidden:
                currency = str(record.get("currency") or view.company.currency)
                found[f"{name}.{each}"] = Value(kind=kinds[each], value=value, currency=currency)
    return found


def calls_shown(facts: Mapping[str, Value]) -> dict[str, str]:
    """Calls that are booked and still to come."""
    names = {name.partition(".")[0] for name in facts}
    fields = ("id", "status", "starts_at")
    calls = [{each: facts.get(f"{name}.{each}") for each in fields} for name in names]
    return {
        str(call["id"].value): str(call["starts_at"].value)
        for call in calls
        if call["id"] and call["starts_at"] and call["status"] and call["status"].value == "booked"
    }


def kinds_of(kit: Kit, name: str) -> dict[str, ValueKind]:
    """What kind each field of a fact is of; those that cannot be said to anybody are left out. A bare number of a fact
    that has a currency, but no field marked as money, may be money: it is left out too."""
    return _kinds_of(kit.facts[name])


@cache
def _kinds_of(fact: type) -> dict[str, ValueKind]:
    hints = {name: hint for name, hint in get_type_hints(fact, include_extras=True).items() if name != "revision"}
    found = {name: _kind(hint) for name, hint in hints.items()}
    unmarked = "currency" in hints and "money" not in found.values()
    return {name: kind for name, kind in found.items() if kind and not (unmarked and kind == "number")}


def _kind(hint: Any) -> ValueKind | None:
    inner = [each for each in get_args(hint) if each is not type(None)]
    if hasattr(hint, "__metadata__"):
        return "money" if MONEY in hint.__metadata__ else _kind(inner[0])
    if get_origin(hint) is list:
        return "texts"
    if len(inner) == 1:
        return _kind(inner[0])
    plain: dict[Any, ValueKind] = {str: "text", int: "number", float: "number", datetime: "moment"}
    return plain.get(hint)
