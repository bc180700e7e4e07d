"""Tokens: the host application's customers, and the holders of single conversations. Both are HS256 JWTs (RFC 7519)."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import jwt

from records.clock import Clock
from records.errors import NotReady, NotSignedIn
from records.ids import ConversationId, CustomerId
from web.text import is_name

CUSTOMERS = "closeloop"
CONVERSATIONS = "closeloop-conversation"
CONVERSATION_LIFE = timedelta(days=30)
_ALGORITHM = "HS256"
_SHORTEST_KEY = 32
_SKEW = 30  # seconds by which the host's clock may be ahead
_OPTIONS: jwt.types.Options = {
    "require": ["exp", "sub", "aud"],
    "verify_exp": False,  # by our own clock, below
    "verify_nbf": False,
    "verify_iat": False,
}


class KeyTooShort(NotReady):
    """A key that signs tokens must have 32 bytes or more (RFC 7518, section 3.2)."""


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """`customers`: the host application's keys; `conversations`: ours. Each by key id, the one to sign with first; the
    others are still accepted, so that keys can be changed without signing anybody out."""

    customers: Mapping[str, str] = field(repr=False)
    conversations: Mapping[str, str] = field(repr=False)
    clock: Clock

    def __post_init__(self) -> None:
        keys = [*self.customers.values(), *self.conversations.values()]
        if not self.customers or not self.conversations or min(len(key.encode()) for key in keys) < _SHORTEST_KEY:
            raise KeyTooShort

    def customer_of(self, token: str) -> CustomerId:
        """Raises NotSignedIn."""
        return CustomerId(self._subject(token, self.customers, CUSTOMERS))

    def conversation_of(self, token: str) -> ConversationId:
        """Raises NotSignedIn."""
        return ConversationId(self._subject(token, self.conversations, CONVERSATIONS))

    def for_customer(self, customer: CustomerId, life: timedelta = timedelta(hours=1)) -> str:
        """What the host application would sign: for the command line, the demo page and tests."""
        return self._signed(self.customers, CUSTOMERS, customer, life, {})

    def for_conversation(self, conversation: ConversationId, customer: CustomerId | None) -> str:
        claims = {"customer": customer} if customer else {}
        return self._signed(self.conversations, CONVERSATIONS, conversation, CONVERSATION_LIFE, claims)

    def _signed(
        self, keys: Mapping[str, str], audience: str, subject: str, life: timedelta, claims: Mapping[str, str]
    ) -> str:
        name, key = next(iter(keys.items()))
        now = self.clock.now()
        payload = {"aud": audience, "sub": subject, "iat": now, "exp": now + life, **claims}
        return jwt.encode(payload, key, algorithm=_ALGORITHM, headers={"kid": name})

    def _subject(self, token: str, keys: Mapping[str, str], audience: str) -> str:
        claims = _claims(token, keys, audience)
        now = self.clock.now().timestamp()
        if not _moment(claims["exp"]) > now or not _moment(claims.get("nbf", now)) <= now + _SKEW:
            raise NotSignedIn
        if not is_name(claims["sub"]):
            raise NotSignedIn
        return str(claims["sub"])


def _claims(token: str, keys: Mapping[str, str], audience: str) -> dict[str, Any]:
    for key in _candidates(token, keys):
        try:
            claims: dict[str, Any] = jwt.decode(token, key, [_ALGORITHM], _OPTIONS, audience=audience)
        except (jwt.InvalidTokenError, ValueError):
            continue
        return claims
    raise NotSignedIn


def _candidates(token: str, keys: Mapping[str, str]) -> list[str]:
    """The key that the token names; all of them when it names none."""
    try:
        name = jwt.get_unverified_header(token).get("kid")
    except (jwt.InvalidTokenError, ValueError):
        return []
    if name is None:
        return list(keys.values())
    return [keys[name]] if isinstance(name, str) and name in keys else []


def _moment(value: object) -> float:
    """Seconds since 1970; not a number (which no comparison holds for) for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
