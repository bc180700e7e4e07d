"""The flow: every node and every edge, and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from langchain_core.runnables import RunnableConfig
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime
from typing_extensions import TypedDict

from graph import routes
from graph.deps import Deps, Services
from graph.nodes.act import act
from graph.nodes.check_entitlement import check_entitlement
from graph.nodes.classify import classify
from graph.nodes.decide import decide
from graph.nodes.escalate import escalate
from graph.nodes.gather_context import gather_context
from graph.nodes.human_approval import human_approval
from graph.nodes.reply import reply
from graph.nodes.request_approval import request_approval
from graph.nodes.retrieve import retrieve
from graph.state import SupportState, Update
from records.ids import RunId

RESUMED_WITH = "closeloop_resumed_with"
"""The key under `configurable` where the LangGraph API's door writes, over whatever stands there, the call's resume value."""

Flow = StateGraph[SupportState, "Context", SupportState, SupportState]


class Context(TypedDict, total=False):
    """What a caller of the LangGraph API may say: on behalf of which customer, by that customer's own signed token."""

    customer_token: str


def build(services: Callable[[], Services]) -> Flow:
    """The graph, not compiled: the service compiles it with its saver, Studio with its own. `services` is asked at every
    node, because Studio loads the graph before the application is open."""
    flow: Flow = StateGraph(SupportState, context_schema=Context)
    add = _adder(flow, services)
    add("classify", classify)  # model: what the customer wants
    add("gather_context", gather_context)  # read: one fact
    add("retrieve", retrieve)  # read: passages of articles
    add("decide", decide)  # model: the next step
    add("check_entitlement", check_entitlement)  # rule: policy's verdict on a proposal
    add("request_approval", request_approval)  # inbox: files a card
    add("human_approval", human_approval)  # human: waits
    add("act", act)  # write: the only caller of WRITE tools
    add("reply", reply)  # answers the customer
    add("escalate", escalate)  # hands over to a person

    flow.add_edge(START, "classify")
    flow.add_conditional_edges("classify", routes.after_classify, ["gather_context", "retrieve"])
    flow.add_edge("gather_context", "decide")
    flow.add_edge("retrieve", "decide")
    flow.add_conditional_edges(
        "decide", routes.after_decide, ["gather_context", "retrieve", "check_entitlement", "reply", "escalate"]
    )
    flow.add_conditional_edges(
        "check_entitlement", routes.after_check_entitlement, ["act", "request_approval", "decide"]
    )
    flow.add_edge("request_approval", "human_approval")
    flow.add_conditional_edges(
        "human_approval", routes.after_human_approval, ["check_entitlement", "reply", "escalate", END]
    )
    flow.add_edge("act", "decide")
    flow.add_conditional_edges("reply", routes.after_reply, ["request_approval", END])
    flow.add_edge("escalate", END)
    return flow


class Node(Protocol):
    """What a node is: state in, update out."""

    def __call__(self, state: Any, deps: Deps) -> Awaitable[Update]: ...


def _adder(flow: Flow, services: Callable[[], Services]) -> Callable[[str, Node], None]:
    def add(name: str, node: Node) -> None:
        async def call(state: Any, config: RunnableConfig, runtime: Runtime[Context]) -> Update:
            deps = _deps(services(), config, runtime)
            deps.services.fault(f"{name}:start")
            update = await node(state, deps)
            deps.services.fault(f"{name}:end")
            return update

        flow.add_node(name, call)  # type: ignore[call-overload] # the stubs know no node with both config and runtime

    return add


def _deps(services: Services, config: RunnableConfig, runtime: Runtime[Context]) -> Deps:
    given = config.get("configurable", {})
    user = given.get("langgraph_auth_user")
    return Deps(
        services=services,
        run_id=RunId(str(given["thread_id"])),
        caller=str(user["identity"]) if user else None,
        resumed_with=given.get(RESUMED_WITH),
        customer_token=(runtime.context or {}).get("customer_token", ""),
        emit=runtime.stream_writer,
    )
