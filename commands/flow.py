"""Text that comes in pieces, wrapped between words."""

import re

from rich.console import Console
from rich.text import Text

INDENT = "  "
_PARTS = re.compile(r"\s+|\S+")


class Flow:
    """An indented paragraph. A word is shown when it is whole: when a space or the end has come."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._word = ""
        self._column = 0

    def add(self, piece: str) -> None:
        for part in _PARTS.findall(piece):
            if not part.isspace():
                self._word += part
                continue
            self._put()
            if "\n" in part:
                self._print("\n" * min(part.count("\n"), 2))
                self._column = 0

    def end(self) -> None:
        self._put()
        if self._column:
            self._print("\n")
        self._column = 0

    def _put(self) -> None:
        if not self._word:
            return
        if self._column and self._column + 1 + len(self._word) > min(self._console.width, 100):
            self._print("\n")
            self._column = 0
        space = " " if self._column else INDENT
        self._print(space + self._word)
        self._column += len(space) + len(self._word)
        self._word = ""

    def _print(self, text: str) -> None:
        self._console.print(Text(text), end="", soft_wrap=True)
