"""`python -m evals retrieval`: takes a help centre in as the service does, asks it questions, and says what was found."""

import argparse
import asyncio
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from evals.figures import Figure, table_of
from evals.reliability import picture as reliability_picture
from evals.reliability.measure import reliability
from evals.retrieval.measure import Asked, asked, coverage, figures, milliseconds
from evals.retrieval.read import Question, articles_of, questions_of
from evals.stage import MODELS
from evals.triage import picture
from evals.triage.read import FileInvalid
from knowledge.articles import Article, passages_of
from knowledge.embedder import Embedder
from knowledge.index import Index
from knowledge.search import Search

LIMIT = 60
"""Hits asked for: enough passages for ten articles."""
TITLES = {
    "recall_at_5": "recall@5 of articles",
    "mrr_at_10": "MRR@10 of articles",
    "abstain_auroc": "answerable told from unanswerable (AUROC of support)",
}


def main(arguments: Sequence[str]) -> int:
    """0; 2 when a file cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m evals retrieval",
        description="Searches any help centre for the answers to any questions, with the product's own search. Files are "
        "JSON Lines, gzipped or not. Articles: id, title, text; or path, markdown. Questions: question, gold_ids, answerable.",
    )
    parser.add_argument("--corpus", type=Path, required=True, metavar="F", help="the articles that may answer")
    parser.add_argument("--questions", type=Path, required=True, metavar="F", help="what is asked")
    parser.add_argument(
        "--distractors", type=Path, nargs="+", action="extend", default=[], metavar="F", help="articles of others"
    )
    parser.add_argument("--json", type=Path, metavar="OUT", help="also writes the figures here")
    parser.add_argument(
        "--plots", type=Path, metavar="FOLDER", help="also writes reliability.svg and coverage.svg there"
    )
    options = parser.parse_args(arguments)
    console = Console()
    try:
        questions = questions_of(options.questions)
        articles = _articles(options.corpus, options.distractors)
    except FileInvalid as wrong:
        console.print(f"{wrong}", style="red", markup=False, soft_wrap=True)
        return 2
    _tell_absent(questions, articles, console)
    answers, passages = asyncio.run(_searched(articles, questions, console))
    found = figures(answers)
    console.print(_table(found, answers, len(articles), passages))
    if options.json:
        options.json.write_text(json.dumps(summary(found, answers, passages), indent=2) + "\n", "utf-8")
    if options.plots:
        _draw(options.plots, answers)
    return 0


def summary(found: Mapping[str, Figure], answers: Sequence[Asked], passages: int) -> dict[str, object]:
    """For machines: what `--json` writes."""
    return {
        **{name: figure.value for name, figure in found.items()},
        "ms_p50": milliseconds(answers, 0.5),
        "ms_p95": milliseconds(answers, 0.95),
        "passages": passages,
        "intervals": {name: figure.interval for name, figure in found.items()},
        "questions": len(answers),
    }


def _articles(corpus: Path, distractors: Sequence[Path]) -> list[Article]:
    """Those of the distractors under ids of their own, so that none is taken for one of the corpus."""
    others = [
        Article(**{**vars(article), "id": f"distractors-{number}/{article.id}"})
        for number, path in enumerate(distractors, 1)
        for article in articles_of(path)
    ]
    return [*articles_of(corpus), *others]


def _tell_absent(questions: Sequence[Question], articles: Sequence[Article], console: Console) -> None:
    there = {article.id for article in articles}
    absent = sum(name not in there for question in questions for name in question.gold)
    if absent:
        told = f"{absent} gold ids name articles that the corpus does not hold; they count as not found."
        console.print(told, style="yellow")


async def _searched(
    articles: Sequence[Article], questions: Sequence[Question], console: Console
) -> tuple[list[Asked], int]:
    """What came of each question, and how many passages there were."""
    passages = [passage for article in articles for passage in passages_of(article)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with TemporaryDirectory(prefix="closeloop-") as folder, Progress(*columns, console=console, transient=True) as bar:
        index = Index.open_embedded(Path(folder))
        try:
            search, task = Search(Embedder(MODELS), index), bar.add_task("passages", total=len(passages))
            await search.load(passages, progress=lambda done, _total: bar.update(task, completed=done))
            await search.search("to warm up")
            task = bar.add_task("questions", total=len(questions))
            answers = []
            for question in questions:
                began = perf_counter()
                found = await search.search(question.text, limit=LIMIT)
                answers.append(asked(question, found, (perf_counter() - began) * 1000))
                bar.update(task, advance=1)
        finally:
            index.close()
    return answers, len(passages)


def _table(found: Mapping[str, Figure], answers: Sequence[Asked], articles: int, passages: int) -> Table:
    title = f"{len(answers)} questions, {articles} articles in {passages} passages"
    made = table_of(found, TITLES, title, of="questions")
    made.add_row("one search, half of them", f"{milliseconds(answers, 0.5):.1f} ms", "")
    made.add_row("one search, 95 of 100", f"{milliseconds(answers, 0.95):.1f} ms", "")
    return made


def _draw(folder: Path, answers: Sequence[Asked]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    told = reliability("Support", [answer.guess for answer in answers])
    about = {"title": "How often the first article answers, by its support", "of": "questions", "what": "search"}
    (folder / "reliability.svg").write_text(reliability_picture.draw([told], **about), "utf-8")
    drawn = picture.draw(
        "How many are answered rightly among the best supported",
        "share of questions answered, the best supported first",
        {"first article answers": coverage(answers)},
        lowest=0.0,
        mark=0.9,
    )
    (folder / "coverage.svg").write_text(drawn, "utf-8")
