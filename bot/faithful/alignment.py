"""Which part of a clause a sentence rewords, and how much of the one stands in the other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

from bot.faithful.lists import listed
from bot.faithful.spelling import normalise_lines
from bot.faithful.wording import Concept, Reading, concepts, read, variants

OUTLINES = 1 << 9  # clauses kept cut
PHRASES = re.compile(r"[:：](?!\d)|—|,(?!\d{3}(?!\d))|,(?<!\d,)|，")
OTHERWISE = "非副半"  # what follows is something else
SHORTEST = 2  # characters of a segment that says something
SAME_WORDS = 0.9  # what a rewording counts, the very word being 1
NEAR = 0.7  # weight of a segment, the rest being that of its sentence
SAME_NUMBER = 1.0
SAME_NAME = 0.15
SAME_FORCE = 0.2  # such words are what a distortion changes
TOGETHER = 0.8  # for a place in the sentence that is most like the whole
SAME_PAIRS = 0.6
VERBATIM = 4.0
GAIN = 1.0  # weight of the words for which a second place is looked at


@dataclass(frozen=True, slots=True)
class Place:
    """A segment of a clause, its sentence, the first segment of that, and the one before it.

    ``stem`` is what the sentence goes on from: what leads to the list that it is an item of.
    """

    segment: Reading
    sentence: Reading
    head: Reading
    before: Reading | None
    stem: Reading | None


@dataclass(frozen=True, slots=True)
class Match:
    """A segment of a sentence and the place that it rewords most likely."""

    segment: Reading
    place: Place
    score: float


@lru_cache(maxsize=OUTLINES)
def outline(text: str) -> tuple[Place, ...]:
    """Every segment of a text, with its sentence."""
    return tuple(
        Place(
            read(segment),
            read(sentence),
            read(segments[0]),
            read(before) if before else None,
            read(stem) if stem else None,
        )
        for stem, sentence in listed(normalise_lines(text))
        for segments in [_cut(PHRASES, sentence)]
        for before, segment in zip(["", *segments], segments, strict=False)
    )


def align(sentence: str, places: Sequence[Place]) -> tuple[Match, ...]:
    """The best place for every segment of a normalised sentence.

    A segment that says nothing of its own goes with the segment before it, or the next one.
    """
    segments = [read(text) for text in _cut(PHRASES, sentence)]
    rare = _rarity(segments, places)
    scores = [[_score(segment, place, rare) for place in places] for segment in segments]
    votes = _votes(scores, places)
    found = []
    for segment, row in zip(segments, scores, strict=True):
        ranked = ((score + (score > 0) * votes[n], -n) for n, score in enumerate(row))
        _, at = max(ranked, default=(0.0, 0))
        if places:
            found.append(Match(segment, places[-at], row[-at]))
    matched = [match for match in found if match.score > 0]
    return tuple(
        match if match.score > 0 or not matched else _beside(match, found, matched)
        for match in found
    )


def _rarity(segments: Sequence[Reading], places: Sequence[Place]) -> Mapping[str, float]:
    """How much each word tells places apart: less the more of them have it."""
    words = {word for segment in segments for word in segment.words}
    held = {word: sum(cover(word, place.segment.text) for place in places) for word in words}
    return {word: weight(word) / sqrt(max(count, 1.0)) for word, count in held.items()}


def _votes(scores: Sequence[Sequence[float]], places: Sequence[Place]) -> list[float]:
    """What each place gains because its sentence is like the whole of the sentence compared."""
    totals: defaultdict[str, float] = defaultdict(float)
    for row in scores:
        best: defaultdict[str, float] = defaultdict(float)
        for place, score in zip(places, row, strict=True):
            best[place.sentence.text] = max(best[place.sentence.text], score)
        for text, score in best.items():
            totals[text] += score
    most = max(totals.values(), default=0.0) or 1.0
    return [TOGETHER * totals[place.sentence.text] / most for place in places]


def _beside(match: Match, found: Sequence[Match], matched: Sequence[Match]) -> Match:
    before = [one for one in found[: found.index(match)] if one.score > 0]
    return Match(match.segment, (before or matched)[-1 if before else 0].place, 0.0)


def rest_of(match: Match, places: Sequence[Place]) -> tuple[Reading, ...]:
    """The segment next to a match's place, or the item that it leads to, with what it has not."""
    place = match.place
    at = next(n for n, one in enumerate(places) if one is place)
    near = (one for one in places[max(at - 1, 0) : at + 2] if one.sentence is place.sentence)
    items = (one for one in places if one.stem and place.sentence.text in one.stem.text)
    left = [word for word in match.segment.words if not cover(word, place.segment.text)]
    gains = [
        (sum(weight(word) * cover(word, one.segment.text) for word in left), n, one.segment)
        for n, one in enumerate((*near, *items))
        if one is not place
    ]
    gain, _, best = max(gains, default=(0.0, 0, place.segment))
    return (best,) if gain >= GAIN else ()


