"""Whether the agent is sure enough to speak alone: code's own numbers against the company's thresholds, never a model's.

Known before the first sentence leaves: the calibrated probability of each intent (knowledge/triage.py), how likely the
articles that were found carry the answer (knowledge/search.py), and how much of the nearest limit an action leaves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from graph.state import PassageState, Request, SupportState
from policy.company import Company

Way = Literal["send", "draft", "escalate"]
Because = Literal["", "unsure_intent", "unsure_answer", "near_limit"]


@dataclass(frozen=True, kw_only=True)
class Confidence:
    """`way`: what becomes of the words; `because`: why they are not sent, "" where they are. `intent` is the one that it
    hangs on, `probability` what triage gave it. `support`: None where the answer is not taken from articles. `margin`:
    None without a proposal, or where nothing limits it."""

    way: Way
    because: Because
    intent: str
    probability: float
    support: float | None
    margin: float | None

    def told(self) -> dict[str, Any]:
        """For the trace and for whoever takes over: the numbers to three places."""
        shown = vars(self).items()
        return {name: round(value, 3) if isinstance(value, float) else value for name, value in shown}


def confidence_of(
    company: Company, requests: Sequence[Request], *, support: float | None = None, margin: float | None = None
) -> Confidence:
    """What may become of words about these requests; none of them: triage knew no intent, and only articles can answer.
    A person takes over where no request is understood, and looks first where one is not, where the articles hardly
    carry the answer, or where an action is near its limit."""
    weakest = min(requests, key=lambda each: each["probability"] - company.sure(each["intent"]).send, default=None)
    intents = [each["intent"] for each in requests] or [""]
    way, because = _way(company, requests), _because(company, intents, support, margin)
    return Confidence(
        way=way if way != "send" or not because else "draft",
        because="unsure_intent" if way != "send" else because,
        intent=weakest["intent"] if weakest else "",
        probability=weakest["probability"] if weakest else 1.0,
        support=support,
        margin=margin,
    )


def _way(company: Company, requests: Sequence[Request]) -> Way:
    """As far as the intents go."""
    sure = [(each["probability"], company.sure(each["intent"])) for each in requests]
    if sure and all(probability < needed.draft for probability, needed in sure):
        return "escalate"
    return "draft" if any(probability < needed.send for probability, needed in sure) else "send"


def _because(company: Company, intents: Sequence[str], support: float | None, margin: float | None) -> Because:
    if support is not None and any(support < company.sure(intent).support for intent in intents):
        return "unsure_answer"
    near = margin is not None and any(margin < company.sure(intent).margin for intent in intents)
    return "near_limit" if near else ""


def confidence(company: Company, state: SupportState, margin: float | None = None) -> Confidence:
    """Of the reply that this state leads to, whether or not a word of it is written. After a receipt, or a person's
    decision, nothing is left to be unsure about; whoever calls sees to that."""
    told = [each for each in state.get("requests", []) if each["status"] not in ("waiting", "joined")]
    known = [each for each in told if each["intent"] in company.playbooks]
    return confidence_of(company, known, support=_support(company, state, told, known), margin=margin)


def _support(company: Company, state: SupportState, told: Sequence[Request], known: Sequence[Request]) -> float | None:
    """Of the passages that the reply cites, the least; before it is written, of the best that the run found, where
    articles alone can answer."""
    found, support = state.get("passages", {}), state.get("support", {})
    cited = [_of_passage(found, support, each["passage"]) for request in told for each in request["citations"]]
    if cited:
        return min(cited)
    written = any(request["said"] for request in told)
    move = state["triage"]["move"] if "triage" in state else ""
    if written or move or not all(_from_articles(company, each) for each in known):
        return None
    return max(support.values(), default=0.0)


def _of_passage(found: Mapping[str, Sequence[PassageState]], support: Mapping[str, float], passage: str) -> float:
    """How well the search that found it was answered; 1 for one that a record or a rule of the company named."""
    told = [support[query] for query, each in found.items() if any(passage == one["id"] for one in each)]
    return max(told, default=1.0)


def _from_articles(company: Company, request: Request) -> bool:
    """Whether the playbook has nothing to say by itself, and nothing that it could do."""
    return all(rule.kind in ("answer", "escalate") for rule in company.playbooks[request["intent"]].rules)
