"""Which words speak for an answer: those of answered questions, against those of known gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import rjieba
from numpy.typing import NDArray

from index.lines import map_array
from index.tokens import keyword_form, token_key

SMOOTHING = 0.5  # of a count (Krichevsky and Trofimov 1981)
PARTS = ("keys", "counts", "starts", "sizes")

Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class WordOdds:
    """How many questions have a word; those of document d stand at ``starts[d]:starts[d+1]``.

    Shapes: ``keys`` (w,) in order within a document, ``counts`` (w, 2) and ``sizes``
    (documents, 2), each of answered questions and of gaps.
    """

    keys: Keys
    counts: NDArray[np.uint32]
    starts: NDArray[np.int64]
    sizes: NDArray[np.uint32]

    def mean(self, words: Keys, places: Sequence[int]) -> float:
        """Mean log-odds of words (naive Bayes) among the questions of the documents there.

        0 without a word, or where one kind of question is missing.
        """
        sizes = self.sizes[np.asarray(places, dtype=np.intp)].sum(axis=0)
        if not len(words) or not sizes.all():
            return 0.0
        held = sum(self._held(words, place) for place in places) + np.full(2, SMOOTHING)
        shares = np.log(held / (sizes + 2 * SMOOTHING))
        return float((shares[:, 0] - shares[:, 1]).mean())

    def _held(self, words: Keys, place: int) -> NDArray[np.float64]:
        """The counts of words in one document, (words, 2)."""
        span = slice(int(self.starts[place]), int(self.starts[place + 1]))
        keys = self.keys[span]
        found = np.zeros((len(words), 2))
        if len(keys):
            at = np.minimum(np.searchsorted(keys, words), len(keys) - 1)
            known = keys[at] == words
            found[known] = self.counts[span][at[known]]
        return found


def word_keys(text: str) -> Keys:
    """The words of a text as keys, each once."""
    words = (one for one in rjieba.cut(keyword_form(text)) if any(map(str.isalnum, one)))
    return np.array(sorted(set(map(token_key, words))), dtype=np.uint64)


def count_words(texts: Sequence[str], answered: Sequence[bool], starts: Sequence[int]) -> WordOdds:
    """The words of questions, document by document."""
    words = [word_keys(text).tolist() for text in texts]
    keys, counts, bounds, sizes = list[int](), list[tuple[int, int]](), [0], list[list[int]]()
    for start, end in pairwise(starts):
        own = [Counter[int](), Counter[int]()]
        for row in range(start, end):
            own[not answered[row]].update(words[row])
        known = sorted(own[0].keys() | own[1].keys())
        keys += known
        counts += [(own[0][key], own[1][key]) for key in known]
        bounds.append(len(keys))
        said = sum(answered[start:end])
        sizes.append([said, end - start - said])
    return WordOdds(
        np.array(keys, dtype=np.uint64),
        np.array(counts, dtype=np.uint32).reshape(-1, 2),
        np.array(bounds, dtype=np.int64),
        np.array(sizes, dtype=np.uint32).reshape(-1, 2),
    )


def save_odds(odds: WordOdds, folder: Path) -> None:
    """Write it beside the question bank."""
    for part in PARTS:
        np.save(folder / f"bank_word_{part}.npy", getattr(odds, part))


def load_odds(folder: Path) -> WordOdds:
    """Open that of a build; raises OSError or ValueError."""
    return WordOdds(*(map_array(folder / f"bank_word_{part}.npy") for part in PARTS))
