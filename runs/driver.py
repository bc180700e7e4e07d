"""The driver: takes up what is due for a conversation, one run at a time, under the conversation's lock.

| the run's thread                     | what the driver does                                              |
|--------------------------------------|-------------------------------------------------------------------|
| has no checkpoint                    | starts it with input                                              |
| waits at an interrupt, card pending  | leaves it paused                                                  |
| waits at an interrupt, card decided  | resumes it by the interrupt's id; the node reads the decision     |
| has a step that is not done          | continues it; what was cut short while it wrote begins anew       |
| has none                             | finishes the run                                                  |

Whoever holds the lock drives; a process that dies lets go of it within milliseconds, and the sweep finds the work.
"""

import asyncio
import traceback
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import RunControl
from langgraph.types import Command, StateSnapshot

from graph import agenda, spans
from graph.approvals import desk
from graph.deps import Services
from records import actions, approvals, conversations, events, ledger, reopening, runs, sql
from records.approvals import Approval
from records.errors import CloseloopError
from records.ids import ConversationId, RunId, new_id
from records.runs import Run
from records.sql import Connection
from runs.journal import Journal
from runs.poison import hand_over
from runs.reopening import reopen
from runs.stuck import Examined, examine, find

Graph = CompiledStateGraph[Any, Any, Any, Any]
log = structlog.get_logger()

ATTEMPTS = 5
HEARTBEAT = 0.5
"""Seconds between two looks at whether the lock still holds and whether the run was cancelled."""
RECURSION = 80


class LockLost(Exception):
    """The connection that held the conversation's lock is gone; somebody else may drive now."""


