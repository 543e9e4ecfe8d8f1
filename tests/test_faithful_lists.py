"""Items of a list are read with what leads to the list."""

from __future__ import annotations

import pytest

from bot.faithful.alignment import align, outline, rest_of
from bot.faithful.check import Source, check
from bot.faithful.lists import listed
from bot.faithful.spelling import normalise_lines

BANNED = "第九条 父母不得实施下列行为:\n(一)对未成年人实施家庭暴力;\n(二)强迫未成年人乞讨。\n政府应当帮助。"


def test_an_item_goes_on_from_the_line_that_leads_to_it():
    lead = "第九条 父母不得实施下列行为:"
    assert list(listed(BANNED)) == [
        ("", "第九条 父母不得实施下列行为:"),
        (lead, "(一)对未成年人实施家庭暴力"),
        (lead, "(二)强迫未成年人乞讨"),
        ("", "政府应当帮助"),
    ]


def test_what_stands_before_a_colon_leads_to_all_that_follows_until_the_full_stop():
    assert list(listed("主要工作:学习文件;调查现状。召开大会。")) == [
        ("", "主要工作:学习文件"),
        ("主要工作:", "调查现状"),
        ("", "召开大会"),
    ]


def test_what_follows_a_colon_is_an_item_too_and_so_is_what_follows_a_count_of_bans():
    assert list(listed("不得有下列行为:选拔学生;收取费用。")) == [
        ("", "不得有下列行为:"),
        ("不得有下列行为:", "选拔学生"),
        ("不得有下列行为:", "收取费用"),
    ]
    assert list(listed("招生工作十个严禁。(一)选拔学生;(二)收取费用。")) == [
        ("", "招生工作十个严禁"),
        ("招生工作十个严禁", "(一)选拔学生"),
        ("招生工作十个严禁", "(二)收取费用"),
    ]


@pytest.mark.parametrize(
    ("said", "text", "fault"),
    [
        ("学校组织考试选拔学生", "学校不得有下列行为:组织考试选拔学生;收取费用。", "学校不得有下列行为:"),
        ("学校不得组织考试选拔学生", "学校不得有下列行为:组织考试选拔学生;收取费用。", None),
        ("组织考试选拔学生", "招生工作十个严禁。(一)组织考试选拔学生;(二)收取费用。", "招生工作十个严禁"),
        ("组织考试选拔学生", "学校有下列行为之一的,予以处分:(一)组织考试选拔学生;(二)收取费用。",
         "学校有下列行为之一的,予以处分:"),
        ("学校可以跨区域招生", "经省教育厅批准的,学校可以跨区域招生。", "经省教育厅批准的"),
        ("经省教育厅批准，学校可以跨区域招生", "经省教育厅批准的,学校可以跨区域招生。", None),
        ("具有大学本科学历", "应当符合下列条件:(一)具有大学本科学历;(二)任教五年以上。", None),
    ],
)  # fmt: skip
def test_a_ban_or_a_condition_that_leads_to_what_is_said_is_said_too(said, text, fault):
    cited = (Source(1, "浙江省/嘉兴市", "某意见", None, "2019-09-27", text),)
    faults = check(f"{said}〔1〕。", cited).faults
    assert [one for one in faults if one.startswith("lead:")] == (
        [f"lead:{fault}"] if fault else []
    )


def test_a_place_knows_its_stem():
    stems = {place.segment.text: place.stem and place.stem.text for place in outline(BANNED)}
    assert stems["(二)强迫未成年人乞讨"] == "第九条 父母不得实施下列行为:"
    assert stems["政府应当帮助"] is None


def test_the_item_with_the_rest_of_a_segment_stands_beside_what_leads_to_it():
    text = "被督导单位有下列情形之一的,给予处分:\n(一)弄虚作假的;\n(二)打击报复的。"
    places = outline(text)
    (match,) = align(normalise_lines("被督导单位弄虚作假的"), places[:1])
    assert [one.text for one in rest_of(match, places)] == ["(一)弄虚作假的"]
    (whole,) = align(normalise_lines("被督导单位有下列情形之一的"), places)
    assert rest_of(whole, places) == ()
