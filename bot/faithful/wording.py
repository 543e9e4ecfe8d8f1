"""What the words of a sentence do: bind, deny, bound, name, reword; data in ``data/wording.yaml``.

``read`` looks at a text once: its content words, the forces, names, negations and numbers in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from bot.faithful.lexicon import (
    also,
    compared_apart,
    data,
    finder,
    hints,
    keeps,
    official_words,
    patterns,
    rewordings,
)
from index.numbers import Number, find_numbers, is_article
from index.numerals import HAN_NUMERALS
from index.question_types import groups
from index.words import stopwords, word_spans

READINGS = 1 << 12  # texts kept read
REACH = 24  # characters before a number within which its bound stands
ENGLISH = 0.5  # share of Latin letters from which a text is English

Concept = tuple[str, str]
# what a bound does not reach across; 最近 and 签约 are none
_APART = re.compile(r"[,，、:：。;；\n\d]|[最就附]近|[节制预签公条契履合]约")
_LETTER = re.compile(r"[A-Za-z]")
_TITLE = re.compile("《[^》]*》")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as its parts: ``words`` carry content, ``concepts`` are (class, name) pairs.

    ``allowed`` and ``hinted`` are forces and names that a sentence about this text may have,
    ``kept`` forces of a clause that this text tells well enough. What a sentence denies may be said
    without a negation by a clause that is ``deniable``, and the other way round if ``denying``.
    """

    text: str
    words: tuple[str, ...]
    forces: frozenset[str]
    allowed: frozenset[str]
    kept: frozenset[str]
    concepts: frozenset[Concept]
    hinted: frozenset[Concept]
    negations: int
    deniable: bool
    denying: bool
    bounds: frozenset[str]
    numbers: tuple[Number, ...]
    english: bool


@lru_cache(maxsize=READINGS)
def read(text: str) -> Reading:
    """The parts of a normalised text."""
    numbers = tuple(one for one in find_numbers(text) if not _counts_one(one, text))
    tight = patterns("loose_bounds").sub(_blank, text)
    unbound = _unbound(text, tight)
    plain = patterns("blank").sub(_blank, unbound)
    forces = frozenset(_named("forces", plain))
    bare = untitled(text)
    return Reading(
        text=text,
        words=_content(text, numbers),
        forces=forces,
        allowed=forces | {force for force, words in also().items() if has_any(words, text)},
        kept=forces | {force for force, words in keeps().items() if has_any(words, text)},
        concepts=concepts(text),
        hinted=frozenset(name for name, words in hints().items() if has_any(words, bare)),
        negations=len(_named("negations", plain)),
        deniable=has_any(data()["denied"]["also"], text),
        denying=has_any(data()["denied"]["keeps"], text),
        bounds=frozenset(_named("bounds", tight)),
        numbers=numbers,
        english=len(_LETTER.findall(text)) > ENGLISH * len(text),
    )


@lru_cache(maxsize=READINGS)
def concepts(text: str) -> frozenset[Concept]:
    """Everybody and everything of the known classes that a text names, with what they make up."""
    found = {_pair(name) for name in _named("concepts", text)}
    found |= {("person", one) for one in groups(text)}
    for whole, names in data()["together"].items():
        if all(_pair(name) in found for name in names):
            found.add(_pair(whole))
    return frozenset(found)


def untitled(text: str) -> str:
    """A text without the names of other documents."""
    return _TITLE.sub("", text)


def spelled_out(text: str) -> str:
    """A text without the everyday spellings that would be cut wrong: 普惠民办园, 会不会."""
    for pattern, meant in data()["spelled"]:
        text = re.sub(pattern, meant, text)
    return text


def _pair(name: str) -> Concept:
    kind, _, word = name.partition(":")
    return kind, word


def variants(word: str) -> tuple[str, ...]:
    """A word and everything that says the same, the word itself first."""
    return (word, *(one for one in rewordings().get(word, ()) if one != word))


def conditions(text: str, kind: Literal["strict", "loose"]) -> tuple[str, ...]:
    """The stretches of an official text that restrict its rule."""
    found = patterns("conditions", kind).finditer(text)
    return tuple(match[0] for match in found if not _describes(text[: match.start()]))


def _describes(before: str) -> bool:
    """Whether what follows describes what is to be made (培育成效显著的学校), not who is meant."""
    return bool(patterns("describes").search(before))


