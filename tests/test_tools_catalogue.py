"""The catalogue: what a model is shown, what it may send, and what makes two calls the same."""

from datetime import datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.demo_fixtures import ADA, DEE, GUS, Demo, call_of
from tools.kit import UnknownTool
from tools.standard import KIT
from tools.systems import Systems
from tools.tool import Effect, Idempotency, Settled, Tool

REFUND = {"charge": "ch_1001", "amount": 4800, "cause": "late"}
DUPLICATE = {"charge": "ch_2", "of": "ch_1"}
RENEWS = "2026-07-12T12:00:00Z"


TOOLS = {tool.name: tool for tool in KIT.tools}


def test_every_fact_has_a_tool_that_reads_it() -> None:
    assert {tool.reads for tool in KIT.tools if tool.effect is Effect.READ} == set(KIT.facts)


def test_every_action_needs_facts_of_the_kit_and_names_its_object() -> None:
    for action in KIT.actions:
        assert set(action.needs) <= set(KIT.facts)
        assert action.object in action.schema()["properties"]


def test_what_takes_an_action_back_is_an_action_of_the_kit() -> None:
    for action in KIT.actions:
        assert action.undo in {"", *(each.name for each in KIT.actions)}


def test_a_tool_that_is_in_no_kit_does_not_exist() -> None:
    assert KIT.action_named("issue_refund").idempotency is Idempotency.KEYED
    assert KIT.action("find_order") is None
    with pytest.raises(UnknownTool):
        KIT.action_named("drop_table")


def test_a_model_sees_the_kinds_and_limits_of_the_arguments() -> None:
    schema = TOOLS["issue_refund"].schema()

    assert schema["properties"] == {
        "charge": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]+$"},
        "amount": {"type": "integer", "exclusiveMinimum": 0, "maximum": 100_000_000},
        "cause": {"type": "string", "enum": ["late", "duplicate", "damaged", "goodwill"]},
    }
    assert schema["required"] == ["charge", "amount", "cause"]
    assert schema["additionalProperties"] is False


@pytest.mark.parametrize("tool", KIT.tools, ids=lambda tool: tool.name)
def test_a_description_is_what_a_model_reads(tool: Tool) -> None:
    assert tool.description.endswith(".")
    assert "\n    " not in tool.description


def test_a_read_tools_arguments_may_be_left_out() -> None:
    assert TOOLS["find_subscription"].parse({}) == {"subscription": ""}


