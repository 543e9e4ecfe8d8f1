"""Items of a list are read with what leads to the list."""

from __future__ import annotations

from bot.faithful.alignment import align, outline, rest_of
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
