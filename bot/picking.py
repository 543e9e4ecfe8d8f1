"""Sentences of a clause that a question needs beside the best: one for each thing that it lists,
the one that has the figure which it asks for or to be confirmed, the one that says who does it or
speaks of the school level, the one with the date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.aspects import Aspect
from bot.decide import REQUIRED, figures
from bot.sections import CLOSE_SENTENCE, choose_sentences
from index.asked_units import asked_units, lacks_unit
from index.documents import Clause
from index.evidence import Sentence
from index.numbers import Number, NumberKind, find_numbers
from index.question_types import QuestionType, holds_type, levels, same_level
from index.tokens import tokens
from index.words import content_words

FEWEST = 0.2  # share of a listed thing's words that its sentence has
ABOVE = 0.001  # the best sentence's score
NEAR = 0.12  # below the best sentence's score; further away a figure is about something else
VALUES = (QuestionType.DATE, QuestionType.AMOUNT, QuestionType.RATIO, QuestionType.NUMBER)

_EACH = re.compile(
    r"[,，]?(?:各自?|分别|都)(?:是|有|要|需要?|占|到|在|定|得|应)*"
    r"(?:什么|啥|哪|何时|几|多少|多久|多大|怎么|如何|由?谁)"
)
_BETWEEN = re.compile(r"[、,，;；]|和|与|跟|以及|还有|及")
_PERSON = re.compile(r"(?:名|个|位)?(?:学生|孩子|娃|小孩|老师|教师|人)")
_WHO = re.compile(r"(?<![向对给跟和])谁(?:来|去|负责|该){0,2}(?!可以|能|都|有)([一-鿿]{2})")
_OTHER = (NumberKind.DOCUMENT, NumberKind.PHONE, NumberKind.ORDINAL, NumberKind.TIME)


def also_needed(
    aspects: Sequence[Aspect], scored: Sequence[Sequence[Sentence]]
) -> tuple[Sentence, ...]:
    """The sentences on things that an aspect of a question lists, and the date that it wants."""
    found: list[Sentence] = []
    for aspect, own in zip(aspects, scored, strict=True):
        found.extend(for_each_thing(aspect.text, own, aspect.types))
        dated = with_the_date(aspect.types, own, choose_sentences(own))
        found.extend([dated] if dated else [])
    return tuple(found)


def confirming(aspect: Aspect, sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    """The sentences, the one first that has the figure, the doer or the level asked for."""
    chosen = choose_sentences(sentences)
    wanted = None
    if QuestionType.YES_NO in aspect.types:
        wanted = with_the_figure(aspect.text, sentences, chosen)
    elif QuestionType.PERSON in aspect.types:
        wanted = with_the_doer(aspect.text, sentences, chosen)
    wanted = (
        wanted
        or with_a_figure(aspect.text, aspect.types, sentences)
        or at_the_level(levels(aspect.text), chosen)
    )
    top = max(one.score for one in sentences)
    return [replace(one, score=top + ABOVE) if one is wanted else one for one in sentences]


def is_silent(aspects: Sequence[Aspect], clauses: Sequence[Clause]) -> bool:
    """Whether a part of a question wants a sum, an age … that no cited clause has."""
    return any(
        all(holds_type(clause.text, kind) is False for clause in clauses)
        for aspect in aspects
        for kind in aspect.types.intersection(REQUIRED)
    )


def listed_things(text: str) -> tuple[str, ...]:
    """保安配齐 and 副校长, of 保安配齐、副校长各是什么时候; none when it is only one thing."""
    each = _EACH.search(text)
    pieces = _BETWEEN.split(text[: each.start()]) if each else []
    things = tuple(one for one in pieces if content_words(one))
    return things if len(things) > 1 else ()


def for_each_thing(
    text: str, sentences: Sequence[Sentence], types: frozenset[QuestionType]
) -> Iterator[Sentence]:
    """The sentence that says most of each listed thing, of those that hold what is asked for."""
    kinds = [kind for kind in VALUES if kind in types]
    able = [one for one in sentences if all(holds_type(one.text, kind) for kind in kinds)]
    for thing in listed_things(text):
        words = set(tokens(thing))
        best = max(able, key=lambda one: (_share(words, one.text), one.score), default=None)
        if best and _share(words, best.text) >= FEWEST:
            yield best


def with_the_figure(
    text: str, sentences: Sequence[Sentence], chosen: Sequence[Sentence]
) -> Sentence | None:
    """The sentence with a figure of the sort that a question asks to be confirmed.

    None when a chosen sentence has one: 是不是扩到五千人 needs 稳定在3000人左右.
    """
    asked = {_sort(number, text) for number in find_numbers(text) if number.kind not in _OTHER}
    asked.discard("")
    if not asked or any(_sorts(one.text) & asked for one in chosen):
        return None
    top = max(one.score for one in sentences)
    able = [one for one in sentences if top - one.score <= NEAR and _sorts(one.text) & asked]
    return max(able, key=lambda one: one.score, default=None)


def with_the_doer(
    text: str, sentences: Sequence[Sentence], chosen: Sequence[Sentence]
) -> Sentence | None:
    """The sentence that says who does what is asked about: 由财政局核定 for 谁核定.

    None when a chosen sentence says it.
    """
    verbs = "|".join(_WHO.findall(text))
    by = re.compile(rf"(?<![理自缘事])由[^,，;；。]{{2,}}(?:{verbs})")
    if not verbs or any(by.search(one.text) for one in chosen):
        return None
    top = max(one.score for one in sentences)
    able = [one for one in sentences if top - one.score <= NEAR and by.search(one.text)]
    return max(able, key=lambda one: one.score, default=None)


def with_a_figure(
    text: str, types: frozenset[QuestionType], sentences: Sequence[Sentence]
) -> Sentence | None:
    """The sentence with a figure, in the unit that is asked for: 3~5所 for 建多少所.

    None when the best has one, none is as good, or no figure is asked for.
    """
    asked = figures(types)
    if not asked:
        return None
    of_people = "人" in asked_units(text)

    def has(one: Sentence) -> bool:
        fits = any(holds_type(one.text, kind) for kind in asked)
        counts = not of_people or "人" in _sorts(one.text)
        return fits and counts and not lacks_unit(text, one.text)

    ranked = sorted(sentences, key=lambda one: -one.score)
    able = [one for one in ranked if ranked[0].score - one.score <= CLOSE_SENTENCE and has(one)]
    return able[0] if able and able[0] is not ranked[0] else None


def at_the_level(asked: frozenset[str], chosen: Sequence[Sentence]) -> Sentence | None:
    """The chosen sentence on a school level that is asked about, if the best names only others."""
    if not asked:
        return None
    ranked = sorted(chosen, key=lambda one: -one.score)
    named = [levels(one.text) for one in ranked]
    if not named[0] or same_level(asked, named[0]):
        return None
    able = [one for one, said in zip(ranked, named, strict=True) if same_level(asked, said)]
    return able[0] if able else None


def with_the_date(
    types: frozenset[QuestionType], sentences: Sequence[Sentence], chosen: Sequence[Sentence]
) -> Sentence | None:
    """The sentence right before the best, under whose date it stands: 到2020年,建立…。实现….

    None when a chosen sentence has a date, or none is asked for.
    """
    if QuestionType.DATE not in types or any(_is_dated(one) for one in chosen):
        return None
    best = max(sentences, key=lambda one: one.score)
    before = [one for one in sentences if one.start < best.start][-1:]
    return before[0] if before and _is_dated(before[0]) else None


def _is_dated(sentence: Sentence) -> bool:
    return holds_type(sentence.text, QuestionType.DATE) is True


def _share(words: set[str], text: str) -> float:
    return len(words.intersection(tokens(text))) / (len(words) or 1)


def _sorts(text: str) -> set[str]:
    return {_sort(number, text) for number in find_numbers(text)}


def _sort(number: Number, text: str) -> str:
    """What a number counts: its unit, people, a share, a date; empty when nothing tells."""
    if number.kind in (NumberKind.PERCENT, NumberKind.RATIO):
        return "percent"
    if number.kind is NumberKind.DATE:
        return "date"
    if number.unit in ("", "个", "名", "位") and _PERSON.match(text, number.end):
        return "人"
    return {"名": "人", "位": "人"}.get(number.unit, number.unit)
