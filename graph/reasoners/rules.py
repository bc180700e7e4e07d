"""The rules reasoner: follows the playbooks' rules and texts. No key, no network, the same answer every time."""

from collections.abc import Callable, Mapping, Sequence

from graph import agenda
from graph.guide import guided, solved
from graph.passages import cited
from graph.reading import UNREAD, readings
from graph.reasoners.excerpt import excerpt
from graph.reasoners.fixed import NOT_SOLVED, by_records, denial_of, receipt_of
from graph.reasoners.protocol import Decision, View
from graph.replies.texts import text
from graph.state import Fact, PassageState, Proposal, ReceiptState, Request, Step, VerdictState
from policy.playbook import Playbook
from policy.rules import Rule
from policy.steps import ENDS, SOLVED
from policy.words import date


class RulesReasoner:
    """Settles every request that needs no action first, then proposes; replies when nothing is left."""

    async def decide(self, view: View) -> Decision:
        if not view.requests:
            return _move(view)
        requests = list(view.requests)
        steps: list[tuple[int, Step]] = []
        for request in due_of(view):
            settled, step = consider(view, request)
            requests = agenda.with_request(requests, settled)
            steps += [(rank(view, step), step)] if step else []
        if steps:
            return Decision(step=min(steps, key=_first)[1], requests=requests)
        return Decision(step={"kind": "reply", **withdrawal(view)}, requests=requests)


def due_of(view: View) -> list[Request]:
    """The requests that something is to be done about now."""
    return [request for request in view.requests if _due(view, request)]


def _due(view: View, request: Request) -> bool:
    """Open, or waiting no longer: a person approved it."""
    if request["status"] == "open":
        return True
    card = view.approval
    approved = card is not None and card["id"] == request["approval"] and card["status"] in ("approved", "edited")
    return request["status"] == "waiting" and approved


def _first(ranked: tuple[int, Step]) -> int:
    return ranked[0]


def rank(view: View, step: Step) -> int:
    """Reads, then what may be done at once, then what a person must decide, then what a person must take over."""
    if step["kind"] != "propose":
        return 0 if step["kind"] in ("read", "search") else 3
    return 1 if view.preview(step["proposal"]) == "allow" else 2


def withdrawal(view: View) -> Step:
    """What a reply takes back, as part of its step."""
    return {"withdraw": [card.id for card in view.waiting]} if view.triage["move"] == "withdraw" else {}


def _move(view: View) -> Decision:
    """A message that asks for nothing new."""
    match view.triage["move"]:
        case "withdraw" if view.waiting:
            return Decision(step={"kind": "reply", **withdrawal(view)}, requests=[])
        case "withdraw":
            return _plain(text("nothing_to_withdraw"))
        case "status":
            return _plain(_standing(view))
        case "thanks":
            return _plain(text("greeting_done"))
        case "confirm":
            return _plain(text("confirmed"), confirmed=not view.waiting)
        case _:
            return _from_articles(view)


def _plain(said: str, *, confirmed: bool = False) -> Decision:
    request: Request = {**agenda.new_request("", 1.0, ""), "status": "done", "said": said}
    return Decision(step={"kind": "reply", "confirmed": confirmed}, requests=[request])


def _standing(view: View) -> str:
    told = [text("waiting", title=card.title, since=date(card.filed_at)) for card in view.waiting]
    return "\n".join(told) or text("nothing_waiting")


def _from_articles(view: View) -> Decision:
    """Nothing was recognised; the articles may still hold the answer."""
    request = agenda.new_request("", 1.0, view.triage["text"])
    answered = _cited(view, request, request["text"])
    if answered is None:
        return Decision(step={"kind": "escalate", "because": "nothing_like_it"}, requests=[])
    if _told_before(view, request["text"]):
        return Decision(step={"kind": "escalate", "because": NOT_SOLVED}, requests=[])
    return Decision(step={"kind": "reply"}, requests=[answered])


def consider(view: View, request: Request) -> tuple[Request, Step | None]:
    """What becomes of one open request: settled with something to say, or the step it needs."""
    fixed = by_records(view, request)
    if fixed is not None:
        return fixed
    playbook = view.company.playbooks[request["intent"]]
    receipt = receipt_of(view, request)
    if receipt is not None:
        return _done(view, playbook, request, receipt), None
    denial = denial_of(view, request)
    return _denied(request, denial) if denial is not None else _by_rules(view, playbook, request)


def _done(view: View, playbook: Playbook, request: Request, receipt: ReceiptState) -> Request:
    """What was done, from the receipt."""
    values = view.values(request) | {"receipt": receipt, "arguments": receipt["details"]}
    said = playbook.replies.done.render(values) if playbook.replies.done else None
    return {**request, "status": "done", "said": said or text("done")}


def _denied(request: Request, denial: VerdictState) -> tuple[Request, Step | None]:
    sentences = " ".join(clause["sentence"] for clause in denial["clauses"] if not clause["held"])
    said = text("denied", sentences=sentences, allowed=denial["allowed"])
    return {**request, "status": "declined", "said": said}, None


