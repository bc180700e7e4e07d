"""How often the model is asked in a turn, and with how many tokens: what docs/models.md promises, counted at the endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.case import Decide, Expect, Scene
from evals.case import Turn as Happens
from evals.fake_model.chunks import prompt_tokens
from evals.play import play
from evals.scripted.house import House

QUIET = Expect(outcomes=[], conversation={}, intents=[])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """`calls`: how many there may be. `then`: what else happens in the turn."""

    what: str
    customer: str
    said: str
    calls: int
    then: tuple[Happens, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Turn:
    """What was counted. `tokens`: of all prompts together, tools included, by the estimate of `evals/fake_model/chunks.py`;
    `largest`: of the largest of them."""

    what: str
    calls: int
    tokens: int
    largest: int
    held: bool


APPROVED = (Happens(decide=Decide.model_validate({"as": "billing", "type": "approve"})),)
LATE = "My order ord_1001 still has not come and it is nearly two weeks over time. Can I have my money back?"
TURNS: tuple[Asked, ...] = (
    Asked(what="thanks", customer="cus_ada", said="Thanks, that helped!", calls=0),
    Asked(
        what="a question that the articles answer", customer="cus_ada", said="How do I export my data as CSV?", calls=1
    ),
    Asked(what="an action that policy allows", customer="cus_ada", said=LATE, calls=2),
    Asked(
        what="an action that waits for a person",
        customer="cus_ben",
        said="My order ord_1002 is late, I want a refund for it.",
        calls=1,
    ),
    Asked(
        what="the same, with the approval and all that follows",
        customer="cus_ben",
        said="My order ord_1002 is late, I want a refund for it.",
        calls=1,
        then=APPROVED,
    ),
    Asked(
        what="two requests: an action and a question",
        customer="cus_ada",
        said="My order ord_1001 is two weeks late, please refund it. And how do I export my data as CSV?",
        calls=2,
    ),
    Asked(
        what="two requests: an action that is allowed, one that waits for a person",
        customer="cus_ben",
        said="My order ord_1002 is late, I want a refund for it. And please cancel my subscription.",
        calls=2,
    ),
)
"""A turn is a message and all that comes of it."""


async def play_turns(house: House, turns: Sequence[Asked]) -> list[Turn]:
    """Each from a clean stage, with a good model."""
    house.use(house.oracle)
    return [await _played(house, turn) for turn in turns]


async def _played(house: House, asked: Asked) -> Turn:
    scene = Scene(customer=asked.customer, records={}, before=[], turns=list(asked.then), expect=QUIET)
    house.fake.requests.clear()
    await play(house.stage, scene, asked.said)
    tokens = [prompt_tokens(request) for request in house.fake.requests]
    return Turn(
        what=asked.what,
        calls=len(tokens),
        tokens=sum(tokens),
        largest=max(tokens, default=0),
        held=len(tokens) <= asked.calls,
    )
