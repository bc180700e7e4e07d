"""AES-256-GCM for what is kept at rest: one key to encrypt with, any number of older ones that can still be read.

A key is named by its fingerprint, so that a wrong key is never mistaken for the right one: it has another name.
"""

import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from records.errors import NotReady

PREFIX: Final = "gcm-"
SHORTEST = 32
_NONCE = 12  # bytes: the 96 random bits of NIST SP 800-38D, fresh for every value
_KEY = 32


class KeysInvalid(NotReady):
    """CHECKPOINT_KEYS must be one or more secrets of 32 bytes or more, separated by commas, each once."""


class KeyMissing(NotReady):
    """No key in CHECKPOINT_KEYS opens this."""


class Tampered(NotReady):
    """What is kept encrypted was changed since, or is not ours."""


class Cipher:
    """LangGraph's CipherProtocol. `current` is the name of the key that encrypts; `names` of all that can decrypt."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """The first secret encrypts. Raises KeysInvalid."""
        told = [secret.strip() for secret in secrets]
        if not told or len(set(told)) < len(told) or min(len(secret.encode()) for secret in told) < SHORTEST:
            raise KeysInvalid
        self._keys = {name_of(secret): AESGCM(_derived(secret, b"key")) for secret in told}
        self.current = name_of(told[0])

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._keys)

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        """The key's name, and nonce with ciphertext. The name is bound to it as associated data."""
        nonce = os.urandom(_NONCE)
        return self.current, nonce + self._keys[self.current].encrypt(nonce, plaintext, self.current.encode())

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        """Raises KeyMissing, or Tampered when it is not what was encrypted under this name."""
        key = self._keys.get(ciphername)
        if key is None:
            raise KeyMissing(f"This was encrypted with the key {ciphername}, which CHECKPOINT_KEYS does not hold.")
        try:
            return key.decrypt(ciphertext[:_NONCE], ciphertext[_NONCE:], ciphername.encode())
        except InvalidTag as error:
            raise Tampered from error


def name_of(secret: str) -> str:
    """The name of a key: `gcm-` and 12 hexadecimal digits that tell nothing of the secret."""
    return PREFIX + _derived(secret, b"name").hex()[:12]


def _derived(secret: str, purpose: bytes) -> bytes:
    """HKDF-SHA256 (RFC 5869): the secrets are random already, so no slow hash is needed."""
    return HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=b"closeloop checkpoint " + purpose).derive(
        secret.encode()
    )
