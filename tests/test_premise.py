"""The note that a figure stands in no clause: when it is given, and when it would be wrong."""

import pytest

from bot.premise import false_premise


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("听说校长最多干15年，对吗", "连续任职一般不超过10年。"),
        ("不是说17年就要建成吗", "2018年建成。"),
        ("听说要三百多所，对吗", "扶持257所学校。"),
        ("听说要两百多所，对吗", "扶持395所学校。"),
        ("听说校长最多干18年，对吗", "2018年起,连续任职一般不超过10年。"),
    ],
)
def test_a_figure_that_no_clause_has_is_noted(question, clause):
    assert false_premise(question, [clause])


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("听说校长最多干10年，对吗", "连续任职一般不超过十年。"),
        ("18年要不要建成", "2018年建成。"),
        ("两百多平方公里里面要改规划得谁定", "中心城区257平方公里范围内教育规划调整须共同研究。"),
    ],
)
def test_a_figure_that_a_clause_has_in_other_words_is_not_noted(question, clause):
    assert not false_premise(question, [clause])


@pytest.mark.parametrize(
    ("question", "clause"),
    [
        ("听说最多干15年，对吗", "实行校长轮岗交流。"),
        ("校长最多干几年", "连续任职一般不超过10年。"),
        ("我教了20年书，校长最多干几年", "连续任职一般不超过10年。"),
    ],
)
def test_nothing_is_noted_where_the_clause_has_no_figure_or_the_question_claims_none(
    question, clause
):
    assert not false_premise(question, [clause])


def test_without_a_clause_nothing_is_noted():
    assert not false_premise("听说校长最多干20年", [])
