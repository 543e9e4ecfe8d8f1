"""The note under a title: events, the number of the order, the body that enacted."""

from datetime import date

import pytest

from index.clauses import parse_clauses
from index.history import enacting_body, history_of, order_number, version_event


def history(*lines):
    text = "\n".join(["某某条例", *lines, "第一条 甲。", "第二条 乙。"])
    return history_of(parse_clauses("d", text))


def kinds(*lines):
    return [(event.day, event.kind) for event in history(*lines)]


def test_adoption_approval_amendment_and_start_are_told_apart():
    assert kinds(
        "2008年12月26日 某市第十四届人民代表大会常务委员会第七次会议通过",
        "2009年3月27日 某省第十一届人民代表大会常务委员会第十次会议批准",
        "2009年3月27日 某市人民代表大会常务委员会公告公布",
        "2009年5月1日 施行",
        "2017年10月27日 某市人大常委会第四次会议《关于修改〈某某条例〉的决定》修正",
    ) == [
        (date(2008, 12, 26), "adopted"),
        (date(2009, 3, 27), "approved"),
        (date(2009, 3, 27), "published"),
        (date(2009, 5, 1), "effective"),
        (date(2017, 10, 27), "amended"),
    ]


def test_one_bracket_that_holds_the_whole_history_is_read_too():
    assert kinds(
        "（1986年4月12日第六届全国人民代表大会第四次会议通过　"
        "2006年6月29日第十届全国人民代表大会常务委员会第二十二次会议修订）"
    ) == [(date(1986, 4, 12), "adopted"), (date(2006, 6, 29), "amended")]


def test_titles_in_the_note_count_for_nothing():
    lines = "2018年9月7日 某市人大常委会《2013年6月2日公布的〈某条例〉废止决定》通过"
    assert kinds(lines) == [(date(2018, 9, 7), "adopted")]


def test_the_version_was_made_by_the_latest_event_before_its_start():
    events = history("2012年3月31日 省人大常委会批准", "2012年4月9日 公布", "2012年7月1日 施行")
    assert version_event(events).day == date(2012, 4, 9)


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("2012年9月9日 中华人民共和国国务院令第624号公布", "国务院令第624号"),
        ("2018年12月29日 中华人民共和国主席令第二十四号公布", "主席令第二十四号"),
        (
            "1990年3月12日 国家教育委员会令第8号、国家体育运动委员会令第11号发布",
            "国家教育委员会令第8号、国家体育运动委员会令第11号",
        ),
        ("2021年1月4日 某市人民政府令第210号公布", "某市人民政府令第210号"),
        ("2015年2月11日 某市第十四届人民代表大会第三次会议通过", None),
    ],
)
def test_the_number_of_the_order_is_read(line, number):
    assert order_number(history(line)) == number


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["1995年3月18日 第八届全国人民代表大会第三次会议通过"], "全国人民代表大会"),
        (
            [
                "1986年4月12日 第六届全国人民代表大会第四次会议通过",
                "2006年6月29日 第十届全国人民代表大会常务委员会第二十二次会议修订",
            ],
            "全国人民代表大会常务委员会",
        ),
        (
            [
                "2020年8月26日 南阳市第六届人民代表大会常务委员会第十五次会议通过",
                "2020年9月26日 河南省第十三届人民代表大会常务委员会第二十次会议批准",
            ],
            "南阳市人民代表大会常务委员会",
        ),
        (
            [
                "2014年10月29日 市十四届人大常委会第十九次会议通过",
                "2014年12月9日 宁波市人民代表大会常务委员会公告第11号公布",
            ],
            "宁波市人民代表大会常务委员会",
        ),
        (["2004年3月5日 中华人民共和国国务院令第399号公布"], "国务院"),
        (["1986年4月28日 国务院发布"], "国务院"),
    ],
)
def test_the_enacting_body_is_the_one_that_passed_the_text(lines, body):
    assert enacting_body(history(*lines)) == body


def test_without_a_note_nothing_is_known():
    assert (history(), version_event(()), order_number(()), enacting_body(())) == (
        (),
        None,
        None,
        None,
    )