def _by_rules(view: View, playbook: Playbook, request: Request) -> tuple[Request, Step | None]:
    if request["step"] == SOLVED:
        return solved(view, playbook, request), None
    facts, gaps = view.facts_of(request), view.gaps_of(request)
    missing = next((n for n in playbook.needs if n in playbook.ask_for and _absent(facts, n)), None)
    if missing is not None:
        return {**request, "status": "asked", "asked": missing, "said": playbook.ask_for[missing]}, None
    unknown = [name for name in view.kit.sources if name not in facts]
    choice = playbook.choose(view.values(request), unknown if view.verified else (), request["step"])
    if set(choice.read) & set(gaps):
        return _without_record(view, playbook, request)
    if choice.rule is None:
        return request, {"kind": "read", "reads": readings(view.kit, request, choice.read)}
    return _KINDS[choice.rule.kind](view, playbook, request, choice.rule)


def _without_record(view: View, playbook: Playbook, request: Request) -> tuple[Request, Step | None]:
    """A record that counts cannot be read: an article may still say where to look, and else a person does."""
    last = playbook.rules[-1]
    if last.kind != "answer":
        return request, {"kind": "escalate", "because": UNREAD}
    told, step = _answer(view, playbook, request, last)
    return (
        (told, step) if step is None or step["kind"] == "search" else (request, {"kind": "escalate", "because": UNREAD})
    )


def _absent(facts: Mapping[str, Fact], name: str) -> bool:
    return name in facts and facts[name]["value"] is None


def _call(view: View, playbook: Playbook, request: Request, rule: Rule) -> tuple[Request, Step | None]:
    arguments = rule.arguments_of(view.values(request))
    proposal: Proposal = {
        "request": request["id"],
        "intent": request["intent"],
        "tool": rule.tool,
        "arguments": arguments or {},
        "reason": f"{playbook.title}: {rule.when.source if rule.when else 'the last rule'}",
    }
    return request, {"kind": "propose", "proposal": proposal}


def _ask(view: View, playbook: Playbook, request: Request, rule: Rule) -> tuple[Request, Step | None]:
    slot = playbook.slot(rule.slot)
    told = rule.say.render(view.values(request)) if rule.say else None
    said = " ".join(part for part in (told, slot.ask if slot else "") if part)
    return {**request, "status": "asked", "asked": rule.slot, "said": said}, None


def _guide(view: View, playbook: Playbook, request: Request, rule: Rule) -> tuple[Request, Step | None]:
    """Through the steps; from their end the rules go on."""
    if playbook.guide is None:
        return _escalate(view, playbook, request, rule)
    aside = _cited(view, request, view.triage["text"])
    moved, step = guided(view, playbook.guide, request, aside)
    return _by_rules(view, playbook, moved) if moved["step"] in ENDS else (moved, step)


def _say(view: View, _playbook: Playbook, request: Request, rule: Rule) -> tuple[Request, Step | None]:
    said = rule.say.render(view.values(request)) if rule.say else None
    return {**request, "status": "done", "said": said or text("done")}, None


def _answer(view: View, playbook: Playbook, request: Request, _rule: Rule) -> tuple[Request, Step | None]:
    for query in (request["text"], playbook.search):
        answered = _cited(view, request, query)
        if answered is not None and _told_before(view, query):
            return request, {"kind": "escalate", "because": NOT_SOLVED}
        if answered is not None:
            return answered, None
    if playbook.search and playbook.search not in view.support:
        return request, {"kind": "search", "query": playbook.search}
    return request, {"kind": "escalate", "because": "no_article"}


def _escalate(view: View, _playbook: Playbook, request: Request, rule: Rule) -> tuple[Request, Step | None]:
    told = rule.say.render(view.values(request)) if rule.say else None
    return {**request, "said": told or request["said"]}, {"kind": "escalate", "because": rule.because}


def _told_before(view: View, query: str) -> bool:
    """Whether the customer says that it is not solved, and an article that they were sent to then is among those found:
    what stands beside it is about the same thing."""
    sent_to = {_article(passage) for passage in view.told}
    return view.triage["again"] and any(_article(found["id"]) in sent_to for found in view.passages.get(query, ()))


def _article(passage: str) -> str:
    return passage.partition("#")[0]


def _cited(view: View, request: Request, query: str) -> Request | None:
    """The best passage, in the article's own words, with its source; None when the articles do not answer."""
    passages: Sequence[PassageState] = view.passages.get(query, ())
    if not passages or view.support[query] < view.company.thresholds.support:
        return None
    best = passages[0]
    return {**request, "status": "done", "said": excerpt(best["text"]), "citations": [cited(best)]}


_KINDS: dict[str, Callable[[View, Playbook, Request, Rule], tuple[Request, Step | None]]] = {
    "call": _call,
    "ask": _ask,
    "guide": _guide,
    "say": _say,
    "answer": _answer,
    "escalate": _escalate,
}
