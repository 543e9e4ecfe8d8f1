"""What leads to a place of a clause, and without which the place says something else.

任何学校不得有下列行为:组织考试选拔学生. 经省级部门批准的,可以跨区域招生.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.faithful.alignment import Match, coverage
from bot.faithful.comparison import Comparison
from bot.faithful.lexicon import patterns
from bot.faithful.wording import Reading, conditions

TOLD = 0.3  # of the words of what leads, in a sentence that tells it
WHOLLY = 0.8  # of a segment that is nothing but a condition


def left_behind(compared: Comparison) -> tuple[str, ...]:
    """Bans and conditions that lead to what a sentence rewords, and that it does not tell."""
    matches = () if compared.said.english else compared.matches
    found = (text for match in matches if match.score > 0 for text in _untold(match, compared))
    return tuple(dict.fromkeys(found))


def _untold(match: Match, compared: Comparison) -> Iterator[str]:
    stem, before = match.place.stem, match.place.before
    if stem and "prohibit" in stem.forces and not match.place.segment.negations:
        yield from () if _denies(compared.said) else (stem.text,)
    elif stem and patterns("charges").search(stem.text):
        yield from _unless_told(stem, compared)
    if before and _is_limit(before) and not _is_formula(match.place.segment):
        yield from _unless_told(before, compared)


def _unless_told(lead: Reading, compared: Comparison) -> Iterator[str]:
    if lead.words and coverage(lead.words, compared.text) < TOLD:
        yield lead.text


def _denies(said: Reading) -> bool:
    return said.negations > 0 or said.denying or "prohibit" in said.forces


def _is_formula(segment: Reading) -> bool:
    return bool(patterns("formulas").search(segment.text))


def _is_limit(before: Reading) -> bool:
    return any(len(one) >= WHOLLY * len(before.text) for one in conditions(before.text, "strict"))
