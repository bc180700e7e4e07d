"""Picks the known bug that the customer may have met."""

from collections.abc import Sequence
from datetime import datetime

from records.ids import CustomerId
from tools.areas import same_area, words
from tools.sources import Focus, Source, same_id
from tools.systems import Systems
from tools.tracker.facts import KnownBug

ENOUGH = 2
"""Words of a known bug that a description must hold: one alone, such as "export", is about anything."""


def pick_known_bug(bugs: Sequence[KnownBug], focus: Focus) -> KnownBug | None:
    """The one in focus by its id, else the one whose words the description holds most of, in the area in focus."""
    if focus.get("duplicate_of"):
        return next((bug for bug in bugs if same_id(bug.id, focus["duplicate_of"])), None)
    said = words(focus.get("details") or focus.get("description") or "")
    area = focus.get("area", "")
    mine = [bug for bug in bugs if (not area or same_area(area, bug.area)) and _held(bug, said) >= ENOUGH]
    return max(mine, key=lambda bug: (_held(bug, said), bug.reported_at, bug.id), default=None)


def _held(bug: KnownBug, said: frozenset[str]) -> int:
    return len(words(" ".join(bug.words)) & said)


async def read_known_bug(systems: Systems, _customer: CustomerId, focus: Focus, _now: datetime) -> KnownBug | None:
    return pick_known_bug(await systems.tracker.bugs(), focus)


KNOWN_BUG = Source(
    fact=KnownBug,
    system="tracker",
    about="Looks up whether a bug that a customer describes is known: its title, status, the version that mends it, and"
    " what helps until then. By its id, or by the area and the customer's description.",
    read=read_known_bug,
    focus=("duplicate_of", "area", "details", "description"),
)