def test_arguments_of_the_right_kinds_are_taken() -> None:
    assert TOOLS["issue_refund"].parse(REFUND) == REFUND


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 48.0},
        {"amount": "4800"},
        {"amount": True},
        {"amount": 0},
        {"amount": -1},
        {"amount": 100_000_001},
        {"amount": None},
        {"charge": ""},
        {"charge": "ch 1"},
        {"charge": "ch_1\n"},
        {"charge": 7},
        {"charge": "c" * 81},
        {"cause": "because"},
        {"customer": "cus_ben"},
    ],
)
def test_arguments_of_other_kinds_are_errors(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TOOLS["issue_refund"].parse(REFUND | wrong)


@pytest.mark.parametrize("address", ["", "   ", "1 Quay\n2 Quay", "1 Quay\x00", "x" * 201])
def test_an_address_is_one_line_with_something_in_it(address: str) -> None:
    with pytest.raises(ValidationError):
        TOOLS["change_address"].parse({"order": "ord_1", "address": address})


@pytest.mark.parametrize("description", ["", " \n ", "null \x00", "x" * 4001, "\ud800"])
def test_a_description_has_something_in_it(description: str) -> None:
    with pytest.raises(ValidationError):
        TOOLS["file_bug"].parse({"title": "Broken", "description": description})


def test_the_amount_is_no_part_of_a_refunds_identity() -> None:
    refund = TOOLS["issue_refund"]

    assert refund.key(REFUND, {}) == refund.key(REFUND | {"amount": 1}, {}) == "issue_refund:ch_1001:late"


@pytest.mark.parametrize(
    ("duplicate", "key"),
    [
        (DUPLICATE, "issue_refund:ch_2:duplicate of ch_1"),
        (DUPLICATE | {"charge": "ch_3"}, "issue_refund:ch_2:?"),
        (None, "issue_refund:ch_2:?"),
    ],
)
def test_a_duplicate_is_named_with_what_it_repeats(duplicate: dict[str, Any] | None, key: str) -> None:
    arguments = {"charge": "ch_2", "amount": 4900, "cause": "duplicate"}
    facts = {"duplicate_charge": duplicate} if duplicate else {}

    assert TOOLS["issue_refund"].key(arguments, facts) == key


@pytest.mark.parametrize("renews", [RENEWS, datetime.fromisoformat(RENEWS), "2026-07-12T14:00:00+02:00"])
def test_a_cancellation_is_of_one_period_however_it_is_spelled(renews: object) -> None:
    key = TOOLS["cancel_subscription"].key(
        {"subscription": "sub_1", "when": "now"}, {"subscription": {"renews_at": renews}}
    )

    assert key == "cancel_subscription:sub_1:2026-07-12T12:00:00+00:00"


def test_a_cancellation_without_its_subscription_has_no_identity() -> None:
    key = TOOLS["cancel_subscription"].key({"subscription": "sub_1", "when": "now"}, {})

    assert key.endswith(":?")


@pytest.mark.parametrize(
    ("order", "key"),
    [
        ({"id": "ord_1", "revision": 3}, "change_address:ord_1:b132666dfb7d@3"),
        ({"id": "ord_2", "revision": 3}, "change_address:ord_1:?"),
        (None, "change_address:ord_1:?"),
    ],
)
def test_an_address_change_sets_out_from_a_revision(order: dict[str, Any] | None, key: str) -> None:
    facts = {"order": order} if order else {}

    assert TOOLS["change_address"].key({"order": "ord_1", "address": "1 Quay"}, facts) == key


def test_a_bug_is_the_same_however_it_is_spaced() -> None:
    bug = TOOLS["file_bug"]
    one = bug.key({"title": "Broken", "description": "It  stops\nhere."}, {})

    assert one == bug.key({"title": "Broken", "description": "it stops here."}, {})
    assert one != bug.key({"title": "Broken", "description": "it stops there."}, {})
    assert len(one.rpartition(":")[2]) == 12


def test_a_read_tool_has_no_cause() -> None:
    order = TOOLS["find_order"]

    assert order.cause({}, {}) == "?"


@pytest.mark.parametrize(
    ("name", "arguments", "field", "expected"),
    [
        ("find_customer", {}, "name", "Ada Lindqvist"),
        ("find_order", {"order": "ord_1001"}, "days_late", 12),
        ("find_tracking", {}, "order", "ord_1001"),
        ("find_charge", {"order": "ord_1001"}, "id", "ch_1001"),
        ("find_duplicate_charge", {}, "of", "ch_2001"),
        ("find_subscription", {}, "id", "sub_2001"),
        ("find_incident", {}, "id", "inc_3001"),
    ],
)
async def test_a_read_tool_answers_with_the_fact(
    name: str, arguments: dict[str, Any], field: str, expected: object, systems: Systems
) -> None:
    tool = TOOLS[name]

    found = await tool.run(systems, call_of(ADA), **tool.parse(arguments))

    assert found[field] == expected


async def test_a_read_tool_answers_none_when_there_is_nothing(systems: Systems) -> None:
    assert await TOOLS["find_order"].run(systems, call_of(GUS)) is None


async def test_a_receipt_says_what_the_system_did(demo: Demo, systems: Systems) -> None:
    tool = TOOLS["issue_refund"]
    call = call_of(ADA, "issue_refund:ch_1001:late")

    receipt = await tool.run(systems, call, **REFUND)

    assert (receipt.system, receipt.reference, receipt.amount, receipt.currency) == ("billing", "re_1", 4800, "USD")
    assert receipt.details == {"charge": "ch_1001", "cause": "late"}
    assert await tool.settle(systems, call, REFUND) == receipt


async def test_a_change_is_found_under_any_key(demo: Demo, systems: Systems) -> None:
    tool = TOOLS["change_address"]
    arguments = {"order": "ord_1004", "address": "1 Quay"}

    before = await tool.settle(systems, call_of(DEE), arguments)
    receipt = await tool.run(systems, call_of(DEE), **arguments)

    assert before is Settled.NOT_DONE
    assert await tool.settle(systems, call_of(DEE), arguments) == receipt


async def test_another_change_of_the_order_is_not_this_one(demo: Demo, systems: Systems) -> None:
    tool = TOOLS["change_address"]
    await tool.run(systems, call_of(DEE), order="ord_1004", address="2 Quay")

    settled = await tool.settle(systems, call_of(DEE), {"order": "ord_1004", "address": "1 Quay"})

    assert settled is Settled.NOT_DONE
