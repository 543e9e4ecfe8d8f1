"""In which unit a question wants its answer, and whether a text has a figure of that kind."""

from __future__ import annotations

import pytest

from index.asked_units import asked_units, lacks_unit, units_in


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("服务半径不能超过多少米", {"米", "公里"}),
        ("在校学习不能超过几个小时", {"小时", "分钟"}),
        ("一个班最多收几个娃", {"人", "个"}),
        ("职高招多少学生", {"人", "个"}),
        ("满多少岁才可以", {"岁"}),
        ("一次最多报几门课", {"门"}),
        ("罚几百块", {"元"}),
    ],
)
def test_a_question_for_a_figure_names_its_unit_and_those_of_its_kind(question, units):
    assert asked_units(question) == units


@pytest.mark.parametrize(
    "question",
    [
        "当了十几年班主任",
        "教了几年",
        "哪几门课要考",
        "有几项条件",
        "几所学校合并后的那几年",
        "孩子能不能上学",
    ],
)
def test_some_of_a_thing_or_which_of_them_is_no_figure(question):
    assert asked_units(question) <= {"所"}
    assert not asked_units(question.replace("几所", "一些"))


def test_a_text_lacks_the_unit_when_it_has_no_figure_of_that_kind():
    assert units_in("每天不少于六十分钟，共3次") == {"分钟", "次"}
    assert not lacks_unit("每天几个小时", "每天不少于六十分钟")
    assert lacks_unit("每天几个小时", "共3次")
    assert not lacks_unit("孩子能不能上学", "共3次")
