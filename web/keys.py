"""The keys that sign tokens, and how they are changed without signing anybody out.

Each key has its one algorithm; what a token says about itself is never asked. Of several keys the first one signs, all
of them are accepted. They come from the settings, from a file of public keys, or are made here and kept under VAR.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

from records.clock import Clock
from records.errors import CloseloopError, NotReady
from records.keys import kept_key

SHARED = "HS256"
SHORTEST = 32


class KeyTooShort(NotReady):
    """A key that signs tokens must have 32 bytes or more (RFC 7518, section 3.2)."""


class KeysUnreadable(CloseloopError):
    """The keys cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Key:
    """`id` is what a token's `kid` names. `value`: the secret of HS256, else the public key. `until`: when a key that was
    replaced stops to be accepted; None: it is in use."""

    id: str
    algorithm: str
    value: Any = field(repr=False)
    until: datetime | None = None


class Keys(Protocol):
    """The keys as they are now, the one to sign with first."""

    def current(self) -> Sequence[Key]: ...


@dataclass(frozen=True)
class Given:
    """Keys that stay as they are."""

    keys: tuple[Key, ...]

    def current(self) -> Sequence[Key]:
        return self.keys


@dataclass(frozen=True)
class Joined:
    """The keys of several places, one after the other."""

    places: tuple[Keys, ...]

    def current(self) -> Sequence[Key]:
        return [key for place in self.places for key in place.current()]


def secret(text: str, name: str = "", until: datetime | None = None) -> Key:
    """A shared secret. Without a name, its id is what its hash begins with. Raises KeyTooShort."""
    if len(text.encode()) < SHORTEST:
        raise KeyTooShort
    name = name or hashlib.sha256(text.encode()).hexdigest()[:12]
    return Key(id=name, algorithm=SHARED, value=text, until=until)


def given(**named: str) -> Given:
    """Shared secrets by id, the one to sign with first. Raises KeyTooShort."""
    return Given(tuple(secret(text, name) for name, text in named.items()))


def of_settings(key: str, older: str) -> Given:
    """A secret and those before it, which are parted by spaces. Raises KeyTooShort."""
    return Given(tuple(secret(each) for each in (key, *older.split()) if each))


class Watched:
    """Keys in a file, read anew when it has changed."""

    def __init__(self, file: Path, read: Callable[[str], Sequence[Key]]) -> None:
        """Raises what `read` raises, or KeysUnreadable, when the file cannot be used now."""
        self._file = file
        self._read = read
        self._seen: tuple[int, int] = (0, 0)
        self._keys: Sequence[Key] = ()
        self._load()

    def current(self) -> Sequence[Key]:
        """A file that cannot be read any more leaves the keys as they were."""
        try:
            self._load()
        except CloseloopError:
            return self._keys
        return self._keys

    def _load(self) -> None:
        try:
            found = self._file.stat()
            seen = (found.st_mtime_ns, found.st_size)
            if seen == self._seen:
                return
            text = self._file.read_text("utf-8")
        except (OSError, ValueError) as error:
            raise KeysUnreadable(f"The keys in {self._file} cannot be read.") from error
        self._keys, self._seen = self._read(text), seen


class Kept:
    """Secrets made here, newest first, a line each: the secret, and when it was made. A key that was replaced is accepted
    for as long as a token lives that it may have signed."""

    def __init__(self, file: Path, clock: Clock, life: timedelta) -> None:
        kept_key(file)
        self._clock = clock
        self._life = life
        self._watched = Watched(file, self._parsed)

    def current(self) -> Sequence[Key]:
        now = self._clock.now()
        return [key for key in self._watched.current() if key.until is None or key.until > now]

    def _parsed(self, text: str) -> Sequence[Key]:
        return parsed(text, self._life)


def parsed(text: str, life: timedelta) -> list[Key]:
    """The keys of a kept file. Raises KeysUnreadable, KeyTooShort."""
    rows = [line.split() for line in text.splitlines() if line.strip()]
    if not rows:
        raise KeysUnreadable("There is no key in the file.")
    try:
        ends = [datetime.fromisoformat(newer[1]) + life for newer, _ in pairwise(rows)]
        return [secret(row[0], until=end) for row, end in zip(rows, [None, *ends], strict=True)]
    except (IndexError, ValueError, TypeError) as error:
        raise KeysUnreadable("A line of the file is not a secret and the time at which it was made.") from error


def rotate(file: Path, now: datetime, life: timedelta, *, at_once: bool) -> list[Key]:
    """Makes a new key to sign with. Those before it are accepted as long as their tokens live, or with `at_once` no
    longer. Returns the keys there are now. Raises as `parsed` does."""
    kept_key(file)
    lines = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    standing = [line for line, key in zip(lines, parsed("\n".join(lines), life), strict=True) if _stands(key, now)]
    text = "\n".join([f"{secrets.token_urlsafe(48)} {now.isoformat()}", *([] if at_once else standing)])
    beside = file.with_name(f".{file.name}")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as written:
        written.write(text)
    beside.replace(file)
    return parsed(text, life)


def _stands(key: Key, now: datetime) -> bool:
    return key.until is None or key.until > now
