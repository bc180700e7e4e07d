"""The stateful test: Hypothesis chooses the policy, the records and what happens; the oracle looks after every step."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from evals.proofs.hostile.arena import STAFF, Arena
from evals.proofs.hostile.play import FORGERIES, POINTS, Play
from evals.proofs.hostile.records import CUSTOMERS, ORDERS, Books, Bought
from evals.proofs.hostile.terms import CAUSES, INTENTS, Refunds, Terms

VERDICTS = ("allow", "needs_approval", "deny", "act")
PLAYS, LENGTH = 6, 30
"""Plays in a round, and steps of the machine in a play: each of them makes a handful of proposals."""

whole = st.integers
intents = st.lists(st.sampled_from([*INTENTS]), min_size=1, max_size=2, unique=True)
customers = st.sampled_from(CUSTOMERS)
words = st.sampled_from(("now", "today", "soon", "kindly", "again"))
refunds = st.builds(
    Refunds,
    causes=st.sampled_from((CAUSES, CAUSES[:2], CAUSES[1:])),
    days=st.sampled_from((15, 40, 90)),
    late=st.sampled_from((0, 3, 9)),
    share=st.sampled_from((40, 70, 100)),
    hard=st.sampled_from((2_500, 6_000, 50_000)),
    alone=st.sampled_from((None, 800, 2_000, 2_000, 9_000)),
    alone_causes=st.sampled_from((CAUSES, CAUSES[:1], CAUSES[:2])),
    budget=st.sampled_from((1_500, 3_000, 12_000)),
    two_above=st.sampled_from((700, 4_000)),
)
dials = st.sampled_from(("auto", "auto", "auto", "auto", "auto", "suggest", "off"))
terms = st.builds(
    Terms,
    refunds=refunds,
    extra=st.dictionaries(st.sampled_from([*INTENTS]), st.sampled_from([*INTENTS.values()]), max_size=2),
    autonomy=st.fixed_dictionaries(dict.fromkeys(INTENTS, dials)),
    billing=st.sampled_from((900, 3_000)),
    lead=st.sampled_from((5_000, 20_000)),
    dear=st.sampled_from((None, 3_000, 9_000)),
    ends=st.sampled_from(((), ("period_end",), ("period_end", "now"))),
    bugs=st.booleans(),
    sure=st.sampled_from((0.6, 0.8)),
)
bought = st.builds(
    Bought,
    total=st.sampled_from((900, 2_500, 6_000, 20_000)),
    age=whole(2, 60),
    late=whole(-5, 12),
    sent=st.sampled_from((False, False, True)),
    refunded=st.sampled_from((0, 0, 450)),
)
books = st.fixed_dictionaries(dict.fromkeys(ORDERS, bought)).map(lambda found: Books(bought=found))

lost = (("billing", "refund"), ("commerce", "change_address"), ("tracker", "file"))
mishaps = st.one_of(
    st.tuples(st.just("time passes"), st.sampled_from((1, 13, 25, 24 * 31))),
    st.tuples(st.just("an order leaves"), st.sampled_from([*ORDERS])),
    st.tuples(st.just("a dial is turned"), st.tuples(st.sampled_from([*INTENTS]), dials)),
    st.tuples(st.just("the kill switch is set"), st.just(False)),
    st.tuples(st.just("the kill switch is set"), st.sampled_from((True, False, False))),
    st.tuples(st.just("the process will die"), st.sampled_from(POINTS)),
    st.tuples(st.just("the process will die"), st.sampled_from(POINTS)),
    st.tuples(st.just("an answer will be lost"), st.sampled_from(lost)),
    st.tuples(st.just("a visitor writes"), intents),
    st.tuples(st.just("others snoop"), whole(0, 9)),
)


@dataclass
class Tally:
    """What a proof has done: a step is one proposal or one decision. `problem`: what was wrong, in a sentence."""

    problem: str = ""
    proposals: int = 0
    decisions: int = 0
    reached: Counter[str] = field(default_factory=Counter)

    @property
    def steps(self) -> int:
        return self.proposals + self.decisions


class Hostile(RuleBasedStateMachine):
    """`arena`, `runner` and `tally` are set on a subclass: see `machine_on`."""

    arena: Arena
    runner: asyncio.Runner
    tally: Tally
    play: Play

    def _do(self, step: Coroutine[Any, Any, None]) -> None:
        """The step, and then the oracle's look. Once something was wrong nothing more is played: Hypothesis would play it
        again to see whether it goes wrong again, and that conversations race is the point."""
        if self.tally.problem:
            step.close()
            raise AssertionError(self.tally.problem)
        self.tally.problem = self.runner.run(self._looked(step))
        self._count()
        assert not self.tally.problem, self.tally.problem

    async def _looked(self, step: Coroutine[Any, Any, None]) -> str:
        try:
            await step
        except AssertionError as wrong:
            return str(wrong)
        return "; ".join(dict.fromkeys(await self.play.oracle.wrong()))

    def _count(self) -> None:
        self.tally.proposals += self.arena.steps.pop("propose", 0)
        self.tally.decisions += self.play.decisions
        self.play.decisions = 0

    @initialize(terms=terms, books=books, number=whole(0, 10**6))
    def begin(self, terms: Terms, books: Books, number: int) -> None:
        self.play = Play(self.arena, terms, books)
        self._do(self.play.begin(number))

    @rule(customer=customers, wanted=intents, sure=st.sampled_from((0.95, 0.95, 0.7)), word=words, again=st.booleans())
    def a_customer_writes(self, customer: str, wanted: list[str], sure: float, word: str, again: bool) -> None:
        self._do(self.play.say(customer, wanted, sure, word, again=again))

    @rule(who=st.sampled_from((CUSTOMERS[:1] * 2, CUSTOMERS[1:2] * 3, CUSTOMERS)), wanted=intents, word=words)
    def several_write_at_once(self, who: tuple[str, ...], wanted: list[str], word: str) -> None:
        self._do(self.play.race(who, wanted, word))

    @rule(
        index=whole(0, 9),
        by=st.sampled_from([*STAFF]),
        kind=st.sampled_from(("approve", "approve", "approve", "edit", "reject", "respond")),
        amount=st.sampled_from((200, 1_000, 2_600, 6_100, 19_000)),
        twice=st.booleans(),
        stale=st.sampled_from((False, False, False, True)),
        then=st.booleans(),
    )
    def staff_decide(self, index: int, by: str, kind: str, amount: int, twice: bool, stale: bool, then: bool) -> None:
        answer: dict[str, Any] = {"type": kind}
        answer |= {"amount": amount} if kind == "edit" else {}
        answer |= {"message": "A person wrote this."} if kind == "respond" else {}
        self._do(self.play.decide(index, by, answer, twice=twice, stale=stale, then=then))

    @rule(index=whole(0, 9), who=st.sampled_from((("ann", "lee"), ("lee", "liz"), ("bill", "bea"), ("lee", "lee"))))
    def two_people_approve(self, index: int, who: tuple[str, str]) -> None:
        for by in who:
            self._do(self.play.decide(index, by, {"type": "approve"}, twice=False, stale=False, then=by == who[1]))

    @rule()
    def what_is_due_is_driven(self) -> None:
        self._do(self.play.drive_all())

    @rule(what=mishaps)
    def something_happens(self, what: tuple[str, Any]) -> None:
        name, given = what
        play = self.play
        steps: dict[str, Callable[[Any], Coroutine[Any, Any, None]]] = {
            "time passes": play.wait,
            "an order leaves": play.send_off,
            "a dial is turned": lambda dial: play.dial(*dial),
            "the kill switch is set": play.switch,
            "the process will die": play.die,
            "an answer will be lost": lambda which: play.lose(*which),
            "a visitor writes": lambda wanted: play.say("", wanted, 0.95, "now", again=False),
            "others snoop": play.snoop,
        }
        self._do(steps[name](given))

    @rule(index=whole(0, 30), how=st.sampled_from(FORGERIES), number=whole(0, 10**6))
    def state_is_forged(self, index: int, how: str, number: int) -> None:
        self._do(self.play.forge(index, how, number))

    def teardown(self) -> None:
        if not hasattr(self, "play"):
            return
        verdicts = "SELECT data ->> 'kind' AS kind, count(*) AS n FROM events WHERE type = 'verdict' GROUP BY 1"
        self.tally.reached.update({row["kind"]: row["n"] for row in self.runner.run(self.arena.rows(verdicts))})
        self.tally.reached["act"] += self.arena.deaths.passed.pop("act:before_reserve", 0)


def machine_on(arena: Arena, runner: asyncio.Runner, tally: Tally, number: int) -> type[Hostile]:
    made = type("HostileOnArena", (Hostile,), {"arena": arena, "runner": runner, "tally": tally})
    return seed(number)(made)


def play_round(arena: Arena, runner: asyncio.Runner, tally: Tally, number: int) -> None:
    """Some plays; raises AssertionError with what was wrong. The same number plays the same."""
    run_state_machine_as_test(
        machine_on(arena, runner, tally, number),
        settings=settings(
            max_examples=PLAYS,
            stateful_step_count=LENGTH,
            database=None,
            deadline=None,
            phases=(Phase.generate,),
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
