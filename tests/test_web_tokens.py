"""Tokens: who they are for, until when, and by which key."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from records.clock import ManualClock
from records.errors import NotSignedIn
from records.ids import ConversationId
from tests.web_world import ADA, HOST_KEY, NOW, OWN_KEY, tokens_by
from web.tokens import KeyTooShort, Tokens

CLOCK = ManualClock(NOW)
TOKENS = tokens_by(CLOCK)
LATER = NOW + timedelta(minutes=5)


def signed(key: str = HOST_KEY, headers: dict[str, Any] | None = None, **claims: Any) -> str:
    payload = {"aud": "closeloop", "sub": ADA, "exp": LATER, **claims}
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, key, "HS256", headers)


def test_a_customer_token_names_its_customer() -> None:
    assert TOKENS.customer_of(signed()) == ADA
    assert TOKENS.customer_of(TOKENS.for_customer(ADA)) == ADA


def test_a_conversation_token_names_its_conversation() -> None:
    assert TOKENS.conversation_of(TOKENS.for_conversation(ConversationId("cnv_1"), ADA)) == "cnv_1"


@pytest.mark.parametrize(
    "token",
    [
        signed(exp=NOW),
        signed(exp=None),
        signed(sub=None),
        signed(sub=""),
        signed(sub="a\x00b"),
        signed(aud=None),
        signed(aud="elsewhere"),
        signed(nbf=LATER),
        signed(key=OWN_KEY),
        signed(headers={"kid": "unknown"}),
        jwt.encode({"aud": "closeloop", "sub": ADA, "exp": LATER}, "", "none"),
        jwt.encode({"aud": "closeloop", "sub": ADA, "exp": True}, HOST_KEY),
        jwt.encode({"aud": "closeloop", "sub": ADA, "exp": "soon"}, HOST_KEY),
        jwt.encode({"aud": "closeloop", "sub": ADA, "exp": float("nan")}, HOST_KEY),
        TOKENS.for_conversation(ConversationId("cnv_1"), ADA),
        "",
        "a.b.c",
        "ü",
        "\ud800",
    ],
)
def test_any_other_token_is_refused(token: str) -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.customer_of(token)


def test_a_customer_token_opens_no_conversation_by_itself() -> None:
    with pytest.raises(NotSignedIn):
        TOKENS.conversation_of(signed(sub="cnv_1"))


def test_a_conversation_token_lasts_thirty_days() -> None:
    clock = ManualClock(NOW)
    tokens = tokens_by(clock)
    token = tokens.for_conversation(ConversationId("cnv_1"), None)

    clock.advance(timedelta(days=29))
    assert tokens.conversation_of(token) == "cnv_1"
    clock.advance(timedelta(days=1))
    with pytest.raises(NotSignedIn):
        tokens.conversation_of(token)


def test_a_new_key_signs_while_the_old_one_is_still_accepted() -> None:
    newer = "a-newer-key-of-the-host-application"
    rotated = Tokens(customers={"k2": newer, "k1": HOST_KEY}, conversations={"c1": OWN_KEY}, clock=CLOCK)

    assert rotated.customer_of(TOKENS.for_customer(ADA)) == ADA
    assert rotated.customer_of(signed()) == ADA
    assert jwt.get_unverified_header(rotated.for_customer(ADA))["kid"] == "k2"


def test_a_short_key_is_refused_at_once() -> None:
    with pytest.raises(KeyTooShort):
        Tokens(customers={"k1": "short"}, conversations={"c1": OWN_KEY}, clock=CLOCK)


def test_the_keys_are_not_printed() -> None:
    assert HOST_KEY not in repr(TOKENS)
    assert OWN_KEY not in repr(TOKENS)
