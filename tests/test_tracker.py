"""The tracker: known bugs that a description fits, reports and wishes, and what makes two of them the same."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from records.ids import CustomerId
from tests.action_case import Action, fact
from tests.demo_fixtures import ADA, BEN, NOW, Demo, call_of
from tools.answers import SystemRefused
from tools.areas import named, same_area
from tools.executor import Done, NotDone, Unknown
from tools.standard import KIT
from tools.systems import Systems
from tools.tracker.facts import KnownBug
from tools.tracker.sources import pick_known_bug

DMITRI = CustomerId("cus_dmitri")
STOPS = "The CSV stops at the column with the semicolon."
LINK = Action(
    tool="file_bug",
    system="tracker",
    operation="file",
    kind="bug_link",
    customer=DMITRI,
    arguments={
        "title": "CSV export stops when a column name holds a semicolon",
        "description": STOPS,
        "area": "exports",
        "duplicate_of": "bug_6002",
        "error_code": "EXP_1042",
        "version": "4.18.1",
    },
)
REPORT = Action(
    tool="file_bug",
    system="tracker",
    operation="file",
    kind="bug",
    customer=ADA,
    arguments={"title": "alerts does not work as expected", "description": "A muted alert rang again."},
)
WISH = Action(
    tool="request_feature",
    system="tracker",
    operation="wish",
    kind="wish",
    customer=ADA,
    arguments={"area": "dashboards", "wish": "Let us fold widgets."},
)
BUG = KnownBug(
    id="bug_1",
    title="Charts are empty",
    area="dashboards",
    status="open",
    words=["chart", "empty", "firefox"],
    fixed_in=None,
    workaround="",
    reported_at=NOW,
)


@pytest.mark.parametrize("action", [LINK, REPORT, WISH], ids=["link", "report", "wish"])
async def test_what_is_filed_is_one_effect(action: Action, demo: Demo, systems: Systems) -> None:
    outcome = await action.carried_out(systems, await action.key(systems))

    [effect] = await demo.effects()
    assert isinstance(outcome, Done)
    assert outcome.receipt.reference == effect["reference"]
    assert (effect["system"], effect["kind"], effect["customer"]) == ("tracker", action.kind, action.customer)


@pytest.mark.parametrize("mode", ["timeout_after", "fail_after"])
@pytest.mark.parametrize("action", [LINK, REPORT, WISH], ids=["link", "report", "wish"])
async def test_nobody_can_tell_what_became_of_a_lost_answer(
    action: Action, mode: str, demo: Demo, systems: Systems
) -> None:
    key = await action.key(systems)
    await demo.fault(action.system, action.operation, mode, seconds=0)

    outcome = await action.carried_out(systems, key)

    assert isinstance(outcome, Unknown)
    assert len(await demo.effects()) == 1


@pytest.mark.parametrize("action", [LINK, REPORT, WISH], ids=["link", "report", "wish"])
async def test_a_tracker_that_is_down_files_nothing(action: Action, demo: Demo, systems: Systems) -> None:
    key = await action.key(systems)
    await demo.fault(action.system, action.operation, "fail_before")

    outcome = await action.carried_out(systems, key)

    assert isinstance(outcome, NotDone)
    assert await demo.effects() == []


async def test_the_session_goes_with_the_report(demo: Demo, systems: Systems) -> None:
    outcome = await LINK.carried_out(systems, await LINK.key(systems))

    [effect] = await demo.effects()
    session = {"area": "exports", "error_code": "EXP_1042", "version": "4.18.1"}
    assert effect["object"] == "bug_6002"
    assert effect["details"] == {"description": STOPS, "session": session}
    assert isinstance(outcome, Done)
    assert outcome.receipt.details == {"title": LINK.arguments["title"], "duplicate_of": "bug_6002", **session}


async def test_a_report_needs_nothing_but_a_title_and_a_description(demo: Demo, systems: Systems) -> None:
    await REPORT.carried_out(systems, await REPORT.key(systems))

    assert (await demo.effects())[0]["details"] == {"description": "A muted alert rang again.", "session": {}}


async def test_a_link_to_a_bug_that_is_not_there_is_refused(demo: Demo, systems: Systems) -> None:
    with pytest.raises(SystemRefused, match="no such bug"):
        await systems.tracker.file(ADA, "Broken", STOPS, {}, "bug_9")

    assert await demo.effects() == []


async def test_a_link_to_a_bug_that_nobody_knows_has_no_identity(systems: Systems) -> None:
    unknown = replace(LINK, arguments={**LINK.arguments, "duplicate_of": "bug_9"})

    assert (await unknown.key(systems)).endswith(":?")


async def test_one_customer_meets_a_known_bug_once_however_they_word_it(systems: Systems) -> None:
    again = replace(LINK, arguments={**LINK.arguments, "description": "It happened to me once more today."})

    assert await LINK.key(systems) == await again.key(systems)
    assert await LINK.key(systems) != await replace(LINK, customer=ADA).key(systems)


@pytest.mark.parametrize("action", [REPORT, WISH], ids=["report", "wish"])
async def test_the_same_words_of_two_customers_are_two_things(action: Action, systems: Systems) -> None:
    assert await action.key(systems) != await replace(action, customer=BEN).key(systems)


async def test_a_wish_is_the_same_however_it_is_spaced(systems: Systems) -> None:
    spaced = replace(WISH, arguments={**WISH.arguments, "wish": "let us  FOLD\nwidgets."})
    other = replace(WISH, arguments={**WISH.arguments, "wish": "Let us fold reports."})

    assert await WISH.key(systems) == await spaced.key(systems)
    assert await WISH.key(systems) != await other.key(systems)


@pytest.mark.parametrize(
    ("focus", "found"),
    [
        ({"area": "exports", "details": STOPS}, "bug_6002"),
        ({"area": "exports", "description": STOPS}, "bug_6002"),
        ({"details": STOPS}, "bug_6002"),
        ({"area": "alerts", "details": STOPS}, None),
        ({"area": "exports", "details": "The export button does nothing."}, None),
        ({"duplicate_of": "bug_6004", "area": "exports", "description": STOPS}, "bug_6004"),
        ({"duplicate_of": "bug_9", "area": "exports", "description": STOPS}, None),
        ({"area": "exports"}, None),
        ({}, None),
    ],
)
async def test_a_known_bug_is_found_by_its_id_or_by_its_words(
    focus: Mapping[str, Any], found: str | None, systems: Systems
) -> None:
    known = await fact("known_bug", systems, DMITRI, focus)

    assert (known and known["id"]) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("My charts are EMPTY.", True),
        ("Firefox shows an empty chart.", True),
        ("My charts are slow.", False),
        ("Charts, charts and charts.", False),
    ],
)
def test_two_words_of_a_bug_are_needed(said: str, found: bool) -> None:
    assert (pick_known_bug([BUG], {"details": said}) == BUG) is found


def test_of_two_bugs_the_one_with_more_of_its_words_is_meant() -> None:
    other = replace(BUG, id="bug_2", words=["chart", "empty", "printing"])

    assert pick_known_bug([other, BUG], {"details": "In Firefox every chart is empty."}) == BUG


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("app", "Mobile apps", True),
        ("sensor sync", "sync", True),
        ("exports", "export", True),
        ("exports", "reports", False),
        ("", "exports", False),
        ("", "", False),
    ],
)
def test_areas_are_compared_as_people_write_them(one: str, other: str, same: bool) -> None:
    assert same_area(one, other) is same
    assert same_area(other, one) is same


def test_a_name_counts_by_its_words() -> None:
    assert named("do you have text message alerts", ["alerts by text message", "text message", "sms"]) == 2
    assert named("do you have fax", ["text message", ""]) == 0


async def test_a_look_up_takes_words_as_well_as_ids(systems: Systems) -> None:
    tool = next(each for each in KIT.tools if each.name == "find_known_bug")

    found = await tool.run(systems, call_of(DMITRI), **tool.parse({"area": "exports", "details": STOPS}))

    assert found["id"] == "bug_6002"
