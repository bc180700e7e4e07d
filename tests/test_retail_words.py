"""What a customer's words mean among the shop's records; where they do not tell, nothing is guessed."""

import pytest

from evals.retail.port import Address, Item, Line, Method, Payment, Purchase
from evals.retail.words import address_written, item_wished, items_named, method_named

HOME = Address(address1="1 Mill Lane", address2="", city="Fernhill", state="OR", country="USA", zip="97001")
SMALL = Line(item="101", product="1", name="Mug", price=1200)
BLUE = Line(item="102", product="1", name="Mug", price=1250)
HELMET = Line(item="301", product="3", name="Cycling Helmet", price=9000)
SHIRT = Line(item="401", product="4", name="T-Shirt", price=2000)
GIFT = Method(id="gift_card_1", customer="mina_1", kind="gift_card", balance=3050)
CARD = Method(id="credit_card_1", customer="mina_1", kind="credit_card", balance=None)
OTHER_CARD = Method(id="credit_card_2", customer="mina_1", kind="credit_card", balance=None)
ORDER = Purchase(
    id="#W1",
    customer="mina_1",
    status="delivered",
    address=HOME,
    revision=0,
    tracking="",
    lines=(SMALL, HELMET),
    payments=(Payment(kind="payment", method="credit_card_2", amount=10200),),
)


def item(key: str, **options: str) -> Item:
    return Item(id=key, product="4", name="T-Shirt", options=options, available=True, price=2000)


SHIRTS = [
    item("401", color="red", size="S"),
    item("402", color="red", size="M"),
    item("403", color="dark blue", size="S"),
    item("404", color="blue", size="S"),
]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("the helmet", ["301"]),
        ("my cycling helmets please", ["301"]),
        ("Cycling Helmet and T-Shirt", ["301", "401"]),
        ("item 401", ["401"]),
        ("everything", ["101", "301", "401"]),
        ("the toaster", []),
        ("something", []),
    ],
)
def test_items_are_named_by_name_by_number_or_all(said: str, meant: list[str]) -> None:
    assert items_named([SMALL, HELMET, SHIRT], said) == meant


def test_a_name_that_fits_several_items_names_none_unless_all_are_meant() -> None:
    assert items_named([SMALL, BLUE], "the mug") == []
    assert items_named([SMALL, BLUE], "both mugs") == ["101", "102"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("in size M", "402"),
        ("I'm after a medium one", None),
        ("a blue one", "404"),
        ("the dark blue", "403"),
        ("dark blue in M", None),
        ("a nicer one", None),
    ],
)
def test_a_wish_changes_the_options_it_names_and_keeps_the_others(said: str, meant: str | None) -> None:
    found = item_wished(SHIRT, SHIRTS, said)

    assert (found.id if found else None) == meant


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("my gift card", "gift_card_1"),
        ("credit_card_1", "credit_card_1"),
        ("the credit card", None),
        ("the original payment method", "credit_card_2"),
        ("PayPal", None),
    ],
)
def test_a_payment_method_is_named_by_number_by_kind_or_as_the_first(said: str, meant: str | None) -> None:
    found = method_named([GIFT, CARD, OTHER_CARD], said, ORDER)

    assert (found.id if found else None) == meant


def test_an_address_is_read_from_its_parts() -> None:
    whole = address_written("please send it to 12 Oak Street, Apt 4, Salem, or 97301")
    bare = address_written("12 Oak Street, Salem, OR 97301, USA")

    assert whole == Address(
        address1="12 Oak Street", address2="Apt 4", city="Salem", state="OR", country="USA", zip="97301"
    )
    assert bare is not None
    assert (bare.address2, bare.line) == ("", "12 Oak Street, Salem, OR 97301, USA")


@pytest.mark.parametrize("said", ["my new flat", "12 Oak Street", "12 Oak Street, Salem"])
def test_an_address_with_a_part_missing_is_none(said: str) -> None:
    assert address_written(said) is None
