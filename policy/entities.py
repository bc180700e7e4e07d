"""What a message says by the way, in a form that code can use: addresses, numbers, amounts, days and times.

A day or a time is understood from the moment the customer wrote and in the company's time zone; phone numbers are those
that `phonenumbers` (Google's libphonenumber) takes as valid, dates those that `dateparser` understands.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

import phonenumbers
from dateparser.date import DateDataParser
from dateparser.search import search_dates

from policy.words import digits

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\b", re.I)
_NUMBER = re.compile(r"(?<![\w.,#-])-?\d{1,15}(?:[.,]\d+)?(?![\w,.-]*\w)")
_IN_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SIGNS = {"$": "D", "dollar": "D", "buck": "D", "€": "EUR", "euro": "EUR", "£": "GBP", "pound": "GBP", "¥": "JPY"}
"""A currency by how its code ends: a dollar is the company's own dollar."""
_CODES = frozenset(
    re.findall(r"\w+", "USD EUR GBP CHF JPY CAD AUD NZD SEK NOK DKK PLN CZK HUF INR CNY SGD HKD BRL MXN ZAR")
)
"""Those that people name by their code."""
_MARK = r"[$€£¥]|\b[a-z]{3}\b|\b(?:dollar|buck|euro|pound)s?\b"
_AMOUNT = re.compile(
    rf"(?P<before>{_MARK})?\s?(?<![\w.,#-])(?P<number>\d[\d.,']*)(?![\w#-])\s?(?P<after>{_MARK})?", re.I
)
_DAY_FIRST = re.compile(r"\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b")
_EITHER_WAY = re.compile(r"\b(\d{1,2})/(\d{1,2})/\d{2,4}\b")
_HOUR_ALONE = re.compile(r"\bat (\d{1,2})(?: ?o'clock\b|(?!\s?(?:[:.\d]|[ap]\.?m\b)))", re.I)
_DAY_OR_TIME = re.compile(r"\d|\b\w{4,}")
_YEARS = 3
"""A day further away than this was no date: a year is read from any number."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """What words are understood against: the moment they are read, the company's zone, currency and language."""

    now: datetime
    zone: tzinfo
    currency: str
    language: str


def emails(text: str) -> list[str]:
    """With the domain in small letters."""
    return [f"{name}@{domain.lower()}" for name, _, domain in (m.group().partition("@") for m in _EMAIL.finditer(text))]


def phones(text: str, country: str = "") -> list[str]:
    """In E.164, as in +442079460958. Without a country (two letters) only numbers with their country's prefix."""
    matches = phonenumbers.PhoneNumberMatcher(text, country or None)
    return [phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164) for match in matches]


def numbers(text: str) -> list[str]:
    """Digits, with a point before decimals; one to twelve also in (English) words."""
    found = {match.start(): match.group().replace(",", ".") for match in _NUMBER.finditer(text)}
    for value, word in enumerate(_IN_WORDS):
        found |= {match.start(): str(value) for match in re.finditer(rf"\b{word}\b", text, re.I)}
    return [found[start] for start in sorted(found)]


def amounts(text: str, context: Context, *, bare: bool = False) -> list[str]:
    """Minor units of the company's currency. An amount in another currency is none; `bare`: a number without one is."""
    return [str(value) for m in _AMOUNT.finditer(text) if (value := _amount(m, context.currency, bare)) is not None]


def _amount(match: re.Match[str], currency: str, bare: bool) -> int | None:
    marks = [mark for mark in (_currency(match["before"]), _currency(match["after"])) if mark]
    if any(not currency.upper().endswith(mark) for mark in marks) or not (marks or bare):
        return None
    whole, cents = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?[.,']*", match["number"]).groups()  # type: ignore[union-attr]
    value = Decimal("".join(filter(str.isdigit, whole)) + "." + (cents or "0")).scaleb(digits(currency))
    return int(value) if value == int(value) and value < 2**53 else None


def _currency(mark: str | None) -> str:
    """The end of a currency's code; "" for three letters that are no currency."""
    word = (mark or "").lower().rstrip("s")
    return _SIGNS.get(word) or (word.upper() if word.upper() in _CODES else "")


def dates(text: str, context: Context) -> list[str]:
    """ISO 8601, the next such day: `2026-11-26`, or in UTC `2026-11-26T15:00:00+00:00` where a time of day is said.
    `3/4/2026`, which half the world reads one way and half the other, is none."""
    text = _DAY_FIRST.sub(r"\3-\2-\1", _HOUR_ALONE.sub(r"at \1:00", text))
    if any(int(a) <= 12 and int(b) <= 12 and a != b for a, b in _EITHER_WAY.findall(text)):
        return []
    local = context.now.astimezone(context.zone).replace(tzinfo=None)
    said = search_dates(text, languages=[context.language], settings=_settings(local)) or []
    found = (_date(words, local, context) for words, _ in said if _DAY_OR_TIME.search(words))
    return [each for each in found if each]


def _date(words: str, local: datetime, context: Context) -> str:
    read = DateDataParser(languages=[context.language], settings=_settings(local)).get_date_data(words)
    moment: datetime | None = read.date_obj
    exact = read.period == "time"
    if moment is None or abs((moment - local).days) > 366 * _YEARS or read.period in ("month", "year"):
        return ""
    return moment.replace(tzinfo=context.zone).astimezone(UTC).isoformat() if exact else moment.date().isoformat()


def _settings(local: datetime) -> Any:
    return {"RELATIVE_BASE": local, "PREFER_DATES_FROM": "future", "RETURN_TIME_AS_PERIOD": True}


def times(text: str, context: Context) -> list[str]:
    """The dates that are said with a time of day."""
    return [each for each in dates(text, context) if "T" in each]


def entities(text: str, context: Context) -> dict[str, list[str]]:
    """All that stands in a text, by kind; kinds that do not occur are left out. What is part of an address, of a phone
    number or of an amount is no date."""
    found = {"email": emails(text), "phone": phones(text)}
    rest = _without(_EMAIL.sub(" ", text))
    found |= {"amount": amounts(rest, context), "date": dates(_without_amounts(rest), context)}
    return {kind: values for kind, values in found.items() if values}


def _without(text: str) -> str:
    """The text without its phone numbers."""
    for match in reversed(list(phonenumbers.PhoneNumberMatcher(text, None))):
        text = f"{text[: match.start]} {text[match.end :]}"
    return text


def _without_amounts(text: str) -> str:
    return _AMOUNT.sub(_unless_money, text)


def _unless_money(match: re.Match[str]) -> str:
    return " " if _currency(match["before"]) or _currency(match["after"]) else match.group()


Finder = Callable[[str, Context, str], list[str]]

FINDERS: Mapping[str, Finder] = {
    "email": lambda text, _context, _country: emails(text),
    "phone": lambda text, _context, country: phones(text, country),
    "date": lambda text, context, _country: dates(text, context),
    "time": lambda text, context, _country: times(text, context),
    "amount": lambda text, context, _country: amounts(text, context),
    "number": lambda text, _context, _country: numbers(text),
}
"""By the kind a slot may be of: what a text, a context and a country give."""
