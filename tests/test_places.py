"""Which clause a question means by a number, in policies numbered through and in others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.places import named_places
from index.clauses import parse_clauses
from tests.toys import make_document

THROUGH = """一、改革目标
学校都要办好。
二、主要任务
(一)教学改革
1. 作业管理。控制作业总量。
2. 考试管理。控制考试次数。
(二)教师队伍
3. 教师交流。每年交流教师。
三、保障措施
(一)加强领导。成立小组。
(二)保障经费。加大投入。
"""
AGAIN = """一、实施步骤
(一)启动阶段。召开会议。
(二)争创阶段。组织评估。
(三)验收阶段。接受检查。
二、主要任务
(一)教师。每年交流。
(二)学生。就近入学。
三、保障措施
(一)领导。成立小组。
(二)经费。加大投入。
四、其他要求
(一)宣传。加强宣传。
(二)检查。定期检查。
(三)奖励。给予表彰。
(四)问责。追究责任。
"""


def policy(text: str):
    document = make_document("jia", "浙江省/嘉兴市", [text])
    return replace(document, title="学校建设方案", clauses=parse_clauses("jia", text))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("第二条讲什么", ("二、主要任务（一）2",)),
        ("第2条呢", ("二、主要任务（一）2",)),
        ("article 3", ("二、主要任务（二）3",)),
        ("第一条和第三条", ("二、主要任务（一）1", "二、主要任务（二）3")),
        ("保障措施里的(二)是什么", ("三、保障措施（二）",)),
        ("保障措施第一条", ("三、保障措施（一）",)),
        ("三、(二)", ("三、保障措施（二）",)),
        ("二(二)3", ("二、主要任务（二）3",)),
        ("二(一)有什么", ("二、主要任务（一）1", "二、主要任务（一）2")),  # a mere heading
        ("教师怎么交流", ()),
        ("学校门口第二条路", ()),
        ("初二(二)班怎么分", ()),
    ],
)
def test_a_number_names_the_clause_that_has_it(text, addresses):
    assert named_places(text, [policy(THROUGH)]) == addresses


@pytest.mark.parametrize(
    ("text", "name"), [("第九条呢", "第九条"), ("保障措施(四)是什么", "保障措施(四)")]
)
def test_a_number_that_a_policy_does_not_reach_is_no_address(text, name):
    assert named_places(text, [policy(THROUGH)]) == (name,)
    assert name not in [clause.address for clause in policy(THROUGH).clauses]


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("第二步具体干啥", ("一、实施步骤（二）",)),
        ("建设方案第一阶段做什么", ("一、实施步骤（一）",)),
        ("报名第二步做什么", ()),  # not a step of this policy
        ("第二条", ()),  # four clauses have this number
        ("第三条", ("一、实施步骤（三）", "四、其他要求（三）")),
        ("第九条", ()),
    ],
)
def test_where_numbers_begin_again_one_that_few_clauses_have_means_them_all(text, addresses):
    assert named_places(text, [policy(AGAIN)]) == addresses


def test_a_law_has_articles_of_its_own_and_of_two_policies_none_is_meant():
    law = replace(policy(THROUGH), level="law")
    assert named_places("第二条", [law]) == ()
    assert named_places("第二条", [law, policy(THROUGH)]) == ("二、主要任务（一）2",)
    assert named_places("第二条", [policy(THROUGH), policy(AGAIN)]) == ()
