"""What the screen shows of a conversation, from the events of a stream."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from commands.approvals import changed
from commands.flow import Flow
from commands.screen import Sorry, age
from commands.service import Told, told, url_of
from commands.telling import Telling
from settings import Settings


def console(width: int = 40) -> Console:
    return Console(file=StringIO(), width=width, highlight=False)


def shown(screen: Console) -> list[str]:
    assert isinstance(screen.file, StringIO)
    return [line.rstrip() for line in screen.file.getvalue().splitlines()]


def tell(*events: tuple[str, dict[str, Any]]) -> list[str]:
    screen = console()
    telling = Telling(screen, "Agent")
    for seq, (kind, data) in enumerate(events):
        telling.tell(Told(seq=seq, kind=kind, data=data))
    return shown(screen)


def test_events_are_read_from_a_stream_without_its_heartbeats() -> None:
    lines = [": ping", "", "id: 7", "event: step", 'data: {"node": "act"}', "", "id: 8", "event: x", "data: {}", ""]

    assert list(told(lines)) == [Told(seq=7, kind="step", data={"node": "act"}), Told(seq=8, kind="x", data={})]


def test_nobody_steers_the_terminal_by_what_they_write() -> None:
    lines = ["data: " + r'{"text": ["a\u001b[2Jb\u009b\u202ec\n"]}', ""]

    assert next(told(lines)).data == {"text": ["a[2Jbc\n"]}


def test_a_word_that_comes_in_pieces_is_not_broken() -> None:
    screen = console(width=20)
    flow = Flow(screen)

    for piece in ("The refu", "nd of 48.00 U", "SD is on its way.\n\nB", "ye."):
        flow.add(piece)
    flow.end()

    assert shown(screen) == ["  The refund of", "  48.00 USD is on", "  its way.", "", "  Bye."]


def test_a_message_that_was_streamed_is_shown_once() -> None:
    lines = tell(("delta", {"text": "It is "}), ("delta", {"text": "done."}), ("message", {"text": "It is done."}))

    assert lines == ["Agent", "  It is done."]


def test_a_text_that_was_reset_is_taken_back() -> None:
    lines = tell(("delta", {"text": "It is do"}), ("reset", {}), ("message", {"text": "It is not done."}))

    assert lines == ["Agent", "  It is do", "  That does not count; once more:", "Agent", "  It is not done."]


def test_steps_are_told_together_with_how_it_ended() -> None:
    started = [
        ("step", {"node": node, "state": "started"}) for node in ("classify", "gather_context", "gather_context")
    ]

    lines = tell(*started, ("finished", {"outcome": "handed_over", "status": "finished"}))

    assert " ".join(" ".join(lines).split()) == "classify › gather_context ×2 › [in the hands of a person]"


def test_a_receipt_is_told_with_its_amount_and_reference() -> None:
    receipt = {"tool": "issue_refund", "amount": 4800, "currency": "USD", "reference": "re_1", "details": {}}

    assert [line.strip() for line in tell(("receipt", receipt))] == [
        "✓ Issue refund of 48.00 USD: done,",
        "reference re_1.",
    ]


def test_markup_in_a_message_is_shown_as_it_is() -> None:
    assert tell(("message", {"text": "[bold red]x[/] :smile:"})) == ["Agent", "  [bold red]x[/] :smile:"]


def test_an_event_that_is_new_to_the_screen_is_left_out() -> None:
    assert tell(("telepathy", {"text": "x"})) == []


def test_an_edit_keeps_what_it_does_not_name() -> None:
    found = {"arguments": {"charge": "ch_1", "amount": 4800}, "replies": {"approve": ""}}

    assert changed(found, ["amount=3000"]) == {"charge": "ch_1", "amount": 3000}


@pytest.mark.parametrize("change", ["amount", "sum=1", "amount=much"])
def test_an_edit_that_cannot_be_made_is_refused(change: str) -> None:
    found = {"arguments": {"amount": 4800}, "replies": {"approve": ""}}

    with pytest.raises(Sorry):
        changed(found, [change])


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "0 s"), (59, "59 s"), (61, "1 min"), (7300, "2 h"), (90_000, "1 d")]
)
def test_an_age_is_told_in_its_largest_unit(seconds: int, words: str) -> None:
    assert age(seconds) == words


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:8000"), ("::1", "http://[::1]:8000"), ("example.org", "http://example.org:8000")],
)
def test_a_service_is_called_where_it_listens(host: str, url: str) -> None:
    assert url_of(Settings(host=host)) == url
