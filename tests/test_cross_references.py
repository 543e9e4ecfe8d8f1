"""References lead to the clause that is meant, or nowhere."""

from dataclasses import replace
from datetime import date

import pytest

from index.clauses import parse_clauses
from index.cross_references import references
from index.documents import Region
from index.title_index import TitleIndex
from index.versions import link_versions
from tests.toys import make_document

LAW = """第一条 为了保障权利，制定本法。
第二条 学校不得收费。
违反前款规定的，责令退还。
有下列情形之一的，从重处罚：
（一）拒不退还的；
（二）数额较大的。
第三条 违反本法第二条第一款、第三款第（二）项和第一条规定的，依照前条处罚。
第四条 依照本条第二款、《中华人民共和国教育法》第二条处理。
前两款规定适用于幼儿园。"""


def statute(name, title, text, region="全国", **values):
    toy = replace(make_document(name, region, ["甲"]), title=title, text=text, **values)
    return replace(toy, clauses=parse_clauses(name, text))


EDUCATION = statute(
    "edu",
    "中华人民共和国教育法",
    "第一条 甲。\n第二条 乙。\n第三条 丙。",
    issued=date(2021, 4, 29),
    effective=date(2021, 4, 29),
)
FEES = statute("fees", "收费法", LAW, issued=date(2023, 1, 1), effective=date(2023, 3, 1))


def found(document, *held, key=None):
    """Text, document, clause and part of each reference in the document or one of its clauses."""
    index = TitleIndex.of((document, *held))
    clauses = [one for one in document.clauses if key in {None, one.key}]
    return [
        (one.text, one.target_document_id, one.target_clause_key, one.target_part)
        for clause in clauses
        for one in references(document, clause, index)
    ]


def only(words, *held, by=FEES):
    """Where the one reference in these words of another text leads."""
    text = f"第一条 {words}"
    return found(
        replace(by, id="by", title="某办法", text=text, clauses=parse_clauses("by", text)), *held
    )


def test_the_paragraph_before_is_the_one_above_in_the_article():
    assert found(FEES, key="a2") == [("前款", "fees", "a2", "第二条第一款")]


def test_each_place_in_a_list_is_a_reference_of_its_own():
    assert found(FEES, key="a3") == [
        ("本法第二条第一款", "fees", "a2", "第二条第一款"),
        ("第三款第（二）项", "fees", "a2", "第二条第三款第（二）项"),
        ("第一条", "fees", "a1", None),
        ("前条", "fees", "a2", None),
    ]


def test_this_article_and_a_held_law_are_found():
    assert found(FEES, EDUCATION, key="a4") == [
        ("本条第二款", "fees", "a4", "第四条第二款"),
        ("《中华人民共和国教育法》第二条", "edu", "a2", None),
        ("前两款", "fees", "a4", None),
    ]


def test_places_are_offsets_into_the_canonical_text():
    index = TitleIndex.of([FEES])
    for clause in FEES.clauses:
        for one in references(FEES, clause, index):
            assert FEES.text[one.start : one.end] == one.text


@pytest.mark.parametrize(
    ("words", "target"),
    [
        ("依照《教育法》办理。", ("《教育法》", "edu", None, None)),
        (
            "依照《中华人民共和国教育法》第三条办理。",
            ("《中华人民共和国教育法》第三条", "edu", "a3", None),
        ),
        ("依照《教育法》第九十九条办理。", ("《教育法》第九十九条", None, None, None)),
        ("依照《教育法》第二条第五款办理。", ("《教育法》第二条第五款", None, None, None)),
        ("依照《高等教育法》第二条办理。", ("《高等教育法》第二条", None, None, None)),
        ("依照本办法第二条办理。", ("本办法第二条", None, None, None)),
        ("依照前款办理。", ("前款", None, None, None)),
        ("依照前条办理。", ("前条", None, None, None)),
    ],
)
def test_a_target_that_is_not_held_is_no_link(words, target):
    assert only(words, EDUCATION) == [target]


