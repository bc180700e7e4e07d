"""`python -m evals retrieval` on small files: what it prints and writes, and what it says of files that are wrong."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from evals.retrieval.command import main
from evals.retrieval.measure import Asked, figures
from evals.retrieval.read import Question
from tests.knowledge_world import ARTICLES

Json = dict[str, Any]
CORPUS: list[Json] = [{"id": name, "title": title, "text": body} for name, (title, _, body) in ARTICLES.items()]
QUESTIONS: list[Json] = [
    {"question": "how long until my bank shows the refund", "gold_ids": ["billing/refunds"], "answerable": True},
    {"question": "where is the tracking number of my parcel", "gold_ids": ["orders/tracking"]},
    {"question": "who wrote Pride and Prejudice", "gold_ids": [], "answerable": False},
]
OTHERS: list[Json] = [
    {"path": "a.md", "markdown": "---\nlayout: x\ntitle: Bees\n---\nBees make honey."},
    {"path": "orders/tracking", "markdown": "# Cheese\nCheese is made of milk."},
    {"path": "empty.md", "markdown": "---\ntitle: Nothing\n---\n"},
]


def written(path: Path, rows: list[Json]) -> str:
    text = "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return str(path)


def test_it_measures_tells_and_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus, others = written(tmp_path / "c.jsonl.gz", CORPUS), written(tmp_path / "d.jsonl", OTHERS)
    asked, out = written(tmp_path / "q.jsonl", QUESTIONS), tmp_path / "out.json"
    files = ["--corpus", corpus, "--questions", asked, "--distractors", others, "--json", str(out)]

    code = main([*files, "--plots", str(tmp_path / "plots")])

    told = json.loads(out.read_text())
    assert code == 0
    assert (told["recall_at_5"], told["mrr_at_10"], told["abstain_auroc"]) == (1.0, 1.0, 1.0)
    assert told["passages"] == 11
    assert 0 < told["ms_p50"] <= told["ms_p95"]
    assert "3 questions, 9 articles" in capsys.readouterr().out
    assert all(
        (tmp_path / "plots" / f"{name}.svg").read_text().startswith("<svg") for name in ("reliability", "coverage")
    )


@pytest.mark.parametrize(
    ("corpus", "questions", "says"),
    [
        ([*CORPUS, CORPUS[0]], QUESTIONS, "c.jsonl, line 8: id: line 1 has the same"),
        ([{"id": "a"}], QUESTIONS, "c.jsonl, line 1: text: must be a text"),
        ([{"path": "a.md", "markdown": "---\n[\n---\nx"}], QUESTIONS, "c.jsonl, line 1: markdown: this is not YAML"),
        (CORPUS, [{"question": ""}], "q.jsonl, line 1: question: must be a text"),
        (CORPUS, [{"question": "x", "gold_ids": "a"}], "q.jsonl, line 1: gold_ids: must be a list"),
        (CORPUS, [{"question": "x", "answerable": True}], "q.jsonl, line 1: gold_ids: an answerable"),
        (CORPUS, [], "q.jsonl: holds no question"),
    ],
)
def test_what_is_wrong_with_a_file_is_named(
    tmp_path: Path, corpus: list[Json], questions: list[Json], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--corpus", written(tmp_path / "c.jsonl", corpus), "--questions", written(tmp_path / "q.jsonl", questions)]

    assert main(files) == 2
    assert says in " ".join(capsys.readouterr().out.split())


def test_recall_counts_every_gold_article_and_the_rank_the_first() -> None:
    question = Question(text="x", gold=("a", "b"), answerable=True)

    found = figures([Asked(question=question, ranked=("c", "a", "d", "e", "f", "b"), support=0.5, ms=1.0)])

    assert (found["recall_at_5"].value, found["mrr_at_10"].value, found["abstain_auroc"].value) == (0.5, 0.5, None)
