"""Read: passages of the help centre that customers may see, for each request."""

from graph.deps import Deps
from graph.state import PassageState, SupportState, Update
from knowledge.search import Found, Hit


async def retrieve(state: SupportState, deps: Deps) -> Update:
    """Searches for what decide asked for, else for each request in the customer's words."""
    step = state.get("step") or {}
    asked = [step["query"]] if step.get("kind") == "search" else [r["text"] for r in state.get("requests", [])]
    queries = list(dict.fromkeys(asked or [state["triage"]["text"]]))
    found: list[Found] = [await deps.services.search.search(query) for query in queries]
    return {
        "passages": {query: [_told(hit) for hit in each.hits] for query, each in zip(queries, found, strict=True)},
        "support": {query: each.support for query, each in zip(queries, found, strict=True)},
    }


def _told(hit: Hit) -> PassageState:
    passage = hit.passage
    return {
        "id": passage.id,
        "title": passage.title,
        "heading": passage.heading,
        "url": passage.url,
        "text": passage.text,
    }
