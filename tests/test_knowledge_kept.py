"""Vectors are kept from one start to the next, and what is kept is never taken for what it is not."""

from pathlib import Path

import numpy as np
import pytest

from evals.stage import MODELS
from knowledge import kept
from knowledge.embedder import Embedder

TEXTS = ["Where is my parcel?", "I want my money back.", "Wo ist mein Paket?"]


def embedder() -> Embedder:
    return Embedder(MODELS)


def test_what_was_kept_is_what_would_be_made_again(tmp_path: Path) -> None:
    kept.keep(embedder(), tmp_path / "v.npz", TEXTS)
    other = embedder()

    known = kept.recall(other, tmp_path / "v.npz", [*TEXTS, "Something new."])

    assert known == len(TEXTS)
    assert np.array_equal(other.embed(TEXTS), embedder().embed(TEXTS))


def test_what_was_kept_before_stays_beside_what_is_new(tmp_path: Path) -> None:
    path = tmp_path / "v.npz"
    kept.keep(embedder(), path, TEXTS[:2])
    kept.keep(embedder(), path, TEXTS[2:])

    assert kept.recall(embedder(), path, TEXTS) == 3


def test_the_file_has_no_words(tmp_path: Path) -> None:
    path = tmp_path / "v.npz"
    kept.keep(embedder(), path, TEXTS)

    assert not any(word.encode() in path.read_bytes() for text in TEXTS for word in text.split() if len(word) > 3)


@pytest.mark.parametrize("damage", [b"", b"PK", b"not a file of vectors"])
def test_a_damaged_file_is_no_file(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "v.npz"
    path.write_bytes(damage)

    assert kept.recall(embedder(), path, TEXTS) == 0


def test_vectors_of_another_model_are_not_taken(tmp_path: Path) -> None:
    path, other = tmp_path / "v.npz", embedder()
    other.name = "another"
    kept.keep(other, path, TEXTS)

    assert kept.recall(embedder(), path, TEXTS) == 0
