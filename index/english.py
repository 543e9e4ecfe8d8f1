"""An English question -> the Chinese keywords it is made of, from ``data/english.yaml``.

No translation: known words in their order and what is asked, for a search in Chinese documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from index.words import HAN, load_data

LEAST_KNOWN = 0.7  # share of the content words of a question that the glossary must know
LATIN_SHARE = 3  # letters for each Han character, from which a text is mostly Latin
PLACE = "…"  # in a cue: where the terms stand
BEFORE_NEXT = "+"  # ends a cue that belongs to the next term

Kind = Literal["term", "cue", "open", "empty"]
Phrases = Mapping[tuple[str, ...], tuple[Kind, str]]

_SENTENCE = re.compile(r"[?!;]+|\.(?=\s|$)")
_TOKEN = re.compile(rf"[a-z]+|\d+(?:[.,:]\d+)*%?|[{HAN}]+|[,:()]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LETTERS = re.compile(r"[A-Za-z]")
_HAN = re.compile(f"[{HAN}]")
_SHORT_FORMS = (
    (re.compile(r"\b(?:e\.g|i\.e|etc|mr|mrs|ms|no)\."), " "),
    (re.compile(r"\bcan['’]?t\b"), "can not"),
    (re.compile(r"n['’]t\b"), " not"),
    (re.compile(r"['’](?:s|re|ve|ll|d|m)\b|['’]"), ""),
)
_ENDINGS = (
    (re.compile(r"l+"), "l"),  # enroll, enrol
    (re.compile(r"(?<=\w\w)our$"), "or"),  # labour, labor
    (re.compile(r"(?<=m)me$"), ""),  # programme
    (re.compile(r"(?<=\w\w)ours$"), "or"),
    (re.compile(r"mmes$"), "m"),
    (re.compile(r"(?<=\w\w)ies$"), "y"),
    (re.compile(r"(?<=s|x|h|o)es$"), ""),
    (re.compile(r"(?<=\w\w)(?<![su])s$"), ""),
    (re.compile(r"(?<=\w\w\w)(?:ing|ed)$"), ""),
    (re.compile(r"is(?=e?$|ation$)"), "iz"),  # subsidise
    (re.compile(r"tre$"), "ter"),  # centre
    (re.compile(r"(?<=\w\w\w)e$"), ""),
    (re.compile(r"([b-df-hj-np-tv-z])\1$"), r"\1"),  # admitted
)
_ARTICLES = frozenset({"a", "an", "the"})
_BREAKS = frozenset(",:()")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a sentence: what it is and its Chinese; ``first`` where a clause begins."""

    kind: Kind | Literal["given", "unknown"]
    chinese: str
    first: bool


def render(text: str) -> str | None:
    """The Chinese keywords of a mostly English text; None when too little of it is known.

    Give it without region names, normalised.
    """
    if len(_LETTERS.findall(text)) < max(LATIN_SHARE, LATIN_SHARE * len(_HAN.findall(text))):
        return None
    text = text.lower()
    for short, full in _SHORT_FORMS:
        text = short.sub(full, text)
    sentences = [tuple(_pieces(_TOKEN.findall(one))) for one in _SENTENCE.split(text)]
    kinds = [piece.kind for pieces in sentences for piece in pieces]
    known, unknown = kinds.count("term"), kinds.count("unknown")
    if not known or known < LEAST_KNOWN * (known + unknown):
        return None
    return " ".join(filter(None, map(_rendered, sentences)))


def _pieces(tokens: Sequence[str]) -> Iterator[_Piece]:
    """The longest known phrases of a sentence, left to right."""
    words = [_folded(token) for token in tokens if token not in _ARTICLES]
    plain = [token for token in tokens if token not in _ARTICLES]
    phrases, longest = _phrases()
    opens, subjects = _opens(), _data()["subjects"]
    at, first = 0, True
    while at < len(words):
        if words[at] in _BREAKS:
            at, first = at + 1, True
            continue
        for length in range(min(longest, len(words) - at), 0, -1):
            known = phrases.get(tuple(words[at : at + length]))
            if known:
                break
        if first and length == 1 and words[at] in opens:
            known = "open", opens[words[at]]
        kind, chinese = known or _unlisted(plain[at])
        yield _Piece(kind, chinese, first)
        first = first and kind == "empty" and plain[at] not in subjects
        at += length


