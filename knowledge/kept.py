"""Vectors of the texts that a company's folder holds, kept from one start to the next: most of a start is making them.

A file of hashes and vectors, without a word of anybody's: of what was learned from lately, the newest first. Where it is
missing, damaged or of another sentence model, the vectors are made again.
"""

import hashlib
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from knowledge.embedder import Embedder, Vectors

HASH = 16
"""Bytes of a text's hash: enough that no two texts of a folder share one."""
MOST = 32_768
"""Vectors in the file: 50 MB at most. Companies that are served from one place share it."""


def recall(embedder: Embedder, path: Path, texts: Sequence[str]) -> int:
    """Gives the embedder the vectors that are kept of these texts; how many there were."""
    kept = _read(path, embedder.name)
    found = {text: kept[_hash(text)] for text in texts if _hash(text) in kept}
    embedder.know(found)
    return len(found)


def keep(embedder: Embedder, path: Path, texts: Sequence[str]) -> None:
    """Writes the vectors of these texts before those that were kept; whoever reads meanwhile reads one or the other."""
    vectors = dict(zip(map(_hash, texts), embedder.embed(texts), strict=True))
    found = list(
        {**vectors, **{each: v for each, v in _read(path, embedder.name).items() if each not in vectors}}.items()
    )
    hashes = np.array([np.frombuffer(each, np.uint8) for each, _ in found[:MOST]])
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with beside.open("wb") as file:
        kept = np.stack([vector for _, vector in found[:MOST]])
        np.savez(file, model=np.array(embedder.name), hashes=hashes, vectors=kept)
    beside.replace(path)


def _read(path: Path, model: str) -> Mapping[bytes, Vectors]:
    try:
        with np.load(path, allow_pickle=False) as file:
            hashes, vectors = file["hashes"], file["vectors"]
            same = str(file["model"]) == model
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}
    return {each.tobytes(): vector for each, vector in zip(hashes, vectors, strict=True)} if same else {}


def _hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()[:HASH]
