"""Write the carried model as an ordinary sentence-transformers folder, its vocabulary trimmed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from index.carrier import Carrier
from index.vocabulary import (
    MAX_TOKENS,
    PASSAGE_PROMPT,
    QUERY_PROMPT,
    build_tokenizer,
    kept_ids,
)

if TYPE_CHECKING:
    from torch import Tensor

LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def write_sentence_transformer(carrier: Carrier, target: Path) -> None:
    """Write BERT, mean pooling, normalisation and the two prompts of e5 into the folder."""
    kept = kept_ids(carrier.vocabulary)
    encoder = target / "encoder"
    _bert(carrier, kept).save_pretrained(encoder)
    _tokenizer(carrier, kept).save_pretrained(encoder)
    transformer = Transformer(str(encoder), max_seq_length=MAX_TOKENS)
    modules = [transformer, Pooling(carrier.sizes.width, "mean"), Normalize()]
    prompts = {"query": QUERY_PROMPT, "document": PASSAGE_PROMPT, "passage": PASSAGE_PROMPT}
    model = SentenceTransformer(modules=modules, prompts=prompts, device="cpu")
    model.save(str(target), create_model_card=False)
    for path in encoder.iterdir():
        path.unlink()
    encoder.rmdir()


def _bert(carrier: Carrier, kept: list[int]) -> BertModel:
    sizes = carrier.sizes
    config = BertConfig(
        vocab_size=len(kept),
        hidden_size=sizes.width,
        num_hidden_layers=sizes.layers,
        num_attention_heads=sizes.heads,
        intermediate_size=sizes.inner,
        max_position_embeddings=sizes.positions,
        type_vocab_size=sizes.types,
        layer_norm_eps=sizes.epsilon,
        pad_token_id=kept.index(carrier.vocabulary.pad),
    )
    model = BertModel(config)
    model.load_state_dict(_weights(carrier, kept), strict=True)
    return model


def _weights(carrier: Carrier, kept: list[int]) -> dict[str, Tensor]:
    """The carried tensors under the names of transformers' BertModel."""
    width = carrier.sizes.width
    embeddings = {
        "word_embeddings.weight": carrier.tensor("emb.word", np.array(kept)),
        "position_embeddings.weight": carrier.tensor("emb.pos").reshape(-1, width),
        "token_type_embeddings.weight": carrier.tensor("emb.type").reshape(-1, width),
        "LayerNorm.weight": carrier.tensor("emb.ln.w"),
        "LayerNorm.bias": carrier.tensor("emb.ln.b"),
    }
    arrays = {f"embeddings.{name}": array for name, array in embeddings.items()}
    for layer in range(carrier.sizes.layers):
        for short, long in LAYER.items():
            for part in ("weight", "bias"):
                array = carrier.tensor(f"l{layer}.{short}.{part[0]}")
                arrays[f"encoder.layer.{layer}.{long}.{part}"] = array
    # e5 has no pooler; zeros keep loaders from inventing one and make the file reproducible
    arrays["pooler.dense.weight"] = np.zeros((width, width), np.float32)
    arrays["pooler.dense.bias"] = np.zeros(width, np.float32)
    return {name: torch.from_numpy(array) for name, array in arrays.items()}


def _tokenizer(carrier: Carrier, kept: list[int]) -> PreTrainedTokenizerFast:
    pieces = carrier.vocabulary.pieces
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=build_tokenizer(carrier.vocabulary, kept),
        model_max_length=MAX_TOKENS,
        bos_token=pieces[carrier.vocabulary.begin],
        eos_token=pieces[carrier.vocabulary.end],
        cls_token=pieces[carrier.vocabulary.begin],
        sep_token=pieces[carrier.vocabulary.end],
        pad_token=pieces[carrier.vocabulary.pad],
        unk_token=pieces[carrier.vocabulary.unknown],
    )
