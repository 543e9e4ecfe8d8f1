"""How sentences about laws are compared: lists, what is denied without a not, figures, who is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.faithful.check import Source, check, part_features
from bot.faithful.facts import wrong_facts
from bot.faithful.wording import read
from tests.benchmarks.fit_faithful import FILES
from tests.benchmarks.labelled import read_labelled

DATA = Path(__file__).parent / "data"
BANNED = "父母不得实施下列行为：\n（一）对未成年人实施家庭暴力；\n（二）强迫未成年人乞讨。"
NEAR_SCHOOLS = (
    "（一）周边三百米范围内，不得规划车站；\n（二）周边一千米范围内，不得规划垃圾填埋场。"
)


def law(text: str, title: str = "某条例") -> tuple[Source, ...]:
    return (Source(1, "国家", title, None, "2019-09-27", text),)


def found(sentence: str, text: str, title: str = "某条例") -> dict[str, float]:
    return {n: v for n, v in part_features(sentence, law(text, title)).items() if v}


def test_what_leads_to_a_list_forbids_its_items():
    named = found("父母不得强迫未成年人乞讨", BANNED)
    assert {"adds_ban", "adds_not", "adds_not_here", "names_moved", "moved_word"} & set(
        named
    ) == set()
    assert check("父母不能对孩子实施家庭暴力〔1〕。", law(BANNED)).passed


def test_a_negation_of_what_a_clause_denies_by_its_verb_counts_less():
    text = "平台应当预防未成年人沉迷网络。"
    assert found("平台不让未成年人沉迷网络", text)["adds_not_cued"] == 1
    assert found("平台不能管理未成年人上网", "平台应当管理未成年人上网。")["adds_not"] == 1


def test_characters_that_deny_do_so_inside_a_word():
    assert [read(text).negations for text in ("未经批准", "未成年人", "没有定期检查", "不断提高")] == [
        1, 0, 1, 0,
    ]  # fmt: skip


def test_a_word_that_looks_like_a_bound_bounds_only_a_number():
    assert [set(read(text).bounds) for text in ("找不到监护人", "不到十周岁", "未满四周岁")] == [
        set(), {"under"}, {"under"},
    ]  # fmt: skip


def test_a_number_is_told_from_its_rival_by_what_it_leads_to():
    assert found("周边一千米范围内,不得规划车站", NEAR_SCHOOLS)["swapped"] > 0.25
    assert "swapped" not in found("周边三百米范围内,不得规划车站", NEAR_SCHOOLS)


def test_a_number_that_begins_like_an_article_is_a_number():
    assert [one.form for one in read("处一万元罚款").numbers] == ["10000元"]
    assert wrong_facts("处一万元罚款", law("处二万元罚款。")) == ("number:10000元",)
    assert read("建一所学校").numbers == ()


def test_a_number_that_is_exact_is_not_about_so_much():
    text = law("心理辅导室建设率达100%,近三年没有事故,配备教师5名左右。")
    assert wrong_facts("心理辅导室建设率接近100%", text) == ("bound:100%",)
    assert wrong_facts("心理辅导室建设率约为100%", text) == ("bound:100%",)
    assert wrong_facts("心理辅导室建设率达百分之百", text) == ()
    assert wrong_facts("大约5名教师", text) == ()
    assert wrong_facts("近三年没有出过事故", law("三年内没有事故。")) == ()


def test_a_session_may_be_told_without_its_ordinal_word():
    text = law("郑州市第十二届人民代表大会常务委员会第十三次会议通过")
    told = "由市%s届人大常委会第%s次会议通过〔1〕。"
    assert check(told % ("十二", "13"), text).passed
    assert check(told % ("十三", "12"), text).faults == ("number:第13届", "number:第12次")


def test_the_level_above_is_not_the_same_level():
    text = law("由本级人民政府确定的部门责令停止建设。")
    assert wrong_facts("上一级人民政府确定的部门责令停建", text) == ("region:上一级",)
    assert wrong_facts("同级政府确定的部门责令停建", text) == ()


def test_rules_that_are_told_whole_may_stand_together():
    text = "1万人以上的,建24班的小学;2万人以上的,建36班的初中。"
    whole = "1万人以上的,建24班的小学,2万人以上的,建36班的初中"
    assert "figures_across" not in found(whole, text)
    assert found("1万人以上的,建36班的初中", text)["figures_across"] > 0


def test_whom_something_is_told_is_compared():
    text = "分配办法由市教育局制定并报市财政局备案。"
    assert found("分配办法由市财政局制定,报市教育局备案", text)["roles_differ"] == 2
    assert "roles_differ" not in found("分配办法由市教育局制定,报市财政局备案", text)


def test_to_propose_is_not_to_do():
    text = "督导机构可以建议主管部门给予处分。"
    assert found("督导机构可以给予处分", text)["drops_propose"] == 1
    assert "drops_propose" not in found("督导机构可以建议主管部门给予处分", text)


def test_a_limit_of_age_or_share_is_a_condition():
    text = "三分之一以上的董事应当有教学经验。"
    assert found("董事都应当有教学经验", text)["untold_strict"] == 1
    assert "untold_strict" not in found("三分之一以上的董事应当有教学经验", text)


def test_what_a_law_is_about_may_be_named():
    text = "筹设期不得超过三年。"
    assert "names_moved" not in found("民办学校的筹设期不得超过三年", text, "民办教育促进法")


def test_what_a_document_is_said_to_be_about_must_be_its_title():
    sources = (
        Source(1, "国家", "关于推进教育改革的意见", "国发〔2019〕2号", "2019-09-27", "略。"),
    )
    assert wrong_facts("国发〔2019〕2号是关于推进教育改革的意见", sources) == ()
    assert wrong_facts("国发〔2019〕2号是关于推进科技改革的意见", sources) == (
        "title:关于推进科技改革的意见",
    )


@pytest.mark.parametrize(
    ("name", "faithful", "floor", "rows"),
    [
        ("sentences.fresh5.jsonl", True, 0.64, 104),
        ("sentences.fresh5.jsonl", False, 0.82, 98),
        ("sentences.fresh7.jsonl", True, 0.75, 41),
        ("sentences.fresh7.jsonl", False, 0.96, 89),
        ("sentences.fresh9.jsonl", True, 0.5, 60),
        ("sentences.fresh9.jsonl", False, 0.95, 120),
    ],
)
def test_held_out_pairs_hold_their_floors(name, faithful, floor, rows):
    """Shares as measured on 2026-11-22; each file says where its pairs come from."""
    assert name not in FILES
    verdicts = [
        check(sentence, sources).passed == faithful
        for sources, sentence, label, _ in read_labelled(DATA / name)
        if label == faithful
    ]
    assert len(verdicts) == rows
    assert sum(verdicts) / rows >= floor
