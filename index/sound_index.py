"""A vocabulary by its exact sounds, its blurred sounds, and with one character left out."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from index.syllables import blur, word_sounds
from index.thesaurus import domain_words
from index.words import HAN, load_data

LONGEST = 8  # characters of a domain word that is looked for
_WORD = re.compile(f"[{HAN}]{{2,{LONGEST}}}")


@dataclass(slots=True)
class SoundNode:
    """One step of a syllable trie; ``words`` end here."""

    next: dict[str, SoundNode] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SoundIndex:
    """A vocabulary by its exact sounds, its blurred sounds, and with one character left out."""

    words: frozenset[str]
    exact: SoundNode
    near: SoundNode
    gapped: dict[str, tuple[str, ...]]


@lru_cache(maxsize=4)
def sound_index(vocabulary: frozenset[str]) -> SoundIndex:
    """Index the Chinese words of a vocabulary; 0.1 s for 2,000 words once pypinyin is loaded."""
    words = frozenset(word for word in vocabulary if _WORD.fullmatch(word))
    exact, near = SoundNode(), SoundNode()
    gapped: defaultdict[str, list[str]] = defaultdict(list)
    for word in sorted(words):
        sounds = word_sounds(word)
        _plant(exact, word, sounds)
        if len(word) > 2:
            _plant(near, word, [blur(sound) for sound in sounds])
            for pattern in gaps(word):
                gapped[pattern].append(word)
    return SoundIndex(words, exact, near, {key: tuple(found) for key, found in gapped.items()})


def _plant(root: SoundNode, word: str, sounds: Iterable[str]) -> None:
    node = root
    for sound in sounds:
        node = node.next.setdefault(sound, SoundNode())
    node.words.append(word)


def gaps(word: str) -> Iterator[str]:
    """The word with each character left out in turn."""
    return (f"{word[:at]}_{word[at + 1 :]}" for at in range(len(word)))


def words_from(
    root: SoundNode, text: str, start: int, sounds: Callable[[str], tuple[str, ...]]
) -> Iterator[str]:
    """Words of the trie that sound like the text from ``start`` on."""
    nodes = [root]
    for char in text[start : start + LONGEST]:
        nodes = [node.next[sound] for node in nodes for sound in sounds(char) if sound in node.next]
        if not nodes:
            return
        for node in nodes:
            yield from node.words


@cache
def sound_settings() -> Mapping[str, Any]:
    """``data/sounds.yaml``: short words, firm characters, deliberate phrases, shapes."""
    return load_data("sounds.yaml")


@cache
def sound_vocabulary() -> frozenset[str]:
    """Domain words worth recognising by sound: long ones, and short ones without rivals."""
    long_words = (word for word in domain_words() if len(word) > 2)
    return frozenset(long_words) | frozenset(sound_settings()["short_words"])
