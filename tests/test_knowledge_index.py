"""The index: what a sync writes, who owns the folder, and what a dead server is called."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from knowledge.embedder import Embedder
from knowledge.index import FolderInUse, Index, IndexUnavailable, Synced, key_of, passage_of
from knowledge.passages import Passage
from tests.knowledge_world import MODELS, embedder, help_centre


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = Index.open_embedded(tmp_path / "index")
    yield opened
    opened.close()


@pytest.fixture
def passages(tmp_path: Path) -> list[Passage]:
    return help_centre(tmp_path / "articles")


def nearest(index: Index, text: str, shelf: str = "public-en", limit: int = 1) -> list[str]:
    return [passage_of(key) for key in index.query(embedder().embed([text])[0], shelf, limit=limit)]


def test_a_sync_writes_only_what_changed(index: Index, passages: list[Passage]) -> None:
    first = index.sync(passages, embedder())
    changed = [replace(passages[0], text="New text about vouchers."), *passages[1:]]

    second = index.sync(changed, embedder())

    assert first == Synced(new=len(passages), changed=0, removed=0, kept=0)
    assert second == Synced(new=0, changed=1, removed=0, kept=len(passages) - 1)
    assert nearest(index, "vouchers") == [passages[0].id]


def test_a_passage_that_vanished_is_no_longer_found(index: Index, passages: list[Passage]) -> None:
    index.sync(passages, embedder())

    synced = index.sync([p for p in passages if p.article != "devices/hub"], embedder())

    assert synced.removed == 1
    assert "devices/hub#introduction-1" not in nearest(index, "the hub is offline", limit=20)


def test_a_passage_made_internal_leaves_the_public_collection(index: Index, passages: list[Passage]) -> None:
    index.sync(passages, embedder())

    index.sync([replace(p, audience="internal") for p in passages], embedder())

    assert nearest(index, "the hub is offline", limit=20) == []
    assert nearest(index, "the hub is offline", "internal-en") == ["devices/hub#introduction-1"]


def test_another_model_writes_everything_again(index: Index, passages: list[Passage]) -> None:
    index.sync(passages, embedder())
    other = Embedder(MODELS)
    other.name = "another-model"

    assert index.sync(passages, other).changed == len(passages)


def test_a_query_also_measures_passages_named_by_id(index: Index, passages: list[Passage]) -> None:
    index.sync(passages, embedder())
    vector = embedder().embed(["the hub is offline"])[0]

    invoices = next(key_of(p, embedder().name) for p in passages if p.article == "billing/invoices")

    cosines = index.query(vector, "public-en", limit=1, also=[invoices, "unknown"])

    hub, other = cosines.values()
    assert [passage_of(key) for key in cosines] == ["devices/hub#introduction-1", "billing/invoices#introduction-1"]
    assert hub > 0.6 > other > -1


def test_what_is_new_stands_beside_what_is_served_until_that_is_dropped(index: Index, passages: list[Passage]) -> None:
    index.sync(passages, embedder())
    edited = [replace(passages[0], text="New text about vouchers."), *passages[1:]]

    written = index.add(edited, embedder(), index.keys())
    beside = [passage_of(key) for keys in index.keys().values() for key in keys]
    index.drop({"public-en": {key_of(passages[0], embedder().name)}})

    assert [passage.id for passage in written] == [passages[0].id]
    assert beside.count(passages[0].id) == 2
    assert index.sync(edited, embedder()).kept == len(edited)


def test_each_audience_has_a_collection_in_each_language(index: Index, passages: list[Passage]) -> None:
    hub = next(passage for passage in passages if passage.article == "devices/hub")

    index.sync([hub, replace(hub, language="de"), replace(hub, audience="segment:partners")], embedder())

    assert sorted(name for name, keys in index.keys().items() if keys) == [
        "public-de",
        "public-en",
        "segment-partners-en",
    ]


def test_what_was_written_is_there_after_opening_again(tmp_path: Path, passages: list[Passage]) -> None:
    first = Index.open_embedded(tmp_path / "index")
    first.sync(passages, embedder())
    first.close()

    again = Index.open_embedded(tmp_path / "index")

    assert again.sync(passages, embedder()).kept == len(passages)
    again.close()


def test_a_folder_has_one_owner_in_a_process(tmp_path: Path, index: Index) -> None:
    with pytest.raises(FolderInUse, match="is in use: stop the process that owns it"):
        Index.open_embedded(tmp_path / "index")


def test_a_folder_has_one_owner_among_processes(tmp_path: Path, index: Index) -> None:
    code = (
        "import sys; from pathlib import Path; from knowledge.index import Index, FolderInUse\n"
        "try: Index.open_embedded(Path(sys.argv[1]))\nexcept FolderInUse as error: print(error.slug)"
    )

    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "index")], capture_output=True, text=True, cwd=MODELS.parent.parent
    )

    assert other.stdout == "index-folder-in-use\n"


def test_a_dead_server_is_named_in_one_sentence() -> None:
    with pytest.raises(IndexUnavailable, match=r"^No Chroma server answers at http://127\.0\.0\.1:9 \(CHROMA_URL\)\.$"):
        Index.open_server("http://127.0.0.1:9")


@dataclass
class Server:
    process: subprocess.Popen[bytes]
    url: str


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    chroma = Path(sys.executable).parent / "chroma"
    command = [str(chroma), "run", "--path", str(tmp_path / "server"), "--host", "127.0.0.1", "--port", port]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    yield Server(process=process, url=f"http://127.0.0.1:{port}")
    process.kill()
    process.wait()


@retry(retry=retry_if_exception_type(IndexUnavailable), wait=wait_fixed(0.1), stop=stop_after_delay(30))
def connect(url: str) -> Index:
    return Index.open_server(url)


@pytest.mark.slow
def test_a_server_is_searched_and_its_death_is_one_sentence(server: Server, passages: list[Passage]) -> None:
    index = connect(server.url)
    index.sync(passages, embedder())

    assert nearest(index, "the hub is offline") == ["devices/hub#introduction-1"]
    server.process.kill()
    server.process.wait()
    with pytest.raises(IndexUnavailable, match="cannot be reached"):
        nearest(index, "the hub is offline")
    index.close()
