"""What people see of a trial, and what is written for programs."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table
from rich.text import Text

from evals.policy_check.play import Judged

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """`gold`: the right actions that write; `void`: those that contradict the policy and write nothing; `mutated`."""

    gold: tuple[Judged, ...]
    void: tuple[Judged, ...]
    mutated: tuple[Judged, ...]

    @property
    def gold_share(self) -> float:
        return _share(sum(each.allowed for each in self.gold), len(self.gold))

    @property
    def share_of_all(self) -> float:
        """With those that write nothing among the actions: policy allows none of them."""
        return _share(sum(each.allowed for each in self.gold), len(self.gold) + len(self.void))

    @property
    def mutated_share(self) -> float:
        return _share(sum(each.kind == "deny" for each in self.mutated), len(self.mutated))


def outcome_of(judged: Sequence[Judged]) -> Outcome:
    right = [each for each in judged if not each.mutation]
    return Outcome(
        gold=tuple(each for each in right if not each.void),
        void=tuple(each for each in right if each.void),
        mutated=tuple(each for each in judged if each.mutation),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0


def table(outcome: Outcome) -> Table:
    """A row for each tool."""
    made = Table(title="Right actions, and the same made wrong", title_justify="left")
    made.add_column("tool", no_wrap=True)
    for name in ("right", "allowed", "wrong", "refused"):
        made.add_column(name, justify="right", no_wrap=True)
    for tool in sorted({each.action.tool for each in (*outcome.gold, *outcome.mutated)}):
        gold = [each for each in outcome.gold if each.action.tool == tool]
        wrong = [each for each in outcome.mutated if each.action.tool == tool]
        made.add_row(tool, *_cells(gold, wrong))
    made.add_section()
    made.add_row("all", *_cells(outcome.gold, outcome.mutated), style="bold")
    return made


def _cells(gold: Sequence[Judged], wrong: Sequence[Judged]) -> list[str]:
    allowed, refused = sum(each.allowed for each in gold), sum(each.kind == "deny" for each in wrong)
    return [str(len(gold)), str(allowed), str(len(wrong)), str(refused)]


def mutations_table(outcome: Outcome) -> Table:
    """A row for each way of being wrong."""
    made = Table(title="What was made wrong", title_justify="left")
    made.add_column("mutation", no_wrap=True)
    for name in ("actions", "refused"):
        made.add_column(name, justify="right")
    for name, (refused, count) in _by_mutation(outcome).items():
        made.add_row(name, str(count), str(refused))
    return made


def _by_mutation(outcome: Outcome) -> dict[str, tuple[int, int]]:
    counts = Counter(each.mutation for each in outcome.mutated)
    refused = Counter(each.mutation for each in outcome.mutated if each.kind == "deny")
    return {name: (refused[name], counts[name]) for name in sorted(counts)}


def lines(outcome: Outcome) -> Iterator[Text]:
    """Every right action that was refused, with the reason, and every wrong one that was not."""
    for each in outcome.gold:
        if not each.allowed:
            yield Text(f"{_place(each)}: {_reason(each)}", "bold red")
    for each in outcome.void:
        yield Text(
            f"{_place(each)}: {_reason(each)} Against the policy, and nothing is written: {each.system}", "yellow"
        )
    for each in outcome.mutated:
        if each.kind != "deny":
            yield Text(f"{_place(each)}, {each.mutation}: was not refused ({each.kind}).", "bold red")


def summary(outcome: Outcome) -> Iterator[Text]:
    """Both shares in a sentence each."""
    allowed = sum(each.allowed for each in outcome.gold)
    said = f"Right actions allowed: {allowed} of {len(outcome.gold)} that write, {outcome.gold_share:.2%}."
    if outcome.void:
        said += (
            f" {len(outcome.void)} more contradict the policy and write nothing, since the system refuses them by itself;"
            f" with them it is {outcome.share_of_all:.2%}."
        )
    yield Text(said, "bold")
    refused = sum(each.kind == "deny" for each in outcome.mutated)
    yield Text(f"Wrong actions refused: {refused} of {len(outcome.mutated)}, {outcome.mutated_share:.2%}.", "bold")


def _place(each: Judged) -> str:
    name = f" ({each.task.name})" if each.task.name != str(each.task.number) else ""
    return f"task {each.task.number}{name}, action {each.position}, {each.action.tool}"


def _reason(each: Judged) -> str:
    if each.kind == "allow":
        return f"Policy allowed it, and the system refused it: {each.system}"
    said = " ".join(f"{clause.sentence} ({clause.id})" for clause in each.failed)
    return f"Needs approval: {said}" if each.kind == "needs_approval" else said


def as_json(outcome: Outcome) -> Json:
    """`gold.actions` counts the right actions that write; those that write nothing stand in `gold.writing_nothing`."""
    refused = [each for each in outcome.gold if not each.allowed]
    return {
        "gold": {
            "actions": len(outcome.gold),
            "allowed": len(outcome.gold) - len(refused),
            "needs_approval": sum(each.kind == "needs_approval" for each in refused),
            "share": outcome.gold_share,
            "refused": [_row(each) for each in refused],
            "writing_nothing": [_row(each) for each in outcome.void],
            "share_with_those_writing_nothing": outcome.share_of_all,
        },
        "mutated": {
            "actions": len(outcome.mutated),
            "refused": sum(each.kind == "deny" for each in outcome.mutated),
            "share": outcome.mutated_share,
            "by_mutation": {
                name: {"actions": count, "refused": refused} for name, (refused, count) in _by_mutation(outcome).items()
            },
            "allowed": [_row(each) for each in outcome.mutated if each.kind != "deny"],
        },
    }


def _row(each: Judged) -> Json:
    return {
        "task": each.task.number,
        "id": each.task.name,
        "action": each.position,
        "tool": each.action.tool,
        "arguments": dict(each.action.arguments),
        "mutation": each.mutation,
        "verdict": each.kind,
        "clauses": {clause.id: clause.sentence for clause in each.failed},
        "system": each.system,
    }
