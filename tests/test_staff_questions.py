"""The question log and its pages: what is kept, what is shown, and that the reader never waits."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from bot.conversation import Answer, AnswerStatus, Question
from bot.public.watch import Asked, Watch
from bot.staff.question_filter import QuestionFilter, list_questions
from bot.staff.questions import BATCH, MOST_KEPT, QuestionLog, purge, question_row
from bot.staff.store import Store, StoreDown
from bot.staff.tables import AskedQuestion, GivenAnswer
from bot.staff.topics import topic_of
from bot.web.feedback import read_reference
from index.documents import Region
from tests.staff_toys import Browser, staff_app, toy_store, with_accounts
from tests.test_feedback import GOOD
from tests.web_fake import DOCUMENT, ScriptedChain, web_app

NOW = datetime.now(UTC).replace(microsecond=0)
KEPT = "谁能报名"


def asked(text: str = KEPT, reference: str = "a1b2c3d4e5", **more: object) -> Asked:
    """A finished question of the scripted chain."""
    answer = replace(ScriptedChain().invoke(Question(text)), reference=reference)
    values = {"channel": "api", "at": NOW, "asker": "x", "seconds": 0.05, "answer": answer} | more
    return Asked(reference, **values)  # type: ignore[arg-type]


def log_of(store: Store, days: int = 180) -> QuestionLog:
    return QuestionLog(store, days, lambda: "build-1")


def rows_of(store: Store) -> list[AskedQuestion]:
    with store.reading() as session:
        return list(session.scalars(select(AskedQuestion).order_by(AskedQuestion.id)))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return toy_store(tmp_path)


def test_an_answer_is_kept_with_every_score_and_what_the_reader_was_told(store):
    log_of(store)(asked())
    [row] = rows_of(store)
    assert (row.question, row.status, row.channel, row.region) == (
        KEPT,
        "answered",
        "api",
        "东江省/河阳市",
    )
    assert (row.topic, row.latency_ms, row.timings_ms) == ("招生入学", 50.0, {"total": 1.235})
    assert (row.index_build, row.reference, row.verdict) == ("build-1", "a1b2c3d4e5", None)
    assert row.hits == [
        {
            "clause": "heyang-2021#1.2",
            "address": "一、招生办法（二）",
            "title": "河阳招生意见",
            "region": "东江省/河阳市",
            "score": 0.7,
            "scores": {},
            "rejected": None,
        }
    ]
    assert [(one["clause"], one["quotes"]) for one in row.citations] == [
        ("heyang-2021#1.1", ["年满6周岁的儿童可以报名。"])
    ]
    with store.reading() as session:
        told = session.get(GivenAnswer, row.id)
    assert told.text.startswith("年满6周岁的儿童可以报名。〔1〕")
    assert told.notes == ["文件的目标年份2022年已过。"]


def test_cited_hits_stand_before_near_misses_and_these_say_why():
    hit = asked("谁能报名").answer.hits[0]
    near = replace(hit, score=0.9, scores={"dense": 0.5}, rejected="不如所引条款贴近问题")
    row = question_row(asked(answer=replace(asked().answer, hits=(near, hit))), "")
    assert [(one["rejected"], one["score"]) for one in row.hits] == [
        (None, 0.7),
        ("不如所引条款贴近问题", 0.9),
    ]
    assert row.hits[1]["scores"] == {"dense": 0.5}


def test_whoever_made_the_answer_what_is_kept_is_masked(store):
    text = "我叫李晓梅，手机13812345678，嘉兴小学怎么报名"
    answer = Answer(Question(text), text, AnswerStatus.CLARIFY, "请补充")
    log_of(store)(asked(answer=answer))
    [row] = rows_of(store)
    for kept in (row.question, row.standalone):
        assert "13812345678" not in kept
        assert "李晓梅" not in kept


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("李晓梅", "您选的是［所选地区］"),
        ("东江省/河阳市", "您选的是河阳市"),
        ("北京", "您选的是北京"),
    ],
)
def test_a_chosen_region_that_is_no_place_is_not_kept(store, chosen, shown):
    text = f"您选的是{chosen.split('/')[-1]}"
    answer = Answer(Question("怎么入学", region=chosen), "怎么入学", AnswerStatus.CLARIFY, text)
    log = log_of(store)
    log.held = lambda: ("东江省/河阳市",)
    log(asked(answer=replace(answer, notes=(text,), regions=(Region.parse(chosen),))))
    [row] = rows_of(store)
    assert row.region == ("" if chosen == "李晓梅" else chosen)
    with store.reading() as session:
        told = session.get(GivenAnswer, row.id)
    assert (told.text, told.notes) == (shown, [shown])


def test_what_staff_try_is_no_question_of_the_public(store):
    log_of(store)(asked(channel="staff"))
    assert rows_of(store) == []


def test_one_visit_with_several_answers_keeps_them_all(store):
    log = log_of(store)
    for _ in range(3):
        log(asked())
    assert [row.reference for row in rows_of(store)] == [
        "a1b2c3d4e5",
        "a1b2c3d4e5-2",
        "a1b2c3d4e5-3",
    ]


def test_a_batch_is_written_when_nobody_waits_or_when_it_is_full(store):
    log, behind = log_of(store), [1]
    log.waiting = lambda: behind[0]
    log(asked(reference="aa"))
    assert rows_of(store) == []
    behind[0] = 0
    log(asked(reference="bb"))
    assert [row.reference for row in rows_of(store)] == ["aa", "bb"]
    behind[0] = 500
    for n in range(BATCH):
        log(asked(reference=f"c{n}"))
    assert len(rows_of(store)) == BATCH + 2


def test_while_the_store_is_down_answers_wait_and_are_not_tried_each_time(store, monkeypatch):
    log, now, tried = log_of(store), [100.0], []
    log.clock = lambda: now[0]

    def down():
        tried.append(1)
        raise StoreDown("down")

    monkeypatch.setattr(store, "writing", down)
    for n in range(MOST_KEPT + 3):
        log(asked(reference=f"d{n}"))
    assert (len(tried), log.dropped, rows_of(store)) == (1, 3, [])
    monkeypatch.undo()
    now[0] += 11
    log.write()
    assert len(rows_of(store)) == MOST_KEPT


def test_what_is_older_than_the_setting_is_deleted_with_its_answer(store):
    for days in (3, 9, 11):
        log_of(store, 10_000)(asked(reference=f"e{days}", at=NOW - timedelta(days=days)))
    with store.writing() as session:
        assert purge(session, NOW - timedelta(days=10)) == 1
    log_of(store, 5)(asked(reference="ff"))
    assert [row.reference for row in rows_of(store)] == ["e3", "ff"]
    with store.reading() as session:
        assert session.scalar(select(func.count()).select_from(GivenAnswer)) == 2


def test_feedback_is_joined_by_the_reference_number(store):
    log = log_of(store)
    log(asked())
    assert log.judge("a1b2c3d4e5", "down", "unclear") is True
    assert log.judge("0000000000", "up", None) is False
    [row] = rows_of(store)
    assert (row.verdict, row.reason) == ("down", "unclear")


@pytest.mark.parametrize("given", [None, 7, "", "x y", "ABC", "a" * 40, "张三"])
def test_a_reference_that_is_none_is_overlooked(given):
    assert read_reference({"reference": given}) == ""


def test_the_page_sends_feedback_to_the_board_and_without_a_number_to_the_file(tmp_path):
    app = web_app(ScriptedChain(), index_dir=str(tmp_path / "i"), store_url="")
    with TestClient(app) as client:
        reference = client.post("/api/v1/ask", json={"question": KEPT}).json()["reference"]
        app.state.desk.watch.wait()
        for number in (reference, "00000000", None):
            sent = client.post("/api/v1/feedback", json=GOOD | {"reference": number})
            assert sent.status_code == 204
    [row] = rows_of(app.state.console.store)
    assert (row.reference, row.channel, row.verdict) == (reference, "api", "down")
    assert (tmp_path / "feedback.jsonl").read_text("utf-8").count("\n") == 2


def test_a_question_has_the_topic_of_most_of_its_words():
    assert topic_of("嘉兴的教师多久轮岗一次") == "教师队伍"
    assert topic_of("嘉兴小学入学报名找哪位老师") == "招生入学"
    assert topic_of("今天天气怎么样") == "其他"


def test_the_waiting_line_tells_how_many_nobody_has_looked_at():
    assert Watch().waiting == 0


# ---- the pages


@pytest.fixture
def browser(store: Store) -> Browser:
    log = log_of(with_accounts(store))
    log(asked(at=NOW - timedelta(days=2), reference="aa11"))
    log(asked("午餐多少钱", reference="bb22", channel="page"))
    log.judge("bb22", "down", "incomplete")
    browser = Browser(staff_app(store))
    browser.sign_in()
    return browser


def test_questions_are_listed_newest_first_and_filtered(browser):
    page = browser.get("/staff/questions").text
    assert page.index("午餐多少钱") < page.index(KEPT)
    assert "找到 2 个" in page
    day = (NOW - timedelta(days=1)).date().isoformat()
    for field, value, left in (
        ("status", "answered", KEPT),
        ("channel", "page", "午餐多少钱"),
        ("topic", "招生入学", KEPT),
        ("verdict", "down", "午餐多少钱"),
        ("words", "午餐", "午餐多少钱"),
        ("words", "aa11", KEPT),
        ("since", day, "午餐多少钱"),
        ("until", day, KEPT),
    ):
        shown = browser.get("/staff/questions", params={field: value}).text
        other = ({KEPT, "午餐多少钱"} - {left}).pop()
        assert (f">{left}</a>" in shown, f">{other}</a>" in shown) == (True, False), field
    assert "没有符合的提问" in browser.get("/staff/questions?region=武汉").text
    assert "找到 2 个" in browser.get("/staff/questions?region=河阳市").text
    assert browser.get("/staff/questions?since=x").status_code == 422


def test_one_question_shows_its_answer_its_hits_and_the_feedback(browser):
    page = browser.get("/staff/questions/1").text
    for shown in (
        "年满6周岁的儿童可以报名。〔1〕",
        "一、招生办法（二）",
        "已引用",
        "索引 build-1",
        "还没有评价",
        "aa11",
    ):
        assert shown in page
    assert "没帮助（没答到点上）" in browser.get("/staff/questions/2").text
    for number in ("3", "99999999999999999999"):
        assert browser.get(f"/staff/questions/{number}").status_code == 404


def test_asking_again_shows_how_it_is_answered_now_and_keeps_nothing(browser):
    browser.open("/staff/questions/2")
    page = browser.submit("/staff/questions/2/again").text
    assert page.index("现在的回答") < page.index("当时的回答")
    chain = browser.app.state.console.chain
    assert chain.asked == [Question("午餐多少钱", region=str(DOCUMENT.region))]
    assert len(rows_of(browser.app.state.console.store)) == 2


def test_the_export_runs_nothing_in_a_spreadsheet(browser):
    log_of(browser.app.state.console.store)(asked("=1+1", reference="cc33"))
    reply = browser.get("/staff/questions.csv")
    rows = list(csv.DictReader(io.StringIO(reply.text.removeprefix("\ufeff"))))
    assert [row["question"] for row in rows] == ["'=1+1", "午餐多少钱", KEPT]
    assert rows[1]["verdict"] == "down"
    assert len(browser.get("/staff/questions.csv?status=answered").text.splitlines()) == 2


def test_a_filter_without_fields_wants_everything(store):
    log_of(store)(asked())
    with store.reading() as session:
        assert len(list_questions(session, QuestionFilter())) == 1
