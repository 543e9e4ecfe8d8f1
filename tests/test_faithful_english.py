"""English sentences about Chinese clauses: words that need a counterpart there."""

from __future__ import annotations

import pytest

from bot.faithful.check import Source, check
from bot.faithful.facts import wrong_facts

CLAUSE = (
    Source(1, "浙江省/嘉兴市", "某意见", None, "2019-09-27", "培育公办初中学校,推进教学改革。"),
)


@pytest.mark.parametrize(
    ("sentence", "faults"),
    [
        ("public junior middle schools are to be nurtured", ()),
        ("private junior middle schools are to be nurtured", ("term:private",)),
        ("public high schools are to be nurtured", ("term:high schools",)),
        ("the teaching reform is ruled out", ("term:ruled out",)),
        ("schools do not take part in the reform", ("term:not",)),
        ("the reform is mandatory", ("term:mandatory",)),
    ],
)
def test_a_word_without_its_counterpart_in_the_clause_is_a_wrong_fact(sentence, faults):
    assert wrong_facts(sentence, CLAUSE) == faults


def test_a_chinese_sentence_is_not_read_for_english_words():
    assert wrong_facts("培育 private 公办初中学校,推进教学改革", CLAUSE) == ()


def test_what_is_said_to_be_forbidden_must_be_so():
    text = (Source(1, "国家", "某条例", None, "2019-09-27", "严禁下达升学指标。"),)
    assert "term" not in str(check("Setting enrolment targets is banned 〔1〕.", text).faults)


def test_a_clause_that_sets_a_floor_for_weak_schools_denies_nothing():
    text = "确保工资水平不低于公务员,扶持民办学校和薄弱学校。"
    clause = (Source(1, "国家", "某条例", None, "2019-09-27", text),)
    said = "private schools are not supported"
    assert wrong_facts(said, clause) == ("term:not",)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("classes must not exceed 45 pupils in primary schools", "小学每班不超过45人。"),
        (
            "the pay of teachers shall not be lower than that of others",
            "教师工资不低于当地公务员。",
        ),
        ("funding cannot be reduced below 800 yuan", "生均公用经费不低于800元。"),
        ("parents receive the service without payment", "向学生家长无偿提供服务。"),
        ("pupils do not drop out of school", "防止学生辍学。"),
    ],
)
def test_a_bound_and_a_verb_that_denies_are_said_with_not(said, text):
    assert wrong_facts(said, (Source(1, "国家", "某条例", None, "2019-09-27", text),)) == ()


@pytest.mark.parametrize("text", ["不仅仅扶持教师。", "不断扶持教师。"])
def test_a_word_that_only_looks_like_a_negation_denies_nothing(text):
    clause = (Source(1, "国家", "某条例", None, "2019-09-27", text),)
    assert wrong_facts("teachers are not supported", clause) == ("term:not",)
