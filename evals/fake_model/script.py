"""What a scripted model says: a list of turns, each with what it answers to, what it says, and how its answer goes wrong."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from evals.reading import FileInvalid, read_yaml

Json = dict[str, Any]
Finish = Literal["stop", "tool_calls", "length", "content_filter"]


class ScriptInvalid(FileInvalid):
    """A model's script cannot be read."""


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class When(Strict):
    """What a request must show for the turn to answer it; whatever is given must hold. `said`, `system`: patterns found
    in the last user message and in the system message. `after`: the tool whose result came last ("" for none yet).
    `offered`: tools that must be offered. `model`: the model that is asked."""

    said: re.Pattern[str] | None = None
    system: re.Pattern[str] | None = None
    after: str | None = None
    offered: tuple[str, ...] = ()
    model: str | None = None

    @field_validator("said", "system", mode="before")
    @classmethod
    def _pattern(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        try:
            return re.compile(value, re.IGNORECASE | re.DOTALL)
        except re.error as error:
            raise ValueError(f"is no pattern: {error}") from error


class ToolCall(Strict):
    """`arguments` as an object, or `raw` as the very text that is sent in its place."""

    name: str
    arguments: Json = Field(default_factory=dict)
    raw: str | None = None


class Delays(Strict):
    """Seconds: to the first chunk, and between any two."""

    first: float = Field(default=0.0, ge=0)
    each: float = Field(default=0.0, ge=0)


class Fault(Strict):
    """What goes wrong. `status`: an HTTP error instead of an answer, with `headers` and `message`. `cut_after`: the
    connection breaks after so many chunks. `hang_after`: nothing more comes after so many. `garbage_after`: a chunk that
    is no JSON."""

    status: int | None = Field(default=None, ge=400, le=599)
    headers: dict[str, str] = Field(default_factory=dict)
    message: str = "A scripted fault."
    code: str | None = None
    cut_after: int | None = Field(default=None, ge=0)
    hang_after: int | None = Field(default=None, ge=0)
    garbage_after: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one(self) -> Self:
        kinds = (self.status, self.cut_after, self.hang_after, self.garbage_after)
        if sum(kind is not None for kind in kinds) != 1:
            raise ValueError("give one of status, cut_after, hang_after, garbage_after")
        return self


class ScriptedTurn(Strict):
    """`times`: how often the turn may be used; None: always. Text comes before calls, as models send them."""

    when: When = When()
    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None
    finish: Finish | None = None
    delays: Delays | None = None
    fault: Fault | None = None
    times: int | None = Field(default=None, ge=1)

    @property
    def finish_reason(self) -> Finish:
        return self.finish or ("tool_calls" if self.calls else "stop")


class Script(Strict):
    """`key`: the API key that must be shown, if any. `context`: tokens that a prompt may have."""

    turns: tuple[ScriptedTurn, ...]
    models: tuple[str, ...] = ("scripted",)
    delays: Delays = Delays()
    key: str | None = None
    context: int | None = Field(default=None, ge=1)

    @field_validator("turns")
    @classmethod
    def _some(cls, turns: tuple[ScriptedTurn, ...]) -> tuple[ScriptedTurn, ...]:
        if not turns:
            raise ValueError("there must be at least one turn")
        return turns


def load_script(path: Path) -> Script:
    """Raises ScriptInvalid, naming file, line and field."""
    return read_yaml(path, Script, "script", ScriptInvalid)


class Player:
    """Gives each request its turn: the first that fits and is not used up."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self._used = [0] * len(script.turns)

    def turn_for(self, request: Json) -> ScriptedTurn | None:
        """None: the script has nothing to say to this."""
        for place, turn in enumerate(self.script.turns):
            if (turn.times is None or self._used[place] < turn.times) and fits(turn.when, request):
                self._used[place] += 1
                return turn
        return None

    def reset(self) -> None:
        """As at the beginning."""
        self._used = [0] * len(self.script.turns)


def fits(when: When, request: Json) -> bool:
    messages: Sequence[Json] = request.get("messages", [])
    offered = {tool.get("function", {}).get("name") for tool in request.get("tools") or []}
    return (
        (when.said is None or bool(when.said.search(_last(messages, ("user",)))))
        and (when.system is None or bool(when.system.search(_last(messages, ("system", "developer")))))
        and (when.after is None or when.after == _answered_last(messages))
        and set(when.offered) <= offered
        and when.model in (None, request.get("model"))
    )


def _last(messages: Sequence[Json], roles: Sequence[str]) -> str:
    found = next((message for message in reversed(messages) if message.get("role") in roles), {})
    return text_of(found.get("content"))


def said_last(request: Json) -> str:
    """The last words of the customer that a request holds."""
    return _last(request.get("messages", []), ("user",))


def text_of(content: Any) -> str:
    """A message's text, whether it is sent as a string or in parts."""
    if isinstance(content, list):
        return "".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else ""


def _answered_last(messages: Sequence[Json]) -> str:
    """The tool whose result is the newest message after the last user message; "" where there is none."""
    called: dict[str, str] = {}
    last = ""
    for message in messages:
        if message.get("role") == "user":
            last = ""
        for call in message.get("tool_calls") or []:
            called[call["id"]] = call["function"]["name"]
        if message.get("role") == "tool":
            last = called.get(str(message.get("tool_call_id")), "")
    return last
