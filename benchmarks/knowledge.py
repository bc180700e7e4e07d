"""How fast the help centre is taken in and searched, and how much memory that takes: `python -m benchmarks.knowledge`.

1. The 473 articles of a real help centre (helpcentre_sendgrid, beside the project in shared/data) are ingested through
   PostgreSQL and Chroma, on two cores; then one of them is edited and ingested again.
2. Search at 10,000 and 100,000 passages: made of shuffled sentences of real help centres. Their vectors are those of
   real passages, each turned a little at random and brought back to length one: this measures time and memory at a size,
   not quality. Questions are real ones (wixqa_sample), each asked for the first time.

Times are wall-clock milliseconds; memory is the resident set of a process that does nothing else. `--only` takes a part.
"""

import argparse
import asyncio
import gzip
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

import numpy as np
from rich.console import Console
from rich.table import Table

from evals.databases import throwaway_database
from evals.retrieval.read import articles_of
from knowledge.articles import passages_of
from knowledge.embedder import Embedder, Vectors
from knowledge.index import Index
from knowledge.library import Library
from knowledge.passages import Passage
from knowledge.search import Search
from policy.sources import ArticleSource
from records.clock import SystemClock
from records.database import open_database
from records.embedded import start_postgres
from runs.startup import prepare

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
MODELS, POSTGRES = ROOT / "var" / "models", ROOT / "var" / "evals-postgres"
SIZES = (10_000, 100_000)
SENTENCES, PER_ARTICLE = 8, 10
TURNED = 0.35
"""Length of the random part of a made vector; the real part has length 1."""
ASKED = 200
SEED = 7


def main(arguments: Sequence[str]) -> int:
    """0; 2 where the help centres are absent."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.knowledge")
    parser.add_argument("--only", choices=("ingest", "search"))
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="passages to search among")
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if not DATA.exists():
        Console().print(f"{DATA} is not there; nothing was measured.", style="yellow")
        return 2
    if options.size:
        print(json.dumps(asyncio.run(searched(options.size))))  # noqa: T201 - for the process that asked
        return 0
    if options.only != "search":
        _ingest()
    if options.only != "ingest":
        _search(options.sizes)
    return 0


def _ingest() -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_articles(Path(folder) / "help")
        with throwaway_database(str(start_postgres(POSTGRES).get_uri())) as url:
            prepare(url)
            times = asyncio.run(ingested(Path(folder), url))
    table = Table("taking in 473 articles", "seconds")
    for name, seconds in times.items():
        table.add_row(name, f"{seconds:.2f}")
    Console().print(table)


def write_articles(folder: Path) -> None:
    with gzip.open(DATA / "helpcentre_sendgrid" / "articles.jsonl.gz", "rt", encoding="utf-8") as rows:
        for row in map(json.loads, rows):
            path = folder / row["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(row["markdown"], "utf-8")


async def ingested(folder: Path, url: str) -> dict[str, float]:
    """Seconds of the first ingestion, of one after an edit, and of one after nothing."""
    usual = {"audience": "public", "updated": date(2021, 6, 11).isoformat()}
    source = ArticleSource(name="help", path=folder / "help", usual=usual, foreign=True)
    index, times = Index.open_embedded(folder / "chroma"), dict[str, float]()
    async with open_database(url, size=2) as database:
        search = Search(Embedder(MODELS, threads=2), index)
        library = Library(database=database, search=search, sources=lambda: [source], clock=SystemClock())
        edited = max((folder / "help").rglob("*.md"), key=lambda path: path.stat().st_size)
        for name in ("all of them, the first time", "one edit", "nothing changed"):
            if name == "one edit":
                edited.write_text(edited.read_text("utf-8") + "\n\nOne more sentence about invoices.\n", "utf-8")
            began = time.perf_counter()
            done = await library.ingest()
            times[f"{name} ({done.passages.new} new, {done.passages.changed} changed)"] = time.perf_counter() - began
    index.close()
    return times


def _search(sizes: Sequence[int]) -> None:
    table = Table("passages", "p50 ms", "p95 ms", "memory MB", "an edit, ms", "made in, s")
    for size in sizes:
        command = [sys.executable, "-m", "benchmarks.knowledge", "--size", str(size)]
        told = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout)
        table.add_row(f"{size:,}", *(f"{told[name]:.1f}" for name in ("p50", "p95", "memory", "edit", "made")))
    Console().print(table)


class Turned:
    """What embeds made passages without reading them, and questions as ever."""

    def __init__(self, real: Embedder, known: Vectors) -> None:
        self.name, self._real, self._known = real.name, real, known
        self._random = np.random.default_rng(SEED)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Real for one text; for a batch, real vectors of others, turned."""
        if len(texts) == 1:
            return self._real.embed(texts)
        drawn = self._known[self._random.integers(len(self._known), size=len(texts))]
        noise = self._random.normal(size=drawn.shape)
        turned = drawn + TURNED * noise / np.linalg.norm(noise, axis=1, keepdims=True)
        vectors: Vectors = (turned / np.linalg.norm(turned, axis=1, keepdims=True)).astype(np.float32)
        return vectors


async def searched(size: int) -> dict[str, float]:
    """In a process of its own."""
    real = Embedder(MODELS, threads=2)
    sentences = _sentences()
    known = real.embed(sentences[:512])
    search_for = Turned(real, known)
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open_embedded(Path(folder))
        search, began = Search(cast(Embedder, search_for), index), time.perf_counter()
        passages = made(size, sentences)
        await search.load(passages)
        built = time.perf_counter() - began
        times = [await _timed(search, question) for question in _questions()[:ASKED]]
        changed = [replace(passages[0], text=f"{passages[0].text} One more sentence."), *passages[1:]]
        began = time.perf_counter()
        await search.show(changed)
        edit = (time.perf_counter() - began) * 1000
        index.close()
    p50, p95 = np.quantile(times[5:], [0.5, 0.95])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"p50": p50, "p95": p95, "memory": memory, "edit": edit, "made": built}


async def _timed(search: Search, question: str) -> float:
    began = time.perf_counter()
    await search.search(question)
    return (time.perf_counter() - began) * 1000


def made(size: int, sentences: Sequence[str]) -> list[Passage]:
    """Articles of PER_ARTICLE passages, each SENTENCES long."""
    drawn = random.Random(SEED)  # noqa: S311 - the same every time is what is wanted
    about = {"url": "", "audience": "public", "language": "en", "updated": "2025-03-01"}
    return [
        Passage(
            id=f"made/{number // PER_ARTICLE}#part-{number % PER_ARTICLE}",
            article=f"made/{number // PER_ARTICLE}",
            title=f"Article {number // PER_ARTICLE}",
            heading=f"Part {number % PER_ARTICLE}",
            text=" ".join(drawn.sample(sentences, SENTENCES)),
            **about,
        )
        for number in range(size)
    ]


def _sentences() -> list[str]:
    found = {
        sentence
        for name in ("sendgrid", "logingov", "duckduckgo")
        for article in articles_of(DATA / f"helpcentre_{name}" / "articles.jsonl.gz")
        for passage in passages_of(article)
        for sentence in passage.indexed().split(". ")
        if 5 <= len(sentence.split()) <= 40
    }
    return sorted(found)


def _questions() -> list[str]:
    rows = (DATA / "wixqa_sample" / "questions_dev.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(row)["question"] for row in rows]
    return [f"{one} {other}"[:300] for one in asked for other in ("", "please", "today", "thanks")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
