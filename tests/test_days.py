"""Dates in every spelling, in texts and in file names; nothing that is no date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.clauses import parse_clauses
from index.days import day_in_name, half_width, read_day, show_day, years_after
from index.metadata import extract_metadata


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("自2021年6月1日起", date(2021, 6, 1)),
        ("２０21年 6 月 1 日", date(2021, 6, 1)),
        ("一九九○年二月一日", date(1990, 2, 1)),
        ("二〇二一年十月二十一日", date(2021, 10, 21)),
        ("2021年2月30日", None),
        ("2021年6月", None),
        ("9999年12月31日", None),
        ("", None),
    ],
)
def test_a_date_is_read_in_every_spelling(text, day):
    assert read_day(text) == day


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("教育法(2021-04-29)", date(2021, 4, 29)),
        ("通知20240426", date(2024, 4, 26)),
        ("2019.03.05_通知_2020.04.06", date(2020, 4, 6)),
        ("通知2024-13-01", None),
        ("电话13812345678", None),
        ("通知2024", None),
    ],
)
def test_the_last_date_in_a_file_name_counts(name, day):
    assert day_in_name(name) == day


def test_a_term_ends_the_day_before_its_anniversary():
    assert years_after(date(2021, 3, 1), 5) == date(2026, 2, 28)
    assert years_after(date(2020, 2, 29), 1) == date(2021, 2, 28)
    assert show_day(date(2021, 3, 1)) == "2021年3月1日"


PIECES = st.sampled_from(
    ["第一条 ", "第二条 ", "本办法", "自", "起施行", "，", "。", "\n", "2021年6月1日", "9999年12月31日",
     "一十九八年", "有效期", "试行期", "999年", "99999个月", "五", "年", "公布之日", "起99999日后施行",
     "《某办法》", "同时废止", "令第", "号", "通过", "修正", "届人民代表大会", "某市", "〔2018〕4号", "目录"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=30).map("".join), st.sampled_from(["a", "法(2021-04-29)"]))
def test_no_text_makes_the_metadata_fail(text, stem):
    found = extract_metadata(parse_clauses("d", half_width(text)), (), stem)
    assert {guess.name for guess in found.guesses} >= {"title", "issued", "effective", "level"}
