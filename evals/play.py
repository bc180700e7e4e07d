"""Plays a scene through the HTTP doors, as a customer and the staff would."""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from evals.case import VISITOR, Row, Scene, Turn
from evals.found import Found, find
from evals.stage import Stage, bearer

_DAYS = re.compile(r"[+-]?\d+d")


class TurnFailed(Exception):
    """A turn of the script could not be played."""


async def play(stage: Stage, scene: Scene, first: str) -> Found:
    """From a clean stage. Raises TurnFailed and NotAtRest."""
    await stage.clear()
    player = Player(stage)
    await player.records(scene.records)
    for turn in scene.before:
        await player.take(turn)
    if not player.conversations:
        await player.open(scene.customer)
    player.first = first
    await player.say(first)
    for turn in scene.turns:
        await player.take(turn)
    return await find(stage, player.conversations, scene.expect.records)


class Player:
    """`conversations`: the ids in the order in which they were opened; the last is where the customer writes. `first`:
    the phrasing that is played."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.conversations: list[str] = []
        self.first = ""
        self._customer = VISITOR
        self._token = ""
        self._signed_in_ago = timedelta(0)
        self._turns: dict[str, Callable[[Any], Awaitable[None]]] = {
            "say": self.say,
            "say_again": self.say_again,
            "open": self.open,
            "signed_in": self.signed_in,
            "decide": self.decide,
            "advance": self.advance,
            "take_over": self.take_over,
            "hand_back": self.hand_back,
            "fault": self.fault,
            "kill_switch": self.kill_switch,
            "dial": self.dial,
            "records": self.records,
        }

    async def take(self, turn: Turn) -> None:
        await self._turns[turn.kind](getattr(turn, turn.kind))

    async def open(self, customer: str) -> None:
        headers = self._stage.customer(customer, self._signed_in_ago)
        opened = _checked(await self._stage.http.post("/conversations", headers=headers)).json()
        self.conversations.append(opened["id"])
        self._customer, self._token = customer, opened["token"]

    async def signed_in(self, ago: timedelta) -> None:
        """From here on the customer writes with a sign-in that is as old as this."""
        self._signed_in_ago = ago

    async def say(self, text: str) -> None:
        path = f"/conversations/{self.conversations[-1]}/messages"
        headers = self._stage.customer(self._customer, self._signed_in_ago) or bearer(self._token)
        _checked(await self._stage.http.post(path, json={"text": text}, headers=headers))
        await self._stage.at_rest()

    async def say_again(self, _: bool) -> None:
        await self.say(self.first)

    async def decide(self, decision: Any) -> None:
        headers, http = self._stage.staff(decision.by), self._stage.http
        cards = _checked(await http.get("/approvals", headers=headers)).json()["items"]
        card = next((card for card in cards if decision.tool in (None, card["tool"])), None)
        if card is None:
            raise TurnFailed(f"there is no open card of {decision.tool or 'any tool'} to decide")
        digest = _checked(await http.get(f"/approvals/{card['id']}", headers=headers)).json()["digest"]
        body = decision.model_dump(include={"type", "args", "message"}, exclude_none=True) | {"digest": digest}
        answer = await http.post(f"/approvals/{card['id']}/decision", json=body, headers=headers)
        if answer.status_code != decision.answer:
            raise TurnFailed(f"{decision.by} got {answer.status_code} for {decision.type}: {answer.text}")
        unmet = (clause["id"] for clause in answer.json().get("clauses", []) if not clause["held"])
        self._stage.refused.update(f"{card['tool']}.{name}" for name in unmet if answer.is_client_error)
        await self._stage.at_rest()

    async def advance(self, step: timedelta) -> None:
        await self._stage.advance(step)
        await self._stage.at_rest()

    async def take_over(self, role: str) -> None:
        await self._staff(role, "POST", f"/conversations/{self.conversations[-1]}/take-over")

    async def hand_back(self, role: str) -> None:
        await self._staff(role, "POST", f"/conversations/{self.conversations[-1]}/hand-back")

    async def kill_switch(self, engaged: bool) -> None:
        await self._staff("admin", "POST", "/kill-switch", {"engaged": engaged, "reason": "An eval case."})

    async def dial(self, dial: Any) -> None:
        body = {"autonomy": dial.autonomy, "reason": "An eval case."}
        await self._staff("admin", "PUT", f"/autonomy/{dial.intent}", body)

    async def fault(self, fault: Any) -> None:
        _checked(await self._stage.demo.post("/faults", json=fault.model_dump()))

    async def records(self, records: dict[str, Row]) -> None:
        for name, fields in records.items():
            body = {field: in_days(value, self._stage.clock.now()) for field, value in fields.items()}
            _checked(await self._stage.demo.put(f"/records/{name}", json=body))

    async def _staff(self, role: str, method: str, path: str, body: Row | None = None) -> None:
        _checked(await self._stage.http.request(method, path, json=body, headers=self._stage.staff(role)))
        await self._stage.at_rest()


def in_days(value: Any, now: datetime) -> Any:
    """Days from now, such as -40d, become a time."""
    if isinstance(value, str) and _DAYS.fullmatch(value):
        return (now + timedelta(days=int(value[:-1]))).isoformat()
    return value


def _checked(response: httpx.Response) -> httpx.Response:
    """Raises TurnFailed."""
    if response.is_error:
        raise TurnFailed(f"{response.request.method} {response.request.url.path}: {response.text}")
    return response
