"""The command against a service that it serves itself, in processes of their own."""

import asyncio
import json
import re
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from commands.demo import demo_team
from evals.ports import free_port
from records.clock import SystemClock
from records.database import open_database
from runs.startup import prepare
from tests.cli_world import CLOSELOOP, ROOT, World, joined, make_world
from tests.demo_fixtures import ThreadedServer
from tools.demo.app import create_demo

pytestmark = pytest.mark.slow
MONEY_BACK = "Order ord_1002 is late, I want a refund"


@pytest.fixture(scope="module")
def shop(database_url: Callable[[], str]) -> Iterator[str]:
    """The demo company for these tests alone."""
    app = create_demo(database_url(), SystemClock())
    server = ThreadedServer(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="critical", timeout_graceful_shutdown=1)
    )
    thread = threading.Thread(target=asyncio.run, args=(server.serve(),))
    thread.start()
    yield f"http://127.0.0.1:{server.port.result(30)}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, database_url: Callable[[], str], shop: str) -> Iterator[World]:
    """A service that runs, with the demo's staff."""
    made = make_world(tmp_path_factory.mktemp("service") / "var", DATABASE_URL=database_url(), DEMO_URL=shop)
    with made.serving("--demo"):
        yield made


def card_of(world: World, customer: str, *texts: str) -> str:
    """The beginning of the id of the card that the last of these requests ends in."""
    for text in texts:
        said = world.run("chat", "--as", customer, text)
    assert "waits for a person's decision" in said.out
    return newest_card(world)


def newest_card(world: World) -> str:
    cards: list[str] = re.findall(r"apr_\w+", world.run("approvals", "list").out)
    return cards[-1]


def test_a_decision_reaches_a_chat_that_goes_on(world: World) -> None:
    arguments = [*CLOSELOOP, "chat", "--as", "cus_ben"]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, cwd=ROOT, env=world.environment, stdin=pipe, stdout=pipe, text=True) as chat:
        assert chat.stdin is not None
        assert chat.stdout is not None
        chat.stdin.write(f"{MONEY_BACK}\n")
        chat.stdin.flush()
        waits = any("waits for a person's decision" in line for line in iter(chat.stdout.readline, ""))
        approved = world.run("approvals", "approve", newest_card(world), typed="y\n")
        told = any("Issue refund of 240.00 USD: done" in line for line in iter(chat.stdout.readline, ""))
        chat.stdin.close()

    assert (waits, told) == (True, True)
    assert "Issue refund of 240.00 USD: approved." in approved.out


def test_the_second_to_decide_is_told_who_was_first_and_when(world: World) -> None:
    card = card_of(world, "cus_cho", "Please cancel our subscription")

    first = world.run("approvals", "reject", card, "--yes", "--message", "ask their account manager")
    second = world.run("approvals", "approve", card, "--yes")

    assert (first.code, second.code) == (0, 1)
    assert re.fullmatch(
        r"closeloop: Leonie Okoro decided this first: rejected, \d\d \w{3} \d{4} \d\d:\d\d UTC\.", second.err
    )


def test_the_card_shows_what_is_needed_to_decide(world: World, shop: str) -> None:
    for record, change in (("order/ord_1001", {"total": 48_000}), ("charge/ch_1001", {"amount": 48_000})):
        httpx.put(f"{shop}/records/{record}", json=change).raise_for_status()
    card = card_of(world, "cus_ada", "Order ord_1001 never came, I want my money back")

    shown = world.run("approvals", "show", card).out
    answered = world.run("approvals", "respond", card, "--message", "I will call you today.", "--yes").out

    assert "Ada Lindqvist (cus_ada), team plan, business tier" in shown
    assert "✗ More than 100.00 USD needs a person." in shown
    assert "✓ The charge is on the customer's own account." in shown
    assert "if you approve I am sorry that your order is late. I have refunded 480.00 USD" in shown
    assert "The customer reads I will call you today." in answered


