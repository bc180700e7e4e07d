"""When people are there: the `hours` of company.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from policy.source import Node

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, kw_only=True)
class Hours:
    """`week`: weekday (0 is Monday) to opening and closing time in the zone; a day that is absent is closed."""

    zone: tzinfo
    week: Mapping[int, tuple[time, time]]

    def open_at(self, moment: datetime) -> bool:
        """Whether people are there at an aware moment."""
        local = moment.astimezone(self.zone)
        span = self.week.get(local.weekday())
        return span is not None and span[0] <= local.time() < span[1]


def hours_of(node: Node) -> Hours:
    """The `hours` of company.yaml."""
    node.only("timezone", *DAYS)
    spans = {number: _span_of(entry) for number, day in enumerate(DAYS) if (entry := node.get(day))}
    return Hours(zone=_zone_of(node.need("timezone")), week=spans)


def _zone_of(node: Node) -> tzinfo:
    try:
        return ZoneInfo(node.text() or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        node.fail(f"unknown time zone '{node.value}'")
        return ZoneInfo("UTC")


def _span_of(node: Node) -> tuple[time, time]:
    found = _SPAN.fullmatch(node.text())
    if not found:
        node.fail('must be a span such as "09:00-18:00"')
        return time.min, time.max
    closes = time.max if found[3] == "24" else time(int(found[3]), int(found[4]))
    return time(int(found[1]), int(found[2])), closes
