"""Numbers and short forms as they are compared."""

from __future__ import annotations

import pytest

from bot.faithful.spelling import normalise_lines, split_ranges, written_figures, written_out


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("达到九成二", "达到92%"),
        ("按百分之一点五提取", "按1.5%提取"),
        ("十来个名额", "十个左右名额"),
        ("三年以上", "三年以上"),
    ],
)
def test_spoken_figures_are_written(text, written):
    assert written_figures(text) == written


def test_short_forms_are_written_out():
    assert written_out("加大校(园)长培训") == "加大校长、园长培训"
    assert normalise_lines("第一条：\n（一）按百分之一点五") == "第一条:\n(一)按1.5%"


def test_a_range_is_split_only_where_the_clause_has_its_ends_apart():
    apart = "处五百元以上五千元以下罚款"
    assert split_ranges("罚五百到五千元", apart) == "罚500元以上5000元以下"
    assert split_ranges("罚五百到六千元", apart) == "罚五百到六千元"
    assert split_ranges("用三到五年", "用3~5年时间,3年一次,5年一评") == "用三到五年"
    assert split_ranges("罚百分之五到百分之十", "5%以上10%以下") == "罚5%以上10%以下"
