"""Slots: what was done, how a request stands, sums, days and ids are put into a reply by code, from records."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.agenda import new_request
from graph.truth.findings import kinds
from graph.truth.guard import checked
from graph.truth.known import facts_shown, kinds_of
from graph.truth.slots import Slot, pieces
from records.ids import ApprovalId
from tests.company_case import VOCABULARY
from tests.test_graph_reasoner import fact, view
from tests.truth_case import KNOWN, REFUND, entry
from tools.standard import KIT

ORDER = {
    "id": "ord_1002",
    "total": 8_900,
    "currency": "USD",
    "days_late": 4,
    "revision": 3,
    "promised_at": "2026-11-17T00:00:00Z",
}


def said(text: str, language: str = "en") -> str:
    """What a text says whose slots can all be filled in."""
    result = checked(text, KNOWN, language)
    assert [found.kind for found in result.findings if found.kind != "language"] == []
    return result.text


def stopped(text: str) -> list[str]:
    return [*kinds(checked(text, KNOWN, "en").findings)]


def test_a_receipt_says_what_was_done_when_and_for_how_much() -> None:
    assert said(f"{{{{receipt:{REFUND}}}}}") == "Done on 21 November 2026: issue refund, 1,234.50 EUR. Reference: re_7."


@pytest.mark.parametrize(
    ("language", "money", "day"),
    [
        ("en", "1,234.50 EUR", "17 November 2026"),
        ("de", "1.234,50 EUR", "17. November 2026"),
        ("fr", "1 234,50 EUR", "17 novembre 2026"),
        ("es", "1.234,50 EUR", "17 de noviembre de 2026"),
        ("ja", "1,234.50 EUR", "2026年11月17日"),
    ],
)
def test_sums_and_days_are_written_as_the_customers_language_writes_them(language: str, money: str, day: str) -> None:
    text = said("{{fact:order.total}}, {{fact:order.promised_at}}", language)

    assert text.replace("\u202f", " ") == f"{money}, {day}"


def test_a_moment_gives_its_time_of_day_where_that_is_asked_for() -> None:
    assert said("{{fact:order.promised_at|time}}") == "09:30 UTC"


def test_a_slot_says_nothing_but_the_record_it_names() -> None:
    assert said("Which device of {{fact:order.id}} do you mean: {{fact:order.items}}?") == (
        "Which device of ord_1002 do you mean: Hub 2 and Sensor?"
    )


def test_a_booked_call_is_a_follow_up_and_says_when_it_is() -> None:
    known = replace(KNOWN, calls={"bk_7": "2026-11-24T15:00:00Z"})

    assert checked("{{followup:bk_7}}", known, "en").text == "A call is booked for 24 November 2026, 15:00 UTC."


def test_a_quoted_passage_brings_its_source() -> None:
    result = checked("Please read this. {{quote:refunds#how-a-refund-is-paid}}", KNOWN, "en")

    assert result.findings == ()
    assert [cited["passage"] for cited in result.citations] == ["refunds#how-a-refund-is-paid"]


def test_the_playbook_speaks_for_the_company() -> None:
    assert said("Thank you for waiting. {{playbook}}").endswith("I have refunded 1234.50 EUR for order ord_1002.")


@pytest.mark.parametrize(
    "slot",
    [
        "{{receipt:issue_refund:ch_9999:late}}",
        "{{receipt:}}",
        "{{receipt}}",
        "{{approval:apr_of_somebody_else}}",
        "{{followup:hnd_of_somebody_else}}",
        "{{fact:order.owner}}",
        "{{fact:customer.tier}}",
        "{{fact:order.total|time}}",
        "{{fact:__class__}}",
        "{{quote:internal/refund-runbook#limits}}",
        "{{secret:key}}",
        "{{ 7 * 7 }}",
        "{% for card in approvals %}",
        "{{",
    ],
)
def test_a_slot_that_names_no_record_of_this_customers_stops_the_reply(slot: str) -> None:
    assert stopped(f"Have a look: {slot}") == ["slot"]


def test_a_receipt_of_an_action_that_was_not_done_is_none() -> None:
    for status in ("reserved", "refused", "unknown"):
        unsettled = replace(KNOWN, receipts={REFUND: entry(status=status, receipt={"reason": "no answer"})})

        assert [found.kind for found in checked(f"{{{{receipt:{REFUND}}}}}", unsettled, "en").findings] == ["slot"]


def test_a_note_in_a_record_cannot_speak_for_the_company() -> None:
    assert stopped("{{fact:order.note}}") == ["slot"]


def test_a_claim_beside_a_slot_is_still_a_claim() -> None:
    assert stopped(f"I have cancelled your order, see {{{{receipt:{REFUND}}}}}.") == ["claim"]


def test_a_slot_does_not_tear_a_claim_apart() -> None:
    assert stopped("I have {{fact:order.id}} refunded.") == ["claim"]


def test_what_staff_know_of_a_customer_is_no_fact_for_a_slot() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")
    customer = {"name": "Ada Bell", "tier": "enterprise", "lifetime_value": 900_000, "plan": "team", "currency": "USD"}
    known = facts_shown(view(request, facts={"customer": fact("customer", customer)}), request)

    assert set(known) == {"customer.name", "customer.plan", "customer.currency"}


def test_a_fact_that_is_not_visible_has_no_values_for_a_slot() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")
    hidden = fact("order", ORDER) | {"visible": False}

    assert facts_shown(view(request, facts={"order": hidden}), request) == {}


def test_money_of_a_record_is_told_from_a_count_by_its_type() -> None:
    request = new_request("late_order_refund", 0.9, "it is late")
    known = facts_shown(view(request, facts={"order": fact("order", ORDER)}), request)

    assert (known["order.total"].kind, known["order.days_late"].kind) == ("money", "number")
    assert "order.revision" not in known


@pytest.mark.parametrize("name", KIT.sources)
def test_no_record_with_a_currency_leaves_its_money_unmarked(name: str) -> None:
    kinds = kinds_of(KIT, name)

    assert "currency" not in kinds or "money" in kinds.values()


def test_a_card_that_is_not_this_customers_has_no_standing_to_tell() -> None:
    assert ApprovalId("apr_1") not in KNOWN.cards
    assert stopped("{{approval:apr_1}}") == ["slot"]


@given(st.text(alphabet=st.characters(exclude_characters="{}%#"), max_size=80))
def test_text_without_braces_is_itself(text: str) -> None:
    assert pieces(text) == ([text] if text else [])


@given(st.text(alphabet="{}%#ab:.receiptfact |\n", max_size=60))
def test_whatever_the_braces_nothing_is_lost_and_no_brace_stays_text(text: str) -> None:
    found = pieces(text)

    assert "".join(each.words if isinstance(each, Slot) else each for each in found) == text
    assert not any(mark in each for each in found if isinstance(each, str) for mark in ("{{", "}}", "{%", "%}"))


@given(st.text(max_size=200))
def test_any_text_can_be_judged_and_what_is_wrong_lies_within_it(text: str) -> None:
    result = checked(text, KNOWN, "en")

    assert all(0 <= found.start <= found.end <= len(result.text) for found in result.findings)


def test_no_text_of_a_company_may_name_what_customers_are_not_shown() -> None:
    names = replace(VOCABULARY, hidden=KIT.hidden).text_names()

    assert "history" not in names
    assert "deletes_at" in names["customer"]
    assert not {"tier", "lifetime_value"} & set(names["customer"])
