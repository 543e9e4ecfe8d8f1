"""Questions about a document itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.about import about_sources, asked_about
from tests.toys import make_document

PLAN = make_document(
    "chang",
    "江苏省/常州市",
    ["常州市基础教育改革方案\n", "一、总则。\n", "市政府办公室\n2021年10月19日\n"],
)
PLAN = replace(
    PLAN,
    title="常州市基础教育改革方案",
    issuer="市政府办公室",
    issued=date(2021, 10, 19),
    clauses=(
        replace(PLAN.clauses[0], kind="title"),
        PLAN.clauses[1],
        replace(PLAN.clauses[2], kind="signature"),
    ),
)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("文件什么时候发的", ("date",)),
        ("那个基础教育改革方案是哪天印发的", ("date",)),
        ("文件什么时候发的,还有效吗", ("date",)),
        ("这份文件是谁发的", ("issuer",)),
        ("这份文件是谁发的,什么时候发的", ("issuer", "date")),
        ("文件的落款日期是哪天", ("date",)),
        ("文号是多少", ("number",)),
        ("方案全称叫什么", ("title",)),
        ("学区划分方案什么时候公布", ()),  # another document
        ("补助什么时候发", ()),
        ("工资谁发", ()),
        ("校长由谁来定", ()),
        ("教师交流", ()),
    ],
)
def test_a_question_about_the_document_is_made_of_its_own_words_alone(text, asks):
    assert asked_about(text, PLAN) == asks


def test_the_line_that_says_it_is_quoted_whole():
    [source] = about_sources(PLAN, ("date",))
    assert (source.key.text, source.clause.key) == ("2021年10月19日", "3")
    assert PLAN.text[source.key.start : source.key.end] == source.key.text


def test_one_source_a_clause_and_none_for_what_the_document_does_not_say():
    assert [one.key.text for one in about_sources(PLAN, ("date", "issuer"))] == ["2021年10月19日"]
    assert about_sources(PLAN, ("number",)) == ()
    assert [one.clause.key for one in about_sources(PLAN, ("title",))] == ["1"]


def test_two_things_that_stand_in_one_clause_are_both_quoted_the_first_asked_first():
    sources = about_sources(PLAN, ("issuer", "date"))
    assert [one.clause.kind for one in sources] == ["signature"]
    assert sources[0].key.text == "市政府办公室"
    assert [quote.text for quote in sources[0].context] == ["2021年10月19日"]
    assert [quote.text for quote in sources[0].quotes] == ["市政府办公室", "2021年10月19日"]
