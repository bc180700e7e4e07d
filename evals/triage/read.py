"""Labelled messages from files that anybody may bring: CSV or JSON Lines, gzipped or not; what is wrong is named."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

NONE_LABEL = "oos"
"""The label of a message that is none of the intents."""
GZIP = b"\x1f\x8b"
LONGEST = 100_000
"""Characters of one message."""


class FileInvalid(Exception):
    """What is wrong with a file, with its name, the line and the field."""

    def __init__(self, path: Path, line: int, wrong: str) -> None:
        super().__init__(f"{path}, line {line}: {wrong}" if line else f"{path}: {wrong}")


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """`label`: the intent, or "" where the message is none of them."""

    text: str
    label: str


def read(path: Path, *, oos: bool = False) -> list[Labelled]:
    """The messages in their order. `oos`: all of them are none of the intents, whatever their label. Raises FileInvalid."""
    try:
        with path.open("rb") as opened:
            zipped = opened.read(2) == GZIP
        with (
            gzip.open(path) if zipped else path.open("rb") as plain,
            io.TextIOWrapper(plain, encoding="utf-8-sig", newline="") as lines,
        ):
            first = lines.read(1)
            lines.seek(0)
            told = _json_lines(path, lines) if first in ("{", "[") else _csv(path, lines)
            rows = [_labelled(path, line, fields, oos) for line, fields in told]
    except (OSError, EOFError) as error:
        raise FileInvalid(path, 0, f"cannot be read ({getattr(error, 'strerror', None) or error})") from None
    except UnicodeDecodeError:
        raise FileInvalid(path, 0, "is not UTF-8 text") from None
    if not rows:
        raise FileInvalid(path, 0, "holds no message")
    return rows


def _json_lines(path: Path, lines: io.TextIOWrapper) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except ValueError:
            raise FileInvalid(path, number, "is not JSON") from None
        if not isinstance(told, dict):
            raise FileInvalid(path, number, "is not a JSON object")
        yield number, told


def _csv(path: Path, lines: io.TextIOWrapper) -> Iterator[tuple[int, dict[str, object]]]:
    rows = csv.DictReader(lines, strict=True)
    try:
        missing = {"text"} - {*(rows.fieldnames or ())}
        if missing or not {"category", "label"} & {*(rows.fieldnames or ())}:
            raise FileInvalid(path, 1, "the columns must be text,category")
        for row in rows:
            if None in row or None in row.values():
                raise FileInvalid(path, rows.line_num, "has not as many fields as the first line")
            yield rows.line_num, dict(row)
    except csv.Error as error:
        raise FileInvalid(path, rows.line_num, f"is not CSV ({error})") from None


def _labelled(path: Path, line: int, fields: dict[str, object], oos: bool) -> Labelled:
    text = _text(path, line, fields, "text")
    if oos:
        return Labelled(text=text, label="")
    label = _text(path, line, fields, "category" if "category" in fields else "label")
    return Labelled(text=text, label="" if label == NONE_LABEL else label)


def _text(path: Path, line: int, fields: dict[str, object], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value.strip():
        raise FileInvalid(path, line, f"{name}: must be a text that is not empty")
    if len(value) > LONGEST or "\x00" in value:
        raise FileInvalid(path, line, f"{name}: is longer than {LONGEST} characters or holds a zero byte")
    return value
