"""The intent model: right about what it was taught, honest about what it was not."""

import math
from functools import cache

import pytest

from knowledge.triage import IntentModel, NothingToLearn, builtin_none
from tests.knowledge_world import embedder

EXAMPLES = {
    "duplicate_charge": [
        "I was charged twice for the same order",
        "there are two identical payments on my card",
        "you took the money two times",
        "double billing on my statement",
        "why do I see the same charge again",
        "my invoice was paid twice, please return one payment",
    ],
    "late_order": [
        "my parcel never came, give me my money back",
        "where is my order, it is two weeks late",
        "the delivery is overdue",
        "still waiting for my package",
        "tracking has not moved for ten days",
        "my shipment did not arrive",
    ],
    "cancel_subscription": [
        "please cancel my subscription",
        "I want to end my plan",
        "stop the renewal of my account",
        "we no longer need the business plan",
        "how do I unsubscribe from the paid plan",
        "close our workspace at the end of the month",
    ],
}
SIGNALS = {
    "strong_emotion": [
        "I am furious",
        "this is outrageous",
        "absolutely unacceptable service",
        "I have had enough of this",
        "you people are useless",
        "I feel cheated",
    ],
    "time_critical": [
        "I need this today",
        "our production is down right now",
        "we have a demo in one hour",
        "this is urgent, please hurry",
        "the deadline is tomorrow morning",
        "fix it before tonight",
    ],
}


@cache
def model() -> IntentModel:
    return IntentModel.fit(embedder(), EXAMPLES, [], SIGNALS)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("I see two charges for one purchase", "duplicate_charge"),
        ("the package I ordered has still not been delivered", "late_order"),
        ("we would like to terminate our plan", "cancel_subscription"),
    ],
)
def test_a_message_is_recognised_in_words_it_was_not_taught(text: str, intent: str) -> None:
    prediction = model().predict(text)

    assert prediction.intents[0][0] == intent
    assert prediction.intents[0][1] > 0.6 > prediction.none


@pytest.mark.parametrize(
    "text",
    [
        "Which mushrooms can I eat raw?",
        "what is the boiling point of mercury",
        "qwpeoi zxmcnb alskdj",
        "I would like to adopt a cat from your shelter",
        "our choir rehearses on wednesdays",
        "",
        "!!! ???",
    ],
)
def test_text_unlike_anything_is_none(text: str) -> None:
    assert model().predict(text).none > 0.9


def test_probabilities_sum_to_one_and_fall() -> None:
    prediction = model().predict("is my refund for the double payment on its way?")

    shares = [share for _, share in prediction.intents]

    assert math.isclose(sum(shares) + prediction.none, 1, abs_tol=1e-9)
    assert shares == sorted(shares, reverse=True)
    assert {name for name, _ in prediction.intents} == set(EXAMPLES)


def test_signals_are_told_apart_and_apart_from_plain_requests() -> None:
    angry, hurried, plain = model().predict_many(
        [
            "I am so angry, your service is terrible!!!",
            "we go live in two hours, please be quick",
            "please cancel my plan",
        ]
    )

    assert angry.signals["strong_emotion"] > 0.5 > angry.signals["time_critical"]
    assert hurried.signals["time_critical"] > 0.5 > hurried.signals["strong_emotion"]
    assert max(plain.signals.values()) < 0.3


def test_shouting_is_heard_though_the_sentence_model_is_blind_to_capitals() -> None:
    signals = {"strong_emotion": ["I AM FURIOUS!!!", "THIS IS A JOKE!", "NEVER AGAIN!!", "USELESS! ALL OF YOU!"]}
    taught = IntentModel.fit(embedder(), EXAMPLES, [], signals)

    said, shouted = taught.predict_many(["you lost my parcel again", "YOU LOST MY PARCEL AGAIN!!!"])

    assert shouted.signals["strong_emotion"] > said.signals["strong_emotion"] + 0.2


def test_many_predictions_equal_one_at_a_time() -> None:
    texts = ["charged twice", "where is my parcel", "tell me a joke"]

    together = model().predict_many(texts)

    for text, prediction in zip(texts, together, strict=True):
        assert model().predict(text).none == pytest.approx(prediction.none, abs=1e-3)
    assert model().predict_many([]) == []


def test_the_same_examples_give_the_same_model() -> None:
    again = IntentModel.fit(embedder(), EXAMPLES, [], SIGNALS)

    assert again.predict("charged twice") == model().predict("charged twice")


def test_a_companys_own_none_examples_are_learned() -> None:
    ours = ["do you sell gift cards", "can I buy a gift voucher", "gift card for a friend please", "vouchers for sale?"]
    taught = IntentModel.fit(embedder(), EXAMPLES, ours, {})

    before, after = model().predict("I want to buy a gift card"), taught.predict("I want to buy a gift card")

    assert after.none > 0.9
    assert after.none >= before.none - 0.01


