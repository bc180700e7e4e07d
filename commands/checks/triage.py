"""Checks of the examples: those that would be taken for another intent, and those that two intents share."""

from collections import Counter
from collections.abc import Iterator

from commands.checks.finding import Checked, Finding, finding, line_of, place
from knowledge.confusion import Taken, Twins, confusions
from knowledge.embedder import Embedder

MANY = 3
"""So many examples of an intent that go to one other mean that the two are not told apart."""


def check_triage(found: Checked, embedder: Embedder) -> Iterator[Finding]:
    examples = {intent: texts for intent, texts in found.company.examples.items() if texts}
    if len(examples) < 2:
        return
    taken, twins = confusions(embedder, examples)
    for pair in twins:
        yield _twins(found, pair)
    counted = Counter((each.intent, each.other) for each in taken)
    for (intent, other), count in counted.items():
        if count >= MANY:
            of = len(examples[intent])
            what = f"{count} of the {of} examples of {intent} would be taken for {other}."
            do = f"Say in each what only it says, or make {intent} and {other} one intent."
            yield finding("warning", _where(found, intent, examples[intent][0]), what, do)
    for each in taken:
        yield _taken(found, each)


def _twins(found: Checked, pair: Twins) -> Finding:
    same = pair.first.casefold() == pair.second.casefold()
    how = "is also an example" if same else "says nearly the same as one"
    what = f"“{pair.first}” ({pair.intent}) {how} of {pair.other}: “{pair.second}”."
    return finding("warning", _where(found, pair.intent, pair.first), what, "Keep it in one of them.")


def _taken(found: Checked, each: Taken) -> Finding:
    what = f"“{each.text}” would be taken for {each.other} ({each.probability:.0%}), not {each.intent}."
    do = "Reword it, if its intent is often missed."
    return finding("note", _where(found, each.intent, each.text), what, do)


def _where(found: Checked, intent: str, text: str) -> tuple[str, int]:
    """The line of an example; of a move, in company.yaml."""
    playbook = found.company.playbooks.get(intent)
    if playbook is None:
        file, line = place(found.about, "moves", intent)
        return file, line_of(found.folder, file, text) if text in _text(found, file) else line
    return playbook.file, line_of(found.folder, playbook.file, text)


def _text(found: Checked, file: str) -> str:
    return (found.folder.resolve().parent / file).read_text("utf-8-sig")
