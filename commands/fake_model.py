"""`closeloop fake-model`: a scripted language model on loopback, and what it was asked."""

import asyncio
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from rich.text import Text

from commands.screen import Sorry, err, out
from evals.fake_model.script import Player, Script, ScriptedTurn, ScriptInvalid, load_script, said_last
from evals.fake_model.server import FakeModel, running_fake_model

Json = dict[str, Any]
LONGEST = 70
"""Characters of a customer's words, and of an answer, on the screen."""


def serve(script: Path, *, port: int) -> None:
    """Until Ctrl-C or SIGTERM. Raises Sorry for a script with mistakes and for a port that cannot be had."""
    read = _read(script)
    try:
        asyncio.run(_serve(read, port))
    except (OSError, OverflowError) as error:
        raise Sorry(f"127.0.0.1:{port} cannot be listened on ({error}); choose another port with --port.") from error


def _read(script: Path) -> Script:
    try:
        return load_script(script)
    except ScriptInvalid as error:
        mistakes = error.detail.splitlines()
        for line in mistakes:
            err().print(Text(f"  {line}"), soft_wrap=True)
        many = "a mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        raise Sorry(f"{script} cannot be played: it has {many}.") from error


async def _serve(script: Script, port: int) -> None:
    leave, heard = asyncio.Event(), Heard(script)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, leave.set)
    async with running_fake_model(FakeModel(Player(script), heard=heard), port=port) as url:
        _announce(script, url)
        await leave.wait()
    out().print(f"Stopped. {heard.told()}")


def _announce(script: Script, url: str) -> None:
    turns = len(script.turns)
    out().print(f"{turns} turn{'' if turns == 1 else 's'} as {', '.join(script.models)}, at [bold]{url}[/bold]")
    out().print("Give the service these, and start it:", style="dim")
    given = {"MODEL": script.models[0], "OPENAI_BASE_URL": url, "OPENAI_API_KEY": script.key or "any"}
    for name, value in given.items():
        out().print(Text(f"  export {name}={value}"), soft_wrap=True)
    out().print("Each request is shown here, with the turn that answers it. Ctrl-C stops it.", style="dim")


class Heard:
    """Prints each request as it comes, and counts."""

    def __init__(self, script: Script) -> None:
        self._turns = script.turns
        self._counted: Counter[str] = Counter()

    def __call__(self, request: Json, turn: ScriptedTurn | None) -> None:
        self._counted["answered" if turn else "without a turn"] += 1
        number = sum(self._counted.values())
        asked = Text(f"{number}. {_short(said_last(request))!r}", "bold")
        out().print(asked, soft_wrap=True)
        if turn is None:
            out().print(Text("   no turn fits: the script needs one more, or a turn that may be used again", "red"))
        else:
            out().print(Text(f"   turn {self._turns.index(turn) + 1}: {_answer(turn)}"), soft_wrap=True)

    def told(self) -> str:
        counted = ", ".join(f"{count} {what}" for what, count in self._counted.items())
        return f"Requests: {counted}." if counted else "Nothing was asked."


def _answer(turn: ScriptedTurn) -> str:
    fault = (
        turn.fault.model_dump(exclude_none=True, include={"status", "cut_after", "hang_after", "garbage_after"})
        if turn.fault
        else {}
    )
    calls = [f"calls {call.name}" for call in turn.calls]
    said = [repr(_short(turn.text))] if turn.text else []
    wrong = [f"{name.replace('_', ' ')} {value}" for name, value in fault.items()]
    refused = ["refuses"] if turn.refusal is not None else []
    return ", ".join([*wrong, *said, *calls, *refused]) or "says nothing"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
