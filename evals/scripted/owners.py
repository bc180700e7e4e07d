"""Whose the demo company's records are, and what nobody else may be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from tools.demo.seed import facts, record_of


@dataclass(frozen=True, kw_only=True)
class Owners:
    """`of`: the customer by a record's id; `private`: by customer, what others may not be told."""

    of: Mapping[str, str]
    private: Mapping[str, tuple[str, ...]]

    def another(self, name: str) -> str | None:
        """An id of the same kind, of another customer."""
        mine, kind = self.of.get(name), name.partition("_")[0]
        return next((id_ for id_, owner in self.of.items() if id_.startswith(f"{kind}_") and owner != mine), None)


@cache
def owners() -> Owners:
    """As they are seeded; the ids are the same at any time."""
    records = [record_of(fact) for fact in facts(datetime(2026, 11, 2, tzinfo=UTC))]
    people = [record for record in records if record.kind == "customer"]
    return Owners(
        of={record.id: record.customer for record in records if record.customer},
        private={person.id: (str(person.body["email"]),) for person in people},
    )
