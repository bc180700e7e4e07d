"""What of a person's answer may stand in an article, and what messages about the same thing have in common."""

from knowledge.topics import groups, label
from runs.learning.wording import general, rewritten
from tests.knowledge_world import embedder
from tools.standard import KIT

ANSWER = (
    "Hi [name],\nThanks for asking! Yes, we wrap gifts for $5 an item. Tick the gift box at the checkout.\n"
    "I have added it to your order ord_1001. We refunded you yesterday. Is there anything else?\nBest regards,\nRobin"
)


def test_only_sentences_that_are_true_for_anybody_stay_and_in_the_persons_own_words() -> None:
    assert general(KIT, ANSWER) == "We wrap gifts for $5 an item. Tick the gift box at the checkout."


def test_an_answer_about_one_customer_alone_says_nothing_general() -> None:
    assert general(KIT, "Hello [name], I have sent another parcel to [address] today. Best, Robin") == ""


def test_the_sentence_that_a_person_changed_is_changed_in_the_article_however_its_lines_are_wrapped() -> None:
    body = "## Refunds\n\nWe refund within\n30 days. Your bank shows it\nafter five days."
    before = "We refund within 30 days. Your bank shows it after five days."

    after = rewritten(body, before, before.replace("five", "ten"))

    assert after == "## Refunds\n\nWe refund within\n30 days. Your bank shows it after ten days."


def test_an_answer_that_is_not_taken_from_the_article_changes_nothing_in_it() -> None:
    assert rewritten("We refund within 30 days.", "Something else stood here.", "And now this.") is None


def test_messages_about_the_same_are_a_group_that_their_shared_words_name() -> None:
    said = ["Do you offer gift wrapping?", "Where is my invoice?", "Is gift wrapping offered?", "Gift wrapping please"]

    first, second = groups(embedder().embed(said))

    assert (sorted(first), second) == ([0, 2, 3], [1])
    assert label([said[place] for place in first]).startswith("gift wrapping")
