"""The cells of the kill matrix: what is killed, where, while which action is under way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["server", "worker"]
KINDS: tuple[Kind, ...] = ("server", "worker")
ACCEPTED, DECIDED = "web:accepted", "web:decided"
"""Right after the service has answered 2xx to the message, or to the decision."""
START = ("driver:attempt",)
READ = ("classify", "gather_context", "retrieve")
ACT = (
    "act:start",
    "act:before_reserve",
    "act:after_reserve",
    "act:after_call",
    "act:after_record",
    "act:end",
)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`says` by `customer` leads to one call of `tool`, which is of this `idempotency` and whose effects are counted at
    `system`; "" where nothing is done. `approved`: a person has to approve first."""

    name: str
    idempotency: str
    customer: str
    says: str
    tool: str
    system: str
    approved: bool
    points: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """`kind`: the process that dies. A server works as well; beside a worker there is a server that only serves."""

    scenario: Scenario
    kind: Kind
    point: str


def _around(*nodes: str) -> tuple[str, ...]:
    return tuple(f"{node.partition('#')[0]}:{edge}{_time(node)}" for node in nodes for edge in ("start", "end"))


def _time(node: str) -> str:
    return f"#{node.partition('#')[2]}" if "#" in node else ""


_DONE_AT_ONCE = (
    ACCEPTED,
    *START,
    *_around(*READ, "decide", "check_entitlement"),
    *ACT,
    *_around("decide#2", "reply"),
)
_APPROVED = (
    ACCEPTED,
    *START,
    *_around(*READ, "decide", "check_entitlement", "request_approval"),
    "human_approval:start",
    DECIDED,
    "driver:attempt#2",
    "human_approval:start#2",
    "human_approval:end",
    *_around("check_entitlement#2"),
    *ACT,
    *_around("decide#2", "reply"),
)

REFUND = Scenario(
    name="refund with approval",
    idempotency="keyed",
    customer="cus_ben",
    says="My parcel never came, give me my money back",
    tool="issue_refund",
    system="billing",
    approved=True,
    points=_APPROVED,
)
ADDRESS = Scenario(
    name="change of address",
    idempotency="lookup",
    customer="cus_dee",
    says="Please send order ord_1004 to a different address. The new address is 12 Harbour Street, Leeds LS1 4AB",
    tool="change_address",
    system="commerce",
    approved=False,
    points=_DONE_AT_ONCE,
)
BUG = Scenario(
    name="bug report",
    idempotency="blind",
    customer="cus_gus",
    says="I found a bug: the dashboards page shows error 500 whenever I save a new chart; I expected it to be saved.",
    tool="file_bug",
    system="tracker",
    approved=False,
    points=_DONE_AT_ONCE,
)
PERSON = Scenario(
    name="request for a person",
    idempotency="none",
    customer="cus_ada",
    says="I want to talk to a person",
    tool="",
    system="",
    approved=False,
    points=(ACCEPTED, *START, *_around(*READ, "decide", "escalate")),
)
SCENARIOS = (REFUND, ADDRESS, BUG, PERSON)


def all_cells() -> Iterator[Cell]:
    """The whole matrix, the telling points of every scenario first to last as a run meets them."""
    for scenario in SCENARIOS:
        for point in scenario.points:
            for kind in KINDS:
                yield Cell(scenario=scenario, kind=kind, point=point)
