"""A figure for one school level is no answer for another."""

from __future__ import annotations

import pytest

from bot.school_level import at_level
from bot.sections import Section, make_source
from index.documents import Hit
from index.evidence import Sentence
from tests.toys import make_document

SUMS = "小学每生每年1200元、初中每生每年1500元。"
ANY = "学校每年50万元。"


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
    after = at_level(before, text)
    assert (after.sources, after.related) == ((), before.sources)


@pytest.mark.parametrize(
    "text", ["初中每生多少钱", "义务教育每生多少钱", "中小学每生多少钱", "每生多少钱"]
)
def test_sums_of_the_level_asked_a_wider_one_or_any_answer(text):
    assert at_level(section(SUMS), text) == section(SUMS)


def test_what_names_no_level_holds_for_all():
    assert at_level(section(ANY), "高中每年多少钱") == section(ANY)


def test_where_the_first_source_does_not_answer_the_others_do_not():
    assert at_level(section(SUMS, ANY), "高中每生多少钱").sources == ()
    kept = at_level(section(ANY, SUMS), "高中每生多少钱")
    assert kept.sources == section(ANY, SUMS).sources[:1]
