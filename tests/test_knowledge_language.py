"""The language of a message."""

import pytest

from knowledge.language import detect


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Where is my order, it is two weeks late", "en"),
        ("I was charged twice", "en"),
        ("Wo ist mein Paket geblieben?", "de"),
        ("ma commande est en retard", "fr"),
        ("Mi pedido no ha llegado", "es"),
        ("Dove si trova il mio ordine?", "it"),
        ("onde está o meu pedido?", "pt"),
        ("waar is mijn bestelling", "nl"),
        ("gdzie jest moja paczka", "pl"),
        ("var är min beställning", "sv"),
        ("siparişim nerede kaldı acaba", "tr"),
    ],
)
def test_a_short_question_is_placed_in_its_language(text: str, code: str) -> None:
    found, sure = detect(text)

    assert found == code
    assert 0.5 < sure <= 1


@pytest.mark.parametrize("text", ["", "ok", "thank you", "E-4471 12345 99", "!!! ??? ..."])
def test_too_few_words_have_no_language(text: str) -> None:
    assert detect(text) == ("", 0.0)


def test_a_mixed_message_is_less_sure_than_a_plain_one() -> None:
    _, plain = detect("please send the parcel to my new address in the city")
    _, mixed = detect("please senden Sie das parcel to meine address in der city")

    assert mixed < plain
