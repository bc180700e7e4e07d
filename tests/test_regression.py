"""The regression gate: what may be learned, and what must not be."""

from collections.abc import Sequence

from knowledge.regression import NONE_OF_THESE, Examples, Judgement, ProposedExample, StoredQuestion, judge
from knowledge.sifting import sift
from knowledge.triage import IntentModel
from tests.knowledge_world import embedder

EXAMPLES = {
    "cancel_subscription": [
        "please cancel my subscription",
        "I want to end my plan",
        "stop my membership",
        "end my plan now",
    ],
    "where_is_order": [
        "where is my parcel",
        "my order has not arrived",
        "track my package",
        "when does my parcel come",
    ],
    "charged_twice": [
        "I was charged twice",
        "two charges for one order",
        "double payment on my card",
        "billed two times",
    ],
}
NONE = ["can you write a poem for me", "what is the capital of France"]


def stored(*pairs: tuple[str, str]) -> list[StoredQuestion]:
    return [StoredQuestion(id=str(n), text=text, intent=intent) for n, (text, intent) in enumerate(pairs)]


QUESTIONS = stored(
    ("has my parcel been sent?", "where_is_order"),
    ("cancel the subscription please", "cancel_subscription"),
    ("why did you take the money twice?", "charged_twice"),
    ("write me a poem about the sea", NONE_OF_THESE),
)


def fit(examples: Examples, none: Sequence[str]) -> IntentModel:
    return IntentModel.fit(embedder(), examples, none, {})


def judged(*proposed: tuple[str, str], questions: Sequence[StoredQuestion] = QUESTIONS) -> Judgement:
    examples = [ProposedExample(text=text, intent=intent) for text, intent in proposed]
    return judge(fit, embedder().embed, EXAMPLES, NONE, questions, examples)


def codes(judgement: Judgement) -> set[str]:
    return {reason.code for reason in judgement.reasons}


def test_an_example_that_mends_its_message_and_breaks_nothing_passes() -> None:
    judgement = judged(("the box is still not here, has it been lost?", "where_is_order"))

    assert judgement.passed
    assert judgement.worse == ()


def test_what_a_live_example_of_another_intent_already_says_is_a_contradiction() -> None:
    judgement = judged(("Where is my parcel?", "charged_twice"))

    assert "contradicts" in codes(judgement)
    assert "“where is my parcel” is an example of where_is_order" in judgement.reasons[0].words


def test_a_label_that_nothing_known_speaks_for_is_out_of_line() -> None:
    judgement = judged(("could you tell me the day on which my package gets delivered", "charged_twice"))

    assert "out_of_line" in codes(judgement)


def test_a_stored_question_that_would_be_misunderstood_is_named_with_what_it_would_be_taken_for() -> None:
    wrong = [(f"why did you take the money {times}?", "where_is_order") for times in ("twice", "two times", "double")]

    judgement = judged(*wrong)

    assert [(each.question.intent, each.taken_for) for each in judgement.worse] == [("charged_twice", "where_is_order")]
    assert "made_worse" in codes(judgement)


def test_a_new_intent_is_not_out_of_line_with_itself() -> None:
    judgement = judged(
        ("do you ship to Norway?", "shipping_countries"), ("is delivery to Chile possible?", "shipping_countries")
    )

    assert judgement.passed
    assert set(judgement.fixed) == {"do you ship to Norway?", "is delivery to Chile possible?"}


def test_a_message_that_is_none_of_the_intents_is_learned_as_such() -> None:
    judgement = judged(("my parcel of land is for sale, do you buy land?", NONE_OF_THESE))

    assert judgement.passed


def test_of_many_proposals_the_sound_ones_are_kept_and_the_others_refused_with_a_reason() -> None:
    sound = ProposedExample(text="the box is still not here, is it lost?", intent="where_is_order")
    wrong = ProposedExample(text="Where is my parcel?", intent="charged_twice")

    sifted = sift(fit, embedder().embed, EXAMPLES, NONE, QUESTIONS, [sound, wrong])

    assert sifted.kept == (sound,)
    assert [(reason.example, reason.code) for reason in sifted.refused] == [("Where is my parcel?", "contradicts")]


def test_proposals_that_only_together_break_a_stored_question_are_taken_out_until_it_holds() -> None:
    texts = [f"why did you take the money {times}?" for times in ("twice", "two times", "double")]
    wrong = [ProposedExample(text=text, intent="where_is_order") for text in texts]

    sifted = sift(fit, embedder().embed, EXAMPLES, NONE, QUESTIONS, wrong)

    assert judge(fit, embedder().embed, EXAMPLES, NONE, QUESTIONS, sifted.kept).worse == ()
    assert len(sifted.kept) < 3
