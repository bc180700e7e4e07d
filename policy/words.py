"""How amounts, dates and ids are written out for people."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

# ISO 4217 currencies whose minor unit is not a hundredth.
_DIGITS = {
    "BIF": 0, "CLP": 0, "DJF": 0, "GNF": 0, "ISK": 0, "JPY": 0, "KMF": 0, "KRW": 0, "PYG": 0, "RWF": 0, "UGX": 0,
    "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "BHD": 3, "IQD": 3, "JOD": 3, "KWD": 3, "LYD": 3, "OMR": 3,
    "TND": 3,
}  # fmt: skip


def money(amount: int, currency: str) -> str:
    """An amount in minor units as people write it: `money(10000, "USD")` is `100.00 USD`."""
    places = digits(currency)
    sign, whole = ("-", -amount) if amount < 0 else ("", amount)
    units, rest = divmod(whole, 10**places)
    number = f"{units}.{rest:0{places}d}" if places else str(units)
    return f"{sign}{number} {currency}".rstrip()


def digits(currency: str) -> int:
    """How many decimal places a currency has."""
    return _DIGITS.get(currency.upper(), 2)


def date(value: datetime | str) -> str:
    """A moment as a day: `21 November 2026`. Takes ISO 8601 text too."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.day} {moment:%B %Y}"


def time(value: datetime | str) -> str:
    """A moment's time of day, in UTC, which is the same for readers everywhere: `15:00 UTC`. Takes ISO 8601 text too."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{moment.astimezone(UTC):%H:%M} UTC"


def span(length: timedelta) -> str:
    """A length of time: `15 minutes`, `1 hour`, `90 seconds`."""
    seconds = int(length.total_seconds())
    size, unit = next((s, u) for s, u in ((3600, "hour"), (60, "minute"), (1, "second")) if seconds % s == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def plain(name: str) -> str:
    """A name as words: `own_order` is `own order`."""
    return name.replace("_", " ")


def listed(names: Iterable[str]) -> str:
    """Names as a phrase: `a`, `a and b`, `a, b and c`."""
    *rest, last = [plain(name) for name in names]
    return f"{', '.join(rest)} and {last}" if rest else last
