"""The gap list: like questions together, the most frequent first, handled ones out of the way."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.likeness import key_words, share
from bot.staff.gaps import Text, group_alike, handle, list_gaps, words_of
from bot.staff.tables import AskedQuestion, AuditEntry
from tests.staff_toys import Browser, staff_app, toy_store, with_accounts

NOW = datetime.now(UTC).replace(microsecond=0)
JIA, WU = "浙江省/嘉兴市", "湖北省/武汉市"
NUMBERS = iter(range(10**6))


def row(question: str, region: str = JIA, status: str = "not_stated", **more: object):
    values = {"topic": "安全健康", "at": NOW, "verdict": None} | more
    return AskedQuestion(
        reference=f"r{next(NUMBERS)}",
        channel="api",
        question=question,
        standalone=question,
        region=region,
        status=status,
        **values,
    )


def text(question: str, region: str = JIA) -> Text:
    return Text(1, question, region, "安全健康", "not_stated", 0, 1, NOW)


def alike(*questions: str) -> list[list[str]]:
    groups = group_alike([text(one) for one in questions])
    return [[one.question for one in group] for group in groups]


def test_everyday_words_count_as_their_official_terms():
    assert key_words("户口不在怎么报名") & key_words("户籍报名")
    assert share(frozenset("ab"), frozenset("bc")) == pytest.approx(1 / 3)
    assert share(frozenset(), frozenset()) == 0


def test_the_name_of_the_region_makes_no_two_questions_alike():
    assert "嘉兴" not in words_of("嘉兴午餐多少钱", JIA)
    assert alike("嘉兴午餐", "嘉兴校车") == [["嘉兴午餐"], ["嘉兴校车"]]


def test_questions_of_like_words_stand_together():
    assert alike("学校午餐多少钱一顿", "校车几点来", "午餐一顿多少钱") == [
        ["学校午餐多少钱一顿", "午餐一顿多少钱"],
        ["校车几点来"],
    ]


@pytest.fixture
def store(tmp_path: Path):
    store = with_accounts(toy_store(tmp_path))
    with store.writing() as session:
        session.add_all([row("学校午餐多少钱一顿") for _ in range(3)])
        session.add(row("午餐一顿多少钱", at=NOW - timedelta(days=1)))
        session.add(row("学校午餐多少钱一顿", WU))
        session.add(row("校车几点来", status="clarify", at=NOW - timedelta(days=40)))
        session.add(row("几岁入学", status="answered", verdict="down", topic="招生入学"))
        session.add(row("几岁能上小学", status="answered", topic="招生入学"))
    return store


def test_gaps_are_counted_by_region_and_topic_the_most_frequent_first(store):
    with store.reading() as session:
        found = list_gaps(session, NOW - timedelta(days=90))
        shown = [(one.first.question, one.first.region, one.count, one.down) for one in found]
        assert shown[0] == ("学校午餐多少钱一顿", JIA, 4, 0)
        assert sorted(shown[1:]) == [
            ("几岁入学", JIA, 1, 1),
            ("学校午餐多少钱一顿", WU, 1, 0),
            ("校车几点来", JIA, 1, 0),
        ]
        assert found[0].statuses == ("not_stated",)
        assert len(list_gaps(session, NOW - timedelta(days=30))) == 3
        assert len(list_gaps(session, NOW - timedelta(days=90), region=WU)) == 1
        assert len(list_gaps(session, NOW - timedelta(days=90), topic="招生入学")) == 1


def test_a_handled_gap_is_open_again_when_somebody_asks_later(store):
    since = NOW - timedelta(days=90)
    with store.writing() as session:
        handle(session, text("学校午餐多少钱一顿"), "已问教育局", "王老师", NOW)
    with store.writing() as session:
        gap = list_gaps(session, since)[0]
        assert (gap.note, gap.handled_by, gap.is_open) == ("已问教育局", "王老师", False)
        session.add(row("午餐一顿多少钱", at=NOW + timedelta(seconds=5)))
        session.flush()
        gap = list_gaps(session, since)[0]
        assert (gap.count, gap.again, gap.is_open) == (5, True, True)
        other = next(one for one in list_gaps(session, since) if one.first.region == WU)
        assert other.is_open


@pytest.fixture
def browser(store) -> Browser:
    browser = Browser(staff_app(store))
    browser.sign_in()
    return browser


def test_the_page_shows_groups_with_examples_and_takes_a_note(browser, store):
    page = browser.open("/staff/gaps").text
    assert "4 组，共问了 7 次；另有 0 组已处理" in page
    assert "问了 4 次" in page
    assert ">午餐一顿多少钱</a>" in page
    with store.reading() as session:
        number = list_gaps(session, NOW - timedelta(days=9))[0].first.id
    empty = browser.submit("/staff/gaps/handled", question=str(number), note=" ")
    assert (empty.status_code, "“怎样处理的”填得不对" in empty.text) == (422, True)
    assert browser.submit("/staff/gaps/handled", question="x", note="好").status_code == 404
    done = browser.submit("/staff/gaps/handled", question=str(number), note="已请示", days="30")
    assert done.headers["location"] == "/staff/gaps?days=30&done=handled"
    page = browser.get("/staff/gaps").text
    assert "3 组，共问了 3 次；另有 1 组已处理" in page
    assert "已处理（王老师）：已请示" in browser.get("/staff/gaps?state=all").text
    with store.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.n.desc())).first()
    assert (entry.action, entry.subject) == ("gap_handled", "学校午餐多少钱一顿")


def test_the_gap_list_is_exported_with_all_its_questions(browser):
    reply = browser.get("/staff/gaps.csv?region=" + JIA)
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert (rows[0]["count"], rows[0]["question"], rows[0]["others"]) == (
        "4",
        "学校午餐多少钱一顿",
        "午餐一顿多少钱",
    )
    assert len(rows) == 3
