"""Plays rounds of the hostile proof until enough was tried, or until something is wrong."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog

from evals.proofs.hostile.arena import Arena
from evals.proofs.hostile.machine import VERDICTS, Tally, play_round
from evals.proofs.hostile.opening import open_arena
from evals.proofs.hostile.terms import CAUSES, INTENTS, Refunds, Terms

MODEST = Terms(
    refunds=Refunds(
        causes=CAUSES,
        days=90,
        late=0,
        share=100,
        hard=10_000,
        alone=2_000,
        alone_causes=CAUSES,
        budget=5_000,
        two_above=6_000,
    ),
    extra={},
    autonomy=dict.fromkeys(INTENTS, "auto"),
    billing=5_000,
    lead=8_000,
    dear=5_000,
    ends=("period_end",),
    bugs=True,
    sure=0.6,
)
"""What the arena opens with; every play has terms of its own."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`problem`: what was wrong, in a sentence; "" when all of it held. `seed`: of the last round."""

    tally: Tally
    problem: str
    seed: int


Told = Callable[[Tally], None]


def _nobody(_tally: Tally) -> None: ...


@contextmanager
def arena_on(server_url: str) -> Iterator[tuple[Arena, asyncio.Runner]]:
    """An arena, and the loop that it lives on."""
    with asyncio.Runner() as runner:
        opening = open_arena(server_url, MODEST)
        try:
            yield runner.run(opening.__aenter__()), runner
        finally:
            runner.run(opening.__aexit__(None, None, None))


def prove(server_url: str, *, steps: int, seed: int, each: int = 0, told: Told = _nobody) -> Outcome:
    """In an arena of its own. `told` hears of each round."""
    with arena_on(server_url) as (arena, runner):
        return play_on(arena, runner, steps=steps, seed=seed, each=each, told=told)


def play_on(
    arena: Arena, runner: asyncio.Runner, *, steps: int, seed: int, each: int = 0, told: Told = _nobody
) -> Outcome:
    """Round after round, until `steps` were made and every verdict was reached `each` times; at once when something is
    wrong. The same seed plays the same."""
    tally = Tally()
    with quiet():
        while tally.steps < steps or min(tally.reached[name] for name in VERDICTS) < each:
            try:
                play_round(arena, runner, tally, seed)
            except Exception as wrong:  # noqa: BLE001 - whatever breaks is wrong as well
                return Outcome(tally=tally, problem=tally.problem or said(wrong), seed=seed)
            told(tally)
            seed += 1
    return Outcome(tally=tally, problem="", seed=seed - 1)


def said(wrong: Exception) -> str:
    """What broke, where it was not the oracle that spoke."""
    return f"{type(wrong).__name__}: {wrong}".partition("\n")[0]


@contextmanager
def quiet() -> Iterator[None]:
    """Runs that die and attacks that fail are what this is for: nobody needs to read of each."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger("psycopg").setLevel(logging.ERROR)
    try:
        yield
    finally:
        structlog.configure(**before)
