"""Reads sets of injections: JSON Lines with `text`, and the other shapes in which such sets are published.

| shape | texts |
|---|---|
| JSON Lines (also `.gz`), an object a line | the field `text`, `prompt` or `context` |
| JSON | each text that stands in a list, at any depth |
"""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from records.errors import CloseloopError

FIELDS = ("text", "prompt", "context")
LONGEST = 6_000
"""Characters of a text that are used: what a customer may write in a message is limited too."""
SHARED = Path(__file__).parents[3] / "shared" / "data"


class SetInvalid(CloseloopError):
    """The set cannot be read."""


def read_set(path: Path) -> list[str]:
    """The texts, each once, in order. Raises SetInvalid, naming file, line and field."""
    try:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        content = raw.decode("utf-8")
    except FileNotFoundError as error:
        raise SetInvalid(f"{path}: there is no such file.") from error
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise SetInvalid(f"{path}: cannot be read as UTF-8 text.") from error
    lines = path.name.removesuffix(".gz").endswith(".jsonl")
    texts = list(dict.fromkeys(_kept(text) for text in (_lines if lines else _whole)(path, content)))
    if not texts:
        raise SetInvalid(f"{path}: there is no text in it.")
    return texts


def _kept(text: str) -> str:
    """As far as a message may hold it: no control characters but line ends, and not without end."""
    return "".join(c for c in text if c.isprintable() or c in "\n\t")[:LONGEST].strip()


def _lines(path: Path, content: str) -> Iterator[str]:
    for number, line in enumerate(content.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise SetInvalid(f"{path}:{number}: is not JSON.") from error
        yield _text_of(path, number, row)


def _text_of(path: Path, number: int, row: Any) -> str:
    if not isinstance(row, dict):
        raise SetInvalid(f"{path}:{number}: is not an object with a field `text`.")
    name = next((name for name in FIELDS if name in row), "text")
    text = row.get(name)
    if not isinstance(text, str) or not _kept(text):
        found = "is missing" if text is None else "is empty" if text == "" else "is no text with something in it"
        raise SetInvalid(f"{path}:{number}: field `{name}` {found}.")
    return text


def _whole(path: Path, content: str) -> Iterator[str]:
    try:
        found = json.loads(content)
    except ValueError as error:
        raise SetInvalid(f"{path}:{getattr(error, 'lineno', 1)}: is not JSON.") from error
    yield from _listed(found)


def _listed(node: Any) -> Iterator[str]:
    """The texts that stand in lists, at any depth; single ones tell about the set."""
    for each in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        if isinstance(each, str) and isinstance(node, list) and _kept(each):
            yield each
        elif not isinstance(each, str):
            yield from _listed(each)


def shared_sets(folder: Path = SHARED) -> dict[str, list[Path]]:
    """The sets of the shared data by name, each with its files; empty where the folder is not there."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("inj_*/**/*")):
        if path.name.endswith((".jsonl", ".json", ".jsonl.gz")):
            found.setdefault(path.relative_to(folder).parts[0], []).append(path)
    return found
