"""What a sentence may and may not do with the numbers, times and regions of its clauses."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.faithful.amounts import all_numbers, based
from bot.faithful.check import Source, check, part_features, prepared
from bot.faithful.facts import wrong_facts
from bot.faithful.spelling import told_apart, written_figures
from bot.faithful.wording import bound, read
from index.numbers import find_numbers
from tests.benchmarks.labelled import read_labelled

DATA = Path(__file__).parent / "data"
BOOKS = (
    "大学的适用图书，文科院校应当不少于八万册；理、工、农、医院校应当不少于六万册。"
    "专科学校的适用图书，文科学校应当不少于五万册；理、工、农、医学校应当不少于四万册。"
)
RIDING = (
    "不得让未满十二周岁的未成年人在道路上驾驶自行车；"
    "不得让未满十六周岁的未成年人在道路上驾驶电动自行车。"
)
GAMES = "全国中学生运动会每3年举行一次，全国大学生运动会每4年举行一次。"


def law(text: str, region: str = "某省/某市") -> tuple[Source, ...]:
    return (Source(1, region, "某条例", None, "2019-09-27", text),)


def wrong(sentence: str, text: str, region: str = "某省/某市") -> tuple[str, ...]:
    return wrong_facts(prepared(sentence), law(text, region))


def swapped(sentence: str, text: str) -> bool:
    return part_features(sentence, law(text))["swapped"] > 0.25


@pytest.mark.parametrize(
    ("form", "smallest"),
    [
        ("1小时", "60分钟"),
        ("24小时", "1440分钟"),
        ("1天", "1440分钟"),
        ("10日", "14400分钟"),
        ("3~5年", "36~60个月"),
        ("1.5公里", "1500米"),
        ("2工作日", "2工作日"),
        ("50%", "50%"),
    ],
)
def test_amounts_are_compared_in_the_smallest_unit(form, smallest):
    assert based(form) == smallest


def test_the_same_time_in_another_unit_is_right_and_working_days_are_no_days():
    assert wrong("每天锻炼60分钟", "每天锻炼1小时。") == ()
    assert wrong("十天内答复", "十日内答复。") == ()
    assert wrong("五个工作日内答复", "五日内答复。") == ("number:5工作日",)
    assert wrong("每天锻炼1刻钟", "每天锻炼1小时。") == ("number:15分钟",)


def test_a_range_is_known_with_its_ends():
    assert [one.form for one in all_numbers("用3~5年")] == ["3~5年", "3年", "5年"]
    assert wrong("最多用5年", "用3~5年时间。") == ()
    assert wrong("最多用3年", "用3~5年时间。") == ("number:3年",)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("处违法所得一倍以上五倍以下罚款", ["least", "most"]),
        ("每校约要配1名", ["about"]),
        ("签约3家企业", [""]),
        ("最近3年", [""]),
        ("达到近74%", ["about"]),
        ("半径不宜大于500米", ["most"]),
    ],
)
def test_a_bound_is_that_of_its_own_number(text, kind):
    assert [bound(text, number) for number in find_numbers(text)] == kind


def test_about_is_neither_at_least_nor_at_most():
    assert wrong("占比92%左右", "占比92%以上。") == ("bound:92%",)
    assert wrong("占比至少92%", "占比92%左右。") == ("bound:92%",)
    assert wrong("占比92%左右", "占比约92%。") == ()


def test_the_ends_of_a_range_belong_together():
    text = "处一万元以上三万元以下罚款；情节严重的，处三万元以上三十万元以下罚款。"
    assert wrong("处1万元以上3万元以下罚款", text) == ()
    assert wrong("处1万元以上30万元以下罚款", text) == ("range:10000元~300000元",)
    assert "range:30000元~30000元" in wrong("处3万元以上3万元以下罚款", text)


def test_a_five_year_plan_is_that_of_the_clause():
    assert wrong("十三五期间建6所学校", "十三五期间建6所学校。") == ()
    assert wrong("十四五期间建6所学校", "十三五期间建6所学校。") == ("plan:十四五",)


def test_counts_by_words_that_are_no_units_are_compared():
    assert wrong("再上浮一档工资", "再上浮一档工资。") == ()
    assert wrong("再上浮两档工资", "再上浮一档工资。") == ("number:2档",)
    assert "number:22亩" in wrong("用地不低于22亩", "用地不低于22平方米。")


@pytest.mark.parametrize(
    ("sentence", "text", "faults"),
    [
        ("三十日后作出决定", "自受理之日起三十日内作出决定。", ("time:30日",)),
        ("受理之日前三十日内作出决定", "自受理之日起三十日内作出决定。", ("time:30日",)),
        ("从2022年起达到八成", "到2022年达到80%。", ("time:2022年",)),
        ("2022年初完成", "2022年底前完成。", ("time:2022年",)),
        ("2022年年底以前完成", "2022年底前完成。", ()),
        ("2022年中小学都达标", "到2022年中小学都达标。", ()),
        ("从2019年开始督导", "从2019年起督导。", ()),
    ],
)
def test_a_rule_lies_on_the_same_side_of_a_time(sentence, text, faults):
    assert wrong(sentence, text) == faults


def test_how_far_a_rule_reaches_is_told():
    text = "走在全省前列，让各校均衡发展。"
    assert wrong("走在全省前列", text) == ()
    assert wrong("走在全市前列", text) == ("region:全市",)
    assert wrong("全市各校均衡发展", text) == ()
    assert wrong("全县各校均衡发展", text) == ("region:全县",)


def test_whose_office_acts_is_that_of_the_clause():
    text = "市教育局加大对各区的统筹。"
    assert wrong("市教育局会加大统筹", text) == ()
    assert wrong("区教育局会加大统筹", text) == ("region:区教育局",)
    assert wrong("区教育局会加大统筹", text, "某省/某市/某区") == ()
    assert wrong("省级政府定收费标准", "收费标准由省、自治区、直辖市人民政府制定。") == ()
    assert wrong("区教育局批准", "由县级以上人民政府批准。") == ()


@pytest.mark.parametrize(
    ("text", "apart"),
    [
        ("小学、初中占比分别达80%、85%", "小学占比达80%,初中占比达85%"),
        ("高中、初中各200人,小学100人", "高中200人,初中200人,小学100人"),
        ("小学和初中占比都要达到85%", "小学占比要达到85%,初中占比要达到85%"),
        ("小学、初中占比分别达80%", "小学、初中占比分别达80%"),
        ("首都师范大学招2人", "首都师范大学招2人"),
    ],
)
def test_what_is_told_of_several_is_told_of_each(text, apart):
    assert told_apart(text) == apart


def test_numbers_of_several_are_not_exchanged():
    text = "小学、初中标准班额占比分别达80%、85%。"
    assert not swapped("小学占比达到80%,初中达到85%", text)
    assert swapped("小学占比达到85%,初中达到80%", text)
    assert swapped("小学和初中占比都要达到85%", text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("每千人口配二十人", "每1千人口配二十人"),
        ("骨干占两成以上", "骨干占20%以上"),
        ("不到三刻钟", "不到45分钟"),
        ("达到十成", "达到100%"),
    ],
)
def test_figures_in_words_are_written(text, written):
    figures = [one.form for one in find_numbers(written_figures(text))]
    assert figures == [one.form for one in find_numbers(written)]


def test_a_word_within_another_is_not_that_word():
    assert swapped("不得让未满十六周岁的未成年人在道路上驾驶自行车", RIDING)
    assert not swapped("不得让未满十二周岁的未成年人在道路上驾驶自行车", RIDING)


def test_a_later_part_of_a_sentence_is_about_what_the_first_is():
    assert swapped("理、工、农、医类的大学,适用图书应当不少于八万册", BOOKS)
    assert not swapped("理、工、农、医类的大学,适用图书应当不少于六万册", BOOKS)
    assert swapped("专科学校中,理、工、农、医学校应当不少于五万册", BOOKS)


def test_a_value_said_of_two_things_is_that_of_one():
    assert swapped("全国中学生运动会4年一次,全国大学生运动会4年一次", GAMES)
    assert not swapped("全国中学生运动会3年一次,全国大学生运动会4年一次", GAMES)
    assert not swapped("占比达到92%以上,也就是不低于92%", "甲占比达90%以上,乙占比达92%以上。")


def test_those_whom_a_number_is_for_tell_most():
    text = "城区举办3~5所标准化公办幼儿园、每个乡镇办好1~2所公办中心幼儿园。"
    assert swapped("每个乡镇要办3到5所标准化公办幼儿园", text)
    assert not swapped("每个乡镇要办一到两所公办中心幼儿园", text)


def test_a_range_that_begins_like_an_article_is_a_number():
    assert [one.form for one in read("办好一到两所幼儿园").numbers] == ["1~2所"]
    assert [one.form for one in read("办好一所幼儿园").numbers] == []


def test_every_distortion_of_a_number_that_was_fitted_on_is_caught():
    shown = [
        sentence
        for sources, sentence, faithful, _ in read_labelled(DATA / "sentences.fresh6.jsonl")
        if not faithful and check(sentence, sources).passed
    ]
    assert shown == []
