"""Tokens: the host application's customers, and the holders of single conversations. Both are JWTs (RFC 7519)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt

from records.clock import Clock
from records.errors import NotReady, NotSignedIn
from records.ids import ConversationId, CustomerId
from web.jwks import keys_of
from web.keys import SHARED, Joined, Kept, Key, Keys, KeyTooShort, Watched, of_settings
from web.text import is_name

CUSTOMERS = "closeloop"
CONVERSATIONS = "closeloop-conversation"
CONVERSATION_LIFE = timedelta(days=30)
CUSTOMER_LIFE = timedelta(hours=24)
CUSTOMER_FILE, CONVERSATION_FILE = "customer-token.key", "conversation-token.key"
_SKEW = 30  # seconds by which the host's clock may be ahead
_OPTIONS: jwt.types.Options = {
    "require": ["exp", "iat", "sub", "aud"],
    "verify_exp": False,  # by our own clock, below
    "verify_nbf": False,
    "verify_iat": False,
}
Claims = Mapping[str, Any]


class CannotSign(NotReady):
    """Customers' tokens are signed by the host application alone: there are only public keys here."""


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A customer, and when they last proved that they are it: the token's `auth_time`, else its `iat`."""

    customer: CustomerId
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """What a conversation token says. `customer` None: a visitor's. `generation`: the conversation's when it was given
    out; see records.conversations.revoke_tokens. `signed_in_at`: the customer's sign-in by which it was got."""

    conversation: ConversationId
    customer: CustomerId | None
    generation: int
    signed_in_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """`customers`: the host application's keys; `conversations`: ours. `longest`: no customer token counts for longer
    after its `iat`, whatever its `exp` says."""

    customers: Keys = field(repr=False)
    conversations: Keys = field(repr=False)
    clock: Clock
    longest: timedelta = CUSTOMER_LIFE

    def customer(self, token: str) -> SignedIn:
        """Raises NotSignedIn."""
        claims = self._claims(token, self.customers, CUSTOMERS, self.longest)
        at = _moment(claims.get("auth_time", claims["iat"]))
        if not 0 < at <= _moment(claims["iat"]) + _SKEW:
            raise NotSignedIn
        return SignedIn(customer=CustomerId(claims["sub"]), at=datetime.fromtimestamp(at, UTC))

    def customer_of(self, token: str) -> CustomerId:
        """Raises NotSignedIn."""
        return self.customer(token).customer

    def signed_in_at(self, token: str) -> datetime:
        """Raises NotSignedIn."""
        return self.customer(token).at

    def conversation(self, token: str) -> Ticket:
        """Raises NotSignedIn. Whether it was revoked is the conversation's to say."""
        claims = self._claims(token, self.conversations, CONVERSATIONS, CONVERSATION_LIFE)
        customer, at = claims.get("customer"), claims.get("auth_time")
        return Ticket(
            conversation=ConversationId(claims["sub"]),
            customer=CustomerId(customer) if customer else None,
            generation=int(claims.get("gen", 0)),
            signed_in_at=datetime.fromtimestamp(at, UTC) if at else None,
        )

    def for_customer(
        self, customer: CustomerId, life: timedelta = timedelta(hours=1), *, signed_in_at: datetime | None = None
    ) -> str:
        """What the host application would sign: for the command line, the demo page and tests. Raises CannotSign."""
        claims = {"auth_time": signed_in_at} if signed_in_at else {}
        return self._signed(self.customers, CUSTOMERS, customer, life, claims)

    def for_conversation(
        self,
        conversation: ConversationId,
        customer: CustomerId | None,
        *,
        generation: int = 0,
        signed_in_at: datetime | None = None,
    ) -> str:
        """The token of a conversation; `customer` as the conversation's row has it."""
        told = {"customer": customer, "gen": generation, "auth_time": signed_in_at}
        claims = {name: value for name, value in told.items() if value is not None}
        return self._signed(self.conversations, CONVERSATIONS, conversation, CONVERSATION_LIFE, claims)

    def _signed(self, keys: Keys, audience: str, subject: str, life: timedelta, claims: Claims) -> str:
        key = next((key for key in keys.current() if key.algorithm == SHARED), None)
        if key is None:
            raise CannotSign
        now = self.clock.now()
        payload = {"aud": audience, "sub": subject, "iat": now, "exp": now + life, **claims}
        payload = {name: value.timestamp() if isinstance(value, datetime) else value for name, value in payload.items()}
        return jwt.encode(payload, key.value, algorithm=key.algorithm, headers={"kid": key.id})

    def _claims(self, token: str, keys: Keys, audience: str, longest: timedelta) -> Claims:
        claims = _verified(token, keys.current(), audience)
        now, issued = self.clock.now().timestamp(), _moment(claims["iat"])
        if not min(_moment(claims["exp"]), issued + longest.total_seconds()) > now:
            raise NotSignedIn
        if not 0 < issued <= now + _SKEW or not _moment(claims.get("nbf", now)) <= now + _SKEW:
            raise NotSignedIn
        if not is_name(claims["sub"]):
            raise NotSignedIn
        return claims


def open_tokens(
    *,
    kept: Path,
    clock: Clock,
    customers: tuple[str, str] = ("", ""),
    public: Path | None = None,
    conversations: tuple[str, str] = ("", ""),
    longest: timedelta = CUSTOMER_LIFE,
) -> Tokens:
    """`customers`, `conversations`: the secret and those before it, parted by spaces; where there is none, one is made and
    kept in the folder `kept`. `public`: a file with the host application's public keys, a JSON Web Key Set; then none is
    made for customers. Raises KeyTooShort, KeysUnreadable."""
    shared: Keys = of_settings(*customers)
    if public is not None:
        shared = Joined((shared, Watched(public, keys_of)))
    elif not customers[0]:
        shared = Joined((Kept(kept / CUSTOMER_FILE, clock, longest), shared))
    own: Keys = of_settings(*conversations)
    if not conversations[0]:
        own = Joined((Kept(kept / CONVERSATION_FILE, clock, CONVERSATION_LIFE), own))
    return Tokens(customers=shared, conversations=own, clock=clock, longest=longest)


def _verified(token: str, keys: Sequence[Key], audience: str) -> Claims:
    for key in _candidates(token, keys):
        try:
            claims: Claims = jwt.decode(token, key.value, [key.algorithm], _OPTIONS, audience=audience)
        except (jwt.InvalidTokenError, ValueError):
            continue
        return claims
    raise NotSignedIn


def _candidates(token: str, keys: Sequence[Key]) -> list[Key]:
    """The key that the token names; all of them when it names none."""
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except (jwt.InvalidTokenError, ValueError):
        return []
    return [key for key in keys if name is None or key.id == name]


def _moment(value: object) -> float:
    """Seconds since 1970; not a number (which no comparison holds for) for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan


__all__ = ["CUSTOMER_LIFE", "CannotSign", "KeyTooShort", "SignedIn", "Ticket", "Tokens", "open_tokens"]
