"""The job that looks, every quarter of an hour, at what people taught, and proposes what could be learned from it."""

from dataclasses import dataclass

from graph.deps import Services
from runs.learning.articles import propose_articles
from runs.learning.examples import propose_examples
from runs.learning.harvest import harvest
from runs.learning.shelf import caught_up

CRON = "7,22,37,52 * * * *"


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """How much was new: lessons taken in, suggestions made or grown."""

    lessons: int
    suggestions: int


@dataclass(frozen=True, kw_only=True)
class Learner:
    """Nothing that it makes is live before a person has accepted it. Killed anywhere and started again, it proposes nothing
    twice."""

    services: Services

    async def run(self) -> None:
        """The periodic job."""
        await self.learn()

    async def learn(self) -> Learnt:
        await caught_up(self.services)
        lessons = await harvest(self.services)
        made = await propose_examples(self.services) + await propose_articles(self.services)
        return Learnt(lessons=lessons, suggestions=made)
