"""What of the company the cases reach: every playbook, tool, clause, trigger and routing rule, and by which cases."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from evals.stage import Stage
from policy.company import Company
from policy.routing import EVERYTHING_ELSE

Kind = Literal["playbook", "tool", "clause held", "clause refused", "trigger", "routing"]
Item = tuple[Kind, str]
TITLES: dict[Kind, str] = {
    "playbook": "Playbooks: a message was understood as this",
    "tool": "Tools: the action was carried out",
    "clause refused": "Clauses: refused by this",
    "clause held": "Clauses: looked at, and held",
    "trigger": "Triggers: handed over because of this",
    "routing": "Routing: a handoff's queue, skill, priority or time came from this",
}

_INTENTS = "SELECT DISTINCT jsonb_array_elements(requests) ->> 'intent' AS name FROM runs"
_TOOLS = "SELECT DISTINCT tool AS name FROM ledger WHERE status = 'done'"
_CLAUSES = """
SELECT DISTINCT tool || '.' || (clause ->> 'id') AS name, (clause ->> 'held')::boolean AS held
FROM proposals, jsonb_array_elements(clauses) AS clause
"""
_REASONS = "SELECT DISTINCT reason AS name FROM handoffs"
_RULES = "SELECT DISTINCT jsonb_array_elements_text(package -> 'routed_by') AS name FROM handoffs"


def declared(company: Company) -> list[Item]:
    """All there is to reach, in the order of the company's files."""
    clauses = [f"{name}.{rule.id}" for name, policy in company.tools.items() for rule in policy.clauses]
    return [
        *(("playbook", intent) for intent in company.playbooks),
        *(("tool", tool) for tool in company.tools),
        *(("clause refused", clause) for clause in clauses),
        *(("clause held", clause) for clause in clauses),
        *(("trigger", trigger.id) for trigger in company.triggers),
        *(("routing", rule.name) for rule in company.routing),
    ]


async def reached(stage: Stage) -> frozenset[Item]:
    """What the play that has just ended reached, from its records."""
    clauses = await stage.rows(_CLAUSES)
    found: list[Item] = [
        *(("playbook", row["name"]) for row in await stage.rows(_INTENTS)),
        *(("tool", row["name"]) for row in await stage.rows(_TOOLS)),
        *(("clause held" if row["held"] else "clause refused", row["name"]) for row in clauses),
        *(("clause refused", name) for name in stage.refused),
        *(("trigger", row["name"]) for row in await stage.rows(_REASONS)),
        *(("routing", row["name"]) for row in await stage.rows(_RULES)),
    ]
    return frozenset(found)


def page(items: Sequence[Item], cases: Sequence[tuple[str, Iterable[Item]]]) -> str:
    """The page of the documentation: a table for each kind, with the cases that reach each item."""
    by_item = {item: [name for name, found in cases if item in found] for item in items}
    covered = sum(bool(names) for names in by_item.values())
    head = (
        "# What the eval cases reach\n\n"
        "Written by `python -m evals --coverage docs/coverage.md` from what the plays left in the records. "
        f"{len(cases)} cases, {covered} of {len(items)} items.\n"
    )
    sections = "".join(_section(kind, title, by_item) for kind, title in TITLES.items())
    others = [name for name, found in cases if not set(found) & set(items)]
    return head + sections + (f"\n## About none of these\n\n{', '.join(others)}\n" if others else "")


def _section(kind: Kind, title: str, by_item: dict[Item, list[str]]) -> str:
    rows = "".join(_rows(kind, by_item))
    return f"\n## {title}\n\n| | cases |\n|---|---|\n{rows}"


def _rows(kind: Kind, by_item: dict[Item, list[str]]) -> Iterator[str]:
    for (its_kind, name), cases in by_item.items():
        if its_kind == kind:
            shown = name if name == EVERYTHING_ELSE else f"`{name}`"
            yield f"| {shown.replace('|', chr(92) + '|')} | {', '.join(cases) or '**none**'} |\n"
