"""A conversation on the screen: steps, receipts, pauses and messages, as they happen."""

from itertools import groupby
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from commands.flow import INDENT, Flow
from commands.service import Told
from policy.words import money, plain

DECISIONS = {
    "pending": ("yellow", "Another colleague has to agree as well."),
    "approved": ("green", "A colleague approved it."),
    "edited": ("green", "A colleague approved it with changes."),
    "rejected": ("red", "A colleague did not approve it."),
    "answered": ("green", "A colleague answers it."),
    "expired": ("yellow", "Nobody decided in time."),
    "withdrawn": ("yellow", "It is withdrawn."),
    "superseded": ("yellow", "Something newer has replaced it."),
}
ENDS = {
    "answered": "answered",
    "acted": "done",
    "asked_customer": "asks you",
    "awaiting_approval": "waits for a person's decision; you can go on writing",
    "handed_over": "in the hands of a person",
    "declined": "not done",
    "joined": "goes on in your earlier conversation",
}


class Telling:
    """Tells one event after the other; those that it has no words for are left out."""

    def __init__(self, console: Console, who: str) -> None:
        self._console = console
        self._who = who
        self._steps: list[str] = []
        self._flow = Flow(console)
        self._streamed = ""
        self._tellers = {
            "step": self._step,
            "delta": self._delta,
            "reset": self._reset,
            "message": self._message,
            "receipt": self._receipt,
            "approval": self._approval,
            "decision": self._decision,
            "handoff": self._handoff,
            "assigned": self._assigned,
            "joined": self._joined,
            "finished": self._finished,
        }

    def tell(self, event: Told) -> None:
        teller = self._tellers.get(event.kind)
        if teller is not None:
            teller(event.data)

    def _step(self, data: dict[str, Any]) -> None:
        if data.get("state") == "started":
            self._steps.append(str(data["node"]))

    def _delta(self, data: dict[str, Any]) -> None:
        if not self._streamed:
            self._speaker(self._who)
        self._streamed += str(data["text"])
        self._flow.add(str(data["text"]))

    def _reset(self, _data: dict[str, Any]) -> None:
        if self._streamed:
            self._end_text()
            self._line("That does not count; once more:", "dim")

    def _message(self, data: dict[str, Any]) -> None:
        streamed, text = self._streamed.strip(), str(data["text"]).strip()
        if streamed:
            self._end_text()
        if streamed != text:
            self._speaker("A colleague" if data.get("author") == "staff" else self._who)
            self._flow.add(text)
            self._flow.end()
        for number, citation in enumerate(data.get("citations") or [], 1):
            self._line(f"[{number}] {_cited(citation)}", "dim")

    def _receipt(self, data: dict[str, Any]) -> None:
        much = f" of {money(data['amount'], data.get('currency') or '')}" if data.get("amount") else ""
        reference = f", reference {data['reference']}" if data.get("reference") else ""
        self._line(f"✓ {plain(data['tool']).capitalize()}{much}: done{reference}.", "green")

    def _approval(self, _data: dict[str, Any]) -> None:
        self._line("● This waits until a person has decided.", "yellow")

    def _decision(self, data: dict[str, Any]) -> None:
        style, said = DECISIONS.get(str(data.get("status")), ("yellow", plain(str(data.get("status")))))
        self._line(f"● {said}", style)

    def _handoff(self, _data: dict[str, Any]) -> None:
        self._line("● A person takes over, with all that is known so far.", "yellow")

    def _assigned(self, data: dict[str, Any]) -> None:
        who = "A person has the conversation now." if data.get("to") == "person" else "The agent answers again."
        self._line(f"● {who}", "yellow")

    def _joined(self, data: dict[str, Any]) -> None:
        told = "This is handled in conversation" if data.get("to") else "More was written about this in conversation"
        self._line(f"● {told} {data.get('to') or data.get('from')}.", "yellow")

    def _finished(self, data: dict[str, Any]) -> None:
        """The steps after the last message and how it ended share a line."""
        outcome = str(data.get("outcome") or data.get("status"))
        self._steps.append(f"[{ENDS.get(outcome, plain(outcome))}]")
        self._end_steps()

    def _speaker(self, name: str) -> None:
        self._end_steps()
        self._console.print(Text(name, style="bold cyan"))

    def _line(self, text: str, style: str) -> None:
        self._end_steps()
        self._indented(text, style)

    def _end_steps(self) -> None:
        """Steps are told together, when something else is: they come in batches."""
        steps, self._steps = self._steps, []
        if steps:
            counted = ((name, len(list(same))) for name, same in groupby(steps))
            shown = " › ".join(f"{name} ×{count}" if count > 1 else name for name, count in counted)
            self._indented(shown, "dim")

    def _indented(self, text: str, style: str) -> None:
        """A long line goes on below itself."""
        self._console.print(Padding(Text(text, style=style), (0, 0, 0, len(INDENT)), expand=False))

    def _end_text(self) -> None:
        self._flow.end()
        self._streamed = ""


def _cited(citation: dict[str, Any]) -> str:
    heading = f", {citation['heading']}" if citation.get("heading") else ""
    url = f" ({citation['url']})" if citation.get("url") else ""
    return f"{citation.get('title') or citation.get('id', 'article')}{heading}{url}"
