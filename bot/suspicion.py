"""A statistical backstop behind the rules of the screen: what a question is like as a whole.

A linear classifier on the vector that the question was searched with, fitted by
``tests/benchmarks/fit_screen.py``, which says how well it holds. It speaks only above thresholds
of high precision, and only for the embedding model that it was fitted on.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from index.store import Vectors

DATA_FILE = Path(__file__).parent / "data" / "screen_model.json"
HARMFUL = ("injection", "invent", "abuse")


@dataclass(frozen=True, slots=True)
class Model:
    """Weights (classes, dimensions), and from which chance on a kind of harm is believed."""

    embedder: str
    classes: tuple[str, ...]
    weights: Vectors
    bias: Vectors
    crisis: float
    crisis_sure: float
    harm: float

    def chances(self, vector: Vectors) -> dict[str, float]:
        """The chance of each class; O(dimensions)."""
        scores = self.weights @ vector + self.bias
        powers = np.exp(scores - scores.max())
        return dict(zip(self.classes, (powers / powers.sum()).tolist(), strict=True))


def suspected(vector: Vectors, embedder: str, is_sure: bool) -> str:
    """``crisis`` or another kind of harm, or nothing; an answer that is sure yields to crisis only.

    ``embedder`` is the identity of the model that made the vector.
    """
    model = load_model()
    if embedder != model.embedder:
        return ""
    chances = model.chances(vector)
    if chances["crisis"] >= (model.crisis_sure if is_sure else model.crisis):
        return "crisis"
    if is_sure or sum(chances[kind] for kind in HARMFUL) < model.harm:
        return ""
    return max(HARMFUL, key=lambda kind: chances[kind])


@cache
def load_model() -> Model:
    """The fitted model."""
    data = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    return Model(
        embedder=data["embedder"],
        classes=tuple(data["classes"]),
        weights=np.array(data["weights"], np.float32),
        bias=np.array(data["bias"], np.float32),
        **data["thresholds"],
    )
