"""The level of a text, by what it shows first and by its title last."""

import pytest

from index.levels import guess_level, rank


@pytest.mark.parametrize(
    ("clues", "level", "confidence"),
    [
        ({"history": "第八届全国人民代表大会第三次会议通过", "title": "教育法"}, "law", "read"),
        ({"history": "某市第十四届人民代表大会常务委员会通过"}, "local_regulation", "read"),
        ({"history": "市十四届人大常委会第十九次会议通过"}, "local_regulation", "read"),
        ({"history": "国务院第215次常务会议通过"}, "administrative_regulation", "read"),
        ({"history": "国务院批准\n国家教育委员会令第8号发布"}, "administrative_regulation", "read"),
        ({"history": "教育部令第49号公布", "title": "规定"}, "departmental_rule", "read"),
        ({"history": "某省人民政府令第210号公布"}, "local_rule", "read"),
        ({"number": "教育部令第49号"}, "departmental_rule", "read"),
        ({"number": "武政办〔2018〕4号", "title": "某办法"}, "normative", "read"),
        ({"title": "中华人民共和国教师法"}, "law", "inferred"),
        ({"title": "上海市未成年人保护条例"}, "local_regulation", "inferred"),
        ({"title": "深圳经济特区学前教育条例"}, "local_regulation", "inferred"),
        ({"title": "上海市实施《中华人民共和国教师法》办法"}, "local_regulation", "inferred"),
        ({"title": "普通高等学校设置暂行条例"}, "administrative_regulation", "inferred"),
        ({"title": "某区教育高质量发展实施方案"}, "normative", "read"),
        ({"title": "某某管理规定"}, "normative", "unsure"),
    ],
)
def test_the_level_and_how_it_is_known(clues, level, confidence):
    guess = guess_level(clues)
    assert (guess.value, guess.confidence) == (level, confidence)
    assert guess.basis


def test_a_law_ranks_before_a_circular():
    assert sorted(["normative", "local_rule", "law"], key=rank) == [
        "law",
        "local_rule",
        "normative",
    ]
