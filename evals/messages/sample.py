"""Which messages are sent: a stratified sample of two public data sets, the same each time."""

import csv
import gzip
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parents[3] / "shared" / "data"
SEED = 7
BITEXT, BANKING = "bitext", "banking77"
SIZES = {BITEXT: 600, BANKING: 300}
FILES = {
    BITEXT: "bitext_v1/Bitext_Sample_Customer_Support_Training_Dataset.csv.gz",
    BANKING: "banking77/train.csv",
}


class DataAbsent(Exception):
    """The data sets are not on this machine."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """`intent` is the data set's own name for what the message is about."""

    source: str
    intent: str
    text: str


def read(data: Path, source: str) -> list[Message]:
    """The whole set, in the file's order, each text once. Raises DataAbsent."""
    path = data / FILES[source]
    if not path.exists():
        raise DataAbsent(f"{path} is not there.")
    pairs = _bitext(path) if source == BITEXT else _banking(path)
    kept = {text: intent for intent, text in reversed(list(pairs))}
    return [Message(source=source, intent=kept[text], text=text) for text in reversed(kept)]


def sample(data: Path) -> list[Message]:
    """SIZES messages of each set, every intent in proportion to its share. Raises DataAbsent."""
    return [message for source, size in SIZES.items() for message in stratified(read(data, source), size)]


def stratified(messages: Sequence[Message], size: int) -> list[Message]:
    """`size` messages at random, intent by intent in alphabetical order."""
    grouped = by_intent(messages)
    drawn = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    counts = _shares({intent: len(each) for intent, each in grouped.items()}, size)
    return [message for intent, each in grouped.items() for message in drawn.sample(each, counts[intent])]


def by_intent(messages: Iterable[Message]) -> dict[str, list[Message]]:
    grouped: defaultdict[str, list[Message]] = defaultdict(list)
    for message in messages:
        grouped[message.intent].append(message)
    return dict(sorted(grouped.items()))


def _shares(sizes: Mapping[str, int], total: int) -> dict[str, int]:
    """Whole numbers that add up to `total`, in proportion; what is left over goes to the largest remainders."""
    exact = {name: total * size / sum(sizes.values()) for name, size in sizes.items()}
    shares = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(exact, key=lambda name: (shares[name] - exact[name], name))
    for name in by_remainder[: total - sum(shares.values())]:
        shares[name] += 1
    return shares


def _bitext(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        yield from ((row["intent"], row["instruction"].strip()) for row in csv.DictReader(file))


def _banking(path: Path) -> Iterator[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from ((row["category"], row["text"].strip()) for row in csv.DictReader(file))