class Driver:
    """One per process; drives any number of conversations side by side."""

    def __init__(self, services: Services, graph: Graph) -> None:
        self._services = services
        self._graph = graph
        self._controls: dict[RunId, RunControl] = {}
        self._draining = False

    async def drive(self, conversation: str) -> None:
        """Until nothing is due for this conversation. Safe to call twice at once: the second waits, then finds nothing."""
        conversation_id = ConversationId(conversation)
        lock = await self._services.database.standalone()
        try:
            await sql.execute(lock, "lock_conversation", conversation=conversation_id)
            while not self._draining:
                run = await self._next(conversation_id)
                if run is None or not await self._attempt(run, lock):
                    break
        finally:
            with suppress(psycopg.Error):
                await lock.close()

    async def drain(self) -> None:
        """Lets each run end the step it is in. What is left of it waits for the next process."""
        self._draining = True
        for control in self._controls.values():
            control.request_drain("shutdown")

    async def _next(self, conversation: ConversationId) -> Run | None:
        """A run that is due, or a new one for what the customer wrote since."""
        async with self._services.database.transaction() as conn:
            due = await runs.due(conn, conversation)
            if due:
                return due[0]
            if not await runs.has_unanswered(conn, conversation):
                return None
            run = RunId(new_id("run"))
            await runs.start(conn, run, conversation, now=self._services.clock.now())
            return await runs.get(conn, run)

    async def _attempt(self, run: Run, lock: Connection) -> bool:
        """One try at one run. False when it failed and should be left alone for a moment."""
        self._services.fault("driver:attempt")
        async with self._services.database.transaction() as conn:
            attempts = await runs.start_attempt(conn, run.id)
            if attempts > 1 or run.status == "paused":
                await reopening.forget_cut_short(conn, run.id)
            await events.close_attempt(conn, run.conversation_id, now=self._services.clock.now())
            note = [("run", {"run": run.id, "attempt": attempts})]
            await events.append(conn, run.conversation_id, run.id, note, now=self._services.clock.now())
        if attempts > ATTEMPTS:
            await hand_over(self._services, self._graph, run)
            return True
        try:
            await self._run(run, lock)
        except LockLost:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a node raised, the run is tried again and then handed over
            await log.aerror("run.failed", run=run.id, attempt=attempts, error=_told(error))
            return False
        return True

    async def _run(self, run: Run, lock: Connection) -> None:
        config: RunnableConfig = {"configurable": {"thread_id": run.id}, "recursion_limit": RECURSION}
        examined = await examine(self._graph, self._services.database, run)
        why = examined.why or run.reopen
        if why or examined.snapshot is None:
            await self._reopen(run, why)
            return
        given = await self._input(run, examined.snapshot)
        if given is not None:
            with spans.of_run(self._services.tracer, run):
                await self._stream(run, config, given[0], lock)
        await self._conclude(run, await self._graph.aget_state(config))

    async def _reopen(self, run: Run, why: str) -> None:
        """A run that cannot go on is taken over by a new one, which is due at once; after some of those, by a person."""
        async with self._services.database.transaction() as conn:
            reopened = await reopen(conn, self._services, run.id, why)
        await log.awarning("run.stuck", run=run.id, why=why, reopened_as=reopened.new)
        if reopened.exhausted:
            await hand_over(self._services, self._graph, run)

    async def reopen_stuck(self) -> None:
        """At the start: finds the runs that cannot go on, also those that wait for a decision, and takes them over. What
        cannot be found out now is found out when the run is taken up, or at the next start."""
        try:
            await self._reopen_all(await find(self._graph, self._services.database))
        except (psycopg.Error, CloseloopError) as error:
            await log.awarning("start.stuck_runs_unknown", error=str(error))

    async def _reopen_all(self, found: Sequence[Examined]) -> None:
        for stuck in found:
            async with self._services.database.transaction() as conn:
                if not await actions.hold_conversation(conn, stuck.run.conversation_id):
                    continue
                reopened = await reopen(conn, self._services, stuck.run.id, stuck.why)
                if reopened.exhausted:
                    await reopening.last_attempt(conn, stuck.run.id, attempts=ATTEMPTS)
                    await self._services.waker.wake(conn, stuck.run.conversation_id)
            await log.awarning("run.stuck", run=stuck.run.id, why=stuck.why, reopened_as=reopened.new)

    async def _input(self, run: Run, snapshot: StateSnapshot) -> tuple[Any] | None:
        """What to call the graph with, in a tuple; None: not at all."""
        if snapshot.created_at is None:
            return ({"visits": 0},)
        if snapshot.interrupts:
            async with self._services.database.transaction() as conn:
                card = await approvals.newest_of_run(conn, run.id)
                if card is not None and card.status == "pending":
                    await self._withdraw_cancelled(conn, run, card)
                    return None
            return (Command(resume={snapshot.interrupts[0].id: {"decisions": [{"type": "approve"}]}}),)
        return (None,) if snapshot.tasks else None

    async def _withdraw_cancelled(self, conn: Connection, run: Run, card: Approval) -> None:
        """Nobody may decide for a run that was cancelled while it waited."""
        if run.cancelled:
            await desk.withdraw(self._services, conn, card.id, "customer")

    async def _stream(self, run: Run, config: RunnableConfig, given: Any, lock: Connection) -> None:
        """Runs the graph in a task of its own, and watches over it."""
        journal = Journal(self._services.database, self._services.clock, run)
        control = self._controls[run.id] = RunControl()
        task = asyncio.create_task(self._play(config, given, journal, control))
        try:
            await self._watch(run, task, control, lock)
        finally:
            self._controls.pop(run.id, None)
            await journal.close()

    async def _play(self, config: RunnableConfig, given: Any, journal: Journal, control: RunControl) -> None:
        parts = self._graph.astream(
            given,
            config,
            stream_mode=["tasks", "custom"],
            version="v2",
            durability="sync",
            control=control,
            context={},
        )
        with suppress(GraphDrained):
            async for part in parts:
                journal.take(part)

    async def _watch(self, run: Run, task: asyncio.Task[None], control: RunControl, lock: Connection) -> None:
        """Stops the run when it is cancelled, and at once when the lock is lost: then it is not ours any more."""
        while not task.done():
            await asyncio.wait([task], timeout=HEARTBEAT)
            if not task.done():
                await self._beat(run, task, control, lock)
        await task

    async def _beat(self, run: Run, task: asyncio.Task[None], control: RunControl, lock: Connection) -> None:
        try:
            found = await runs.get(lock, run.id)
        except psycopg.Error as error:
            task.cancel()
            await asyncio.wait([task])
            raise LockLost from error
        if found.cancelled:
            control.request_drain("cancelled")

    async def _conclude(self, run: Run, snapshot: StateSnapshot) -> None:
        """Writes down where the run stands now."""
        now = self._services.clock.now()
        async with self._services.database.transaction() as conn:
            current = await runs.get(conn, run.id)
            acted = bool(await ledger.receipts_of_run(conn, run.id))
            if current.cancelled and snapshot.tasks and not acted:
                await runs.finish(conn, run.id, None, now=now, error="cancelled")
                left = agenda.without_open((await conversations.get(conn, run.conversation_id)).agenda)
                await conversations.set_agenda(conn, run.conversation_id, left, "waiting_customer", now=now)
                shown = {"status": "cancelled", "outcome": None}
            elif snapshot.interrupts:
                await approvals.note_interrupt(conn, run.id, snapshot.interrupts[0].id)
                await runs.pause(conn, run.id)
                shown = {"status": "paused", "outcome": "awaiting_approval"}
            elif snapshot.tasks or not (outcome := snapshot.values.get("outcome")):  # no end: it is due again
                return
            else:
                await runs.finish(conn, run.id, _final(outcome), now=now)
                shown = {"status": "finished", "outcome": _final(outcome)}
            if shown["status"] != "paused":
                await self._forget_card(conn, run)
            await events.append(conn, run.conversation_id, run.id, [("finished", shown)], now=now)

    async def _forget_card(self, conn: Connection, run: Run) -> None:
        """A run that is over waits for nobody, however its card ended; neither does the customer's request."""
        card = await approvals.newest_of_run(conn, run.id)
        if card is not None:
            conversation = await conversations.get(conn, run.conversation_id)
            left = agenda.without_card(conversation.agenda, card.id)
            now = self._services.clock.now()
            await conversations.set_agenda(conn, conversation.id, left, conversation.status, now=now)


def _told(error: Exception) -> str:
    """The traceback alone: rendered with local variables it would take seconds, and tell customers' data and keys."""
    return "".join(traceback.format_exception(error))


def _final(outcome: str) -> Any:
    """A run that ended while it waited was withdrawn, superseded, or expired without more."""
    return "declined" if outcome == "awaiting_approval" else outcome