def coverage(words: Sequence[str], text: str) -> float:
    """Share of words that a text has, by weight; 1 where there are none."""
    total = sum(map(weight, words))
    return sum(weight(word) * cover(word, text) for word in words) / total if total else 1.0


def weight(word: str) -> float:
    """How much a content word counts, by its length."""
    return min(len(word), 4) / 2 if len(word) > 1 else 0.3


@lru_cache(maxsize=1 << 16)
def cover(word: str, text: str) -> float:
    """How far a text has a word: 1 itself, less a rewording, less again some of its characters."""
    if _stands(word, text):
        return 1.0
    return SAME_WORDS if names(word) & read(text).concepts else worded(word, text)


@lru_cache(maxsize=1 << 16)
def worded(word: str, text: str) -> float:
    """The same by its words alone, whatever class of names it belongs to."""
    if _stands(word, text):
        return 1.0
    if any(_stands(other, text) for other in variants(word)):
        return SAME_WORDS
    if len(word) > 2:
        halves = [word[at : at + 2] for at in range(len(word) - 1)]
        return SAME_WORDS * sum(_has(half, text) for half in halves) / len(halves)
    return 0.0


@lru_cache(maxsize=1 << 12)
def names(word: str) -> frozenset[Concept]:
    """The names of known classes that a word is."""
    return concepts(word)


def _has(word: str, text: str) -> bool:
    return any(_stands(other, text) for other in variants(word))


def _stands(word: str, text: str) -> bool:
    """Whether a text has a word, not only what it is not: 普惠 in 非普惠, 校长 in 副校长."""
    at = text.find(word)
    while at > 0 and text[at - 1] in OTHERWISE and len(word) > 1:
        at = text.find(word, at + 1)
    return at >= 0


def _score(segment: Reading, place: Place, rare: Mapping[str, float]) -> float:
    if segment.text in place.segment.text:
        return VERBATIM
    near, wide = (
        sum(rare[word] * cover(word, reading.text) for word in segment.words)
        / (sum(rare[word] for word in segment.words) or 1.0)
        for reading in (place.segment, place.sentence)
    )
    forms = {number.form for number in segment.numbers}
    held = {number.form for number in place.segment.numbers}
    named = segment.concepts & place.segment.concepts
    score = NEAR * near + (1 - NEAR) * wide
    score += SAME_PAIRS * _shared_pairs(segment.text, place.segment.text)
    if forms:
        bare = (form for form in forms if form.isdigit())
        alike = {form for form in bare if any(_begins(one, form) for one in held)}
        score += SAME_NUMBER * len(forms & held | alike) / len(forms)
    score += SAME_NAME * len(named) / len(segment.concepts) if segment.concepts else 0.0
    if segment.forces:
        score += SAME_FORCE * len(segment.forces & place.segment.forces) / len(segment.forces)
    return score


def _begins(form: str, digits: str) -> bool:
    """Whether a number has just these digits, whatever its unit."""
    return form.startswith(digits) and not form[len(digits) : len(digits) + 1].isdigit()


def _shared_pairs(one: str, other: str) -> float:
    """Share of the pairs of neighbouring characters of a text that the other has."""
    pairs = _pairs(one)
    return len(pairs & _pairs(other)) / len(pairs) if pairs else 0.0


@lru_cache(maxsize=1 << 12)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[at : at + 2] for at in range(len(text) - 1))


def _cut(pattern: re.Pattern[str], text: str) -> list[str]:
    pieces = (piece.strip() for piece in pattern.split(text))
    return [piece for piece in pieces if len(piece) >= SHORTEST]
