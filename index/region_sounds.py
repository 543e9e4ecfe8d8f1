"""Names written with other characters of the same sound, and the borders of words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import rjieba

from index.readings import readings, toneless
from index.syllables import blurred_syllables

UNITS = frozenset("市县区州")


def words_around(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of the dictionary word around each character."""
    at = 0
    readable = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates become "?"
    for word in rjieba.cut(readable, False):
        end = at + len(word)
        yield from ((at, end) for _ in word)
        at = end


def find_sounds(text: str, names: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Yield start, end and name where the text sounds like a name but is no word of its own."""
    words, end = tuple(words_around(text)), 0
    openings, by_blurred = _openings(tuple(names)), _by_blurred(tuple(names))
    for start, character in enumerate(text):
        if start < end or _sounds(character, False).isdisjoint(openings):
            continue
        near = {at for one in blurred_syllables(character) for at in by_blurred.get(one, ())}
        for name in (names[at] for at in sorted(near)):
            if len(name) > 1 and _is_written(text, start, name, words):
                end = start + len(name)
                yield start, end, name
                break


def _is_written(text: str, start: int, name: str, words: Sequence[tuple[int, int]]) -> bool:
    end = start + len(name)
    written = text[start:end]
    if len(written) < len(name) or written == name:
        return False
    has_unit = text[end : end + 1] in UNITS
    if not (_same_sound(written, name) or (has_unit and _near_sound(written, name))):
        return False
    first, last = words[start], words[end - 1]
    if first[0] != start or last[1] != end or first == last:
        return False
    shares = any(a == b for a, b in zip(written, name, strict=True))
    return shares or has_unit or _same_sound(written, name, tones=True)


def _near_sound(written: str, name: str) -> bool:
    """One character right, the others of a sound easily taken for the right one (in and ing)."""
    pairs = list(zip(written, name, strict=True))
    return any(a == b for a, b in pairs) and all(
        a == b or not set(blurred_syllables(a)).isdisjoint(blurred_syllables(b)) for a, b in pairs
    )


def _same_sound(written: str, name: str, *, tones: bool = False) -> bool:
    return all(
        a == b or not _sounds(a, tones).isdisjoint(_sounds(b, tones))
        for a, b in zip(written, name, strict=True)
    )


@lru_cache(maxsize=16)
def _by_blurred(names: tuple[str, ...]) -> dict[str, list[int]]:
    """The places of the names that begin with a sound, or one that it is mixed up with."""
    places: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        for syllable in blurred_syllables(name[0]):
            places.setdefault(syllable, []).append(at)
    return places


@lru_cache(maxsize=16)
def _openings(names: tuple[str, ...]) -> frozenset[str]:
    """Every sound that a name may begin with; most characters of a text have none of them."""
    return frozenset().union(*(_sounds(name[0], False) for name in names))


@lru_cache(maxsize=16384)
def _sounds(character: str, tones: bool) -> frozenset[str]:
    """Every reading of a character, with or without its tone."""
    found = readings(character)
    return frozenset(found if tones else map(toneless, found))