def test_a_builtin_none_example_gives_way_to_a_companys_intent() -> None:
    hotel = {
        "book_room": ["I need a double room for two nights", "book a room with breakfast", "is a single room free?"],
        "spa": ["when does the pool open", "does the hotel pool open early", "I'd like a massage"],
    }
    taught = IntentModel.fit(embedder(), hotel, [], {})

    prediction = taught.predict("I need a double room for two nights from the 14th, breakfast included.")

    assert prediction.intents[0][0] == "book_room"
    assert prediction.none < 0.5


def test_one_intent_with_one_example_is_enough_to_start() -> None:
    taught = IntentModel.fit(
        embedder(), {"refund": ["I want my money back"]}, [], {"anger": ["I am furious"], "rush": []}
    )

    assert taught.predict("I want my money back").intents[0][1] > 0.5
    assert taught.predict("how tall is the Eiffel tower").none > 0.9
    assert set(taught.predict("hello").signals) == {"anger"}


@pytest.mark.parametrize("examples", [{}, {"refund": []}])
def test_no_examples_are_refused_in_one_sentence(examples: dict[str, list[str]]) -> None:
    with pytest.raises(NothingToLearn, match="no examples of any intent"):
        IntentModel.fit(embedder(), examples, [], {})


def test_the_builtin_list_is_varied() -> None:
    topics = builtin_none()
    examples = [example for each in topics.values() for example in each]

    assert len(examples) == len(set(examples)) > 400
    assert len(topics) > 40 > 3 < min(map(len, topics.values()))


def test_a_topic_gives_way_to_an_intent_about_the_same_but_not_to_a_move_that_only_sounds_like_it() -> None:
    cards = {
        "card_lost": [
            "I lost my bank card",
            "my credit card was stolen, block it",
            "somebody took my card",
            "card is gone",
        ],
        "card_declined": ["my card was declined", "the terminal refused my card", "card does not work in shops"],
    }
    as_intent = IntentModel.fit(embedder(), cards, [], {})
    as_move = IntentModel.fit(embedder(), EXAMPLES | cards, [], {}, moves=set(cards))

    stolen = "a thief has my credit card, please stop it"

    assert as_intent.predict(stolen).intents[0][0] == "card_lost"
    assert as_intent.predict(stolen).none < 0.5
    assert as_move.predict("my card runs out in June, send a new one").none > as_intent.predict(stolen).none


def test_what_belongs_to_another_trade_is_foreign_and_what_any_help_centre_may_answer_is_not() -> None:
    card, rules = model().predict_many(["the cash machine kept my debit card", "in which cases do you pay money back?"])

    assert card.foreign > 0.8
    assert rules.foreign < 0.2
    assert model().predict("please cancel my subscription").foreign < 0.1


MOVES = {
    "withdraw": ["never mind", "leave it as it is", "please do not cancel it", "I did not ask for that", "forget it"]
}


@pytest.mark.parametrize(
    "text",
    [
        "please do NOT cancel my subscription",
        "Don't cancel our plan.",
        "I do not want to cancel the subscription",
        "I never said that I want to cancel the plan",
    ],
)
def test_a_request_that_is_turned_round_is_not_that_request(text: str) -> None:
    taught = IntentModel.fit(embedder(), EXAMPLES | MOVES, [], {}, MOVES)

    assert taught.predict(text).intents[0][0] == "withdraw"
    assert dict(taught.predict(text).intents)["cancel_subscription"] < 0.01


@pytest.mark.parametrize("text", ["Forget the refund, it came this morning.", "I no longer want the refund"])
def test_a_wish_that_is_given_up_is_not_asked_for_again(text: str) -> None:
    refund = {"late_refund": ["please refund my late order", "I want a refund, it came too late", "refund the parcel"]}
    taught = IntentModel.fit(embedder(), EXAMPLES | refund | MOVES, [], {}, MOVES)

    assert taught.predict(text).intents[0][0] == "withdraw"
    assert taught.predict("I want a refund").intents[0][0] == "late_refund"


def test_what_the_examples_refuse_themselves_may_be_refused() -> None:
    refusing = {"cancel_subscription": [*EXAMPLES["cancel_subscription"], "don't renew my plan"]}
    taught = IntentModel.fit(embedder(), EXAMPLES | refusing | MOVES, [], {}, MOVES)

    assert taught.predict("Do not renew our subscription.").intents[0][0] == "cancel_subscription"
    assert taught.predict("I do not need the plan, please cancel it").intents[0][0] == "cancel_subscription"
