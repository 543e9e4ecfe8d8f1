"""The figures of the questions asked: percentiles by day, plain scales, pictures without script."""

from __future__ import annotations

import csv
from collections import namedtuple
from datetime import UTC, date, datetime, timedelta
from xml.etree import ElementTree

import pytest

from bot.cli import main
from bot.staff.charts import columns, lines, round_up
from bot.staff.pins import save
from bot.staff.statistics_page import Day, figures
from tests.staff_toys import Browser, staff_app, toy_store, with_accounts
from tests.test_pins import WANTED
from tests.test_staff_questions import asked, log_of

Row = namedtuple("Row", "at status region channel latency_ms verdict")
FIRST = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)


def test_a_day_has_its_count_its_times_and_its_judgements():
    rows = [Row(FIRST, "answered", "甲/乙、丙", "api", ms, None) for ms in (10, 20, 30)]
    rows.append(Row(FIRST + timedelta(minutes=1), "refused", "丙", "page", 7, "up"))
    found = figures(rows, date(2026, 3, 1), date(2026, 3, 3))
    assert found.days == (
        Day(date(2026, 3, 1), 3, 20.0, 29.0, 0, 0),
        Day(date(2026, 3, 2), 1, 7.0, 7.0, 1, 1),
        Day(date(2026, 3, 3), 0, None, None, 0, 0),
    )
    assert (found.statuses, found.count) == ((("answered", 3), ("refused", 1)), 4)
    assert found.regions == (("丙", 4), ("甲/乙", 3))
    assert (found.channels, found.helpful) == ((("api", 3), ("page", 1)), 1.0)
    assert figures([], date(2026, 3, 1), date(2026, 3, 1)).helpful is None


@pytest.mark.parametrize(("value", "top"), [(0, 1), (1, 1), (3, 5), (5, 5), (11, 20), (501, 1000)])
def test_a_scale_ends_at_a_plain_number(value, top):
    assert round_up(value) == top


def test_a_column_is_as_high_as_its_value_and_none_for_zero():
    chart = ElementTree.fromstring(str(columns("每天<", ["一", "二"], [10, 0])))
    assert (chart.get("role"), chart.get("aria-label")) == ("img", "每天<")
    [bar] = chart.findall("rect")
    assert (float(bar.get("y")), float(bar.get("height"))) == (14, 142)
    assert [one.text for one in chart.findall("text")] == ["0", "5", "10", "一", "二"]


def test_a_line_is_broken_where_there_is_no_value():
    chart = ElementTree.fromstring(
        str(lines("用时", ["一", "二", "三"], [[1, None, 1], [None] * 3]))
    )
    first, second = chart.findall("path")
    assert (first.get("d").count("M"), first.get("d").count("L"), second.get("d")) == (2, 0, "")
    assert len(chart.findall("circle")) == 2


def test_the_page_draws_and_tells_the_figures(tmp_path):
    store = with_accounts(toy_store(tmp_path))
    browser = Browser(staff_app(store))
    browser.sign_in()
    assert "这段时间没有提问" in browser.get("/staff/statistics").text
    log = log_of(store)
    log(asked(reference="aa", at=datetime.now(UTC)))
    log.judge("aa", "up", None)
    page = browser.get("/staff/statistics?days=7").text
    assert page.count("<svg") == 2
    assert "<strong>100%</strong>" in page
    assert "东江省/河阳市" in page
    assert "<script>" not in page
    assert browser.get("/staff/statistics?days=x").status_code == 200


def test_the_board_is_read_from_the_command_line_too(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WENCE_INDEX_DIR", str(tmp_path / "index"))
    store = toy_store(tmp_path)
    log = log_of(store)
    log(asked(reference="aa"))
    log(asked("午餐多少钱", reference="bb", at=datetime(2026, 1, 1, tzinfo=UTC)))
    with store.writing() as session:
        save(session, None, WANTED, "li.hua")
    out = tmp_path / "out.csv"

    def run(*arguments: str) -> tuple[int, str, list[list[str]]]:
        code = main(["staff", *arguments])
        text = out.read_text(encoding="utf-8-sig") if out.exists() else ""
        rows = list(csv.reader(text.splitlines()))
        return code, capsys.readouterr().out, rows

    code, said, rows = run("questions", "--csv", str(out))
    assert (code, said, len(rows)) == (0, f"已写出 2 个提问：{out}\n", 3)
    assert len(run("questions", "--csv", str(out), "--since", "2026-02-01")[2]) == 2
    assert run("gaps", "--csv", str(out))[2][1][6] == "午餐多少钱"
    assert len(run("gaps", "--csv", str(out), "--since", "2026-02-01")[2]) == 1
    code, said, _ = run("pins")
    assert (code, said.splitlines()[-1]) == (0, "共 1 个固定回答")
    assert said.startswith("1  待审核  浙江省/嘉兴市  复核 ")
    with pytest.raises(SystemExit):
        main(["staff", "gaps", "--csv", str(out), "--since", "昨天"])
