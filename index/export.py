"""Export the unpacked model to ONNX and quantise it to int8.

The word embeddings keep the carrier's own numbers (4-bit levels held as int8, a scale per 32), so
they lose nothing; the matrices become int8 per output channel, activations int8 at run time.
"""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import numpy as np
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn
from transformers import BertModel

from index.carrier import BLOCK, Carrier
from index.vocabulary import MAX_TOKENS, build_tokenizer, kept_ids

OPSET = 17


class Sentence(nn.Module):
    """Token ids (1, n) of one text -> its normalised mean vector (1, width)."""

    def __init__(self, bert: BertModel, levels: Tensor, scales: Tensor) -> None:
        super().__init__()
        self.bert = bert
        self.register_buffer("levels", levels)
        self.register_buffer("scales", scales)

    def forward(self, ids: Tensor) -> Tensor:
        """Embed by block, encode, average over the tokens and normalise."""
        levels = self.levels[ids].float().unflatten(-1, (-1, BLOCK))  # type: ignore[index]
        scales = self.scales[ids].unsqueeze(-1)  # type: ignore[index]
        words = (levels * scales).flatten(-2)
        states = self.bert(inputs_embeds=words).last_hidden_state
        return nn.functional.normalize(states.mean(dim=1), dim=-1)


def write_int8(carrier: Carrier, base: Path, target: Path) -> None:
    """Write ``model.onnx`` and ``tokenizer.json`` into the folder, from the fp32 folder."""
    kept = kept_ids(carrier.vocabulary)
    levels, scales = carrier.blocks("emb.word", np.array(kept))
    bert = BertModel.from_pretrained(base, attn_implementation="eager")
    model = Sentence(bert, torch.from_numpy(levels), torch.from_numpy(scales)).eval()
    with tempfile.TemporaryDirectory() as scratch:
        exported = Path(scratch) / "model.onnx"
        _export(model, exported)
        quantize_dynamic(
            exported,
            target / "model.onnx",
            op_types_to_quantize=["MatMul"],
            per_channel=True,
            weight_type=QuantType.QInt8,
        )
    tokenizer = build_tokenizer(carrier.vocabulary, kept)
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.save(str(target / "tokenizer.json"), pretty=False)


def _export(model: Sentence, path: Path) -> None:
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # the tracing exporter warns of its own age
        torch.onnx.export(
            model,
            (torch.arange(12).unsqueeze(0),),
            path,
            input_names=["ids"],
            output_names=["vector"],
            dynamic_axes={"ids": {1: "tokens"}},
            opset_version=OPSET,
            dynamo=False,
        )
