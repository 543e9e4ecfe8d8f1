"""When a text takes effect, how long it holds and what it repeals, in its own words only."""

from datetime import date

import pytest

from index.clauses import parse_clauses
from index.terms import repeals_of, start_of, term_of


def clauses(words):
    return parse_clauses("d", f"第一条 为了规范招生。\n第二条 {words}")


def start(words):
    found = start_of(clauses(words))
    return found and (found.day or found.days_after_issue)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("本法自2021年6月1日起施行。", date(2021, 6, 1)),
        ("本规定从1986年7月1日起施行。", date(1986, 7, 1)),
        ("本条例自2004年1月1日起实施。", date(2004, 1, 1)),
        ("本条例自２０07年9月１日起施行。", date(2007, 9, 1)),
        ("本办法自一九九○年十月一日起施行。", date(1990, 10, 1)),
        ("本办法由市教育局负责解释，自2024年5月1日起施行，有效期5年。", date(2024, 5, 1)),
        ("自2024年5月1日起施行。", date(2024, 5, 1)),
        ("本条例自公布之日起施行。", 0),
        ("本意见自印发之日起30日后施行。", 30),
        ("自1997年2月5日起施行的《某管理规定》同时废止。", None),
        ("本市户籍学生自2021年9月1日起实施新课程。", None),
        ("办学许可证自2021年9月1日起施行新版。", None),
        ("本条例2021年3月31日起废止。", None),
        ("本办法自2021年13月1日起施行。", None),
    ],
)
def test_the_first_day_is_what_the_text_says_of_itself(words, expected):
    assert start(words) == expected


def test_the_words_and_the_article_are_kept():
    found = start_of(clauses("本法自2021年6月1日起施行。"))
    assert found.words == "第二条“本法自2021年6月1日起施行”"


BEGAN = date(2021, 3, 1)


@pytest.mark.parametrize(
    ("words", "last"),
    [
        ("本办法自2021年3月1日起施行，有效期5年。", date(2026, 2, 28)),
        ("本办法自2021年3月1日起施行，有效期五年。", date(2026, 2, 28)),
        ("本办法自2021年3月1日起试行，试行期2年。", date(2023, 2, 28)),
        ("本办法自2021年3月1日起试行，试行期为六个月。", date(2021, 8, 31)),
        ("本通知有效期至2025年12月31日。", date(2025, 12, 31)),
        ("本办法自2021年3月1日起施行，至2023年6月30日止。", date(2023, 6, 30)),
        ("办学许可证有效期为五年。", None),
        ("本办法自2021年3月1日起施行。", None),
    ],
)
def test_the_last_day_is_counted_from_the_first(words, last):
    term = term_of(clauses(words))
    assert (term and term.last_day(BEGAN)) == last


def test_months_from_the_last_of_a_long_month_end_with_a_short_one():
    term = term_of(clauses("本办法试行期为六个月。"))
    assert term.last_day(date(2021, 8, 31)) == date(2022, 2, 27)


def test_a_term_without_a_first_day_has_no_last_day():
    assert term_of(clauses("本办法有效期5年。")).last_day(None) is None


@pytest.mark.parametrize(
    ("words", "repealed"),
    [
        ("《社会力量办学条例》同时废止。", ("社会力量办学条例",)),
        ("自1997年2月5日起施行的《某规定》同时废止。", ("某规定",)),
        ("《甲办法(试行草案)》和《乙办法》同时废止。", ("甲办法(试行草案)", "乙办法")),
        ("《某省实施〈教育督导暂行规定〉办法》同时废止。", ("某省实施〈教育督导暂行规定〉办法",)),
        ("原《招生通知》（某教〔2018〕1号）同时废止。", ("招生通知", "某教〔2018〕1号")),
        ("依照《教育法》执行。与本办法不一致的，以本办法为准。", ()),
        ("《教育法》另有规定的，从其规定；《某办法》同时废止。", ("某办法",)),
    ],
)
def test_repealed_titles_and_numbers_stand_before_the_repeal(words, repealed):
    assert repeals_of(clauses(words)) == repealed
