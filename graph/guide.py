"""How a customer is taken through a playbook's steps: one question a message, the place kept with the request."""

from graph.reading import UNREAD, readings
from graph.reasoners.protocol import View
from graph.replies.texts import text
from graph.state import Request, Step
from policy.playbook import Playbook
from policy.steps import ENDS, Guide, GuideStep

PATIENCE = 2
"""Answers that do not settle a step, after which a person goes on."""


def guided(view: View, guide: Guide, request: Request, aside: Request | None) -> tuple[Request, Step | None]:
    """The request at the next step that must be asked, with the question; or at the end of the steps. Steps that the
    records settle are passed on the way, facts that they look at are read first.

    `aside`: what the articles say to the customer's words. Who asks back before they answer is told that, and asked the
    same again.
    """
    words = view.triage["text"]
    asks_back = request["tries"] > 0 and words.rstrip().endswith("?")
    if asks_back and words not in view.support:
        return request, {"kind": "search", "query": words}
    told = aside if asks_back else None
    facts, gaps = view.facts_of(request), view.gaps_of(request)
    unknown = [name for name in view.kit.sources if name not in facts]
    walk = guide.walk(request["step"], request["slots"], view.values(request), unknown if view.verified else ())
    tries = request["tries"] - (told is not None) if walk.step == request["step"] else 0
    moved: Request = {**request, "step": walk.step, "slots": walk.slots, "tries": tries}
    step = guide.step(walk.step)
    if set(walk.read) & set(gaps):
        return moved, {"kind": "escalate", "because": UNREAD}
    if walk.read:
        return request, {"kind": "read", "reads": readings(view.kit, moved, walk.read)}
    if step is None or walk.step in ENDS:
        return moved, None
    if tries >= PATIENCE:
        return moved, {"kind": "escalate", "because": "not_understood" if step.answers.names else "step_not_done"}
    said = text("step", number=guide.number(step.id), count=len(guide.steps), ask=_asked(view, step, moved))
    if told is not None:
        moved, said = {**moved, "citations": told["citations"]}, f"{told['said']}\n\n{said}"
    return {**moved, "status": "asked", "asked": step.id, "said": said}, None


def solved(view: View, playbook: Playbook, request: Request) -> Request:
    """The steps have helped."""
    words = playbook.replies.solved
    said = words.render(view.values(request)) if words else None
    return {**request, "status": "done", "said": said or text("solved")}


def _asked(view: View, step: GuideStep, request: Request) -> str:
    """The question; in other words once an answer did not settle it."""
    values = view.values(request)
    again = step.again.render(values) if step.again and request["tries"] else None
    asked = again or step.ask.render(values) or ""
    if again or not request["tries"]:
        return asked
    if not step.answers.names:
        return text("step_not_yet", ask=asked)
    return text("step_again", ask=asked, options=" or ".join(step.answers.names))