def test_an_edit_changes_the_amount_and_nothing_else(world: World) -> None:
    card = card_of(
        world, "cus_hana", *(f"Order ord_{number} is late, I want a refund" for number in (1008, 1009, 1010))
    )

    wrong = world.run("approvals", "edit", card, "--arg", "sum=1", "--yes")
    edited = world.run("approvals", "edit", card, "--arg", "amount=3000", "--yes")

    assert "the name is one of cause, amount, charge" in wrong.err
    assert "Issue refund of 30.00 USD: done" in edited.out


def test_the_audit_log_of_what_was_decided_is_shown_and_proves_whole(world: World) -> None:
    card = card_of(world, "cus_cho", "Please terminate our plan at the end of the term")
    world.run("approvals", "reject", card, "--yes")
    rows = [json.loads(line) for line in world.ran("audit", "export").stdout.splitlines()]
    rejected = next(row for row in rows if row["action"] == "approval.rejected" and row["subject"].startswith(card))

    shown = world.run("audit", "show", rejected["conversation_id"]).out
    sealed = world.run("audit", "seal")
    checked = world.run("audit", "verify")

    assert "approval filed" in shown
    assert "approval rejected" in shown
    assert (sealed.code, checked.code) == (0, 0)
    assert f"The audit log is whole: {len(rows)} rows" in checked.out


def test_a_member_of_staff_decides_with_a_key_of_their_own(world: World) -> None:
    made = world.run("token", "staff", "Ana Silva", "--role", "billing", "--role", "support")

    listed = world.run("approvals", "list", "--status", "all", "--key", made.out)

    assert made.out.startswith("clk_")
    assert "Ana Silva (billing, support) is added." in made.err
    assert listed.code == 0


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["list", "--key", "clk_x"], "The service does not know this staff key."),
        (["show", "apr_nothing"], "There is no approval that begins with apr_nothing."),
        (["list", "--queue", "nowhere"], "There is no such queue."),
    ],
)
def test_mistakes_at_the_inbox_are_told_in_a_sentence(world: World, command: list[str], sentence: str) -> None:
    said = world.run("approvals", *command)

    assert said.code == 1
    assert said.err.startswith(f"closeloop: {sentence}")


def test_a_visitor_writes_without_a_token_and_goes_on_in_the_same_conversation(world: World) -> None:
    first = world.run("chat", "--visitor", "Do refunds take long?")
    conversation = re.findall(r"cnv_\w+", first.out)[0]

    second = world.run("chat", "--visitor", "--conversation", conversation, "thanks")

    assert second.code == 0
    assert conversation in second.out


def test_a_customer_says_which_page_they_are_on(world: World) -> None:
    said = world.run("chat", "--as", "cus_ada", "--page", "https://app.tidewater.example/reports", "Any news?")
    wrong = world.run("chat", "--as", "cus_ada", "--page", "reports", "Any news?")

    assert said.code == 0
    assert wrong.code == 1
    assert "page.url must be an http or https address" in wrong.err


def test_a_token_of_other_keys_is_explained(world: World, tmp_path: Path) -> None:
    said = world.run("chat", "--as", "cus_ada", "hello", VAR=str(tmp_path))

    assert said.code == 1
    assert "does not accept our token" in said.err


def test_the_doctor_finds_a_running_service_well(world: World) -> None:
    said = world.run("doctor")

    assert said.code == 0
    assert "owned by the running service" in said.out
    assert "Everything that the service needs is there." in said.out


def test_a_port_that_is_taken_is_told_in_a_sentence(world: World) -> None:
    said = world.run("serve")

    assert said.code == 1
    assert "cannot be listened on (Address already in use)" in said.err


def test_a_search_index_that_another_process_owns_is_told_in_a_sentence(world: World) -> None:
    said = world.run("serve", PORT=str(free_port()))

    assert said.code == 1
    assert re.fullmatch(r"closeloop: The search index folder \S+ is in use: stop the process .*", said.err)


