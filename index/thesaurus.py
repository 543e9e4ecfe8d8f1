"""Everyday words -> official terms, from ``data/thesaurus.yaml``; one direction only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from index.words import WordFinder, load_data


@dataclass(frozen=True, slots=True)
class Expansion:
    """An everyday word of a text, at its place (characters), and its official terms, best first."""

    everyday: str
    official: tuple[str, ...]
    start: int
    end: int


@cache
def thesaurus() -> Mapping[str, tuple[str, ...]]:
    """Every everyday word with its official terms; raises ValueError when a word stands twice."""
    terms: dict[str, tuple[str, ...]] = {}
    for entry in load_data("thesaurus.yaml")["entries"]:
        for word in map(str, entry["words"]):
            if word in terms:
                raise ValueError(f"thesaurus.yaml: {word} stands in two entries")
            terms[word] = tuple(term for term in entry["official"] if term != word)
    return terms


@cache
def official_terms() -> frozenset[str]:
    """Every official term of the thesaurus."""
    return frozenset(term for terms in thesaurus().values() for term in terms)


@cache
def domain_words() -> frozenset[str]:
    """Official terms and everyday words of two Chinese characters or more."""
    words = official_terms() | thesaurus().keys()
    return frozenset(word for word in words if len(word) > 1 and not word.isascii())


@cache
def _finder() -> WordFinder:
    return WordFinder(thesaurus())


def expand(text: str) -> tuple[Expansion, ...]:
    """The everyday words of a normalised text with their official terms, longest word first."""
    terms = thesaurus()
    return tuple(
        Expansion(found.word, terms[found.word], found.start, found.end)
        for found in _finder().find(text)
        if terms[found.word]
    )
