"""Whether two questions ask the same: the words that carry them, everyday ones made official."""

from __future__ import annotations

from functools import lru_cache

from index.thesaurus import thesaurus
from index.words import content_words, normalise


@lru_cache(maxsize=1 << 14)
def key_words(text: str) -> frozenset[str]:
    """The content words of a question, each as its closest official term; O(length)."""
    terms = thesaurus()
    words = content_words(normalise(text).lower())
    return frozenset((terms.get(word) or (word,))[0] for word in words)


def share(one: frozenset[str], other: frozenset[str]) -> float:
    """Words in both of all the words of two questions, 0 to 1 (Jaccard)."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0
