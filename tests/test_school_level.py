"""A figure for one school level is no answer for another."""

from __future__ import annotations

import pytest

from bot.school_level import at_level
from bot.sections import Section, make_source
from index.documents import Hit
from index.evidence import Sentence
from index.question_types import QuestionType
from tests.toys import make_document

SUMS = "小学每生每年1200元、初中每生每年1500元。"
ANY = "学校每年50万元。"
ASKS_SUM = frozenset({QuestionType.AMOUNT})


def section(*texts: str) -> Section:
    document = make_document("jia", "浙江省/嘉兴市", list(texts))
    sources = [
        make_source(
            Hit(document, clause, 0.6), [[Sentence(clause.text, clause.start, clause.end, 1.0)]]
        )
        for clause in document.clauses
    ]
    return Section(document.region, (document,), tuple(sources))


@pytest.mark.parametrize("text", ["高中每生多少钱", "幼儿园每生多少钱", "职高每生多少钱"])
def test_sums_of_other_levels_do_not_answer(text):
    before = section(SUMS)
    after = at_level(before, text, ASKS_SUM)
    assert (after.sources, after.related) == ((), before.sources)


@pytest.mark.parametrize(
    "text", ["初中每生多少钱", "义务教育每生多少钱", "中小学每生多少钱", "每生多少钱"]
)
def test_sums_of_the_level_asked_a_wider_one_or_any_answer(text):
    assert at_level(section(SUMS), text, ASKS_SUM) == section(SUMS)


def test_what_names_no_level_holds_for_all():
    assert at_level(section(ANY), "高中每年多少钱", ASKS_SUM) == section(ANY)


def test_only_figures_are_kept_apart():
    asks_how = frozenset({QuestionType.MANNER})
    assert at_level(section(SUMS), "高中怎么拨款", asks_how) == section(SUMS)


def test_where_the_first_source_does_not_answer_the_others_do_not():
    assert at_level(section(SUMS, ANY), "高中每生多少钱", ASKS_SUM).sources == ()
    kept = at_level(section(ANY, SUMS), "高中每生多少钱", ASKS_SUM)
    assert kept.sources == section(ANY, SUMS).sources[:1]
