"""Plays tasks: every right action in its order on the same records, and before it everything that could be wrong with it.

What the system itself refuses for one of the reasons in `voiding` is no writing action: nothing would be written. Policy
must refuse it all the same.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from evals.policy_check.bench import Bench
from evals.policy_check.tasks import Action, Task, TasksInvalid
from evals.policy_check.trial import Mutation, Scene, World
from graph.actions.entitlement import Assessed
from policy.ask import Clause
from records.ids import CustomerId, LedgerKey
from tools.answers import SystemRefused
from tools.tool import UNTOLD

TWICE = "twice"
ALREADY = Clause(id="already_done", sentence="This has been done already.", held=False)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One action, judged. `position`: its place among all actions of the task, from 0. `mutation`: what was made wrong
    with it; "" for the right action. `failed`: the clauses that did not hold. `system`: why the system itself refused.
    `void`: policy and system both refused it, for a reason that makes it no writing action."""

    task: Task
    position: int
    action: Action
    mutation: str
    kind: str
    failed: tuple[Clause, ...]
    system: str = ""
    void: bool = False

    @property
    def allowed(self) -> bool:
        return self.kind == "allow" and not self.system


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is to be played: the writing actions of a task with their places in it, and as whom."""

    task: Task
    customer: CustomerId
    writing: tuple[tuple[int, Action], ...]


def parts_of(tasks: Sequence[Task], scene: Scene, writes: Collection[str]) -> list[Part]:
    """The tasks in which something is written; `writes` are the tools that do. Raises TasksInvalid for a task whose
    customer is not known."""
    found = []
    for task in tasks:
        writing = tuple((place, each) for place, each in enumerate(task.actions) if each.tool in writes)
        if writing:
            found.append(Part(task=task, customer=_customer(task, scene), writing=writing))
    return found


def _customer(task: Task, scene: Scene) -> CustomerId:
    customer = scene.customer_of(task)
    if customer is None:
        named = f"unknown user '{task.customer}'" if task.customer else "nothing tells who the user is"
        raise TasksInvalid(f"task {task.number}: {named}.")
    return customer


async def play(
    benches: Sequence[tuple[Bench, World]], parts: Sequence[Part], voiding: Collection[str], told: Callable[[], None]
) -> list[Judged]:
    """Each task on untouched records, side by side, but one customer's tasks one after the other: they touch the same
    rows. `told` is called after each."""
    customers = sorted({part.customer for part in parts})
    lane = {customer: index % len(benches) for index, customer in enumerate(customers)}
    async with asyncio.TaskGroup() as group:
        running = [
            group.create_task(_lane(*bench, [part for part in parts if lane[part.customer] == index], voiding, told))
            for index, bench in enumerate(benches)
        ]
    return sorted((each for done in running for each in done.result()), key=_place)


def _place(judged: Judged) -> tuple[int, int]:
    return judged.task.number, judged.position


async def _lane(
    bench: Bench, world: World, parts: Sequence[Part], voiding: Collection[str], told: Callable[[], None]
) -> list[Judged]:
    judged: list[Judged] = []
    for part in parts:
        async with world.undone():
            playing = _Play(bench=bench, world=world, part=part, voiding=voiding, done=set())
            judged += await playing.all()
        told()
    return judged


@dataclass(frozen=True, kw_only=True)
class _Play:
    bench: Bench
    world: World
    part: Part
    voiding: Collection[str]
    done: set[LedgerKey]

    async def all(self) -> list[Judged]:
        return [judged for position, action in self.part.writing for judged in await self._action(position, action)]

    async def _action(self, position: int, action: Action) -> list[Judged]:
        assessed = await self._judge(self.part.customer, action)
        if assessed.verdict.kind != "allow":
            refusal = await self._refusal(action, assessed)
            return [self._judged(position, action, assessed, system=refusal)]
        mutations = await self.world.mutations(self.part.customer, action)
        wrong = [await self._mutated(position, each) for each in mutations]
        try:
            await self.bench.carry_out(self.part.customer, action, assessed)
        except SystemRefused as refused:
            return [self._judged(position, action, assessed, system=refused.detail), *wrong]
        self.done.add(assessed.key)
        again = self._judged(position, action, await self._judge(self.part.customer, action), TWICE)
        return [self._judged(position, action, assessed), *wrong, again]

    async def _judge(self, customer: CustomerId | None, action: Action) -> Assessed:
        return await self.bench.judge(customer, action)

    async def _mutated(self, position: int, mutation: Mutation) -> Judged:
        if mutation.prepare is None:
            assessed = await self._judge(mutation.customer, mutation.action)
        else:
            async with self.world.undone():
                await mutation.prepare()
                assessed = await self._judge(mutation.customer, mutation.action)
        return self._judged(position, mutation.action, assessed, mutation.name)

    async def _refusal(self, action: Action, assessed: Assessed) -> str:
        """What the system says to an action that policy refuses; "" when it would have done it."""
        if not assessed.key or assessed.key.endswith(f":{UNTOLD}"):
            return ""
        async with self.world.undone():
            try:
                await self.bench.carry_out(self.part.customer, action, assessed)
            except SystemRefused as refused:
                return refused.detail
        return ""

    def _judged(
        self, position: int, action: Action, assessed: Assessed, mutation: str = "", *, system: str = ""
    ) -> Judged:
        """An identity that has a row on the ledger is taken, whatever policy says."""
        taken = assessed.verdict.kind == "allow" and bool(mutation) and assessed.key in self.done
        return Judged(
            task=self.part.task,
            position=position,
            action=action,
            mutation=mutation,
            kind="deny" if taken else assessed.verdict.kind,
            failed=(ALREADY,) if taken else tuple(each for each in assessed.verdict.clauses if not each.held),
            system=system,
            void=assessed.verdict.kind != "allow" and system in self.voiding,
        )
