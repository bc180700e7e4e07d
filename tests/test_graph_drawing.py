"""The drawing is the flow: whoever changes the flow changes this page too."""

from graph.build import build
from graph.deps import Services

DRAWING = """\
graph TD;
	__start__ --> classify;
	act --> decide;
	check_entitlement -.-> act;
	check_entitlement -.-> decide;
	check_entitlement -.-> request_approval;
	classify -.-> gather_context;
	classify -.-> retrieve;
	decide -.-> check_entitlement;
	decide -.-> escalate;
	decide -.-> gather_context;
	decide -.-> reply;
	decide -.-> retrieve;
	gather_context --> decide;
	human_approval -.-> __end__;
	human_approval -.-> check_entitlement;
	human_approval -.-> escalate;
	human_approval -.-> reply;
	reply -.-> __end__;
	reply -.-> request_approval;
	request_approval --> human_approval;
	retrieve --> decide;
	escalate --> __end__;
"""


class Closed(Exception):
    """The services are not open."""


def nothing_open() -> Services:
    raise Closed


def test_the_graph_is_drawn_without_opening_anything() -> None:
    assert build(nothing_open).compile().get_graph().draw_mermaid(with_styles=False) == DRAWING
