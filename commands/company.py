"""`closeloop company check`: looks through a company folder without a service and without a database."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import typer
from rich import box
from rich.table import Table
from rich.text import Text

from commands.checks.actions import check_actions
from commands.checks.articles import check_answers, check_articles
from commands.checks.facts import check_facts
from commands.checks.finding import Check, Checked, Finding, Severity, checked, finding, mistake
from commands.checks.playbooks import check_playbooks
from commands.checks.situations import check_situations
from commands.checks.triage import check_triage
from commands.preflight import check_model, check_var
from commands.screen import Sorry, err, out
from knowledge.articles import passages_of
from knowledge.embedder import Embedder, open_embedder
from knowledge.index import Index
from knowledge.minilm import build
from knowledge.search import Search
from knowledge.sources import read_sources
from policy.source import CompanyInvalid
from settings import Settings
from wiring import load, load_kit

CHECKS: tuple[Check, ...] = (check_playbooks, check_actions, check_facts, check_situations, check_articles)
ORDER: tuple[Severity, ...] = ("error", "warning", "note")
STYLES: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "dim"}
Tell = Callable[[str], None]


def check(settings: Settings, folder: Path | None, *, strict: bool, as_json: bool) -> None:
    """Prints what was found. Exits with 1 when there is an error, or with `strict` a warning."""
    where = folder or settings.company
    if not where.is_dir():
        raise Sorry(f"There is no company folder {where}: name it, or set COMPANY to yours.")
    with err().status("Reading the folder…") as status:
        findings = sorted(found_in(where, settings, status.update), key=_rank)
    if as_json:
        out().print_json(json.dumps([asdict(each) for each in findings]))
    else:
        _show(where, findings)
    bad = ("error", "warning") if strict else ("error",)
    if any(each.severity in bad for each in findings):
        raise typer.Exit(1)


def found_in(folder: Path, settings: Settings, tell: Tell) -> Iterator[Finding]:
    """All that can be found; where the folder does not load, its mistakes."""
    try:
        found = checked(folder, load(folder), load_kit(folder))
    except CompanyInvalid as invalid:
        yield from (mistake(problem) for problem in invalid.problems)
        return
    for each in CHECKS:
        yield from each(found)
    yield from _learned(found, settings, tell)


def _learned(found: Checked, settings: Settings, tell: Tell) -> Iterator[Finding]:
    """What takes the sentence model."""
    try:
        check_var(settings)
        check_model(settings)
        tell("Building the sentence model…")
        build(settings.var / "models")
    except Sorry as sorry:
        what = f"Examples and answers were not looked at. {sorry.detail}"
        yield finding("warning", (found.name, 0), what, "Install the model and check again.")
        return
    embedder = open_embedder(settings.var / "models")
    tell("Comparing the examples with one another…")
    yield from check_triage(found, embedder)
    if all(source.path.exists() for source in found.company.sources):
        tell("Looking for the articles that playbooks answer from…")
        yield from asyncio.run(_answers(found, embedder))


async def _answers(found: Checked, embedder: Embedder) -> list[Finding]:
    with tempfile.TemporaryDirectory(prefix="closeloop-") as work:
        index = Index.open_embedded(Path(work))
        try:
            search = Search(embedder, index)
            articles = read_sources(found.company.sources).articles
            await search.load([passage for article in articles for passage in passages_of(article)])
            return await check_answers(found, search)
        finally:
            index.close()


def _rank(each: Finding) -> tuple[int, str, int]:
    return ORDER.index(each.severity), each.file, each.line


def _show(folder: Path, findings: Sequence[Finding]) -> None:
    if findings:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for title in ("", "Where", "What", "What to do"):
            table.add_column(title, overflow="fold")
        for each in findings:
            style = STYLES[each.severity]
            table.add_row(
                Text(each.severity, style=style), Text(each.place), Text(each.what), Text(each.do, style="dim")
            )
        out().print(table)
    counts = {severity: sum(each.severity == severity for each in findings) for severity in ORDER}
    told = ", ".join(f"{count} {severity}{'' if count == 1 else 's'}" for severity, count in counts.items() if count)
    style = next((STYLES[severity] for severity in ("error", "warning") if counts[severity]), "green")
    out().print(Text(f"{folder}: {told or 'nothing to find fault with'}.", style=style), soft_wrap=True)