def test_a_service_that_is_asked_to_leave_goes_although_somebody_listens(
    tmp_path: Path, database_url: Callable[[], str], shop: str
) -> None:
    own = make_world(tmp_path / "var", DATABASE_URL=database_url(), DEMO_URL=shop)
    with own.serving() as service:
        arguments = [*CLOSELOOP, "chat", "--visitor"]
        pipe = subprocess.PIPE
        with subprocess.Popen(arguments, cwd=ROOT, env=own.environment, stdin=pipe, stdout=pipe, text=True) as chat:
            assert chat.stdout is not None
            chat.stdout.readline()
            service.send_signal(signal.SIGINT)

            assert service.wait(15) == 0
            assert service.stdout is not None
            assert joined(service.stdout.read()) == "Stopped."


async def test_the_demos_staff_keep_their_keys(tmp_path: Path, database_url: Callable[[], str]) -> None:
    url = database_url()
    prepare(url)

    async with open_database(url, size=2) as database:
        first = await demo_team(database, tmp_path, SystemClock())
        second = await demo_team(database, tmp_path, SystemClock())

    kept = tmp_path / "demo-staff.json"
    assert first == second
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [member["key"] for member in json.loads(kept.read_text())] == [member.key for member in first]


def test_an_administrator_stops_a_tool_and_lets_it_go_on(world: World) -> None:
    key = re.findall(r"clk_[\w-]+", world.run("token", "staff", "Alex Kim", "--role", "admin").out)[0]
    admin = {"CLOSELOOP_STAFF_KEY": key}

    lead = world.run("kill", "on", "--reason", "wrong refunds")
    stopped = world.run("kill", "on", "--tool", "issue_refund", "--reason", "wrong refunds", **admin)
    during = world.run("kill", "status", **admin)
    released = world.run("kill", "off", "--tool", "issue_refund", "--reason", "mended", **admin)
    after = world.run("kill", "status", **admin)

    assert (lead.code, "needs the role admin" in lead.err) == (1, True)
    assert (stopped.code, "Stopped: the tool issue_refund" in stopped.out) == (0, True)
    assert (during.code, "wrong refunds" in during.out) == (1, True)
    assert (released.code, after.code, "Nothing is stopped" in after.out) == (0, 0, True)


def test_what_was_done_is_listed_shown_and_taken_back_by_two_colleagues(world: World) -> None:
    world.run("chat", "--as", "cus_dee", "We expect a credit for the disturbance today.")

    listed = world.run("actions", "list", "--customer", "cus_dee")
    shown = world.run("actions", "show", "issue_credit")
    again = world.run("actions", "look", "issue_credit")
    asked = world.run("actions", "undo", "issue_credit", "--reason", "Given by mistake", "--yes")
    own = world.run("approvals", "approve", newest_card(world), "--yes")

    assert "issue credit" in listed.out
    assert "can be taken back by void credit" in shown.out
    assert (again.code, "has recorded this already: done" in again.err) == (1, True)
    assert (asked.code, "Another colleague finds it in the inbox" in asked.out) == (0, True)
    assert own.code == 1


def test_an_action_that_nobody_knows_is_named(world: World) -> None:
    said = world.run("actions", "settle", "file_bug:nothing", "--status", "refused", "--note", "Not there.")

    assert (said.code, said.err) == (
        1,
        "closeloop: There is no action file_bug:nothing among the newest; its id finds any.",
    )


def test_runs_that_can_go_on_are_not_stuck(world: World) -> None:
    said = world.run("runs", "stuck")
    nobody = world.run("runs", "reopen", "run_none")

    assert (said.code, said.out) == (0, "Every run can go on.")
    assert (nobody.code, nobody.err) == (1, "closeloop: There is no run run_none.")