def licences(force: str) -> frozenset[str]:
    """Forces of a clause of which each allows a sentence to have this one."""
    return frozenset(data()["licences"].get(force, (force,)))


def opposed(text: str, other: str) -> tuple[str, ...]:
    """Words of a text of which the other text has only the opposite."""
    found: list[str] = []
    for one, two in data()["opposites"]:
        for near, far in ((one, two), (two, one)):
            said = [word for word in near if word in text]
            if said and not has_any(near, other) and has_any(far, other) and not has_any(far, text):
                found += said[:1]
    return tuple(found)


def joins(text: str) -> frozenset[str]:
    """How a text joins conditions: ``all``, ``any``, both, or not at all."""
    return frozenset(_named("joins", text))


def bound(text: str, number: Number) -> str:
    """Which bound (least, most, over, under, about) stands at a number; empty for none."""
    after = text[number.end :][:4]
    before = _APART.split(text[: number.start])[-1][-REACH:]
    for kind, words in data()["bounds"].items():
        tails = [word for word in words if word[-1] in "上下内里右往止"]
        leads = [word for word in words if word not in tails]
        far = [word for word in leads if len(word) > 1]
        if has_any(far, before) or before.endswith(tuple(leads)) or after.startswith(tuple(tails)):
            return str(kind)
    return "about" if patterns("around").search(before) else ""


def english_terms(text: str) -> tuple[tuple[str, ...], ...]:
    """For each term of education policy in an English text, the words it may stand for."""
    terms = {name: tuple(words) for names, words in data()["english"] for name in names}
    found = _named("english", text)
    return tuple(terms[name] for name in dict.fromkeys(found))


def is_term(word: str) -> bool:
    """Whether a word is one of the official terms, or of those that stand for everyday words."""
    return word in official_words()


def has_any(words: Iterable[str], text: str) -> bool:
    """Whether a text has one of the words, wherever they stand."""
    return any(word in text for word in words)


def _blank(match: re.Match[str]) -> str:
    return "_" * len(match[0])


def _counts_one(number: Number, text: str) -> bool:
    """Whether a number is no more than an article; 一千米 and 一到两所 begin like one."""
    if not is_article(number, text):
        return False
    return "~" not in number.form and text[number.start + 1] not in HAN_NUMERALS


def _unbound(text: str, tight: str) -> str:
    """A text without its bounds; what only looks like one stays."""
    found = finder("bounds").pattern.finditer(tight)
    for match in found:
        text = f"{text[: match.start()]}{_blank(match)}{text[match.end() :]}"
    return text


def _content(text: str, numbers: Iterable[Number]) -> tuple[str, ...]:
    """Content words in order, each once, numbers left out."""
    for number in numbers:
        text = f"{text[: number.start]}{' ' * (number.end - number.start)}{text[number.end :]}"
    cut = (text[start:end] for start, end in word_spans(text))
    empty = stopwords() | frozenset(data()["frames"]) | compared_apart()
    words = (word.lower() for word in cut if word[0].isalnum())
    return tuple(dict.fromkeys(word for word in words if word not in empty))


def _named(part: str, text: str) -> list[str]:
    """The names of every known word of one part of the data that stands in the text."""
    text = text.lower()
    known = finder(part)
    spans = word_spans(text)
    borders = {0, *(end for _, end in spans)}
    found = list(known.pattern.finditer(text))
    starts = {match.start() for match in found}
    anywhere = frozenset(data()["deny"]) if part == "negations" else frozenset[str]()
    whole = set(spans) | {(start, start + 1) for start in borders if start + 1 in starts}
    return [
        name
        for match in found
        if _stands(match, borders, whole, part == "concepts", anywhere)
        for name in known.names[match[0]]
    ]


def _stands(
    match: re.Match[str],
    borders: set[int],
    whole: set[tuple[int, int]],
    loose: bool,
    anywhere: frozenset[str],
) -> bool:
    """Whether a known word is one here: a short one must not be cut out of other words."""
    start, end = match.span()
    if match[0][0].isascii():
        around = match.string[max(start - 1, 0) : start] + match.string[end : end + 1]
        return not _LETTER.search(around)
    if end - start == 1:
        return (start, end) in whole or match[0] in anywhere
    return end - start > 2 or start in borders or (loose and end in borders)
