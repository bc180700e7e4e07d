"""The part of docs/learning.md that the measured curves make, and their pictures."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from evals.learning.stream import ERRS, FIRST, PRECISION, SEEN, SPOT, STORED, WRONG, Material, Round
from evals.triage.picture import draw

BEGIN, END = "<!-- learning shown: begin -->", "<!-- learning shown: end -->"
ROWS = 6
Rounds = Mapping[str, Sequence[Round]]


def draw_accuracy(rounds: Rounds) -> str:
    lines = {name: ([r.messages for r in one], [r.accuracy for r in one]) for name, one in rounds.items()}
    return draw("Accuracy on messages held back", "messages of the stream", lines, lowest=0.5, mark=0.9, whole=False)


def draw_handled(rounds: Rounds) -> str:
    lines = {name: ([r.messages for r in one], [r.handled for r in one]) for name, one in rounds.items()}
    return draw(
        "Share handled without a person, aiming at 95 % right",
        "messages of the stream",
        lines,
        lowest=0.0,
        mark=0.9,
        whole=False,
    )


def section(rounds: Rounds, given: Material, batch: int) -> str:
    """Between the markers."""
    return "\n\n".join(
        [
            "## Learning shown",
            f"`python -m evals learning` streams {len(given.stream)} messages of Banking77's training part through triage, "
            f"{batch} between two fits. It begins with {FIRST} examples of each of {len(given.begin)} intents. What triage "
            f"is sure of is handled; a person corrects the rest, and looks at every {SPOT}th of the handled. Sure is the "
            f"lowest probability from which {PRECISION:.0%} of what people have looked at lately was right. Corrections "
            f"pass the regression gate, with {STORED} stored questions an intent, and a reviewer who sees the least likely "
            f"{SEEN:.0%} of the suggestions and errs in {ERRS:.0%} of those. In a poisoned run {WRONG:.0%} of the "
            "corrections name another intent, drawn from all: they mislead what is learned, and the threshold too. Accuracy "
            f"is taken on {len(given.held)} messages that nobody learns from. The official test part is not looked at.",
            "![Accuracy](learning-accuracy.svg)",
            "![Share handled](learning-handled.svg)",
            *(_of(name, one) for name, one in rounds.items()),
        ]
    )


def _of(name: str, rounds: Sequence[Round]) -> str:
    last = rounds[-1]
    shown = sorted({round(part * (len(rounds) - 1) / (ROWS - 1)) for part in range(ROWS)})
    rows = [
        f"| {r.messages} | {r.accuracy:.1%} | {r.handled:.1%} | {f'{r.precision:.1%}' if r.handled else '–'} | {r.wrong:.1%} |"
        for r in (rounds[place] for place in shown)
    ]
    kept_out = f"{last.caught} of {last.poison} wrong corrections were kept out, and " if last.poison else ""
    return "\n".join(
        [
            f"**{name[0].upper()}{name[1:]}**: {kept_out}{last.lost} of {last.sound} right corrections were lost.",
            "",
            "| messages | accuracy | handled of the last batch | of them right | wrong among what was learned |",
            "|---|---|---|---|---|",
            *rows,
        ]
    )


def written(page: Path, told: str) -> None:
    """Puts it between the markers; at the end of the page where there are none."""
    old = page.read_text("utf-8") if page.exists() else "# Learning\n"
    new = f"{BEGIN}\n{told}\n{END}"
    if BEGIN in old:
        page.write_text(re.sub(f"{BEGIN}.*{END}", lambda _: new, old, flags=re.DOTALL), "utf-8")
    else:
        page.write_text(f"{old.rstrip()}\n\n{new}\n", "utf-8")
