"""What a model may call: the procedures' tools, the look-ups, and three ways to end its turn without one of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from graph.reasoners.fixed import NOT_SOLVED
from graph.reasoners.protocol import View
from graph.state import Request
from tools.tool import Effect, Tool

ASK, HAND_OVER, SEARCH = "ask_customer", "hand_over", "search_articles"
UNSURE = "unsure"
Json = dict[str, Any]


def toolbox(view: View, due: Sequence[Request]) -> list[Json]:
    """As OpenAI's function tools, in the same order every time: first those that are always there."""
    offered = [
        *_controls(view, due),
        *(_function(tool) for tool in reads(view, due)),
        *(_function(t) for t in writes(view, due)),
    ]
    return [{"type": "function", "function": function} for function in offered]


def writes(view: View, due: Sequence[Request]) -> list[Tool]:
    """The actions that the procedures of these requests may use; none for a visitor."""
    if not view.verified:
        return []
    names = {name for request in due for name in _tools_of(view, request)}
    return [tool for tool in view.kit.actions if tool.name in names]


def serves(view: View, request: Request, tool: str) -> bool:
    """Whether the request's procedure may use this action."""
    return tool in _tools_of(view, request)


def _tools_of(view: View, request: Request) -> tuple[str, ...]:
    book = view.company.playbooks.get(request["intent"])
    return book.tools if book else ()


def reads(view: View, due: Sequence[Request]) -> list[Tool]:
    """The look-ups that the procedures speak of: facts that they need, or whose fields their rules look at."""
    books = [view.company.playbooks[request["intent"]] for request in due]
    named = {name for book in books for name in book.needs}
    for rule in (rule for book in books for rule in book.rules):
        named |= {*rule.facts, *(rule.when.variables if rule.when else ())}
    looked = [tool for tool in view.kit.tools if tool.effect is Effect.READ and tool.reads in named]
    return looked if view.verified else []


def reasons(view: View, due: Sequence[Request]) -> list[str]:
    """The reasons for which a person may be called: the procedures' own, that an earlier answer did not help, that there
    is no answer, that it is not clear."""
    books = [view.company.playbooks[r["intent"]] for r in due if r["intent"] in view.company.playbooks]
    named = [rule.because for book in books for rule in book.rules if rule.kind == "escalate" and rule.because]
    again = [NOT_SOLVED] if view.triage["again"] else []
    return [*dict.fromkeys([*named, *again, "no_article", UNSURE])]


def missing(view: View, due: Sequence[Request]) -> list[str]:
    """What a question may be about: slots of the procedures, and records that the customer can point to."""
    books = [view.company.playbooks[r["intent"]] for r in due if r["intent"] in view.company.playbooks]
    return [*dict.fromkeys(name for book in books for name in (*(slot.name for slot in book.slots), *book.ask_for))]


def _controls(view: View, due: Sequence[Request]) -> list[Json]:
    request: Mapping[str, Json] = {"request": {"type": "integer"}} if len(due) > 1 else {}
    about = missing(view, due)
    reason: dict[str, Json] = {"reason": {"type": "string", "enum": reasons(view, due)}}
    found = [
        _strict(HAND_OVER, "Gives a request to a person.", {**request, **reason}),
        _strict(SEARCH, "Searches the help centre with other words.", {"query": {"type": "string"}}),
    ]
    if about:
        words: dict[str, Json] = {"about": {"type": "string", "enum": about}, "question": {"type": "string"}}
        found.insert(0, _strict(ASK, "Asks the customer for something that only they know.", {**request, **words}))
    return found


def _strict(name: str, description: str, properties: Mapping[str, Json]) -> Json:
    """A function whose arguments an endpoint that can will hold to the schema."""
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": [*properties],
        "additionalProperties": False,
    }
    return {"name": name, "description": description, "strict": True, "parameters": schema}


def _function(tool: Tool) -> Json:
    """Optional arguments and patterns are beyond strict schemas: the arguments are checked again in any case."""
    return {"name": tool.name, "description": tool.description, "parameters": tool.schema()}
