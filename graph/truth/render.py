"""What a slot says: written by code from the record, in the customer's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files

import yaml
from babel.core import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from graph.passages import cited
from graph.reasoners.excerpt import excerpt
from graph.truth.claims import kind_of
from graph.truth.known import Known, Value
from graph.truth.slots import Slot
from policy.words import digits, plain

_REGIONS = {"en": "en_GB", "pt": "pt_PT"}
"""Where a bare language is written as in one country only."""
_LONGEST = 160


@dataclass(frozen=True, kw_only=True)
class Said:
    """A slot's words, and the passages or articles that they are taken from."""

    text: str
    citations: tuple[dict[str, object], ...] = ()


def rendered(slot: Slot, known: Known, language: str) -> Said | None:
    """None for a slot that names nothing of this customer's, or nothing that they may be shown."""
    render = _RENDERERS.get(slot.kind)
    return render(slot.name, known, language if language in _words() else "en") if render else None


def money(amount: int, currency: str, language: str) -> str:
    """Minor units with the currency's code, as the language writes numbers: `1.234,50 EUR` in German."""
    value = Decimal(amount).scaleb(-digits(currency))
    return format_currency(value, currency, format="#,##0.00 ¤¤", locale=_locale(language)).replace("\xa0", " ")


def date(value: str | datetime, language: str) -> str:
    """The day, in UTC: `21. November 2026` in German."""
    return format_date(_moment(value), format="long", locale=_locale(language))


def time(value: str | datetime, language: str) -> str:
    """The time of day, in UTC."""
    return f"{format_time(_moment(value), format='short', tzinfo=UTC, locale=_locale(language))} UTC"


def moment(value: str | datetime, language: str) -> str:
    """Day and time of day, in UTC."""
    return f"{date(value, language)}, {time(value, language)}"


def _receipt(name: str, known: Known, language: str) -> Said | None:
    entry = known.receipts.get(name)
    if entry is None or entry.status != "done" or entry.receipt is None:
        return None
    amount, currency = entry.receipt.get("amount"), entry.receipt.get("currency") or entry.currency
    values = {"what": plain(entry.tool), "date": date(entry.settled_at or entry.reserved_at, language)}
    if isinstance(amount, int):
        said = _words()[language]["receipt_money"].format(**values, money=money(amount, currency, language))
    else:
        said = _words()[language]["receipt"].format(**values)
    reference = str(entry.receipt.get("reference") or "")
    return Said(text=f"{said} {_words()[language]['reference'].format(reference=reference)}" if reference else said)


def _approval(name: str, known: Known, language: str) -> Said | None:
    card = known.cards.get(name)
    if card is None:
        return None
    which = "pending" if card.status == "pending" else "decided"
    return Said(text=_words()[language][which].format(what=card.card["title"], date=date(card.filed_at, language)))


def _followup(name: str, known: Known, language: str) -> Said | None:
    card = known.cards.get(name)
    if card is not None and card.status == "pending":
        return _approval(name, known, language)
    if name in known.handoffs:
        return Said(text=_words()[language]["handoff"])
    if name in known.calls:
        return Said(text=_words()[language]["call"].format(moment=moment(known.calls[name], language)))
    return None


def _fact(name: str, known: Known, language: str) -> Said | None:
    path, _, form = name.partition("|")
    value = known.facts.get(path)
    if value is None or form not in ("", "time") or (form == "time" and value.kind != "moment"):
        return None
    said = time(value.value, language) if form else _value(value, language)
    return Said(text=said) if said else None


def _value(value: Value, language: str) -> str:
    match value.kind:
        case "money":
            return money(value.value, value.currency, language)
        case "moment":
            return date(value.value, language)
        case "number":
            return format_decimal(value.value, locale=_locale(language))
        case "texts":
            said = [harmless(str(each)) for each in value.value]
            return format_list(said, locale=_locale(language)) if said and all(said) else ""
        case _:
            return harmless(str(value.value))


def harmless(text: str) -> str:
    """A text of a record, "" if it says more than a value does: whoever writes notes into an order is not believed."""
    short = "\n" not in text and len(text) <= _LONGEST and "{{" not in text
    return text if short and kind_of(text, figures=False) is None else ""


def _quote(name: str, known: Known, _language: str) -> Said | None:
    passage = known.passages.get(name)
    if passage is None:
        return None
    return Said(text=excerpt(passage["text"]), citations=(cited(passage),))


def _playbook(_name: str, known: Known, _language: str) -> Said | None:
    return Said(text=known.playbook, citations=tuple(known.citations)) if known.playbook else None


_RENDERERS: Mapping[str, Callable[[str, Known, str], Said | None]] = {
    "receipt": _receipt,
    "approval": _approval,
    "followup": _followup,
    "fact": _fact,
    "quote": _quote,
    "playbook": _playbook,
}


def _moment(value: str | datetime) -> datetime:
    return (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(UTC)


def _locale(language: str) -> Locale:
    return Locale.parse(_REGIONS.get(language, language))


@cache
def _words() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load((files("graph.truth") / "words.yaml").read_text("utf-8"))
    return found
