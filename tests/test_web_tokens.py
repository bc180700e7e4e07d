"""Tokens: who they are for, until when, and by which key; and how the keys are changed."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from records.clock import ManualClock
from records.errors import NotSignedIn
from records.ids import ConversationId
from tests.web_world import ADA, HOST_KEY, NOW, OWN_KEY, tokens_by
from web.jwks import keys_of
from web.keys import KeysUnreadable, KeyTooShort, given, rotate
from web.tokens import CONVERSATION_LIFE, CUSTOMER_LIFE, CannotSign, Tokens, open_tokens

CLOCK = ManualClock(NOW)
TOKENS = tokens_by(CLOCK)
LATER = NOW + timedelta(minutes=5)
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
EDWARDS = ed25519.Ed25519PrivateKey.generate()
HOSTS: dict[str, tuple[Any, str]] = {"rsa": (RSA, "RS256"), "ec": (CURVE, "ES256"), "ed": (EDWARDS, "EdDSA")}
NEWER = "a-newer-key-of-the-host-application"


def signed(key: Any = HOST_KEY, headers: dict[str, Any] | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    payload = {"aud": "closeloop", "sub": ADA, "iat": NOW, "exp": LATER, **claims}
    return jwt.encode({k: v for k, v in payload.items() if v is not None}, key, algorithm, headers)


def jwk(name: str, **changes: Any) -> dict[str, Any]:
    """The public half of one of the host's keys, as the host would publish it."""
    key, algorithm = HOSTS[name]
    public: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
    return {**public, "kid": name, "alg": algorithm, "use": "sig", **changes}


def published(folder: Path, *keys: dict[str, Any]) -> Path:
    file = folder / "jwks.json"
    file.write_text(json.dumps({"keys": keys}))
    return file


def test_a_customer_token_names_its_customer() -> None:
    assert TOKENS.customer_of(signed()) == ADA
    assert TOKENS.customer_of(TOKENS.for_customer(ADA)) == ADA


def test_the_sign_in_is_when_the_token_was_issued_unless_it_says_when_the_customer_proved_who_they_are() -> None:
    earlier = NOW - timedelta(minutes=40)

    assert TOKENS.customer(signed()).at == NOW
    assert TOKENS.customer(signed(auth_time=int(earlier.timestamp()))).at == earlier
    assert TOKENS.customer(TOKENS.for_customer(ADA, signed_in_at=earlier)).at == earlier


def test_a_conversation_token_names_its_conversation_its_customer_and_their_sign_in() -> None:
    ticket = TOKENS.conversation(TOKENS.for_conversation(ConversationId("cnv_1"), ADA, generation=2, signed_in_at=NOW))

    assert (ticket.conversation, ticket.customer, ticket.generation, ticket.signed_in_at) == ("cnv_1", ADA, 2, NOW)


