"""What differs between what must be true and what is."""

from collections.abc import Iterator
from typing import Any

from evals.case import Expect, Row
from evals.found import Found

PLAIN = ("outcomes", "intents", "cites")
ROWS = ("effects", "ledger", "approvals", "handoffs")


def differences(expect: Expect, found: Found) -> list[str]:
    """One line for each thing that is not as it must be."""
    return [*_plain(expect, found), *_rows(expect, found), *_records(expect, found)]


def _plain(expect: Expect, found: Found) -> Iterator[str]:
    for name in PLAIN:
        wanted, got = getattr(expect, name), getattr(found, name)
        if wanted is not None and wanted != got:
            yield f"{name}: {wanted} expected, but {got}"


def _rows(expect: Expect, found: Found) -> Iterator[str]:
    for name in ROWS:
        wanted, got = getattr(expect, name), getattr(found, name)
        if len(wanted) != len(got):
            yield f"{name}: {wanted} expected, but {[_short(row) for row in got]}"
            continue
        for place, (one, other) in enumerate(zip(wanted, got, strict=True)):
            yield from _fields(f"{name}[{place}]", one, other)


def _records(expect: Expect, found: Found) -> Iterator[str]:
    yield from _fields("conversation", expect.conversation, found.conversation)
    for name, wanted in expect.records.items():
        yield from _fields(name, wanted, found.records[name])


def _fields(place: str, wanted: Row, got: dict[str, Any]) -> Iterator[str]:
    for name, value in wanted.items():
        if name not in got:
            yield f"{place}.{name}: there is no such field"
        elif not _agrees(value, got[name]):
            yield f"{place}.{name}: {value!r} expected, but {got[name]!r}"


def _agrees(wanted: Any, got: Any) -> bool:
    """Of a mapping inside a row, too, only what is written must agree."""
    if isinstance(wanted, dict) and isinstance(got, dict):
        return all(name in got and _agrees(value, got[name]) for name, value in wanted.items())
    return bool(wanted == got)


def _short(row: dict[str, Any]) -> Row:
    """What tells rows apart, for a line that people read."""
    told = ("system", "kind", "object", "tool", "status", "amount", "reason", "queue", "intent")
    return {name: row[name] for name in told if row.get(name) is not None}
