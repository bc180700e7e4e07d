"""Public keys of the host application, as a JSON Web Key Set (RFC 7517): then nobody but the host can sign for customers."""

import json
from collections import Counter
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from web.keys import Key, KeysUnreadable

SMALLEST_RSA = 2048
_ALGORITHMS = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}


def keys_of(text: str) -> list[Key]:
    """The keys of a set. Raises KeysUnreadable, saying which key is wrong and how."""
    try:
        entries = json.loads(text)["keys"]
        named = [(str(entry["kid"]), entry) for entry in entries]
    except (ValueError, KeyError, TypeError) as error:
        raise KeysUnreadable('A key set is {"keys": […]}, each key with a kid.') from error
    if not named:
        raise KeysUnreadable("There is no key in the set.")
    if twice := [name for name, count in Counter(name for name, _ in named).items() if count > 1]:
        raise KeysUnreadable(f"Two keys are called {twice[0]}.")
    return [_key(name, entry) for name, entry in named]


def _key(name: str, entry: dict[str, Any]) -> Key:
    """The algorithm is the key's own: a key for one is never used with another."""
    algorithm = _ALGORITHMS.get(str(entry.get("kty")))
    if algorithm is None or entry.get("alg", algorithm) != algorithm or entry.get("use", "sig") != "sig":
        raise KeysUnreadable(f"The key {name} is none for signatures by RS256, ES256 or EdDSA.")
    if "d" in entry:
        raise KeysUnreadable(f"The key {name} is a private one, which belongs to the host application alone.")
    try:
        value = jwt.PyJWK(entry, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        raise KeysUnreadable(f"The key {name} cannot be read.") from error
    if not _strong(value):
        raise KeysUnreadable(f"The key {name} is too weak: RSA of {SMALLEST_RSA} bits, P-256 or Ed25519.")
    return Key(id=name, algorithm=algorithm, value=value)


def _strong(value: Any) -> bool:
    match value:
        case RSAPublicKey():
            return value.key_size >= SMALLEST_RSA
        case EllipticCurvePublicKey():
            return value.curve.name == "secp256r1"
        case _:
            return isinstance(value, Ed25519PublicKey)
