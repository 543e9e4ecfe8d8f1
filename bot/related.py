"""Questions to go on with: narrower by region or school level, or about a clause nearby.

Levels and related questions come from the everyday questions beside the clauses that were found,
so each is known to have an answer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.conversation import Answer
from bot.language import is_english
from index.documents import Hit
from index.question_types import levels

MOST_RELATED = 3
NEAR = 0.625  # score of a clause that is still about the subject
BY_HAND = 12  # the first questions beside a clause are the plainest
STAGES = ("学前教育", "小学", "初中", "普通高中", "中等职业教育")


@dataclass(frozen=True, slots=True)
class Offer:
    """A question that is asked with one tap; ``name`` is the region or level it narrows to."""

    kind: Literal["region", "level", "question"]
    text: str
    name: str = ""


def offers(answer: Answer) -> tuple[Offer, ...]:
    """Regions and school levels to narrow down to, then related questions."""
    regions = tuple(Offer("region", name, name) for name in answer.suggestions)
    if len(answer.regions) != 1:
        return regions
    return (*regions, *_levels(answer), *_related(answer))


def _levels(answer: Answer) -> Iterator[Offer]:
    """School levels that the cited clauses tell apart, when the question names none."""
    if levels(answer.standalone_question):
        return
    found: dict[str, str] = {}
    for hit in _hits(answer, cited=True):
        for text in _asked(hit, is_english(answer.question.text)):
            named = levels(text) & set(STAGES)
            if len(named) == 1:
                found.setdefault(min(named), text)
    for stage in STAGES:
        if stage in found:
            yield Offer("level", found[stage], stage)


def _related(answer: Answer) -> Iterator[Offer]:
    """One everyday question about each of the clauses next in rank."""
    near = [hit for hit in _hits(answer, cited=False) if hit.score >= NEAR]
    texts = (_asked(hit, is_english(answer.question.text)) for hit in near)
    first = dict.fromkeys(next(iter(asked)) for asked in texts if asked)
    for text in list(first)[:MOST_RELATED]:
        yield Offer("question", text)


def _hits(answer: Answer, cited: bool) -> list[Hit]:
    ids = {citation.clause.id for citation in answer.citations}
    return [hit for hit in answer.hits if (hit.clause.id in ids) is cited]


def _asked(hit: Hit, english: bool) -> list[str]:
    """Its everyday questions that matched, plainest first, with the region in words."""
    asked = [found.passage for found in hit.passages if found.passage.kind == "asked"]
    numbered = sorted((int(one.id.rsplit("asked", 1)[1]), one.text) for one in asked)
    place = hit.document.region.name
    if english:
        return [f"{text} ({place})" for _, text in numbered if is_english(text)]
    return [
        f"{place}{text}" for number, text in numbered if number < BY_HAND and not is_english(text)
    ]
