"""Sentences to vectors: all-MiniLM-L6-v2 (int8) on onnxruntime. `knowledge/minilm.py` builds the file it opens."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from records.errors import NotReady

MODEL_FILE = "minilm-l6-v2.int8.1.onnx"
"""The number rises when the recipe of the build changes, so that an old file is not taken for the new one."""
TOKENIZER_FILE = "minilm-l6-v2.tokenizer.json"
DIMENSIONS = 384
MAX_TOKENS = 256
BATCH_TOKENS = 1024
"""Padding included: bounds the memory of one pass (attention grows with texts x tokens squared)."""
KEPT = 32_768
"""Texts whose vectors are remembered: 50 MB at most, so that ten thousand examples are learned again without being read
again. A message is embedded for its intent and again for the search."""

Vectors = NDArray[np.float32]


class ModelMissing(NotReady):
    """The sentence model has not been built: run `make setup`."""

    slug = "model-missing"


class Embedder:
    """Turns texts into unit-length vectors. Safe to share between threads; `threads` bounds one call's cores.

    Raises ModelMissing when `model_dir` holds no built model.
    """

    def __init__(self, model_dir: Path, *, threads: int = 1) -> None:
        if not (model_dir / MODEL_FILE).exists() or not (model_dir / TOKENIZER_FILE).exists():
            raise ModelMissing
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.name = MODEL_FILE
        self._session = onnxruntime.InferenceSession(str(model_dir / MODEL_FILE), options, ["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(model_dir / TOKENIZER_FILE))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._kept: dict[str, NDArray[np.float32]] = {}
        self._lock = Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), 384) in the order given; text past 256 tokens is not read."""
        with self._lock:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        missing = [text for text in dict.fromkeys(texts) if text not in found]
        found.update(zip(missing, self._embedded(missing), strict=True))
        with self._lock:
            self._kept.update((text, found[text].copy()) for text in missing)
            for text in list(self._kept)[: max(len(self._kept) - KEPT, 0)]:
                del self._kept[text]
        return np.stack([found[text] for text in texts]) if texts else np.empty((0, DIMENSIONS), np.float32)

    def know(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Takes the vectors of texts as made: those that this model made of them before."""
        with self._lock:
            self._kept.update(vectors)

    def _embedded(self, texts: Sequence[str]) -> Vectors:
        encodings = [self._tokenizer.encode(text) for text in texts]
        by_length = sorted(range(len(texts)), key=lambda i: len(encodings[i].ids))
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for rows in _batches(by_length, [len(encoding.ids) for encoding in encodings]):
            vectors[rows] = self._run([encodings[i] for i in rows])
        return vectors

    def _run(self, encodings: Sequence[Encoding]) -> Vectors:
        width = max(len(encoding.ids) for encoding in encodings)
        ids = np.zeros((len(encodings), width), np.int64)
        mask = np.zeros_like(ids)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        vectors: Vectors = self._session.run(["vectors"], {"ids": ids, "mask": mask})[0]
        return vectors


def open_embedder(model_dir: Path) -> Embedder:
    """The process's embedder of the model in this folder, on two cores: opened once, however many services there are.
    Raises ModelMissing."""
    return _opened(model_dir.resolve())


@cache
def _opened(model_dir: Path) -> Embedder:
    return Embedder(model_dir, threads=2)


def _batches(by_length: Sequence[int], lengths: Sequence[int]) -> Iterator[list[int]]:
    """Rows in rising length, as many at a time as BATCH_TOKENS allows at the longest one's width; never none."""
    batch: list[int] = []
    for row in by_length:
        if batch and (len(batch) + 1) * lengths[row] > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
