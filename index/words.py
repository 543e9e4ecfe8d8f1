"""Plain text and plain words: normalising, finding known words, dropping empty ones."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import opencc
import rjieba

from index.yaml_text import parse_yaml

DATA = Path(__file__).parent / "data"
HAN = "〇㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"

# Compatibility forms that would turn into plain digits and so change a number next to them:
# 10², 1½, ①, ㈠, ⒈, ㎡, ㋀, ㍘, ㏠, 🄁.
_DIGIT_FORMS = (
    "\xb2\xb3\xb9\xbc-\xbe\u2070-\u2089\u2150-\u215f\u2189\u2460-\u24ff\u2776-\u2793\u3220-\u3229"
    "\u3248-\u325f\u3280-\u32cb\u3358-\u3370\u339f-\u33a6\u33a8\u33ae\u33af\u33e0-\u33fe"
    "\U0001f100-\U0001f10c"
)
_PLAIN = re.compile(f"[^{_DIGIT_FORMS}]+")
_EMOJI = (
    "\U0001f004\U0001f0cf\U0001f170-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"
    "☀-➄➔-➿⬀-⯿⌚⌛⏏-⏺〰〽"
)
_SPACE_OUT = re.compile(f"[{_EMOJI}\x00-\x1f\x7f-\x9f\ue000-\uf8ff\u2028\u2029]")
# Nothing to see there: format characters, joiners, selectors, fillers, stacked accents, lone
# surrogates. Left out without a space, for they stand inside words.
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff\u20d0-\u20f0"
    "\u0300-\u036f\ud800-\udfff]"
)
_KEYCAP = re.compile("([0-9#*])\ufe0f?\u20e3")
_FAR = 1 << 62  # beyond the end of any text
_LATIN = re.compile(r"[a-z]")


@cache
def _simplifier() -> Callable[[str], str]:
    convert: Callable[[str], str] = opencc.OpenCC("t2s").convert
    return convert


def normalise(text: str) -> str:
    """Simplified characters, compatibility forms unified, nothing invisible, single spaces.

    Digits keep their values and their neighbours: what separated two numbers still does.
    """
    text = _KEYCAP.sub(r" \1 ", text)
    if not unicodedata.is_normalized("NFKC", text):
        text = _PLAIN.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _INVISIBLE.sub("", _SPACE_OUT.sub(" ", text))
    if not text.isascii():
        text = _simplifier()(text)
    return " ".join(text.split())


def load_data(name: str) -> dict[str, Any]:
    """A data file of this package, parsed; its top level is a mapping."""
    data: dict[str, Any] = parse_yaml((DATA / name).read_text("utf-8"))
    return data


@dataclass(frozen=True, slots=True)
class Found:
    """A known word at its place in a text (characters)."""

    word: str
    start: int
    end: int


class WordFinder:
    """Finds the longest known words of a text, left to right, without overlaps.

    A word does not count where it straddles a border between dictionary words and cuts one
    (高职 in 最高职务, 特色课 in 特色课程); a Latin one only between word borders. Case is ignored.
    """

    __slots__ = ("_by_first", "words")

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(word.lower() for word in words)
        lengths: defaultdict[str, set[int]] = defaultdict(set)
        for word in self.words:
            lengths[word[0]].add(len(word))
        self._by_first = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def find(self, text: str) -> list[Found]:
        """Every known word; O(length of the text)."""
        text = _lower(text)
        cuts: list[tuple[int, int]] | None = None
        found: list[Found] = []
        at = 0
        while at < len(text):
            match = None
            for word in self._candidates(text, at):
                if cuts is None:
                    cuts = word_spans(text)
                if _stands_alone(text, at, at + len(word), cuts or []):
                    match = Found(word, at, at + len(word))
                    break
            if match:
                found.append(match)
            at = match.end if match else at + 1
        return found

    def _candidates(self, text: str, at: int) -> Iterator[str]:
        for length in self._by_first.get(text[at], ()):
            word = text[at : at + length]
            if word in self.words:
                yield word


def word_spans(text: str) -> list[tuple[int, int]]:
    """The segmenter's dictionary words of a text as (start, end); joined they give the text."""
    spans = []
    at = 0
    for word in rjieba.cut(text, False):
        spans.append((at, at + len(word)))
        at += len(word)
    return spans


@cache
def stopwords() -> frozenset[str]:
    """Words without content of their own."""
    kinds = load_data("stopwords.yaml")["words"]
    return frozenset(word for words in kinds.values() for word in words)


@cache
def affixes() -> frozenset[str]:
    """Characters that often stand alone, so that a lone one is no sign of a misspelling."""
    return frozenset(load_data("stopwords.yaml")["affixes"])


def content_words(text: str) -> tuple[str, ...]:
    """Words of a text that carry content, in order, each once."""
    empty = stopwords()
    words = (word.lower() for word in rjieba.cut(text) if any(char.isalnum() for char in word))
    return tuple(dict.fromkeys(word for word in words if word not in empty))


def _lower(text: str) -> str:
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else text  # offsets must hold


def _stands_alone(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    if _LATIN.match(text[start]) or _LATIN.match(text[end - 1]):
        return not (_latin_at(text, start - 1) or _latin_at(text, end))
    return not _cuts_a_word(start, end, spans)


def _latin_at(text: str, at: int) -> bool:
    return 0 <= at < len(text) and bool(_LATIN.match(text[at]))


def _cuts_a_word(start: int, end: int, spans: list[tuple[int, int]]) -> bool:
    first_left, first_right = spans[bisect_right(spans, (start, _FAR)) - 1]
    last_left, last_right = spans[bisect_right(spans, (end - 1, _FAR)) - 1]
    if first_left == last_left:  # inside one word: at its beginning or end is good enough
        return first_left < start and end < first_right
    return first_left < start or end < last_right
