"""What a question is about: evidence for education policy against evidence for other fields.

The word lists live in ``bot/data/screen.yaml``, which says how they are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from index.yaml_text import parse_yaml

ENOUGH_HAN = 4  # Han characters left over that make a topic of their own
ENOUGH_LATIN = 2  # words likewise
TASK_WEIGHT = 3.0
CLEARLY_OTHER = 1.5  # evidence of another field that no likeness to a clause outweighs
HAN = re.compile(r"[\u3400-\u9fff]")
LETTERS = re.compile(r"[a-z]+")
NOT_SQUEEZED = re.compile(r"[^\w\n]+|_+")
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN_WORD = re.compile(r"[a-z]+|[0-9]+")
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")


@dataclass(frozen=True, slots=True)
class Reading:
    """Evidence for education and for other fields, the topic words, and what is left unknown."""

    education: float
    other: float
    topics: tuple[str, ...]
    rest: str

    @property
    def lacks_a_topic(self) -> bool:
        """Whether neither a known word nor an unknown one says what it is about."""
        unknown = LETTERS.search(self.rest) or HAN.search(self.rest)
        return not (self.topics or self.other or unknown)


def out_of_scope(text: str, spoken: frozenset[str] = frozenset()) -> bool:
    """Whether another field outweighs education, or a topic has no word of education at all."""
    reading = read(text, spoken)
    if reading.other > reading.education:
        return True
    return reading.education == 0 and _is_a_topic(reading.rest)


def clearly_out_of_scope(text: str, spoken: frozenset[str] = frozenset()) -> bool:
    """Whether all that is known of a text speaks for another field, and speaks clearly."""
    reading = read(text, spoken)
    return reading.education == 0 and reading.other >= CLEARLY_OTHER


def of_another_field(text: str, spoken: frozenset[str] = frozenset()) -> bool:
    """Whether what is known of a text speaks more for another field than for education."""
    reading = read(text, spoken)
    return reading.other > reading.education


def unknown_terms(text: str) -> tuple[str, ...]:
    """Stretches of Han characters without any known word, long enough to be a topic."""
    return tuple(run for run in _HAN_RUN.findall(read(text).rest) if len(run) >= ENOUGH_HAN)


def is_vague(text: str) -> bool:
    """Whether nothing says what the question is about (give it without region words)."""
    return read(text).lacks_a_topic


@lru_cache(maxsize=256)  # one question is weighed by many steps
def read(text: str, spoken: frozenset[str] = frozenset()) -> Reading:
    """Weigh the known words of a normalised text; O(length).

    Words of other fields that the documents held speak of (``bot.spoken``) have no weight.
    """
    text = _HAN_GAP.sub("", text.lower())
    found = list(_known_words(text))
    words = tuple(dict.fromkeys(text[start:end] for start, end in found))
    education, other = _weights("education"), _weights("other")
    foreign = other.keys() - spoken
    squeezed = NOT_SQUEEZED.sub("", text)
    tasks = [TASK_WEIGHT for task in _tasks() if task.search(squeezed)]
    return Reading(
        education=_evidence(education[word] for word in words if word in education),
        other=_evidence([*tasks, *(other[word] for word in words if word in foreign)]),
        topics=tuple(word for word in words if word in education and word not in filler()),
        rest=_rest(text, found),
    )


def _known_words(text: str) -> Iterator[tuple[int, int]]:
    """Places of the longest known words, left to right; Latin ones between word borders.

    Unlike ``index.words.WordFinder`` it needs no segmenter, so 2,000 characters stay cheap.
    """
    by_first = _lexicon()
    at = 0
    while at < len(text):
        words = by_first.get(text[at], ())
        end = next((at + len(w) for w in words if text.startswith(w, at)), at)
        if text[at].isascii() and text[at].isalnum():
            latin = _LATIN_WORD.match(text, at)
            last = latin.end() if latin else at + 1
            if end == last:
                yield at, end
            at = last
            continue
        if end > at:
            yield at, end
        at = max(end, at + 1)


@cache
def _lexicon() -> dict[str, tuple[str, ...]]:
    """Every known word by its first character, the longest first."""
    heads: dict[str, list[str]] = {}
    for word in {*_weights("education"), *_weights("other"), *filler()}:
        heads.setdefault(word[0], []).append(word)
    return {first: tuple(sorted(words, key=len, reverse=True)) for first, words in heads.items()}


def foreign_words() -> tuple[str, ...]:
    """The words that speak for another field."""
    return tuple(_weights("other"))


def _evidence(weights: Iterable[float]) -> float:
    known = sorted(weights, reverse=True)
    return known[0] + sum(known[1:]) / 5 if known else 0.0


def _rest(text: str, spans: list[tuple[int, int]]) -> str:
    starts = [0, *(end for _, end in spans)]
    ends = [*(start for start, _ in spans), len(text)]
    return " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def _is_a_topic(rest: str) -> bool:
    return len(HAN.findall(rest)) >= ENOUGH_HAN or len(LETTERS.findall(rest)) >= ENOUGH_LATIN


@cache
def screen_data() -> Mapping[str, Any]:
    """The data file, parsed."""
    text = (files("bot") / "data" / "screen.yaml").read_text("utf-8")
    data: Mapping[str, Any] = parse_yaml(text)
    return data


@cache
def filler() -> frozenset[str]:
    """Words that carry no topic of their own."""
    return frozenset(screen_data()["filler"].split())


@cache
def _weights(side: str) -> Mapping[str, float]:
    rows = sorted(screen_data()[side].items())
    return {word.lower(): float(weight) for weight, words in rows for word in words.split()}


@cache
def _tasks() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(source) for source in screen_data()["tasks"])
