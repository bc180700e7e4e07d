"""How much one caller, and one run, may use: `usage` in company.yaml. Everything has a default that no person reaches."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from limits import parse_many

from policy.models import ModelUsage, models_of
from policy.source import Node, unknown_names

Act = Literal["messages", "conversations", "decisions", "requests"]
"""What a caller does: write, open a conversation, decide an approval, or anything else."""

Who = Literal["customer", "visitor", "staff", "address"]
"""Who does it: a signed-in customer, somebody who is not (by their conversation), a staff key, a network address."""

UNLIMITED = "unlimited"


@dataclass(frozen=True, kw_only=True)
class Rate:
    """`amount` times within any `seconds`."""

    amount: int
    seconds: int


Rates = Mapping[Act, Mapping[Who, tuple[Rate, ...]]]


def _a_minute(amount: int) -> tuple[Rate, ...]:
    return (Rate(amount=amount, seconds=60),)


RATES: Rates = {
    "messages": {"customer": _a_minute(30), "visitor": _a_minute(20), "address": _a_minute(300)},
    "conversations": {"customer": _a_minute(30), "address": _a_minute(60)},
    "decisions": {"staff": _a_minute(120), "address": _a_minute(600)},
    "requests": {
        "customer": _a_minute(300),
        "visitor": _a_minute(300),
        "staff": _a_minute(1200),
        "address": _a_minute(2400),
    },
}
STREAMS: Mapping[Who, int] = {"customer": 10, "visitor": 5, "staff": 50, "address": 200}


@dataclass(frozen=True, kw_only=True)
class RunCaps:
    """What one run may use before a person gets it. `steps`: visits to decide. `calls`: look-ups and searches;
    `same_call`: of these, or of denied proposals, the same one. `actions`: on the ledger. `tokens`: of a language model.
    `messages`, `characters`: what the customer wrote that it answers."""

    steps: int = 12
    calls: int = 80
    same_call: int = 3
    actions: int = 8
    tokens: int = 200_000
    messages: int = 20
    characters: int = 40_000


@dataclass(frozen=True, kw_only=True)
class OpenCaps:
    """What one customer may have open. `conversations`: written in and not answered yet, of the last day. `runs`:
    unfinished; what comes on top goes to a person."""

    conversations: int = 50
    runs: int = 20


@dataclass(frozen=True, kw_only=True)
class Usage:
    """`streams`: event streams held open at once, in one process. `models`: what language models may take in a day."""

    rates: Rates = field(default_factory=lambda: RATES)
    streams: Mapping[Who, int] = field(default_factory=lambda: STREAMS)
    run: RunCaps = RunCaps()
    open: OpenCaps = OpenCaps()
    models: ModelUsage = field(default_factory=ModelUsage)


def usage_of(node: Node | None) -> Usage:
    """The `usage` of company.yaml; whatever it leaves out has its default."""
    if node is None:
        return Usage()
    node.only("rates", "streams", "run", "open", "models")
    rates, streams, run, opened = (node.get(name) for name in ("rates", "streams", "run", "open"))
    return Usage(
        rates=_rates_of(rates) if rates else RATES,
        streams={**STREAMS, **_streams_of(streams)} if streams else STREAMS,
        run=_caps_of(run, RunCaps()) if run else RunCaps(),
        open=_caps_of(opened, OpenCaps()) if opened else OpenCaps(),
        models=models_of(node.get("models")),
    )


def _rates_of(node: Node) -> Rates:
    unknown_names(node, RATES, "act")
    found: dict[Act, Mapping[Who, tuple[Rate, ...]]] = {}
    for act, usual in RATES.items():
        written = node.get(act)
        found[act] = {**usual, **_of_callers(written, act)} if written else usual
    return found


def _of_callers(node: Node, act: Act) -> dict[Who, tuple[Rate, ...]]:
    unknown_names(node, RATES[act], "caller")
    return {who: _rate_of(entry) for who in RATES[act] if (entry := node.get(who))}


def _rate_of(node: Node) -> tuple[Rate, ...]:
    """One or more, such as `30/minute, 200/hour`; none for `unlimited`."""
    text = node.text()
    if not text or text == UNLIMITED:
        return ()
    try:
        items = parse_many(text)
    except ValueError:
        items = []
    if not items or any(item.amount < 1 for item in items):
        node.fail(f"not a rate, such as 30/minute or 30/minute, 200/hour; or {UNLIMITED}")
        return ()
    return tuple(Rate(amount=item.amount, seconds=item.get_expiry()) for item in items)


def _streams_of(node: Node) -> dict[Who, int]:
    unknown_names(node, STREAMS, "caller")
    return {who: entry.integer(at_least=1) for who in STREAMS if (entry := node.get(who))}


def _caps_of(node: Node, usual: Any) -> Any:
    names = [each.name for each in fields(usual)]
    node.only(*names)
    return replace(usual, **{name: entry.integer(at_least=1) for name in names if (entry := node.get(name))})
