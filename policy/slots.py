"""Slots: what only the customer can say, found in a message or asked for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from policy.entities import FINDERS, Context, amounts
from policy.options import Options, options_of
from policy.source import Node

PAGE = ("words", "url", "title", "section", "locale", "error", "browser")
KINDS = (*FINDERS, "choice")
_KEYS = ("name", "ask", "kind", "options", "country", "pattern", "matches", "take", "page")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """`ask`: the question. A value is found by `kind` (see policy.entities; `choice`: one of `options`), in the whole
    message or in what `pattern` (group `value`) finds of it; or by `pattern` alone. `take` is `message` when a whole
    message is the value; `matches` is what a value must satisfy; `country`: whose phone numbers have no prefix.
    `page`: the part of the page the customer was on that fills the slot when their words do not; in `words` (what the
    page is called) a value is found as in a message."""

    name: str
    ask: str
    kind: str
    options: Options | None
    country: str
    pattern: re.Pattern[str] | None
    matches: re.Pattern[str] | None
    take: Literal["", "message"]
    page: str = ""

    def find(self, message: str, context: Context) -> str | None:
        """The value any message holds; None when it holds none that is fit, or several. A number that stands there by
        the way may count anything, so it is looked for by a pattern or in the answer only."""
        if self.pattern:
            found = self.pattern.search(message)
            return self._value(found["value"], context) if found else None
        return self._value(message, context) if self.kind and self.kind != "number" else None

    def answer(self, message: str, context: Context) -> str | None:
        """The value in a message that answers this slot's question, where less needs to be said than elsewhere."""
        found = self.find(message, context)
        if found is not None:
            return found
        if self.kind == "amount":
            return self._only(amounts(message, context, bare=True))
        if self.kind == "number":
            return self._value(message, context)
        return self._fit(message) if self.take == "message" else None

    def from_page(self, page: Mapping[str, str], context: Context) -> str | None:
        """The value that the page holds; None where the slot is not filled from there."""
        told = page.get(self.page, "")
        return self.find(told, context) if self.page == "words" else self._fit(told)

    def _value(self, words: str, context: Context) -> str | None:
        if not self.kind:
            return self._fit(words)
        if self.options:
            option = self.options.pick(words)
            return self._fit(option) if option else None
        return self._only(FINDERS[self.kind](words, context, self.country))

    def _only(self, values: list[str]) -> str | None:
        """What stands there once; of two different values nobody knows which is meant."""
        return self._fit(values[0]) if len(set(values)) == 1 else None

    def _fit(self, value: str) -> str | None:
        value = value.strip()
        return value if value and (self.matches is None or self.matches.search(value)) else None


def slots_of(node: Node | None) -> tuple[Slot, ...]:
    """The `slots` of a playbook."""
    return tuple(_slot_of(item) for item in node.items()) if node else ()


def _slot_of(node: Node) -> Slot:
    node.only(*_KEYS)
    kind, matches, take = node.get("kind"), node.get("matches"), node.get("take")
    word = kind.choice(KINDS, "kind") if kind else ""
    found = _pattern_of(node)
    page = node.get("page")
    part = page.choice(PAGE, "part of a page") if page else ""
    if not found and not take and not kind and part in ("", "words"):
        node.fail("can never be filled: give it a `kind`, a `pattern`, or `take: message`")
    if take and kind:
        take.fail("a whole message is of no kind: give either `kind` or `take`")
    return Slot(
        name=_name_of(node.need("name")),
        ask=_question_of(node, optional=part not in ("", "words")),
        kind=word if word in KINDS else "",
        options=_options_of(node, word),
        country=_country_of(node, word),
        pattern=found,
        matches=matches.pattern() if matches else None,
        take="message" if take and take.choice(("message",), "source") else "",
        page=part,
    )


def _question_of(node: Node, *, optional: bool) -> str:
    """What only a page tells need not be asked for."""
    ask = node.get("ask") if optional else node.need("ask")
    return ask.text() if ask else ""


def _name_of(node: Node) -> str:
    name = node.text()
    if name and not name.isidentifier():
        node.fail("must be a name of letters, digits and underscores")
    return name if name.isidentifier() else "unnamed"


def _pattern_of(node: Node) -> re.Pattern[str] | None:
    pattern = node.get("pattern")
    found = pattern.pattern() if pattern else None
    if pattern and found and "value" not in found.groupindex:
        pattern.fail("must have a group (?P<value>...)")
    return found


def _options_of(node: Node, kind: str) -> Options | None:
    options = node.need("options") if kind == "choice" else node.get("options")
    if options and kind != "choice":
        options.fail("goes with `kind: choice`")
    return options_of(options) if options and kind == "choice" else None


def _country_of(node: Node, kind: str) -> str:
    country = node.get("country")
    if country is None:
        return ""
    code = country.text()
    if kind != "phone":
        country.fail("goes with `kind: phone`")
    if code and not re.fullmatch(r"[A-Z]{2}", code):
        country.fail("must be two capital letters, such as GB")
    return code
