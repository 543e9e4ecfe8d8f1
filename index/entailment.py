"""Does a clause say what a sentence says? Both go through one encoder together (a cross-encoder).

The carried encoder with the updates of ``data/entailment.npz`` (:mod:`index.adapter`), trained on
pairs of faithful sentences and distorted twins.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from index.prepared import Vectors, WordVectors, open_graph, open_tokenizer, sound
from index.vocabulary import PASSAGE_PROMPT, QUERY_PROMPT

THREADS = 2  # a clause and a sentence have 170 tokens, seven times those of a question


class Entailment:
    """Opened from what ``prepare_entailment`` made; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._graph = open_graph(folder, min(THREADS, os.cpu_count() or 1))
        self._tokenizer = open_tokenizer(folder)
        self._words = WordVectors(folder)

    def logit(self, clause: str, sentence: str) -> float:
        """Above 0 the clause says it rather than not; both texts are cut after 256 tokens."""
        texts = {"sentence": QUERY_PROMPT + sentence, "clause": PASSAGE_PROMPT + clause}
        words = {name: self._read(text) for name, text in texts.items()}
        found: Vectors = self._graph.run(["logit"], words)[0]
        return float(found[0, 0])

    def _read(self, text: str) -> Vectors:
        return np.ascontiguousarray(self._words[self._tokenizer.encode(sound(text)).ids][None])
