"""Domain words written with wrong characters: homophones, near homophones, one slip.

A correction keeps the length of the text, so offsets hold. It needs a reason to believe that the
written characters are wrong: they form no word, and the characters to be replaced stand alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import rjieba

from index.sound_index import LONGEST, SoundIndex, sound_index, sound_settings, words_from
from index.syllables import blurred_syllables, syllables
from index.words import HAN, affixes, stopwords, word_spans

Grade = Literal["homophone", "near", "slip"]
GRADES: tuple[Grade, ...] = ("homophone", "near", "slip")
ANY_SLIP = 5  # characters from which one may be wrong in any way, not only in shape
_RUN = re.compile(f"[{HAN}]{{2,}}")


@dataclass(frozen=True, slots=True)
class Correction:
    """Characters of a text (``start``:``end``) that were read as another word, and why."""

    written: str
    meant: str
    start: int
    end: int
    grade: Grade


def correct_sounds(text: str, vocabulary: frozenset[str]) -> tuple[str, tuple[Correction, ...]]:
    """Replace misspelt words of the vocabulary in a normalised text; say what was replaced.

    The index of a vocabulary is built on its first use; hand in the same frozenset again.
    """
    index = sound_index(vocabulary)
    corrections = tuple(
        correction
        for run in _RUN.finditer(text)
        for correction in _correct_run(run[0], run.start(), index)
    )
    for found in corrections:
        text = text[: found.start] + found.meant + text[found.end :]
    return text, corrections


@dataclass(frozen=True, slots=True)
class _Run:
    """A run of Chinese characters: borders of its words, which of them are single characters,
    and which characters belong to a rightly written domain word or a word of plain speech."""

    text: str
    borders: frozenset[int]
    lone: frozenset[int]
    known: frozenset[int]

    def odd(self, places: Iterable[int]) -> bool:
        """Whether these characters stand alone that hardly ever do."""
        return all(at in self.lone and self.text[at] not in affixes() for at in places)


def _correct_run(text: str, offset: int, index: SoundIndex) -> list[Correction]:
    spans = word_spans(text)
    borders = frozenset(start for start, _ in spans) | {len(text)}
    lone = frozenset(start for start, end in spans if end - start == 1)
    known = _known(text, index.words) | _plain_speech(text, spans)
    run = _Run(text, borders, lone, known)
    taken: set[int] = set()
    kept = []
    for found in sorted(_candidates(run, index), key=_rank):
        places = set(range(found.start, found.end))
        if not places & taken:
            taken |= places
            start, end = offset + found.start, offset + found.end
            kept.append(replace(found, start=start, end=end))
    return sorted(kept, key=lambda found: found.start)


def _rank(found: Correction) -> tuple[int, int, int]:
    changes = sum(a != b for a, b in zip(found.written, found.meant, strict=True))
    return GRADES.index(found.grade), changes - len(found.meant), found.start


def _known(text: str, words: frozenset[str]) -> frozenset[int]:
    known: set[int] = set()
    for start in range(len(text) - 1):
        for end in range(min(start + LONGEST, len(text)), start + 1, -1):
            if text[start:end] in words:
                known.update(range(start, end))
                break
    return frozenset(known)


def _plain_speech(text: str, spans: list[tuple[int, int]]) -> frozenset[int]:
    """Places of words of plain speech (老是) and of single characters that are meant as written."""
    firm: str = sound_settings()["firm"]
    return frozenset(
        at
        for start, end in spans
        if text[start:end] in (firm if end - start == 1 else stopwords())
        for at in range(start, end)
    )


def _candidates(run: _Run, index: SoundIndex) -> Iterator[Correction]:
    for start, meant, grade in _alike(run, index):
        end = start + len(meant)
        if end in run.borders:
            found = Correction(run.text[start:end], meant, start, end, grade)
            if _is_wrong(run, found):
                yield found


def _alike(run: _Run, index: SoundIndex) -> Iterator[tuple[int, str, Grade]]:
    for start in run.borders:
        for word in words_from(index.exact, run.text, start, syllables):
            yield start, word, "homophone"
        for word in words_from(index.near, run.text, start, blurred_syllables):
            yield start, word, "near"
    for at in run.lone:
        if run.odd([at]):
            yield from _slips(run, at, index)


def _slips(run: _Run, at: int, index: SoundIndex) -> Iterator[tuple[int, str, Grade]]:
    starts = (start for start in run.borders if at - LONGEST < start <= at)
    for start in starts:
        for end in range(max(at + 1, start + 3), min(len(run.text), start + LONGEST) + 1):
            pattern = f"{run.text[start:at]}_{run.text[at + 1 : end]}"
            for word in index.gapped.get(pattern, ()):
                inside = start < at < end - 1
                if (len(word) >= ANY_SLIP and inside) or _look_alike(
                    word[at - start], run.text[at]
                ):
                    yield start, word, "slip"


def _is_wrong(run: _Run, found: Correction) -> bool:
    """Whether the characters that differ look out of place where they stand."""
    pairs = zip(found.written, found.meant, strict=True)
    changed = [found.start + at for at, (written, meant) in enumerate(pairs) if written != meant]
    length = len(found.written)
    if not changed or 2 * len(changed) > length or run.known.intersection(changed):
        return False
    if found.written in _deliberate() or rjieba.has_word(found.written):
        return False
    sounds_same = found.grade == "homophone"
    if _is_word_with_a_neighbour(found, changed) and (
        not sounds_same or (length == 3 and changed[0] == found.start)
    ):
        return False
    if not sounds_same or run.odd(changed):
        return run.odd(changed)
    if len(changed) > 1 or length < 3:
        return False
    rest = [at for at in range(found.start, found.end) if at not in changed and at in run.lone]
    return length > 3 or (bool(rest) and run.odd(rest) and changed[0] not in run.lone)


def _is_word_with_a_neighbour(found: Correction, changed: list[int]) -> bool:
    """Whether what differs is only the first or last character, beside a good word."""
    first, last = found.written[1:], found.written[:-1]
    good = {found.start: first, found.end - 1: last}.get(changed[0]) if len(changed) == 1 else None
    return good is not None and rjieba.has_word(good)


def _look_alike(one: str, other: str) -> bool:
    return one in _lookalikes().get(other, "")


@cache
def _deliberate() -> frozenset[str]:
    return frozenset(sound_settings()["deliberate"])


@cache
def _lookalikes() -> Mapping[str, str]:
    groups: defaultdict[str, str] = defaultdict(str)
    for group in sound_settings()["shapes"]:
        for char in group:
            groups[char] += group
    return groups
