"""Export the unpacked model to ONNX and quantise it to int8.

The word embeddings keep the carrier's own numbers (levels -8..7 and a scale per 32 weights) in two
arrays beside the graph: they lose nothing, and memory-mapped only the rows in use take memory. The
matrices become int8 (7 bits used) per output channel, the activations int8 at run time.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import BertModel

from index.carrier import Carrier
from index.vocabulary import MAX_TOKENS, build_tokenizer, kept_ids

OPSET = 17


class Sentence(nn.Module):
    """Word embeddings (1, n, width) of one text -> its normalised mean vector (1, width).

    The same arithmetic as :class:`transformers.BertModel` for one text without padding, written so
    that its graph has nothing to decide at run time.
    """

    def __init__(self, bert: BertModel) -> None:
        super().__init__()
        table = cast("Any", bert.embeddings)
        self.places: Tensor = table.position_embeddings.weight.detach()
        self.kind: Tensor = table.token_type_embeddings.weight[0].detach()
        self.norm = table.LayerNorm
        heads = bert.config.num_attention_heads
        layers = cast("Any", bert.encoder.layer)
        self.layers = nn.ModuleList(Layer(layer, heads) for layer in layers)

    def forward(self, words: Tensor) -> Tensor:
        """Encode, average over the tokens and normalise."""
        states = self.norm(words + self.kind + self.places[: words.shape[1]])
        for layer in self.layers:
            states = layer(states)
        return nn.functional.normalize(states.mean(dim=1), dim=-1)


class Layer(nn.Module):
    """One layer of the encoder, (1, n, width) -> (1, n, width); one matrix for query, key, value.

    A merged matrix quantises its input once instead of three times, to the same numbers.
    """

    def __init__(self, bert: Any, heads: int) -> None:  # noqa: ANN401 - BertLayer is untyped
        super().__init__()
        own = bert.attention.self
        parts = (own.query, own.key, own.value)
        self.width = own.query.in_features
        self.shape = (1, -1, heads, self.width // heads)
        self.merged = nn.Linear(self.width, 3 * self.width)
        self.merged.weight.data = torch.cat([part.weight.data for part in parts])
        self.merged.bias.data = torch.cat([part.bias.data for part in parts])
        self.mixed, self.mixed_norm = bert.attention.output.dense, bert.attention.output.LayerNorm
        self.wide = PerToken(bert.intermediate.dense)
        self.narrow, self.narrow_norm = PerToken(bert.output.dense), bert.output.LayerNorm

    def forward(self, states: Tensor) -> Tensor:
        """Attention, then the two wide layers, each added to its input and normalised."""
        parts = self.merged(states).split(self.width, dim=-1)
        query, key, value = (part.reshape(self.shape).transpose(1, 2) for part in parts)
        likeness = query @ key.transpose(2, 3) / math.sqrt(self.shape[-1])
        mixed = (likeness.softmax(dim=-1) @ value).transpose(1, 2).reshape(1, -1, self.width)
        states = self.mixed_norm(self.mixed(mixed) + states)
        wide = nn.functional.gelu(self.wide(states))
        added: Tensor = self.narrow_norm(self.narrow(wide) + states)
        return added


class PerToken(nn.Module):
    """A linear layer whose input is brought to the range -1..1 token by token.

    ONNX Runtime quantises activations with one scale for all tokens, and in BERT a few tokens are
    many times larger than the rest: without this the cosine with fp32 is .997, with it .999.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.linear = linear

    def forward(self, tokens: Tensor) -> Tensor:
        """Equal to the linear layer but for rounding."""
        largest = tokens.abs().amax(-1, keepdim=True).clamp_min(1e-9)
        scaled = nn.functional.linear(tokens / largest, self.linear.weight)
        return scaled * largest + self.linear.bias


def write_int8(carrier: Carrier, base: Path, target: Path) -> None:
    """Write graph, word embeddings and tokenizer into the folder, from the fp32 folder."""
    kept = kept_ids(carrier.vocabulary)
    levels, scales = carrier.blocks("emb.word", np.array(kept))
    np.save(target / "levels.npy", levels)
    np.save(target / "scales.npy", scales)
    bert = BertModel.from_pretrained(base, attn_implementation="eager")
    model = Sentence(bert).eval()
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "model.onnx"
        _export(model, carrier.sizes.width, exported)
        quantize_dynamic(
            exported,
            target / "model.onnx",
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            reduce_range=True,  # 8-bit weights overflow on processors without VNNI
            weight_type=QuantType.QInt8,
        )
    tokenizer = build_tokenizer(carrier.vocabulary, kept)
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.save(str(target / "tokenizer.json"), pretty=False)


def _export(model: Sentence, width: int, path: Path) -> None:
    with torch.no_grad():
        torch.onnx.export(
            model,
            (torch.zeros(1, 12, width),),
            path,
            input_names=["words"],
            output_names=["vector"],
            dynamic_axes={"words": {1: "tokens"}},
            opset_version=OPSET,
            dynamo=False,
        )