def _unlisted(token: str) -> tuple[Literal["given", "unknown", "empty"], str]:
    if len(token) == 1 and token.isascii() and not token.isdigit():
        return "empty", ""
    if token.isascii() and token.isalpha():
        return "unknown", token
    return "given", f"{token}年" if _YEAR.fullmatch(token) else token


def _rendered(pieces: Sequence[_Piece]) -> str:
    """The terms of a sentence in order, none that another one contains, around its cue.

    Unknown words stay as they are: the question is also about them.
    """
    asked = _cue(pieces)
    told = [one.chinese for one in pieces if one.kind in {"term", "given", "unknown"}]
    terms = [
        term
        for at, term in enumerate(told)
        if term not in told[:at] and not any(term != one and term in one for one in told)
    ]
    if not asked or not terms:
        return " ".join(terms)
    cue = _measured(asked.chinese, terms)
    if cue.endswith(BEFORE_NEXT):
        return " ".join(_with_next(pieces, asked, terms)) + "？"
    before, _, after = (cue if PLACE in cue else f"{PLACE} {cue}").partition(PLACE)
    return " ".join(filter(None, (before, *terms))) + f"{after}？"


def _with_next(pieces: Sequence[_Piece], asked: _Piece, terms: Sequence[str]) -> Iterator[str]:
    """The terms, the cue written together with the one that follows it in the question."""
    cue = asked.chinese.removesuffix(BEFORE_NEXT)
    at = next(n for n, one in enumerate(pieces) if one is asked)
    later = {one.chinese for one in pieces[at:]}
    target = next((term for term in terms if term in later), "")
    for term in terms:
        yield cue + term if term == target else term
    if not target:
        yield cue


def _cue(pieces: Sequence[_Piece]) -> _Piece | None:
    """What a sentence asks: its first question word, or an auxiliary that begins a clause."""
    asking = [one for one in pieces if one.kind == "cue" or (one.kind == "open" and one.first)]
    return next((one for one in asking if one.first), asking[0] if asking else None)


def _measured(cue: str, terms: Sequence[str]) -> str:
    """``what is`` beside a ratio asks how much it is."""
    data = _data()
    measured = data["measured"].items() if cue in data["plain"] else ()
    return next((meant for meant, words in measured if not set(words).isdisjoint(terms)), cue)


@cache
def _folded(word: str) -> str:
    """A word without its plural or verb ending, in one spelling; the same for both sides."""
    if not word.isascii() or len(word) < 4:
        return word
    for ending, replacement in _ENDINGS:
        word = ending.sub(replacement, word)
    return word


@cache
def _data() -> Mapping[str, Any]:
    return load_data("english.yaml")


@cache
def _opens() -> Mapping[str, str]:
    """Auxiliaries, folded, with the question that they make of a sentence."""
    return {_folded(word): cue for cue, words in _data()["opens"].items() for word in words}


@cache
def _phrases() -> tuple[Phrases, int]:
    """Every known phrase, folded, and the length of the longest; ValueError if one stands twice."""
    data = _data()
    opens = [word for words in data["opens"].values() for word in words]
    empty = {"": [*load_data("stopwords.yaml")["words"]["english"], *data["empty"], *opens]}
    phrases: dict[tuple[str, ...], tuple[Kind, str]] = {}
    kinds: tuple[tuple[Kind, Mapping[str, Sequence[str]]], ...] = (
        ("term", data["terms"]),
        ("cue", data["cues"]),
        ("empty", empty),
    )
    for kind, entries in kinds:
        for chinese, variants in entries.items():
            for variant in variants:
                words = _TOKEN.findall(str(variant).lower())
                phrase = tuple(_folded(word) for word in words if word not in _ARTICLES)
                if kind != "empty" and phrases.get(phrase, (kind, chinese)) != (kind, chinese):
                    raise ValueError(f"english.yaml: {variant} stands for two things")
                phrases.setdefault(phrase, (kind, str(chinese)))
    return phrases, max(map(len, phrases))