def test_a_short_name_given_in_the_text_is_understood():
    words = "根据《中华人民共和国教育法》（以下简称《教法》），依照《教法》第二条办理。"
    assert only(words, EDUCATION)[-1] == ("《教法》第二条", "edu", "a2", None)


def test_articles_of_a_law_amended_since_are_not_trusted():
    older = replace(FEES, issued=date(2010, 1, 1), effective=date(2010, 1, 1))
    assert only("依照《教育法》第二条办理。", EDUCATION, by=older) == [
        ("《教育法》第二条", "edu", None, None)
    ]


def test_a_chapter_is_found():
    text = "第一章 总则\n第一条 甲。\n第二章 罚则\n第二条 违反本法第一章规定的，罚款。"
    assert found(statute("x", "某法", text)) == [("本法第一章", "x", "c1", None)]


def test_a_notice_speaks_of_the_attached_text_by_its_kind():
    text = (
        "某市教育局关于印发《招生办法》的通知\n各学校:\n按本通知第一条和本办法第一条落实。\n"
        "某市教育局\n2020年1月2日\n招生办法\n第一条 为规范招生。\n第二条 就近入学。"
    )
    assert found(statute("n", "招生办法（试行）", text), key="notice") == [
        ("本通知第一条", None, None, None),
        ("本办法第一条", "n", "a1", None),
    ]


def test_a_number_that_an_attached_text_has_too_is_no_link():
    text = (
        "某市教育局关于印发《招生办法》的通知\n各学校:\n第一条 认真学习。\n第二条 依照本办法第一条落实。\n"
        "某市教育局\n2020年1月2日\n招生办法\n第一条 为规范招生。\n第二条 依照前条办理。"
    )
    notice = statute("n", "招生办法", text)
    assert [one for one in found(notice) if "条" in one[0]] == [
        ("本办法第一条", None, None, None),
        ("前条", "n", "a1~2", None),
    ]


# ---- versions

OLD, NEW = link_versions(
    [
        replace(EDUCATION, id="old", issued=date(2015, 12, 27), effective=date(2015, 12, 27)),
        EDUCATION,
    ]
)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("依照《教育法》办理。", "edu"),
        ("依照2015年12月27日修正的《教育法》办理。", "old"),
        ("依照《教育法（2015年修正）》办理。", "old"),
        ("依照2009年8月27日修正的《教育法》办理。", None),
        ("依照《教育法（2009年修正）》办理。", None),
    ],
)
def test_the_current_version_is_meant_unless_a_day_is_named(words, expected):
    assert [one[1] for one in only(words, OLD, NEW)] == [expected]


def test_two_versions_whose_order_is_unknown_are_no_target():
    twins = [replace(EDUCATION, id="one"), replace(EDUCATION, id="two")]
    assert [one[1] for one in only("依照《教育法》办理。", *link_versions(twins))] == [None]


def test_a_repealed_title_of_the_same_name_is_the_older_version():
    text = "第一条 甲。\n第二条 原《某办法》同时废止。"
    new = statute("new", "某办法", text, effective=date(2023, 1, 1), repeals=("某办法",))
    old = statute("old", "某办法", "第一条 甲。", effective=date(2013, 1, 1))
    before, after = link_versions([old, new])
    assert found(after, before) == [("《某办法》", "old", None, None)]
    assert found(new) == [("《某办法》", None, None, None)]


def test_the_same_title_of_another_region_is_no_target():
    local = replace(EDUCATION, region=Region.parse("浙江省/嘉兴市"), title="招生办法")
    elsewhere = replace(FEES, region=Region.parse("江苏省/常州市"))
    assert [one[1] for one in only("依照《招生办法》办理。", local, by=elsewhere)] == [None]
    at_home = replace(FEES, region=local.region)
    assert [one[1] for one in only("依照《招生办法》办理。", local, by=at_home)] == ["edu"]
