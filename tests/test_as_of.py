"""The day that a question asks about, and years that are part of what is asked."""

from __future__ import annotations

from datetime import date

import pytest

from bot.as_of import AsOf, AsOfKind, read_as_of

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("question", "kind", "words", "day"),
    [
        ("2020年的规定是什么", AsOfKind.DAY, "2020年的", date(2020, 12, 31)),
        ("上海2019年那会儿，几岁能坐副驾驶", AsOfKind.DAY, "2019年那会儿", date(2019, 12, 31)),
        ("2021年2月的时候怎么管", AsOfKind.DAY, "2021年2月的时候", date(2021, 2, 28)),
        ("2021年6月1日的规定", AsOfKind.DAY, "2021年6月1日的", date(2021, 6, 1)),
        ("2018年的职业教育法怎么收费", AsOfKind.DAY, "2018年的", date(2018, 12, 31)),
        ("2015年以前的规定", AsOfKind.DAY, "2015年以前的", date(2014, 12, 31)),
        ("去年的规定", AsOfKind.DAY, "去年的", date(2025, 12, 31)),
        ("前年那会儿老师怎么评职称", AsOfKind.DAY, "前年那会儿", date(2024, 12, 31)),
        ("1996年版职业教育法", AsOfKind.EDITION, "1996年版", date(1996, 12, 31)),
        ("2020年修订的未成年人保护法", AsOfKind.EDITION, "2020年修订的", date(2020, 12, 31)),
        ("修订前怎么说", AsOfKind.EARLIER, "修订前", None),
        ("旧版职业教育法", AsOfKind.EARLIER, "旧版", None),
        ("以前的规定是怎样的", AsOfKind.EARLIER, "以前的", None),
        ("1996年的职业教育法现在还能用吗", AsOfKind.STILL, "1996年的", date(1996, 12, 31)),
        ("旧版的还有效吗", AsOfKind.STILL, "旧版的", None),
    ],
)
def test_a_version_of_an_earlier_time_is_asked_for(question, kind, words, day):
    assert read_as_of(question, TODAY) == AsOf(kind, words, day)


@pytest.mark.parametrize(
    "question",
    [
        "2020年出生的孩子按什么规定入学",
        "孩子2020年入学有什么规定",
        "到2020年底目标是什么",
        "到2020年武汉的规定",
        "截至2020年的规定",
        "武政办〔2018〕4号说了什么",
        "2018年第4号规定",
        "去年出生的孩子有什么规定",
        "我去年搬到武汉，孩子上学有什么规定",
        "去年搬到武汉的孩子上学有什么规定",
        "2026年的规定是什么",
        "2030年的规定是什么",
        "2021年13月的规定",
        "旧城改造里的学校",
        "小学怎么报名",
    ],
)
def test_a_year_of_the_matter_this_year_and_the_future_ask_for_the_present(question):
    assert read_as_of(question, TODAY) is None
