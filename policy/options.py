"""Named answers and the words they are known by: which of them a message gives."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from policy.source import Node


@dataclass(frozen=True, kw_only=True)
class Options:
    """`patterns`: an option's name to what it is known by."""

    patterns: Mapping[str, re.Pattern[str]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.patterns)

    def pick(self, message: str) -> str | None:
        """The option that the message names first; of several at the same place, the one with the most words. A denial
        stands before what it denies ("it is not on"), so an option that is known by `not` wins over one by `on`."""
        plain = message.replace("’", "'")
        found = {name: match for name, pattern in self.patterns.items() if (match := pattern.search(plain))}
        return min(found, key=lambda name: (found[name].start(), -found[name].end()), default=None)


def options_of(node: Node) -> Options:
    """Written as a name and a list of words or phrases, of which any will do, as will the name itself; or as a name and
    a pattern."""
    patterns = {name: _pattern(name, entry) for name, entry in node.entries().items()}
    if node.value == {}:
        node.fail("must name at least one option")
    return Options(patterns=patterns)


def _pattern(name: str, node: Node) -> re.Pattern[str]:
    if isinstance(node.value, str):
        pattern = node.pattern()
        if pattern.pattern and pattern.search(""):
            node.fail("fits every message, even an empty one")
        return pattern
    words = sorted({name, *node.texts()}, key=len, reverse=True)
    spaced = (re.escape(" ".join(word.split())).replace(r"\ ", r"\s+") for word in words if word)
    return re.compile(rf"(?<!\w)(?:{'|'.join(spaced)})(?!\w)", re.IGNORECASE)