@pytest.mark.parametrize(
    "token",
    [
        signed(exp=NOW),
        signed(exp=None),
        signed(iat=None),
        signed(iat=True),
        signed(iat=NOW + timedelta(minutes=1)),
        signed(iat=-5),
        signed(iat=NOW - CUSTOMER_LIFE, exp=NOW + timedelta(days=300)),
        signed(auth_time="now"),
        signed(auth_time=int(LATER.timestamp())),
        signed(auth_time=float("inf")),
        signed(sub=None),
        signed(sub=""),
        signed(sub="a\x00b"),
        signed(aud=None),
        signed(aud="elsewhere"),
        signed(nbf=LATER),
        signed(key=OWN_KEY),
        signed(headers={"kid": "unknown"}),
        jwt.encode({"aud": "closeloop", "sub": ADA, "iat": NOW, "exp": LATER}, "", "none"),
        jwt.encode({"aud": "closeloop", "sub": ADA, "iat": NOW, "exp": True}, HOST_KEY),
        jwt.encode({"aud": "closeloop", "sub": ADA, "iat": NOW, "exp": "soon"}, HOST_KEY),
        jwt.encode({"aud": "closeloop", "sub": ADA, "iat": NOW, "exp": float("nan")}, HOST_KEY),
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
        TOKENS.conversation(signed(sub="cnv_1"))


def test_a_token_counts_no_longer_than_the_longest_life_whatever_it_says(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    tokens = open_tokens(kept=tmp_path, clock=clock, customers=(HOST_KEY, ""), longest=timedelta(hours=2))
    token = signed(exp=NOW + timedelta(days=300))

    clock.advance(timedelta(minutes=119))
    assert tokens.customer_of(token) == ADA
    clock.advance(timedelta(minutes=1))
    with pytest.raises(NotSignedIn):
        tokens.customer_of(token)


def test_a_conversation_token_lasts_thirty_days() -> None:
    clock = ManualClock(NOW)
    tokens = tokens_by(clock)
    token = tokens.for_conversation(ConversationId("cnv_1"), None)

    clock.advance(timedelta(days=29))
    assert tokens.conversation(token).conversation == "cnv_1"
    clock.advance(timedelta(days=1))
    with pytest.raises(NotSignedIn):
        tokens.conversation(token)


def test_a_new_key_signs_while_the_old_one_is_still_accepted() -> None:
    rotated = Tokens(customers=given(k2=NEWER, k1=HOST_KEY), conversations=given(c1=OWN_KEY), clock=CLOCK)

    assert rotated.customer_of(TOKENS.for_customer(ADA)) == ADA
    assert rotated.customer_of(signed()) == ADA
    assert jwt.get_unverified_header(rotated.for_customer(ADA))["kid"] == "k2"


def test_the_settings_take_the_keys_before_until_they_are_left_out(tmp_path: Path) -> None:
    before = open_tokens(kept=tmp_path, clock=CLOCK, customers=(HOST_KEY, ""))
    between = open_tokens(kept=tmp_path, clock=CLOCK, customers=(NEWER, f"{OWN_KEY} {HOST_KEY}"))
    after = open_tokens(kept=tmp_path, clock=CLOCK, customers=(NEWER, ""))
    token = before.for_customer(ADA)

    assert between.customer_of(token) == ADA
    assert after.customer_of(between.for_customer(ADA)) == ADA
    with pytest.raises(NotSignedIn):
        after.customer_of(token)


def test_a_kept_key_is_changed_while_the_service_runs(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    tokens = open_tokens(kept=tmp_path, clock=clock)
    before = tokens.for_conversation(ConversationId("cnv_1"), None)

    clock.advance(timedelta(days=1))
    rotate(tmp_path / "conversation-token.key", clock.now(), CONVERSATION_LIFE, at_once=False)
    after = tokens.for_conversation(ConversationId("cnv_1"), None)

    assert jwt.get_unverified_header(after)["kid"] != jwt.get_unverified_header(before)["kid"]
    assert tokens.conversation(before).conversation == tokens.conversation(after).conversation == "cnv_1"


def test_a_key_that_was_replaced_ends_when_the_last_token_it_signed_does(tmp_path: Path) -> None:
    clock, file = ManualClock(NOW), tmp_path / "customer-token.key"
    tokens = open_tokens(kept=tmp_path, clock=clock)
    tokens.for_customer(ADA)

    rotate(file, clock.now(), CUSTOMER_LIFE, at_once=False)
    assert len(tokens.customers.current()) == 2
    clock.advance(CUSTOMER_LIFE)
    assert len(tokens.customers.current()) == 1
    rotate(file, clock.now(), CUSTOMER_LIFE, at_once=False)
    assert len(file.read_text().splitlines()) == 2


def test_a_key_that_leaked_ends_at_once(tmp_path: Path) -> None:
    tokens = open_tokens(kept=tmp_path, clock=CLOCK)
    token = tokens.for_customer(ADA)

    rotate(tmp_path / "customer-token.key", NOW, CUSTOMER_LIFE, at_once=True)

    with pytest.raises(NotSignedIn):
        tokens.customer_of(token)
    assert (tmp_path / "customer-token.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", HOSTS)
def test_a_host_may_sign_with_a_key_whose_private_half_stays_with_it(tmp_path: Path, name: str) -> None:
    tokens = open_tokens(kept=tmp_path, clock=CLOCK, public=published(tmp_path, *map(jwk, HOSTS)))
    key, algorithm = HOSTS[name]

    assert tokens.customer_of(signed(key, {"kid": name}, algorithm)) == ADA
    assert tokens.customer_of(signed(key, None, algorithm)) == ADA
    assert not (tmp_path / "customer-token.key").exists()
    with pytest.raises(CannotSign):
        tokens.for_customer(ADA)


def test_public_keys_are_taken_up_from_the_file_and_a_mistake_in_it_leaves_the_last_good_ones(tmp_path: Path) -> None:
    file = published(tmp_path, jwk("rsa"))
    tokens = open_tokens(kept=tmp_path, clock=CLOCK, public=file)
    token = signed(CURVE, {"kid": "ec"}, "ES256")

    with pytest.raises(NotSignedIn):
        tokens.customer_of(token)
    published(tmp_path, jwk("rsa"), jwk("ec"))
    assert tokens.customer_of(token) == ADA
    file.write_text("{")
    assert tokens.customer_of(token) == ADA
    published(tmp_path, jwk("rsa"))
    with pytest.raises(NotSignedIn):
        tokens.customer_of(token)


def forged(secret: bytes, kid: str) -> str:
    """Signed by HS256 with what everybody may know: the public key's own bytes."""
    parts = [
        {"alg": "HS256", "typ": "JWT", "kid": kid},
        {"aud": "closeloop", "sub": ADA, "iat": int(NOW.timestamp()), "exp": int(LATER.timestamp())},
    ]
    body = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    signature = urlsafe_b64encode(hmac.digest(secret, body, hashlib.sha256)).rstrip(b"=")
    return (body + b"." + signature).decode()


@pytest.mark.parametrize("name", HOSTS)
@pytest.mark.parametrize("form", ["pem", "der", "jwk"])
def test_a_public_key_is_never_taken_for_a_shared_secret(tmp_path: Path, name: str, form: str) -> None:
    tokens = open_tokens(kept=tmp_path, clock=CLOCK, public=published(tmp_path, jwk(name)))
    public = HOSTS[name][0].public_key()
    forms = {
        "pem": public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        "der": public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        "jwk": json.dumps(jwk(name)).encode(),
    }

    with pytest.raises(NotSignedIn):
        tokens.customer_of(forged(forms[form], name))


def test_a_key_is_used_with_its_own_algorithm_alone() -> None:
    long = HOST_KEY * 2
    tokens = Tokens(customers=given(k1=long), conversations=given(c1=OWN_KEY), clock=CLOCK)

    assert tokens.customer_of(signed(long)) == ADA
    with pytest.raises(NotSignedIn):
        tokens.customer_of(signed(long, algorithm="HS512"))


def test_a_key_that_a_token_brings_along_is_not_looked_at(tmp_path: Path) -> None:
    tokens = open_tokens(kept=tmp_path, clock=CLOCK, public=published(tmp_path, jwk("rsa")))
    theirs = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = jwt.get_algorithm_by_name("RS256").to_jwk(theirs.public_key(), as_dict=True)

    for headers in ({"jwk": public}, {"jwk": public, "kid": "rsa"}, {"jku": "https://example.com/keys"}):
        with pytest.raises(NotSignedIn):
            tokens.customer_of(signed(theirs, headers, "RS256"))


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ({"kid": "a", "kty": "oct", "k": "c2VjcmV0"}, "none for signatures"),
        (jwk("rsa", alg="HS256"), "none for signatures"),
        (jwk("rsa", use="enc"), "none for signatures"),
        (jwk("rsa", d="AQAB"), "a private one"),
        (jwk("ec", x="!"), "cannot be read"),
    ],
)
def test_a_key_that_is_no_public_key_for_signatures_is_named(entry: dict[str, Any], why: str) -> None:
    with pytest.raises(KeysUnreadable, match=why):
        keys_of(json.dumps({"keys": [entry]}))


def test_a_weak_key_is_named() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    entry = {**jwt.get_algorithm_by_name("RS256").to_jwk(weak, as_dict=True), "kid": "old"}

    with pytest.raises(KeysUnreadable, match="The key old is too weak"):
        keys_of(json.dumps({"keys": [entry]}))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": [{}]}', '{"keys": []}', '{"keys": 3}'])
def test_a_file_that_is_no_key_set_is_refused(text: str) -> None:
    with pytest.raises(KeysUnreadable):
        keys_of(text)


def test_two_keys_may_not_share_a_name() -> None:
    with pytest.raises(KeysUnreadable, match="Two keys are called rsa"):
        keys_of(json.dumps({"keys": [jwk("rsa"), jwk("rsa")]}))


def test_a_short_key_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(KeyTooShort):
        given(k1="short")
    with pytest.raises(KeyTooShort):
        open_tokens(kept=tmp_path, clock=CLOCK, customers=(HOST_KEY, "short"))


def test_a_kept_file_that_was_spoilt_is_refused(tmp_path: Path) -> None:
    (tmp_path / "customer-token.key").write_text(f"{HOST_KEY}\n{OWN_KEY}")

    with pytest.raises(KeysUnreadable):
        open_tokens(kept=tmp_path, clock=CLOCK)


def test_the_keys_are_not_printed() -> None:
    assert HOST_KEY not in repr(TOKENS) + repr(TOKENS.customers)
    assert OWN_KEY not in repr(TOKENS) + repr(TOKENS.conversations)
