"""The order above a text: who gave it and its number, wherever the line breaks fall."""

from datetime import date

import pytest

from index.clauses import parse_clauses
from index.metadata import extract_metadata
from index.orders import order_of

TEXT = "某市学生资助办法\n第一条 为了规范资助。\n第二条 适用本办法。\n第三条 本办法自2018年9月1日起施行。"


def order(head):
    found = order_of(parse_clauses("d", f"{head}\n2018年7月3日\n{TEXT}"))
    return found and (found.body, found.number)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("中华人民共和国教育部令\n第49号", ("教育部", "教育部令第49号")),
        ("杭州市人民政府令 第 310 号", ("杭州市人民政府", "杭州市人民政府令第310号")),
        ("中华人民共和国主席令\n第二十二号", ("主席", "主席令第二十二号")),
        (
            "上海市人民代表大会常务委员会公告〔十五届〕\n第八十三号",
            (
                "上海市人民代表大会常务委员会",
                "上海市人民代表大会常务委员会公告〔十五届〕第八十三号",
            ),
        ),
        ("根据国务院令第399号，制定本办法。", None),
        ("现予公布。", None),
    ],
)
def test_the_body_and_the_number_are_read(head, expected):
    assert order(head) == expected


def test_an_order_gives_level_issuer_number_and_day():
    head = (
        "中华人民共和国教育部令\n第49号\n《学生资助办法》已经教育部第3次部务会议审议通过，"
        "现予公布，自2021年3月1日起施行。\n教育部部长 某某\n2020年12月23日\n"
    )
    text = head + "学生资助办法（试行）\n第一条 为了规范资助。\n第二条 甲。\n第三条 乙。"
    found = extract_metadata(parse_clauses("d", text))
    assert (
        found.title,
        found.level,
        found.issuer,
        found.number,
        found.issued,
        found.effective,
    ) == (
        "学生资助办法（试行）",
        "departmental_rule",
        "教育部",
        "教育部令第49号",
        date(2020, 12, 23),
        date(2021, 3, 1),
    )


def test_the_president_s_order_leaves_the_law_to_the_congress():
    head = (
        "中华人民共和国主席令\n第二十二号\n《中华人民共和国学前教育法》已由第十四届全国人民代表大会"
        "常务委员会第十二次会议于2024年11月8日通过，现予公布。\n2024年11月8日\n"
    )
    text = head + "中华人民共和国学前教育法\n第一条 为了保障权利。\n第二条 甲。\n第三条 乙。"
    found = extract_metadata(parse_clauses("d", text))
    assert (found.level, found.issuer) == ("law", "全国人民代表大会常务委员会")
