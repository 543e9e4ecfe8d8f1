"""The front desk: looks like a chain, keeps order, numbers every answer, tells its observers."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.conversation import Answer, AnswerStatus, Draft, Question
from bot.public.desk import Desk, Switches
from bot.public.gate import Load
from bot.public.visits import Visit, current_visit, visiting
from bot.public.watch import Asked
from bot.web.turns import BadRequest
from index.errors import IndexMissing, WenceError
from tests.web_fake import ScriptedChain, missing_index, settings

ASKED = Question("谁能报名")
ANNA = Visit("a1b2c3", "203.0.113.7", "page")


class Quoted(ScriptedChain):
    def invoke(self, question: Question, /) -> Answer:
        return replace(super().invoke(question), text="只引原文。")


class Worded(ScriptedChain):
    """A chain with a model, whose steps tell under which number they work."""

    def __init__(self, failure: Exception | None = None) -> None:
        super().__init__(failure)
        self.numbers: list[str] = []

    def quoted(self) -> Quoted:
        return Quoted()

    def invoke(self, question: Question, /) -> Answer:
        self.numbers.append(current_visit().reference)
        return super().invoke(question)

    def stream(self, question: Question, /):
        yield "resolve"
        yield Draft("报名")
        yield self.invoke(question)


def desk(chain: ScriptedChain | None = None, state: Switches | None = None, **environ: str) -> Desk:
    return Desk(chain or Worded(), settings(**environ), lambda: state or Switches())


def refusal(one: Desk, client: str = "甲") -> BadRequest:
    with visiting(replace(ANNA, client=client)), pytest.raises(BadRequest) as refused:
        one.invoke(ASKED)
    return refused.value


def test_an_answer_carries_the_number_of_its_visit() -> None:
    chain = Worded()
    with visiting(ANNA):
        invoked = desk(chain).invoke(ASKED)
        streamed = list(desk(chain).stream(ASKED))
    assert invoked == replace(ScriptedChain().invoke(ASKED), reference="a1b2c3")
    assert streamed == ["resolve", Draft("报名"), invoked]
    assert chain.numbers == ["a1b2c3", "a1b2c3"]


def test_the_desk_holds_what_the_chain_holds() -> None:
    chain = ScriptedChain()
    assert desk(chain).documents is chain.documents
    assert desk(chain).ready() == {"documents": 1, "passages": 4}


def test_observers_see_what_was_asked_and_never_who() -> None:
    seen: list[Asked] = []
    one = Desk(ScriptedChain(), settings(), observers=(seen.append,))
    with visiting(ANNA):
        answer = one.invoke(ASKED)
        list(one.stream(ASKED))
    one.watch.wait()
    assert [(row.reference, row.channel, row.answer) for row in seen] == [
        ("a1b2c3", "page", answer)
    ] * 2
    assert seen[0].asker == seen[1].asker
    assert "203.0.113" not in repr(replace(seen[0], answer=None))  # type: ignore[arg-type]
    assert 0 <= seen[0].seconds < 5
    assert datetime.now(UTC) - seen[0].at < timedelta(seconds=5)


def test_a_paused_service_says_so_in_the_words_of_staff_or_its_own() -> None:
    usual, own = (
        desk(state=Switches(paused=True)),
        desk(state=Switches(paused=True, paused_text="今天系统升级。")),
    )
    assert (refusal(usual).name, refusal(usual).status) == ("paused", 503)
    assert (refusal(own).name, refusal(own).values["text"]) == ("paused_because", "今天系统升级。")
    assert refusal(own).headers == {"Retry-After": "60"}


def test_with_the_model_paused_answers_are_quotes() -> None:
    quoted = desk(state=Switches(model_paused=True))
    assert [quoted.invoke(ASKED).text, desk().invoke(ASKED).text == "只引原文。"] == [
        "只引原文。",
        False,
    ]


def test_switches_are_read_for_every_question() -> None:
    state = Switches()
    one = Desk(ScriptedChain(), settings(), lambda: state)
    assert one.invoke(ASKED).status is AnswerStatus.ANSWERED
    state = Switches(paused=True)
    assert refusal(one).name == "paused"


def test_too_many_questions_of_one_client_are_refused_and_counted() -> None:
    one = desk(questions_per_minute="2")
    counted: list[tuple[str, str]] = []
    one.refused = lambda reason, channel: counted.append((reason, channel))
    with visiting(ANNA):
        one.invoke(ASKED)
        list(one.stream(ASKED))
    assert refusal(one, ANNA.client).name == "too_many"
    assert counted == [("too_many", "page")]
    with visiting(replace(ANNA, client="乙")):
        assert one.invoke(ASKED).status is AnswerStatus.ANSWERED


def test_while_one_answer_streams_the_same_client_gets_no_second() -> None:
    one = desk(queue_length="1")
    with visiting(ANNA):
        streaming = one.stream(ASKED)
        next(streaming)
    assert one.load == Load(1, 0)
    assert refusal(one, ANNA.client).name == "one_at_a_time"
    streaming.close()  # type: ignore[attr-defined]
    assert one.load == Load(0, 0)
    with visiting(ANNA):
        assert one.invoke(ASKED).status is AnswerStatus.ANSWERED


def test_a_question_that_comes_too_early_is_not_counted() -> None:
    one = desk(questions_per_minute="2", queue_length="1")
    with visiting(ANNA):
        streaming = one.stream(ASKED)
        next(streaming)
        for _ in range(5):
            assert refusal(one, ANNA.client).name == "one_at_a_time"
        list(streaming)
        assert one.invoke(ASKED).status is AnswerStatus.ANSWERED
    assert refusal(one, ANNA.client).name == "too_many"


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    one = desk()
    one._longest = -1.0
    with pytest.raises(BadRequest) as late:
        list(one.stream(ASKED))
    assert (late.value.name, late.value.status) == ("too_slow", 503)
    assert one.load == Load(0, 0)


def test_a_service_that_is_leaving_is_not_ready_and_later_answers_nobody() -> None:
    one = desk()
    one.draining = True
    with pytest.raises(BadRequest, match="draining"):
        one.ready()
    assert one.invoke(ASKED).status is AnswerStatus.ANSWERED
    one.watch.wait()
    assert not one.busy
    one.closed = True
    assert (refusal(one).name, refusal(one).status) == ("draining", 503)


def test_a_missing_index_stays_a_missing_index() -> None:
    one = desk(ScriptedChain(missing_index()))
    with pytest.raises(IndexMissing):
        one.invoke(ASKED)
    with pytest.raises(IndexMissing):
        list(one.stream(ASKED))
    assert one.load == Load(0, 0)


def test_a_surprise_is_logged_under_the_number_that_the_reader_gets(
    caplog: pytest.LogCaptureFixture,
) -> None:
    one = desk(ScriptedChain(RuntimeError("谁能报名 broke it")))
    with visiting(ANNA), caplog.at_level(logging.ERROR):
        for asking in (one.invoke, lambda question: list(one.stream(question))):
            with pytest.raises(WenceError, match=r"^answering failed, reference a1b2c3$"):
                asking(ASKED)
    assert [record.getMessage() for record in caplog.records] == [
        "answering failed, reference a1b2c3"
    ] * 2
    assert one.load == Load(0, 0)
