"""Sentences that a question needs beside the best one of a clause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.picking import (
    at_the_level,
    for_each_thing,
    listed_things,
    with_a_figure,
    with_the_date,
    with_the_doer,
    with_the_figure,
)
from index.evidence import Sentence
from index.question_types import QuestionType

GUARDS, DEPUTY, TALK, PUPILS = (
    "2023年底前学校专职保安员配备率达到100%。",
    "2024年底前每所学校配备1名法治副校长。",
    "完善学校安全工作机制。",
    "将在校生人数稳定在3000人左右。",
)


def clause(*texts: str) -> list[Sentence]:
    """Sentences one after another, the first the best by score."""
    starts = [sum(map(len, texts[:n])) for n in range(len(texts))]
    pairs = enumerate(zip(texts, starts, strict=True))
    return [Sentence(one, at, at + len(one), 1.0 - n / 100) for n, (one, at) in pairs]


@pytest.mark.parametrize(
    ("text", "things"),
    [
        ("学校保安配齐、每校配副校长,各是什么时候", ("学校保安配齐", "每校配副校长")),
        ("保安和副校长分别什么时候配齐", ("保安", "副校长")),
        ("小学、初中各多少", ("小学", "初中")),
        ("保安什么时候配齐", ()),
        ("各是什么时候", ()),
        ("保安各是什么时候配齐", ()),
        ("保安、副校长都要培训", ()),  # asks for nothing
    ],
)
def test_what_a_question_lists_stands_before_what_it_asks_of_each(text, things):
    assert listed_things(text) == things


def test_each_listed_thing_has_its_own_sentence_and_only_one_with_what_is_asked():
    sentences = clause(DEPUTY, TALK, GUARDS)
    text = "学校保安配齐、每校配副校长,各是什么时候"
    found = for_each_thing(text, sentences, frozenset({QuestionType.DATE}))
    assert [one.text for one in found] == [GUARDS, DEPUTY]


def test_a_thing_that_no_sentence_speaks_of_has_none():
    text, types = "食堂、操场各是什么时候建", frozenset({QuestionType.DATE})
    assert list(for_each_thing(text, clause(DEPUTY, GUARDS), types)) == []


def test_a_figure_to_be_confirmed_is_answered_by_one_of_the_same_sort():
    sentences = clause(TALK, GUARDS, PUPILS)
    for text in ("是不是要扩到五千学生", "是不是要招5000人", "是5000名学生吗"):
        figure = with_the_figure(text, sentences, sentences[:1])
        assert figure and figure.text == PUPILS
    figure = with_the_figure("配备率是不是50%", sentences, sentences[:1])
    assert figure and figure.text == GUARDS


def test_no_figure_is_added_where_none_is_asked_or_one_is_chosen():
    sentences = clause(TALK, PUPILS)
    assert with_the_figure("是不是要扩招", sentences, sentences[:1]) is None
    assert with_the_figure("是不是要招5000人", sentences, sentences) is None
    assert with_the_figure("是不是要建5所", sentences, sentences[:1]) is None


def test_a_figure_far_below_the_best_sentence_is_about_something_else():
    best, far = clause(TALK, PUPILS)
    far = Sentence(far.text, far.start, far.end, 0.5)
    assert with_the_figure("是不是要招5000人", [best, far], [best]) is None


def test_who_does_something_is_answered_by_the_sentence_that_says_who():
    total, plan = "考核好的单位适当增加绩效工资总量。", "方案由市教育局提出,由市财政局核定。"
    held = clause(total, plan)
    assert with_the_doer("绩效总量的方案由谁核定", held, held[:1]) == held[1]
    assert with_the_doer("绩效总量的方案由谁核定", held, held) is None
    assert with_the_doer("绩效总量的方案由谁批准", held, held[:1]) is None
    assert with_the_doer("绩效总量是谁", held, held[:1]) is None
    assert with_the_doer("绩效方案向谁提出", held, held[:1]) is None


def test_a_reason_is_no_doer_and_who_may_is_not_who_does():
    late = clause("职称评审每年一次。", "无正当理由逾期的不予审核。", "补助由学校代为申请。")
    assert with_the_doer("材料谁审核", late, late[:1]) is None
    assert with_the_doer("谁可以申请高级职称", late, late[:1]) is None


def test_a_figure_that_is_asked_for_leads_when_it_is_as_near_and_in_its_unit():
    plan, gardens, year = "科学编制布局规划。", "城区举办3~5所公办园。", "规划每3年修订一次。"
    held, figure = clause(plan, gardens, year), frozenset({QuestionType.FIGURE})
    assert with_a_figure("要建多少所幼儿园", figure, held) == held[1]
    assert with_a_figure("隔几年修订一次", figure, held) == held[2]
    assert with_a_figure("要建多少所幼儿园", figure, held[1:]) is None  # it leads already
    assert with_a_figure("要建多少所幼儿园", figure, held[:1]) is None
    assert with_a_figure("怎么建幼儿园", frozenset({QuestionType.MANNER}), held) is None


def test_how_many_people_is_answered_by_a_figure_of_people():
    share, majors, pupils = "按20%的比例聘教师。", "办好3个专业群。", "在校生稳定在3000人左右。"
    held, figure = clause(share, majors, pupils), frozenset({QuestionType.FIGURE})
    assert with_a_figure("职高招多少学生", figure, held) == held[2]


def test_a_level_that_is_asked_about_leads_before_other_levels():
    exam, near = "探索高中阶段学校招生录取模式。", "落实义务教育免试就近入学。"
    held = clause(exam, near, "推进改革。")
    assert at_the_level(frozenset({"小学"}), held) == held[1]
    assert at_the_level(frozenset({"普通高中"}), held) is None  # the best is about it
    assert at_the_level(frozenset({"学前教育"}), held) is None  # none is
    assert at_the_level(frozenset(), held) is None
    assert at_the_level(frozenset({"小学"}), clause("推进改革。", near)) is None  # it names none


def test_a_date_before_the_best_sentence_is_quoted_for_who_asks_when():
    year, goal, other = "到2020年,建立新的体制。", "实现义务教育现代化。", "加强宣传。"
    held, when = clause(year, goal, other), frozenset({QuestionType.DATE})
    best = [replace(held[0], score=0.5), held[1], held[2]]
    assert with_the_date(when, best, best[1:]) == best[0]
    assert with_the_date(when, best, best) is None  # it is quoted
    assert with_the_date(frozenset(), best, best[1:]) is None
    apart = clause(year, other, goal)
    apart = [*apart[:2], replace(apart[2], score=2.0)]
    assert with_the_date(when, apart, apart[2:]) is None  # another sentence stands between
