"""Words of other fields that the documents held speak of: they say nothing against a question.

The word list in ``bot/data/screen.yaml`` knows what is foreign to education; a law on the
protection of minors speaks of divorce, and so may those who ask. Documents with everyday
questions have these among them, so that only the clauses of others are read.
"""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from bot.topic import foreign_words
from index.snapshot import Snapshot
from index.tokens import tokens
from index.words import word_spans

READ = 8  # clauses with its characters in which a word is looked for


def spoken_words(snapshot: Snapshot) -> frozenset[str]:
    """Which foreign words stand in a clause; once a build, O(words x their postings)."""
    bare = snapshot.static.held(np.arange(snapshot.keywords.size))
    if not bare.any():
        return frozenset()
    return frozenset(word for word in foreign_words() if _is_spoken(snapshot, word, bare))


def _is_spoken(snapshot: Snapshot, word: str, bare: NDArray[np.bool_]) -> bool:
    clauses = snapshot.keywords.clauses_with(tokens(word))
    return any(
        _has_word(snapshot.clause_at(int(one))[1].text, word)
        for one in clauses[bare[clauses]][:READ]
    )


def _has_word(text: str, word: str) -> bool:
    """Whether a word stands in a text between borders of words: no 国考 in 全国考试."""
    borders = {0, *(end for _, end in word_spans(text))}
    places = (match.span() for match in re.finditer(re.escape(word), text))
    return any(start in borders and end in borders for start, end in places)
