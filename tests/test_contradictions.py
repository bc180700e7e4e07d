"""Contradictions: what looks as if a text said otherwise than an article, by its figures and by what it denies."""

import pytest

from knowledge.contradictions import Said, contradictions
from tests.knowledge_world import embedder


def found(text: str, article: str) -> list[str]:
    return [each.how for each in contradictions(embedder().embed, text, [Said(article="refunds", text=article)])]


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("Your bank shows the money after 14 days.", "Your bank shows the money after five to ten working days."),
        ("We ship to Canada for $12.", "Shipping to Canada costs 15 dollars."),
        ("You get 3 seats on the Team plan.", "The Team plan has five seats."),
    ],
)
def test_another_number_of_the_same_thing_is_a_contradiction(text: str, article: str) -> None:
    assert found(text, article) == ["figure"]


def test_the_opposite_is_a_contradiction() -> None:
    assert found("You can return opened items.", "You cannot return opened items.") == ["denial"]


@pytest.mark.parametrize(
    ("text", "article"),
    [
        (
            "Your bank shows the refund after ten working days.",
            "Your bank shows the money after five to ten working days.",
        ),
        ("Gift wrapping costs $5 for each item.", "We refund a charge within 30 days."),
        ("The Team plan costs $49 a month.", "The Business plan costs $99 a month."),
        ("You can change an order until it is dispatched.", "You can change the address of an order until dispatch."),
    ],
)
def test_what_agrees_or_is_about_another_thing_is_none(text: str, article: str) -> None:
    assert found(text, article) == []


def test_it_names_both_sentences_for_a_person() -> None:
    said = Said(article="billing/refunds", text="We refund a charge within 30 days.")

    [each] = contradictions(embedder().embed, "We refund a charge within 60 days.", [said])

    assert "60 days" in each.words
    assert "billing/refunds" in each.words
