"""Pinned answers: when one is given, what refuses it, and that it leaves use when a clause changes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import perf_counter

import pytest
from sqlalchemy import select

from bot.chain import PolicyChain
from bot.conversation import Question
from bot.pinned import (
    CLOSE,
    Matcher,
    Pin,
    PinRefused,
    check_text,
    cite,
    clause_digest,
    key_of,
    plain,
    quotations,
    still_holds,
)
from bot.settings import ROOT, load_settings
from bot.staff.pins import PinBoard, Wanted, approve, check, hand_out, pins_in_use, save
from bot.staff.routes import add_staff
from bot.staff.store import StoreDown
from bot.staff.switches import Switches
from bot.staff.tables import AskedQuestion, AuditEntry, PinnedAnswer
from bot.understand import understand
from bot.verify import is_verbatim
from index.documents import Region
from tests.staff_toys import EDITOR, REVIEWER, Browser, toy_store, with_accounts
from tests.toys import open_searcher, tiny_corpus
from tests.web_fake import ScriptedChain

JIA = Region.parse("浙江省/嘉兴市")
DOCUMENTS = {document.id: document for document in tiny_corpus()}
CLAUSE = DOCUMENTS["jia"].clause("2")
TEXT = "六年一次。原文是：“教师每六年交流一次”〔1〕。"
ASKED = "嘉兴的教师多久交流一次"
TOMORROW = date.today() + timedelta(days=1)
WANTED = Wanted((ASKED, "嘉兴老师几年交流"), str(JIA), TEXT, ("jia#2",), TOMORROW)
PIN = Pin(1, WANTED.examples, JIA, TEXT, ("jia#2",), {"jia#2": clause_digest(CLAUSE)}, TOMORROW)


@pytest.fixture(scope="module")
def chain(tiny_index) -> PolicyChain:
    return PolicyChain(open_searcher(tiny_index), load_settings({}))


@pytest.fixture
def pinned(chain):
    """The chain with one pin in use."""
    pins = (PIN,)
    chain.use_pins(lambda: pins)
    yield chain
    chain.use_pins(tuple)


# ---- when it is given


def test_a_question_of_the_same_words_gets_the_approved_text_with_citations(pinned):
    answer = pinned.invoke(Question("嘉兴的教师，多久交流一次？"))
    assert (answer.status, answer.composer, answer.regions) == ("answered", "reviewed", (JIA,))
    paragraphs = answer.text.split("\n\n")
    assert paragraphs[0] == TEXT
    assert paragraphs[1].startswith("〔1〕出自《关于jia的通知》")
    assert paragraphs[-1].startswith("本回答经工作人员审定")
    [citation] = answer.citations
    assert (citation.clause.id, [one.text for one in citation.quotes]) == (
        "jia#2",
        ["教师每六年交流一次"],
    )
    assert is_verbatim(citation)
    assert answer.hits


@pytest.mark.parametrize(
    "question",
    [
        "武汉的教师多久交流一次",  # another region
        "教师多久交流一次",  # no region
        "嘉兴和武汉的教师多久交流一次",  # two regions
        "嘉兴的教师多久不交流一次",  # a negation
        "嘉兴的教师3年交流一次",  # a number
        "嘉兴的校长多久交流一次",  # somebody else
        "嘉兴的教师为什么交流一次",  # another type
        "杭州的教师多久交流一次",  # a region not held
    ],
)
def test_any_other_question_is_answered_as_ever(pinned, question):
    assert pinned.invoke(Question(question)).composer == "extractive"


def test_the_region_may_be_chosen_beside_the_question(pinned):
    text = "教师多久交流一次"
    assert pinned.invoke(Question(text, region=str(JIA))).composer == "reviewed"
    assert pinned.invoke(Question(text, region="湖北省/武汉市")).composer == "extractive"


def test_a_pin_for_one_city_never_answers_another_whatever_its_examples_say(chain):
    odd = (replace(PIN, examples=("武汉的教师多久交流一次", *PIN.examples)),)
    chain.use_pins(lambda: odd)
    for question in ("武汉的教师多久交流一次", "武汉老师几年交流", "教师多久交流一次"):
        assert chain.invoke(Question(question)).composer == "extractive"
    chain.use_pins(tuple)


def test_a_follow_up_is_not_answered_by_a_pin(pinned):
    answer = pinned.invoke(Question("那多久交流一次", history=("嘉兴学校收费有什么规定",)))
    assert answer.composer == "extractive"


def test_a_pin_whose_clause_has_changed_or_is_overdue_is_not_used(chain):
    for stale in (replace(PIN, digests={"jia#2": "x"}), replace(PIN, review_on=date.today())):
        pins = (stale,)
        chain.use_pins(lambda pins=pins: pins)
        assert chain.invoke(Question(ASKED)).composer == "extractive"
    chain.use_pins(tuple)


def test_a_chain_that_asks_no_language_model_uses_pins_too(pinned):
    assert pinned.quoted().invoke(Question(ASKED)).composer == "reviewed"


def test_without_pins_a_question_costs_nothing_more(chain):
    matcher = Matcher()
    reading = understand(Question(ASKED), chain.resolver)
    started = perf_counter()
    for _ in range(1000):
        assert matcher.match(reading, None, None) is None
    assert perf_counter() - started < 0.2  # 0.2 ms a question would be ten times this


def test_a_double_negation_of_choice_is_no_negation(chain):
    one, other = (
        key_of(understand(Question(text), chain.resolver))[2]
        for text in ("嘉兴能不能择校", "嘉兴不能择校")
    )
    assert (one, other) == ((), ("不",))
    assert plain("（嘉兴）几 岁？") == "嘉兴几岁"


# ---- what refuses it


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("“教师每六年交流一次〔1〕", "pin_unbalanced"),
        ("教师每六年交流一次”〔1〕", "pin_unbalanced"),
        ("“教师每六年交流一次”", "pin_unmarked"),
        ("“教师每六年交流一次”〔2〕", "pin_unmarked"),
        ("“教师每五年交流一次”〔1〕", "pin_not_verbatim"),
        ("“学校收费要公示”〔1〕", "pin_not_verbatim"),
        ("“”〔1〕", "pin_not_verbatim"),
        ("教师每六年交流一次〔1〕", "pin_unquoted"),
        ("“教师每六年交流一次”〔1〕，电话83990000", "pin_number"),
        ("“教师每六年交流一次”〔1〕，另见〔7〕", "pin_marker"),
    ],
)
def test_a_text_that_does_not_hold_is_refused(text, name):
    with pytest.raises(PinRefused) as refused:
        check_text(text, cite(text, ("jia#2",), DOCUMENTS))
    assert refused.value.name == name


def test_a_quotation_within_a_quotation_is_part_of_it():
    assert list(quotations("“甲“乙”丙”和“丁”")) == [(7, "甲“乙”丙"), (11, "丁")]


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"examples": ()}, "pin_examples"),
        ({"examples": ("字" * 201,)}, "pin_example"),
        ({"examples": ("武汉教师多久交流",)}, "pin_elsewhere"),
        ({"text": ""}, "pin_text"),
        ({"clause_ids": ()}, "pin_clauses"),
        ({"clause_ids": ("jia#9",)}, "pin_clause"),
        ({"clause_ids": ("x",)}, "pin_clause"),
        ({"clause_ids": ("wu#1",)}, "pin_region"),
        ({"review_on": date.today()}, "pin_review"),
    ],
)
def test_a_pin_that_does_not_hold_is_not_saved(change, name):
    with pytest.raises(PinRefused) as refused:
        check(replace(WANTED, **change), DOCUMENTS, date.today())
    assert refused.value.name == name


def test_a_superseded_document_is_not_cited():
    old = {"jia": replace(DOCUMENTS["jia"], superseded_by="jia-2")}
    with pytest.raises(PinRefused, match="pin_superseded"):
        check(WANTED, old, date.today())
    assert not still_holds(PIN, old, date.today())


# ---- in the store


@pytest.fixture
def store(tmp_path: Path):
    return with_accounts(toy_store(tmp_path))


def state_of(store, number: int = 1) -> str:
    with store.reading() as session:
        return session.get(PinnedAnswer, number).state


def approved(store) -> None:
    with store.writing() as session:
        number = save(session, None, WANTED, EDITOR)
        approve(session, session.get(PinnedAnswer, number), REVIEWER, DOCUMENTS)


def test_a_pin_is_used_from_its_approval_until_its_clause_changes(store):
    with store.writing() as session:
        save(session, None, WANTED, EDITOR)
    assert pins_in_use(store, DOCUMENTS, date.today()) == ()
    with store.writing() as session:
        approve(session, session.get(PinnedAnswer, 1), REVIEWER, DOCUMENTS)
    assert pins_in_use(store, DOCUMENTS, date.today()) == (PIN,)
    changed = replace(CLAUSE, text="二、教师每五年交流一次。\n")
    clauses = tuple(changed if one is CLAUSE else one for one in DOCUMENTS["jia"].clauses)
    after = DOCUMENTS | {"jia": replace(DOCUMENTS["jia"], clauses=clauses)}
    assert pins_in_use(store, after, date.today()) == ()
    assert state_of(store) == "recheck"
    assert pins_in_use(store, DOCUMENTS, date.today()) == ()  # until somebody approves it again
    with store.reading() as session:
        log = session.scalars(select(AuditEntry).order_by(AuditEntry.n)).all()
    assert [(one.actor, one.action) for one in log][-3:] == [
        (EDITOR, "pin_save"),
        (REVIEWER, "pin_active"),
        ("系统", "pin_recheck"),
    ]


def test_a_pin_goes_to_recheck_when_its_document_leaves_or_its_day_comes(store):
    approved(store)
    assert pins_in_use(store, {}, date.today()) == ()
    assert state_of(store) == "active"  # no index at all is no reason
    assert pins_in_use(store, {"wu": DOCUMENTS["wu"]}, date.today()) == ()
    assert state_of(store) == "recheck"
    with store.writing() as session:
        approve(session, session.get(PinnedAnswer, 1), REVIEWER, DOCUMENTS)
    assert pins_in_use(store, DOCUMENTS, TOMORROW) == ()
    assert state_of(store) == "recheck"


def test_the_board_hands_out_the_same_pins_until_they_change_and_survives_the_store(
    store, monkeypatch
):
    approved(store)
    now = [100.0]
    held = PinBoard(store, lambda: DOCUMENTS)
    held.clock = lambda: now[0]
    first = held()
    assert first == (PIN,)
    now[0] += 3
    held()
    held._load.result()
    assert held() is first

    def down():
        raise StoreDown("down")

    monkeypatch.setattr(store, "reading", down)
    now[0] += 3
    held()
    held._load.result()
    assert held() is first


def test_the_board_is_handed_to_chains_that_take_pins(chain, store):
    approved(store)
    hand_out(PinBoard(store, lambda: chain.documents), chain)
    assert chain.invoke(Question(ASKED)).composer == "reviewed"
    chain.use_pins(tuple)
    hand_out(PinBoard(store, dict), ScriptedChain())


# ---- the pages


class Documents(ScriptedChain):
    """A scripted chain over the tiny corpus."""

    def __init__(self) -> None:
        super().__init__()
        self.documents = dict(DOCUMENTS)


@pytest.fixture
def app(store):
    from fastapi import FastAPI

    app = FastAPI()
    add_staff(app, Documents(), load_settings({}), store, Switches(store))
    return app


def fields(**change: str) -> dict[str, str]:
    return {
        "examples": "\r\n".join(WANTED.examples),
        "region": str(JIA),
        "text": TEXT,
        "clauses": "jia#2",
        "review_on": TOMORROW.isoformat(),
    } | change


def test_an_editor_drafts_and_only_a_reviewer_approves(app, store):
    editor, reviewer = Browser(app), Browser(app)
    editor.sign_in(EDITOR)
    editor.open("/staff/pinned/new")
    saved = editor.submit("/staff/pinned/save", **fields())
    assert saved.headers["location"] == "/staff/pinned/1?done=pin_saved"
    page = editor.open("/staff/pinned/1").text
    assert ("要由“审核”账号通过后才会使用" in page, "审核通过，开始使用" in page) == (True, False)
    assert editor.submit("/staff/pinned/1/approve").status_code == 403
    assert state_of(store) == "draft"
    reviewer.sign_in()
    reviewer.open("/staff/pinned/1")
    assert reviewer.submit("/staff/pinned/1/approve").headers["location"].endswith("approved")
    assert state_of(store) == "active"
    assert "使用中" in reviewer.get("/staff/pinned").text
    editor.submit("/staff/pinned/save", **fields(pin="1", text=TEXT + "请放心。"))
    assert state_of(store) == "draft"
    reviewer.submit("/staff/pinned/1/retire")
    assert state_of(store) == "retired"
    for path in ("/staff/pinned/2", "/staff/pinned/99999999999999999999"):
        assert reviewer.get(path).status_code == 404


def test_a_refusal_says_why_and_keeps_what_was_written(app, store):
    browser = Browser(app)
    browser.sign_in()
    browser.open("/staff/pinned/new")
    wrong = browser.submit("/staff/pinned/save", **fields(text="“教师每五年交流一次”〔1〕"))
    assert wrong.status_code == 422
    assert "引文“教师每五年交流一次”和“第2条”的原文对不上，请逐字照抄。" in wrong.text
    assert "“教师每五年交流一次”〔1〕</textarea>" in wrong.text
    day = browser.submit("/staff/pinned/save", **fields(review_on="明天"))
    assert "“明天”不是日期" in day.text
    with store.reading() as session:
        assert session.get(PinnedAnswer, 1) is None


def test_a_clause_that_changed_since_the_draft_is_seen_at_approval(app, store):
    browser = Browser(app)
    browser.sign_in()
    browser.open("/staff/pinned/new")
    browser.submit("/staff/pinned/save", **fields())
    app.state.console.chain.documents.pop("jia")
    refused = browser.submit("/staff/pinned/1/approve")
    assert (refused.status_code, "没有收录条款“jia#2”" in refused.text) == (422, True)
    assert state_of(store) == "draft"


def test_a_pin_can_begin_with_a_question_that_was_asked(app, store):
    with store.writing() as session:
        session.add(
            AskedQuestion(
                at=datetime.now(UTC),
                reference="a1",
                channel="api",
                question=ASKED,
                standalone=ASKED,
                region=str(JIA),
                status="answered",
                citations=[{"n": 1, "clause": "jia#2", "quotes": ["教师每六年交流一次"]}],
            )
        )
    browser = Browser(app)
    browser.sign_in()
    page = browser.get("/staff/pinned/new?question=1").text
    assert f">{ASKED}</textarea>" in page
    assert ">jia#2</textarea>" in page
    assert "“教师每六年交流一次”〔1〕</textarea>" in page
    assert browser.get("/staff/pinned/new?question=x").status_code == 200


# ---- measured on the evaluation questions


def test_no_two_evaluation_questions_with_different_evidence_match(real_chain):
    """Each question as the example of a pin for its region, against every other question."""
    readings = []
    for path in sorted((ROOT / "tests" / "data").glob("questions*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if not row["history"]:
                reading = understand(
                    Question(row["question"], region=row["region"]), real_chain.resolver
                )
                readings.append((row, reading, key_of(reading), reading.scope.asked))
    by_key: dict[object, list[int]] = {}
    for n, (_, _, key, asked) in enumerate(readings):
        by_key.setdefault((key, asked), []).append(n)
    matched = [
        (readings[one][0], readings[two][0])
        for alike in by_key.values()
        for one in alike
        for two in alike
        if one < two
        and readings[one][3]
        and readings[one][0]["question"] != readings[two][0]["question"]
    ]
    different = [
        (one["question"], two["question"])
        for one, two in matched
        if not set(one["expect"]) & set(two["expect"])
        or not _same_evidence(one["gold"], two["gold"])
    ]
    assert len(readings) > 1500
    assert (len(matched) >= 3, different) == (True, [])


def _same_evidence(first: list[dict], second: list[dict]) -> bool:
    """Whether neither has any, or a quote of one holds one of the other."""
    pairs = [(one["quote"], two["quote"]) for one in first for two in second]
    return not (first or second) or any(one in two or two in one for one, two in pairs)


PAIRS = """
嘉兴小学一个班最多多少人|嘉兴初中一个班最多多少人
嘉兴小学几岁入学|嘉兴小学几岁不能入学
嘉兴校长几年交流一次|嘉兴教师几年交流一次
嘉兴民办学校能不能摇号|嘉兴公办学校能不能摇号
嘉兴随迁子女怎么入学|嘉兴残疾儿童怎么入学
嘉兴2019年招生政策|嘉兴2020年招生政策
嘉兴教师补贴有没有|嘉兴教师补贴是多少
嘉兴课后服务一个月多少钱|嘉兴课后服务一学期多少钱
嘉兴学校可以收费吗|嘉兴学校不可以收费吗
嘉兴满3年能评高级职称吗|嘉兴满5年能评高级职称吗
嘉兴户籍学生怎么报名|嘉兴非本地户籍学生怎么报名
嘉兴教师最多工作几年|嘉兴教师最少工作几年
嘉兴学校要不要配保安|嘉兴学校要配几个保安
嘉兴乡村教师津贴多少|嘉兴城区教师津贴多少
嘉兴谁来考核校长|嘉兴校长考核谁
嘉兴市区小学招生|嘉兴农村小学招生
"""


@pytest.mark.parametrize("pair", PAIRS.split())
def test_questions_that_differ_in_what_matters_have_different_keys(real_chain, pair):
    one, other = (understand(Question(text), real_chain.resolver) for text in pair.split("|"))
    near = float(
        real_chain.retriever.vector(one.search) @ real_chain.retriever.vector(other.search)
    )
    assert key_of(one) != key_of(other) or near < CLOSE, near
