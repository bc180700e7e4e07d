"""Whom a request is counted against: who calls, from which address, and what they do. Nothing is looked up for it."""

import hashlib
import ipaddress
import re
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from policy.usage import Act, Who
from records.errors import NotSignedIn
from web.auth import STAFF_KEY
from web.tokens import Tokens

_ACTS: tuple[tuple[re.Pattern[str], Act], ...] = (
    (re.compile(r"POST /conversations/?"), "conversations"),
    (re.compile(r"POST /conversations/[^/]+/messages/?"), "messages"),
    (re.compile(r"POST /approvals/[^/]+/decision/?"), "decisions"),
)
_STREAM = "text/event-stream"


@dataclass(frozen=True, kw_only=True)
class Calling:
    """`whose`: who is counted, each with an id: the address always, the caller where the token is one of ours. `stream`:
    whether the answer stays open."""

    act: Act
    whose: dict[Who, str]
    stream: bool


def calling_of(scope: Scope, tokens: Tokens) -> Calling:
    """Never raises: a token that is none is counted against its address alone."""
    headers, path = Headers(scope=scope), str(scope["path"]).removeprefix(scope.get("root_path", ""))
    asked = f"{scope['method']} {path}"
    act: Act = next((act for pattern, act in _ACTS if pattern.fullmatch(asked)), "requests")
    streams = path.rstrip("/").endswith("/events") or _STREAM in headers.get("accept", "")
    whose: dict[Who, str] = {"address": address_of(scope), **_caller(headers.get("authorization", ""), tokens)}
    return Calling(act=act, whose=whose, stream=streams)


def address_of(scope: Scope) -> str:
    """The network address of the caller as the server knows it. Of an IPv6 address the first half, since whoever has
    one has all that begin so."""
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return client[0] if client else ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    return str(address)


def _caller(authorization: str, tokens: Tokens) -> dict[Who, str]:
    token = authorization.partition(" ")[2].strip()
    if not token:
        return {}
    if token.startswith(STAFF_KEY):
        return {"staff": hashlib.sha256(token.encode()).hexdigest()}
    try:
        return {"customer": tokens.customer_of(token)}
    except NotSignedIn:
        return _holder(token, tokens)


def _holder(token: str, tokens: Tokens) -> dict[Who, str]:
    """A customer is one, however many conversations they hold tokens of."""
    try:
        ticket = tokens.conversation(token)
    except NotSignedIn:
        return {}
    return {"customer": ticket.customer} if ticket.customer else {"visitor": ticket.conversation}
