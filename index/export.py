"""The carried model as int8 graphs for ONNX Runtime, written operator by operator.

The word embeddings keep the carrier's own numbers (levels -8..7 and a scale per 32 weights) in two
arrays beside the graph: they lose nothing, and memory-mapped only the rows in use take memory. The
matrices become int8 (7 bits used) per output channel, the activations int8 at run time.

A question has about 25 tokens, so what surrounds the matrices costs as much as they do. Measured
for 24 tokens: ``SkipLayerNormalization`` 47 us, the sum and ``LayerNormalization`` apart 8;
``BiasGelu`` 30, ``Gelu`` 21 with the bias in the product; ``Div`` by row 10, ``Mul`` 6. A graph
exported from PyTorch and fused by ONNX Runtime takes 7.0 ms of a processor, this one 5.8.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from index.adapter import EntailmentHead
from index.carrier import Carrier
from index.vocabulary import MAX_TOKENS, build_tokenizer, kept_ids

OPSET = 18
IR_VERSION = 8  # the oldest that opset 18 belongs to
CONTRIB = "com.microsoft"
LARGEST_LEVEL = 64  # 8-bit weights overflow on processors without VNNI
LEAST_GELU = 0.17  # its lowest value is -0.17, so no magnitude below needs to be looked for

Array = npt.NDArray[np.float32]


def write_int8(carrier: Carrier, target: Path) -> None:
    """Write the graph of an embedding model, its words and tokenizer into the folder."""
    _write(VectorGraph(carrier).model(), carrier, target)


def write_entailment(carrier: Carrier, head: EntailmentHead, target: Path) -> None:
    """Write the graph that compares a sentence with a clause, its words and tokenizer."""
    _write(EntailmentGraph(carrier, head).model(), carrier, target)


def _write(model: onnx.ModelProto, carrier: Carrier, target: Path) -> None:
    kept = kept_ids(carrier.vocabulary)
    levels, scales = carrier.blocks("emb.word", np.array(kept))
    np.save(target / "levels.npy", levels)
    np.save(target / "scales.npy", scales)
    onnx.save(model, target / "model.onnx")
    tokenizer = build_tokenizer(carrier.vocabulary, kept)
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.save(str(target / "tokenizer.json"), pretty=False)


class _Encoder:
    """The layers of BERT, operator by operator, for texts without padding."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._sizes = carrier.sizes
        self._nodes: list[onnx.NodeProto] = []
        self._arrays: dict[str, onnx.TensorProto] = {}

    def _model(
        self, name: str, inputs: Mapping[str, tuple[int | str, ...]], shape: tuple[int, ...]
    ) -> onnx.ModelProto:
        """A model of the operators so far, with the shapes of its inputs and of ``name``."""
        told = [_floats(one, own) for one, own in inputs.items()]
        arrays = list(self._arrays.values())
        graph = helper.make_graph(self._nodes, name, told, [_floats(name, shape)], arrays)
        imports = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, 1)]
        return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)

    def _embedded(self, words: str) -> str:
        """Words with places and kind, normalised."""
        width = self._sizes.width
        places = self._carrier.tensor("emb.pos").reshape(-1, width)[:MAX_TOKENS]
        kind = self._carrier.tensor("emb.type").reshape(-1, width)[0]
        first = self._array("first", [0])
        count = self._add("Shape", [words], start=1, end=2)
        own = self._add("Slice", [self._array("places", places + kind), first, count, first])
        return self._normalised(self._add("Add", [words, own]), "emb.ln")

    def _encoded(self, states: str, layers: int) -> str:
        for layer in range(layers):
            states = self._layer(f"l{layer}.", states)
        return states

    def _layer(self, name: str, states: str) -> str:
        return self._attended(name, states, self._split(name, states, "qkv"))

    def _layer_of(self, name: str, states: str, among: str) -> str:
        """A layer for some of the tokens, which see them all: what nobody reads is left out."""
        parts = [*self._split(name, states, "q"), *self._split(name, among, "kv")]
        return self._attended(name, states, parts)

    def _split(self, name: str, states: str, kinds: str) -> list[str]:
        """Queries, keys or values of the tokens; one product for those asked for together."""
        merged = self._product(states, [f"{name}{one}" for one in kinds])
        if len(kinds) == 1:
            return [merged]
        widths = self._array(f"widths of {len(kinds)}", [self._sizes.width] * len(kinds))
        parts = [f"{name}{one} states" for one in kinds]
        self._nodes.append(helper.make_node("Split", [merged, widths], parts, axis=-1))
        return parts

    def _attended(self, name: str, states: str, parts: Sequence[str]) -> str:
        """Attention, then the two wide matrices, each added to its input and normalised."""
        seen = self._add("MultiHeadAttention", parts, CONTRIB, num_heads=self._sizes.heads)
        mixed = self._product(seen, [f"{name}ao"])
        states = self._normalised(self._add("Add", [mixed, states]), f"{name}aln")
        wide = self._per_token(states, f"{name}fi", self._add("Abs", [states]), 1e-9)
        bent = self._add("Gelu", [wide], CONTRIB)
        narrow = self._per_token(bent, f"{name}fo", bent, LEAST_GELU)
        return self._normalised(self._add("Add", [narrow, states]), f"{name}oln")

    def _normalised(self, states: str, name: str) -> str:
        weights = [self._carried(f"{name}.{part}") for part in "wb"]
        return self._add("LayerNormalization", [states, *weights], epsilon=self._sizes.epsilon)

    def _per_token(self, states: str, name: str, magnitudes: str, least: float) -> str:
        """A matrix whose input is brought to the range -1..1 token by token.

        ONNX Runtime quantises activations with one scale for all tokens, and in BERT a few tokens
        are many times larger than the rest: without this the cosine with fp32 is .997, with it
        .999.
        """
        axis = self._array("width_axis", [-1])
        highest = self._add("ReduceMax", [magnitudes, axis], keepdims=1)
        floor = self._array(f"least {least}", np.float32(least))
        largest = self._add("Max", [highest, floor])
        scaled = self._add("Mul", [states, self._add("Reciprocal", [largest])])
        product = self._product(scaled, [name], biased=False)
        back = self._add("Mul", [product, largest])
        return self._add("Add", [back, self._carried(f"{name}.b")])

    def _product(self, states: str, names: Sequence[str], *, biased: bool = True) -> str:
        """States times the matrices side by side: quantised once for all of them."""
        inputs = [states, *self._quantised(names), ""]
        if biased:
            biases = [self._carrier.tensor(f"{one}.b") for one in names]
            inputs.append(self._array(f"{names[0]}.bias", np.concatenate(biases)))
        return self._add("DynamicQuantizeMatMul", inputs, CONTRIB)

    def _quantised(self, names: Sequence[str]) -> tuple[str, str]:
        """Levels (inputs, outputs) of the matrices side by side, and a scale per output."""
        weights = np.concatenate([self._matrix(one) for one in names])
        scales = np.maximum(np.abs(weights).max(axis=1), 1e-9) / LARGEST_LEVEL
        levels = np.rint(weights / scales[:, None]).astype(np.int8).T
        name = names[0]
        return self._array(f"{name}.levels", levels), self._array(f"{name}.scales", scales)

    def _matrix(self, name: str) -> Array:
        """(outputs, inputs)"""
        outputs = len(self._carrier.tensor(f"{name}.b"))
        return self._carrier.tensor(f"{name}.w").reshape(outputs, -1)

    def _carried(self, name: str) -> str:
        return self._array(name, self._carrier.tensor(name))

    def _array(self, name: str, values: npt.ArrayLike) -> str:
        array = np.ascontiguousarray(values) if np.ndim(values) else np.asarray(values)
        self._arrays.setdefault(name, numpy_helper.from_array(array, name))
        return name

    def _add(
        self, kind: str, inputs: Sequence[str], domain: str = "", name: str = "", **options: object
    ) -> str:
        """One more operator; the name of its output."""
        output = name or f"{kind}_{len(self._nodes)}"
        node = helper.make_node(kind, inputs, [output], output, domain=domain)
        node.attribute.extend(helper.make_attribute(key, value) for key, value in options.items())
        self._nodes.append(node)
        return output


