"""`closeloop chat`: writing to the service as a customer does. What happens later, happens on the same screen."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from rich.console import Console

from commands.keys import tokens_of
from commands.screen import Sorry, apologise, command_line, out
from commands.service import Cut, Refused, Service, Told, url_of
from commands.telling import Telling
from records.clock import SystemClock
from records.ids import ConversationId, CustomerId
from settings import Settings

try:
    import readline
except ImportError:  # pragma: no cover - a Python without it edits lines less well
    readline = None  # type: ignore[assignment]

PROMPT = "› "
TOKEN_LIFE = timedelta(hours=1)
CATCH_UP = 3.0
"""Seconds for the screen to show what the answer's own stream has already brought."""


def chat(
    settings: Settings, text: str, *, customer: str | None, conversation: str | None, page: str, url: str | None
) -> None:
    """Says `text` and tells the answer; without a text, goes on until the user leaves. `customer` None: a visitor.
    `page`: the address of the page that the customer is on, or ""."""
    where = Service(url=url_of(settings, url), page=page)
    where.get("/health")
    service, conversation = _opened(settings, where, customer, conversation)
    if text:
        _say_once(settings, service, conversation, text)
    else:
        _talk(service, conversation, customer or "visitor")


def _opened(settings: Settings, where: Service, customer: str | None, conversation: str | None) -> tuple[Service, str]:
    tokens = tokens_of(settings, SystemClock())
    signed = replace(where, token=tokens.for_customer(CustomerId(customer), TOKEN_LIFE) if customer else "")
    if conversation and customer:
        return signed, conversation
    if conversation:
        return replace(where, token=tokens.for_conversation(ConversationId(conversation), None)), conversation
    try:
        opened = signed.post("/conversations")
    except Refused as refused:
        if refused.code != 401:
            raise
        raise Sorry(
            f"{where.url} does not accept our token: run this with the VAR or CUSTOMER_TOKEN_KEY that it was started with."
        ) from refused
    return replace(where, token=opened["token"]), opened["id"]


def _say_once(settings: Settings, service: Service, conversation: str, text: str) -> None:
    screen = out()
    telling, last = Telling(screen, "Agent"), ""
    for event in service.say(conversation, text):
        telling.tell(event)
        last = str(event.data.get("outcome") or "") if event.kind == "finished" else last
    screen.print(f"  conversation {conversation}", style="dim")
    if last == "awaiting_approval":
        screen.print(f"  to decide it: {command_line(settings)} approvals list", style="dim")


def _talk(service: Service, conversation: str, name: str) -> None:
    screen = out()
    screen.print(f"[dim]You are[/dim] [bold]{name}[/bold][dim]. Write a line; Ctrl-D leaves. ({conversation})[/dim]")
    watch = Watch(service, conversation, screen)
    watch.start()
    while (text := _line(watch)) is not None:
        if text.strip():
            watch.reached(_sent(service, conversation, text))
    screen.print("[dim]Whatever is still open goes on without you.[/dim]")


def _line(watch: "Watch") -> str | None:
    with watch.prompting():
        try:
            return input(PROMPT if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            return None


def _sent(service: Service, conversation: str, text: str) -> int:
    """The number of the last event of the answer. The events themselves are told by the watch."""
    last = 0
    try:
        for event in service.say(conversation, text):
            last = event.seq
    except Cut:
        return last
    except Sorry as error:
        apologise(error)
    return last


class Watch(threading.Thread):
    """Tells all that happens in a conversation, also while the user is typing."""

    def __init__(self, service: Service, conversation: str, screen: Console) -> None:
        super().__init__(daemon=True)
        self._service = service
        self._conversation = conversation
        self._screen = screen
        self._telling = Telling(screen, "Agent")
        self._seen = 0
        self._moved = threading.Condition()
        self._prompting = False

    def run(self) -> None:
        """A stream that breaks is taken up where it broke."""
        while True:
            try:
                for event in self._service.events(self._conversation, after=self._seen):
                    self._take(event)
            except Sorry:
                time.sleep(1)

    def reached(self, seq: int) -> None:
        """Waits until the event of this number is on the screen, but not for ever."""
        with self._moved:
            self._moved.wait_for(lambda: self._seen >= seq, CATCH_UP)

    @contextmanager
    def prompting(self) -> Iterator[None]:
        """While the user types, whatever is told goes above the line that is being typed."""
        self._prompting = True
        try:
            yield
        finally:
            self._prompting = False

    def _take(self, event: Told) -> None:
        """A text in pieces would run into the line that is being typed; there its whole message is enough."""
        aside = self._prompting and self._screen.is_terminal
        if aside:
            self._screen.file.write("\r\x1b[K")
        if not (aside and event.kind == "delta"):
            self._telling.tell(event)
        if aside:
            self._screen.file.write(f"{PROMPT}{readline.get_line_buffer() if readline else ''}")
            self._screen.file.flush()
        with self._moved:
            self._seen = event.seq
            self._moved.notify_all()
