"""Read: passages of the help centre that customers may see, for each request."""

from graph import spans
from graph.deps import Deps
from graph.limits.caps import may_call
from graph.passages import carried
from graph.state import SupportState, Update
from graph.triage.page import words_of
from knowledge.search import About, Found

DOUBT = 0.6
"""How much less an article supports an answer to a question that belongs to another trade: whoever asks why a shop
declined their bank card is not helped by how we are paid, however alike the words are."""


async def retrieve(state: SupportState, deps: Deps) -> Update:
    """Searches for what decide asked for, else for each request in the customer's words."""
    step = state.get("step") or {}
    asked = [step["query"]] if step.get("kind") == "search" else [r["text"] for r in state.get("requests", [])]
    queries = list(dict.fromkeys(asked or [state["triage"]["text"]]))
    if not await may_call(deps, "search", " ".join(queries)):
        return {}
    named = "" if step.get("kind") == "search" else words_of(state.get("page", {}))
    with spans.of_tool(deps.services.tracer, "search_articles", "datastore"):
        about = About(language=state["triage"]["language"])
        found: list[Found] = [await _search(deps, query, named, about) for query in queries]
    sure = 1.0 if asked else 1 - DOUBT * deps.services.classifier.predict(queries[0]).foreign
    return {
        "passages": {
            query: [carried(hit.passage) for hit in each.hits] for query, each in zip(queries, found, strict=True)
        },
        "support": {query: sure * each.support for query, each in zip(queries, found, strict=True)},
    }


async def _search(deps: Deps, query: str, page: str, about: About) -> Found:
    """Where the page is named, "how do I export this?" is understood with its name, if that finds a better answer."""
    plain = await deps.services.search.search(query, about=about)
    there = await deps.services.search.search(f"{query} {page}", about=about) if page else plain
    return there if there.support > plain.support else plain