class VectorGraph(_Encoder):
    """Word embeddings (1, n, width) of one text -> its normalised mean vector (1, width)."""

    def model(self) -> onnx.ModelProto:
        """Mean over the tokens, length 1."""
        states = self._encoded(self._embedded("words"), self._sizes.layers)
        mean = self._add("ReduceMean", [states, self._array("tokens_axis", [1])], keepdims=0)
        self._add("LpNormalization", [mean], name="vector", axis=-1, p=2)
        width = self._sizes.width
        return self._model("vector", {"words": (1, "tokens", width)}, (1, width))


class EntailmentGraph(_Encoder):
    """Words of a sentence (1, n, width) and of a clause (1, m, width) -> a logit (1, 1)."""

    def __init__(self, carrier: Carrier, head: EntailmentHead) -> None:
        super().__init__(carrier)
        self._head = head

    def model(self) -> onnx.ModelProto:
        """Both texts through the layers together; the sentence's tokens are read off."""
        own = self._embedded("sentence")
        marked = self._add("Add", [own, self._array("side", self._head.side)])
        both = self._add("Concat", [marked, self._embedded("clause")], axis=1)
        last = self._sizes.layers - 1
        states = self._encoded(both, last)
        axis, first = self._array("tokens_axis", [1]), self._array("first", [0])
        count = self._add("Shape", ["sentence"], start=1, end=2)
        heard = self._add("Slice", [states, first, count, axis])
        read = self._layer_of(f"l{last}.", heard, states)
        parts = [self._add(kind, [read, axis], keepdims=0) for kind in ("ReduceMean", "ReduceMax")]
        weights = self._array("head.weights", self._head.weights.reshape(-1, 1))
        bias = self._array("head.bias", self._head.bias.reshape(1))
        self._add("Gemm", [self._add("Concat", parts, axis=1), weights, bias], name="logit")
        width = self._sizes.width
        inputs = {one: (1, f"{one}_tokens", width) for one in ("sentence", "clause")}
        return self._model("logit", inputs, (1, 1))


def _floats(name: str, shape: tuple[int | str, ...]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
