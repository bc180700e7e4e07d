"""Free text: what says that something was done or will be, or states sums, days and numbers, needs a record; whatever
else it states needs an article. It may ask, apologise, thank, request and decline."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.truth.measure import by_hand, of_articles, table, total, written
from graph.truth.claims import findings, sentences
from graph.truth.findings import kinds, masked
from graph.truth.guard import checked
from graph.truth.known import Known
from graph.truth.lexicon import lexicons
from graph.truth.oracle import claims_without_receipt
from graph.truth.tongues import readable
from tests.truth_case import KNOWN, PASSAGE, REFUND, entry

ROOT = Path(__file__).parents[1]
HARMLESS = [said for each in written("harmless").values() for said in each]


def found(text: str) -> list[str]:
    return [*kinds(findings(text))]


@pytest.mark.parametrize("language", written("false_claims"))
def test_false_claims_and_promises_are_stopped_in_every_language_with_a_lexicon(language: str) -> None:
    row = next(row for row in by_hand("false_claims") if row.what == language)

    assert row.stopped >= 0.9 * row.all


def test_most_of_what_is_said_roundabout_is_stopped_as_well() -> None:
    row = total("", by_hand("unseen_claims"))

    assert row.stopped >= 0.9 * row.all


@pytest.mark.parametrize("language", written("harmless"))
def test_questions_apologies_requests_and_refusals_pass(language: str) -> None:
    assert [said for said in written("harmless")[language] if findings(said)] == []


@pytest.mark.parametrize(
    ("tongues", "text", "kinds_found"),
    [
        ({"en"}, "Which order is it about?", []),
        ({"de"}, "Um welche Bestellung geht es denn?", []),
        ({"de"}, "Which order is it about?", ["tongue"]),
        ({"en"}, "Vielen Dank für Ihre Nachricht. Um welche Bestellung geht es?", ["tongue"]),
        ({"en"}, "Thank you for writing to us. Möchten Sie den Tarif behalten oder lieber beenden?", ["tongue"]),
        ({"de", "en"}, "Which order is it about?", []),
        (set(), "Which order is it about?", []),
    ],
    ids=["same", "same_german", "english_to_german", "german_to_english", "one_sentence", "both", "unknown"],
)
def test_a_reply_in_another_language_than_the_customers_is_stopped(
    tongues: set[str], text: str, kinds_found: list[str]
) -> None:
    known = Known(tongues=frozenset(tongues))

    assert [each.kind for each in checked(text, known, "en").findings] == kinds_found


def test_an_article_in_its_own_language_may_be_quoted_to_anybody() -> None:
    known = Known(passages={PASSAGE["id"]: PASSAGE}, tongues=frozenset({"de"}))
    sentence = PASSAGE["text"].split(".")[0] + "."

    assert checked(f"{sentence} Hilft Ihnen das schon weiter?", known, "de").findings == ()
    assert checked(f"{{{{quote:{PASSAGE['id']}}}}}", known, "de").findings == ()


def test_every_lexicon_has_its_sentences() -> None:
    assert set(lexicons()) == set(written("false_claims")) == set(written("unseen_claims"))
    assert sum(len(said) for name in ("false_claims", "unseen_claims") for said in written(name).values()) >= 120


def test_the_figures_on_the_page_are_those_that_the_lexicons_reach() -> None:
    page = (ROOT / "docs/guarantees.md").read_text("utf-8")

    assert table(ROOT / "company/articles") in page


def test_the_articles_of_the_demo_company_pass_where_they_are_quoted() -> None:
    _, quoted, last = of_articles(ROOT / "company/articles")

    assert quoted.stopped <= 0.01 * quoted.all
    assert last.stopped == 0


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("I have refunded you.", "claim"),
        ("I have, as you wished, refunded you.", "claim"),
        ("I have not only refunded you.", "claim"),
        ("**I** have _refunded_ you.", "claim"),
        ("I have\nrefunded you.", "claim"),
        ("I ha\u200bve refu\u200bnded you.", "claim"),
        ("I have réfundéd you.", "claim"),
        ("Ｉ ｈａｖｅ ｒｅｆｕｎｄｅｄ ｙｏｕ.", "claim"),
        ("I have r\u0435funded you.", "script"),
        ("I h a v e r e f u n d e d you.", "script"),
        ("You will hear from us.", "promise"),
        ("Is it the one of last Tuesday?", "figure"),
        ("Which of the 3 do you mean?", "figure"),
        ("Which of the ٣ do you mean?", "figure"),
        ("Is it €?", "figure"),
        ("Do you mean ord_abc?", "figure"),
        ("Please sign in at https://tidewater.evil.example.", "link"),
        ("Please write to refunds@evil.example.", "link"),
        ("The hub is blue.", "statement"),
        ("Please note the lock on your login is off.", "statement"),
    ],
)
def test_what_is_wrong_with_a_sentence_is_named(said: str, kind: str) -> None:
    assert found(said) == [kind]


@pytest.mark.parametrize("said", ["I have not refunded you.", "I cannot refund you.", "No refund has been issued."])
def test_a_negated_claim_is_none(said: str) -> None:
    assert found(said) == []


@given(st.sampled_from(HARMLESS), st.integers(min_value=0, max_value=10**9), st.data())
def test_a_number_anywhere_in_a_harmless_sentence_stops_it(said: str, number: int, data: st.DataObject) -> None:
    words = said.split(" ")
    at = data.draw(st.integers(min_value=1, max_value=len(words)))
    told = " ".join([*words[:at], f"({number})", *words[at:]])

    assert findings(told)


@given(st.lists(st.sampled_from(HARMLESS), min_size=1, max_size=3), st.sampled_from(written("false_claims")["en"]))
def test_a_false_claim_is_found_among_harmless_sentences_of_any_language(around: list[str], claim: str) -> None:
    assert found(" ".join([*around, claim]))


@pytest.mark.parametrize(
    "said",
    [
        "Pieniądze zostały już zwrócone na Pana konto w banku.",
        "Ödemeniz hesabınıza geri gönderildi, lütfen kontrol edin.",
        "Деньги уже возвращены на вашу карту.",
        "您的退款已经处理。",
        "تم رد المبلغ إلى بطاقتك.",
        "Uang Anda sudah dikembalikan ke rekening bank Anda kemarin.",
        "Rahasi on palautettu tilillesi kokonaan.",
        "Money sent.",
    ],
)
def test_what_code_cannot_read_is_left_to_a_person(said: str) -> None:
    assert not readable(said)
    assert "language" in kinds(checked(said, Known(), "en").findings)


@pytest.mark.parametrize(
    "said",
    [
        "Thank you for writing to us. Which order is it about?",
        "Vielen Dank für Ihre Nachricht. Um welche Bestellung geht es?",
        "Gracias por escribirnos. ¿De qué pedido se trata?",
        "どのご注文についてでしょうか。",
    ],
)
def test_what_is_written_in_a_language_with_a_lexicon_can_be_read(said: str) -> None:
    assert readable(said)


def test_a_sentence_of_an_article_is_quoted_with_its_source() -> None:
    result = checked("Thank you for asking. It shows on your statement within ten working days.", KNOWN, "en")

    assert result.findings == ()
    assert [cited["passage"] for cited in result.citations] == [PASSAGE["id"]]


def test_without_the_passage_an_articles_sentence_is_a_statement_like_any_other() -> None:
    assert checked("The money goes back the way you paid.", Known(), "en").findings != ()


def test_what_is_stopped_is_a_mark_in_the_draft_and_the_rest_is_left() -> None:
    text = "Thank you for waiting. I have refunded 40 dollars. Is there anything else?"

    assert masked(text, findings(text)) == "Thank you for waiting. [withheld: claim] Is there anything else?"


def test_the_items_of_a_list_are_sentences() -> None:
    text = "Please try this:\n1. Open the app\n2. Choose Alerts"

    assert [text[start:end] for start, end in sentences(text)] == [
        "Please try this:",
        "1. Open the app",
        "2. Choose Alerts",
    ]
    assert findings(text) == []


@pytest.mark.parametrize(
    "said",
    [
        "I have refunded 777.77 USD to your card.",
        "We've cancelled your subscription.",
        "Your refund of 5.00 EUR is on its way.",
        "Your plan has been cancelled.",
        "I have refunded 1234.51 EUR.",
    ],
)
def test_the_second_opinion_finds_claims_that_the_ledger_lacks(said: str) -> None:
    assert claims_without_receipt(f"Hello. {said}", [entry()]) == [said]


def test_the_second_opinion_is_content_with_what_the_ledger_shows() -> None:
    told = "I am sorry that your order is late. I have refunded 1234.50 EUR for order ord_1002."

    assert claims_without_receipt(told, [entry()]) == []
    assert claims_without_receipt(told, [entry(REFUND, status="unknown")]) != []
    assert claims_without_receipt("Order ord_1002 was delivered on 3 May.", []) == []
