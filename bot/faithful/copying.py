"""How much of a text another copies: too little to be about it, or all but a word of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from bot.faithful.lexicon import patterns
from index.words import normalise, word_spans

# Of the character pairs of a sentence; 486 of 489 faithful rewordings in tests/data have it, and
# sentences about something else do not.
SHARED = 0.2
# A word put in another's place in what is a copy otherwise: 105 of 2,009 distortions in tests/data
# and 26 of 1,677 faithful rewordings, for which the quote stands in.
ALTERED = 0.1  # of its characters, at most
WORD = 2  # characters, at least
# By how much of its pairs a clause not cited may be more like a sentence than the one cited. Beside
# their five nearest clauses 8 of 1,320 faithful sentences are over it; citing one of the three
# nearest instead of their own, 84 % of 3,960.
NEARER = 0.15
ECHO = 0.8  # of the pairs of a sentence that are the asker's own, and not the clause's
LEAST_PAIRS = 8  # of a sentence whose home can be told
KEPT = 256  # texts whose pairs are kept
LEAK = 12  # characters in a row that also stand in the prompt

_MARKER = re.compile(r"〔\d{1,2}〕")
_HAN = re.compile(r"[\u3400-\u9fff]")
_NOT_WORD = re.compile(r"\W+")
_BORDER = "|"


@lru_cache(maxsize=KEPT)
def pairs(text: str) -> frozenset[str]:
    """Pairs of neighbouring Han characters."""
    han = "".join(_HAN.findall(text))
    return frozenset(han[at : at + 2] for at in range(len(han) - 1))


def shares(said: str, held: str) -> bool:
    """Whether a sentence has at least some character pairs of its clauses."""
    own = pairs(said)
    return len(own & pairs(held)) >= SHARED * len(own)


def nearer(said: str, cited: str, others: Mapping[int, str]) -> int | None:
    """The number of another text that a sentence copies far more of than of the cited one."""
    own = pairs(said)
    if len(own) < LEAST_PAIRS or not others:
        return None
    most, number = max((len(own & pairs(text)), -n) for n, text in others.items())
    return -number if most - len(own & pairs(cited)) >= NEARER * len(own) else None


def echoes(said: str, asked: str, held: str) -> bool:
    """Whether a sentence only says again what was asked, in words that are not its clauses'."""
    own, enough = pairs(said), ECHO * len(pairs(said))
    return len(own & pairs(asked)) >= enough > len(own & pairs(held))


def altered(said: str, held: str) -> bool:
    """Whether a sentence copies its clause but for a word put in another's place."""
    copy, original = _joined(said).replace(_BORDER, ""), _joined(held)
    return _swaps(original, copy) or _swaps(_cut(original), _cut(copy))


def verbatim(said: str, held: str) -> bool:
    """Whether a text is a run of whole pieces of another, from one mark to another."""
    return _joined(said) in _joined(held)


def _swaps(original: Sequence[str], copy: Sequence[str]) -> bool:
    """The same of characters or of words: so much copied that what differs was put there.

    Whoever acts (市政府) may be put before a piece that is copied whole.
    """
    match = SequenceMatcher(None, original, copy, autojunk=False)
    swapped, copied = False, 0
    for kind, start, stop, since, to in match.get_opcodes():
        was, put = "".join(original[start:stop]), "".join(copy[since:to])
        added = since == 0 and was.endswith(_BORDER) and patterns("acting").fullmatch(put)
        replaced = min(len(was.replace(_BORDER, "")), len(put)) >= WORD
        swapped |= kind == "replace" and replaced and not added
        copied += len(put) if kind == "equal" and len(put) > 1 else 0
    length = len("".join(copy))
    return swapped and length - copied <= ALTERED * length


def _joined(text: str) -> str:
    """The pieces of a text between marks, a border around each."""
    pieces = _NOT_WORD.split(_MARKER.sub("", normalise(text)))
    return _BORDER.join(("", *filter(None, pieces), ""))


def _cut(text: str) -> list[str]:
    return [text[start:end] for start, end in word_spans(text)]


def leaks(text: str, wording: str) -> bool:
    """Whether a run of characters of the prompt stands in the text."""
    bare, prompt = (_NOT_WORD.sub("", _MARKER.sub("", one)) for one in (text, wording))
    return any(bare[at : at + LEAK] in prompt for at in range(len(bare) - LEAK + 1))
