"""Killed at every step of an ingestion: what was served is served on, and the next ingestion finishes what was begun."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from runs.startup import prepare
from tests.knowledge_world import MODELS, write_article

POINTS = ("read", "batch", "vectors", "uncommitted", "committed", "dropped")
QUICK = ("vectors", "committed")
"""Those that it is killed at in every run of the tests; the others in `make prove`."""
ROOT = Path(__file__).parents[1]
CODE = """
import asyncio, os, sys
from pathlib import Path
from knowledge.embedder import Embedder
from knowledge.index import Index
from knowledge.library import Library
from knowledge.search import Search
from knowledge.verify import verify
from policy.sources import sources_of
from records.clock import SystemClock
from records.database import open_database
from runs.crash import crash_at

async def main(url, folder, models, crash, point):
    Path(crash, "plan").write_text(f"ingest:{point} 1 {os.getpid()}")
    async with open_database(url, size=2) as database:
        index = Index.open_embedded(Path(folder) / "chroma")
        library = Library(
            database=database, search=Search(Embedder(Path(models)), index), clock=SystemClock(),
            sources=lambda: sources_of(None, Path(folder)), fault=crash_at(crash),
        )
        await library.keep_up()
        found = await library.search.search("how long does a refund take")
        print("served:", *(hit.passage.text for hit in found.hits))
        done = await library.ingest()
        found = await library.search.search("how long does a refund take")
        print("then:", *(hit.passage.text for hit in found.hits))
        print("differences:", (await verify(database, library.search)).total, len(found.hits))
        index.close()

asyncio.run(main(*sys.argv[1:]))
"""


def prepared(folder: Path, url: str) -> None:
    """A first ingestion has been; then one article was edited, one is gone, and one is new."""
    for name, days in (("refunds", "five"), ("old", "seven")):
        body = f"A refund takes {days} days." + "\n\n## More\n\nWords about a refund."
        write_article(folder / "articles", name, title=f"Refunds {name}", audience="public", body=body)
    assert "differences: 0" in ingested(folder, url).stdout
    body = "A refund takes nine days.\n\n## More\n\nWords about a refund."
    write_article(folder / "articles", "refunds", title="Refunds refunds", audience="public", body=body)
    write_article(
        folder / "articles", "new", title="Brand new", audience="public", body="A refund of a gift takes a day."
    )
    (folder / "articles" / "old.md").unlink()


def ingested(folder: Path, url: str, point: str = "") -> subprocess.CompletedProcess[str]:
    """In a process of its own, which dies at the point."""
    crash = folder / "crash"
    crash.mkdir(exist_ok=True)
    (crash / "passed").unlink(missing_ok=True)
    command = [sys.executable, "-c", CODE, url, str(folder), str(MODELS), str(crash), point]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)


@pytest.fixture(scope="module")
def url(database_url: Callable[[], str]) -> str:
    made = database_url()
    prepare(made)
    return made


@pytest.mark.slow
@pytest.mark.parametrize(
    "point", [each if each in QUICK else pytest.param(each, marks=pytest.mark.long) for each in POINTS]
)
def test_killed_while_it_ingests_it_serves_one_version_whole_and_a_restart_finishes(
    tmp_path: Path, url: str, point: str
) -> None:
    prepared(tmp_path, url)

    killed = ingested(tmp_path, url, point)
    after = ingested(tmp_path, url).stdout.splitlines()

    assert killed.returncode == -signal.SIGKILL
    served = after[0]
    old, new = "five days" in served and "nine days" not in served, "nine days" in served and "five days" not in served
    assert (old, new) == ((False, True) if point in ("committed", "dropped") else (True, False))
    assert "nine days" in after[1]
    assert "seven days" not in after[1]
    assert after[2].startswith("differences: 0 ")
