"""What an article bears out may be said in other words, and nothing else: two witnesses, the words and the vectors."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from evals.truth.retelling import rows, table
from graph.state import PassageState
from graph.truth.findings import kinds
from graph.truth.grounding import bears_out
from graph.truth.guard import checked
from graph.truth.known import Known
from tests.knowledge_world import embedder
from tests.model_world import modelled
from tests.service_world import World, service, world

__all__ = ["service", "world"]

ROOT = Path(__file__).parent.parent
EXPORTS: PassageState = {
    "id": "exports#limits",
    "title": "Exports",
    "heading": "Limits",
    "url": "/exports",
    "text": "Owners get an e-mail at 80 and at 100 per cent. The new link replaces the old one, and works for seven days.\n\n"
    "1. A trial lasts 14 days, has everything of its plan, and needs no card.\n"
    "2. You can return a device within 30 days, if it is complete.\n"
    "3. For 30 days after that, owners can still export everything.\n"
    "4. A pending entry disappears by itself, usually within a week. Further exports do not wait in the queue.\n"
    "5. For a hub, hold the button for ten seconds. It is never shown twice.",
}
KNOWN = Known(passages={EXPORTS["id"]: EXPORTS}, carried=frozenset({EXPORTS["id"]}), vectors=embedder())


class Blind:
    """Finds no two sentences alike."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.eye(len(texts), dtype=np.float32)


@pytest.mark.parametrize(
    "said",
    [
        "Owners receive an e-mail at 80 and 100 percent.",
        "A trial lasts 14 days and needs no card.",
        "Owners can still export everything for 30 days after that.",
        "A pending entry usually disappears by itself, within a week.",
        "Further exports don't wait in the queue.",
        "The new link replaces the old one.",
    ],
)
def test_other_words_for_what_an_article_says_are_sent_with_its_source(said: str) -> None:
    result = checked(said, KNOWN, "en")

    assert (result.findings, [each["passage"] for each in result.citations]) == ((), [EXPORTS["id"]])


@pytest.mark.parametrize(
    "said",
    [
        "Viewers receive an e-mail at 80 and 100 percent.",
        "Owners get no e-mail at 80 and at 100 per cent.",
        "Owners get an e-mail at 90 and at 100 per cent.",
        "Owners get an e-mail at 100 and at 80 per cent of their seats.",
        "The old link replaces the new one.",
        "Further exports wait in the queue.",
        "A pending entry disappears by itself, within a week.",
        "A pending entry always disappears by itself, within a week.",
        "Owners must export everything for 30 days after that.",
        "Owners export everything for 30 days after that.",
        "Owners get an e-mail at 80 and at 100 per cent, and a text message.",
        "Hold the button for ten seconds.",
    ],
    ids=[
        "another_subject",
        "turned_round",
        "another_figure",
        "more_than_it_says",
        "subject_and_object_swapped",
        "negation_left_out",
        "hedge_left_out",
        "another_hedge",
        "must_for_can",
        "does_for_can",
        "invented_beside_it",
        "condition_left_out",
    ],
)
def test_what_an_article_does_not_say_is_stopped_however_near_its_words_are(said: str) -> None:
    assert not bears_out(embedder(), EXPORTS["text"], said)


def test_words_alone_are_not_enough_the_vectors_must_agree() -> None:
    said = "Owners receive an e-mail at 80 and 100 percent."

    assert kinds(checked(said, replace(KNOWN, vectors=Blind()), "en").findings) == ["figure"]
    assert kinds(checked(said, replace(KNOWN, vectors=None), "en").findings) == ["figure"]


def test_a_passage_whose_search_hardly_found_an_answer_bears_out_nothing_but_its_own_words() -> None:
    weak = replace(KNOWN, carried=frozenset())

    assert kinds(checked("The new link replaces the old.", weak, "en").findings) == ["statement"]
    assert checked("The new link replaces the old one, and works for seven days.", weak, "en").findings == ()


def test_a_sentence_that_points_back_must_follow_one_of_the_same_passage() -> None:
    told = "The link is new. It works on every phone and in the browser."
    known = replace(KNOWN, passages={EXPORTS["id"]: {**EXPORTS, "text": told}})
    said = "It works on each phone and in the browser."

    assert kinds(checked(said, known, "en").findings) == ["statement"]
    assert kinds(checked(f"Thank you for asking. {said}", known, "en").findings) == ["statement"]
    assert checked(f"The link is new. {said}", known, "en").findings == ()


@pytest.mark.parametrize(
    ("text", "said", "kind"),
    [
        ("Your refund is sent on the same day.", "The refund is sent the same day.", "claim"),
        ("We will answer within a day.", "We'll answer within a day.", "promise"),
        ("See https://example.org for more.", "See https://example.org for more of it.", "link"),
    ],
)
def test_claims_promises_and_addresses_stay_forbidden_even_where_an_article_bears_them_out(
    text: str, said: str, kind: str
) -> None:
    known = replace(KNOWN, passages={EXPORTS["id"]: {**EXPORTS, "text": text}})

    assert bears_out(embedder(), text, said)
    assert kinds(checked(said, known, "en").findings) == [kind]


async def test_a_model_may_tell_an_article_in_its_own_words_and_the_customer_gets_its_source(world: World) -> None:
    said = {"text": "Happy to help. Everyone with at least the Viewer role can export what they see."}
    async with modelled(world, said) as scripted:
        conversation = await scripted.world.said("cus_ada", "How do I export a table as a CSV file?")

    messages = await world.rows(
        "SELECT body, citations FROM messages WHERE conversation_id = %s AND author = 'agent'", conversation["id"]
    )
    assert [message["body"] for message in messages] == [said["text"]]
    assert [cited["passage"].partition("#")[0] for cited in messages[0]["citations"]] == ["export-csv"]


async def test_a_model_that_adds_something_to_an_article_is_looked_at_by_a_person(world: World) -> None:
    said = {"text": "Happy to help. The link in the e-mail works for seventy days and only while you are signed in."}
    async with modelled(world, said) as scripted:
        conversation = await scripted.world.said("cus_ada", "How do I export a table as a CSV file?")

    assert "[withheld: figure]" in (await world.card(conversation))["replies"]["approve"]
    assert "seventy" not in " ".join(await world.told(conversation))


def test_no_wrong_sentence_that_is_held_against_an_article_is_sent_and_the_page_tells_how_many_right_ones_are() -> None:
    counted = list(rows(ROOT, embedder()))
    held = {what: share for what, share in counted if "held against" in what}

    assert table(counted) in (ROOT / "docs/replies.md").read_text("utf-8")
    assert [share.hits for what, share in held.items() if what.startswith("wrong")] == [0, 0, 0]
    assert all(share.value > 0.3 for what, share in held.items() if what.startswith("right"))
