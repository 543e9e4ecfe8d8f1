"""The seam to a language model, over real HTTP, against a service that does everything wrong."""

from __future__ import annotations

import logging
from time import monotonic

import pytest
from langchain_core.callbacks import BaseCallbackHandler

from bot.breaker import Breaker
from bot.model import ChatModel, ModelFailure, open_model
from bot.settings import load_settings
from index.errors import SettingsError
from tests.model_server import HURRIED, KEY, Wire, characters, model_server, model_settings, saying

ASKED = (("system", "你是办事员。"), ("user", "问题"))
BUDGET = 15.0


def read(model: ChatModel, budget: float = BUDGET) -> str:
    return "".join(model.stream(ASKED, monotonic() + budget))


def silent(wire: Wire) -> None:
    wire.wait()


def stalled(wire: Wire) -> None:
    wire.say("校长")
    wire.wait()


def slow(wire: Wire) -> None:
    for _ in range(100):
        wire.say("慢")
        wire.wait(0.1)


def cut(wire: Wire) -> None:
    wire.say("校长任期")


def cut_in_a_chunk(wire: Wire) -> None:
    wire.say("校长")
    wire.raw('data: {"choices": [{"delta"')


def garbage(wire: Wire) -> None:
    wire.raw("data: <html>502 Bad Gateway</html>\n\n")


def not_a_stream(wire: Wire) -> None:
    wire.raw("<html>welcome to the hotel wifi</html>")


def endless(wire: Wire) -> None:
    while not wire.over.is_set():
        wire.say("好" * 50)


def too_long(wire: Wire) -> None:
    wire.say("好")
    wire.finish("length")


def filtered(wire: Wire) -> None:
    wire.say("好")
    wire.finish("content_filter")


FAILURES = {
    silent: {"silent", "APITimeoutError", "OpenAITimeoutError"},
    stalled: {"silent", "ReadTimeout", "APITimeoutError", "OpenAITimeoutError"},
    slow: {"over budget"},
    cut: {"cut"},
    cut_in_a_chunk: {"JSONDecodeError", "cut"},
    garbage: {"JSONDecodeError"},
    not_a_stream: {"ValueError"},
    endless: {"endless"},
    too_long: {"endless"},
    filtered: {"filtered"},
    saying(): {"empty"},
}


@pytest.fixture
def settings():
    return load_settings({})


@pytest.mark.parametrize("script", FAILURES, ids=lambda one: one.__name__)
def test_every_failure_is_named_within_the_time(script, settings):
    with model_server(script) as server:
        model = open_model(model_settings(settings, server.url, **HURRIED))
        started = monotonic()
        with pytest.raises(ModelFailure) as failure:
            read(model, HURRIED["model_budget"])
        assert str(failure.value) in FAILURES[script]
        assert monotonic() - started < HURRIED["model_budget"] + 0.3


@pytest.mark.parametrize("code", [400, 401, 403, 404, 429, 500, 503])
def test_a_refusal_is_named_by_its_number_and_its_words_are_not_repeated(code, settings, caplog):
    caplog.set_level(logging.DEBUG)
    with model_server(lambda wire: wire.status(code)) as server:
        model = open_model(model_settings(settings, server.url))
        with pytest.raises(ModelFailure, match=f"^http {code}$") as failure:
            read(model)
        assert failure.value.__cause__ is None
        assert server.keys == [f"Bearer {KEY}"]  # asked once
    assert KEY not in str(model.state())
    own = [record.getMessage() for record in caplog.records if record.name.startswith("bot")]
    assert not any(KEY in message for message in own)


def test_a_service_that_is_down_is_named(settings):
    with model_server(saying("好")) as server:
        pass
    model = open_model(model_settings(settings, server.url))
    with pytest.raises(ModelFailure, match="ConnectionError"):
        read(model)


def test_a_reply_arrives_piece_by_piece_with_the_limits_asked_for(settings):
    with model_server(characters("校长任期六年〔1〕。")) as server:
        model = open_model(model_settings(settings, server.url))
        assert list(model.stream(ASKED, monotonic() + BUDGET))[:3] == ["校", "长", "任"]
        (asked,) = server.asked
    assert asked["messages"] == [
        {"content": "你是办事员。", "role": "system"},
        {"content": "问题", "role": "user"},
    ]
    wanted = {"model": "scripted", "stream": True, "max_tokens": 200, "max_completion_tokens": 200}
    assert {name: asked[name] for name in wanted} == wanted
    assert model.state() == {
        "name": "scripted",
        "circuit": "closed",
        "failures": 0,
        "last_failure": "",
    }


def test_thinking_aloud_is_a_sign_of_life(settings):
    def thinks(wire: Wire) -> None:
        for _ in range(4):
            wire.say("")
            wire.wait(0.15)
        wire.say("好")
        wire.finish()

    with model_server(thinks) as server:
        assert read(open_model(model_settings(settings, server.url, **HURRIED))) == "好"


def test_callbacks_see_the_call_when_they_are_given(settings):
    seen: list[str] = []

    class Tracer(BaseCallbackHandler):
        def on_llm_new_token(self, token, **kwargs):
            seen.append(token)

    with model_server(characters("好的")) as server:
        model = open_model(model_settings(settings, server.url))
        list(model.stream(ASKED, monotonic() + BUDGET, {"callbacks": [Tracer()]}))
    assert [token for token in seen if token] == ["好", "的"]


def test_without_a_key_a_service_that_wants_none_is_asked(settings):
    from pydantic import SecretStr

    with model_server(saying("好")) as server:
        model = open_model(model_settings(settings, server.url, model_key=SecretStr("")))
        assert read(model) == "好"
        assert server.keys == ["Bearer none"]


# ---- the circuit


def test_a_dead_model_is_not_asked_again_until_it_has_rested(settings):
    now = 100.0
    with model_server(lambda wire: wire.status(500)) as server:
        model = open_model(model_settings(settings, server.url))
        model._breaker = Breaker(retry_after=30, clock=lambda: now)
        for _ in range(5):
            with pytest.raises(ModelFailure):
                read(model)
        assert len(server.asked) == 3
        assert model.state()["circuit"] == "open"
        now += 31
        server.script = saying("好")
        assert read(model) == "好"
        assert model.state()["circuit"] == "closed"


def outcomes(*failures: str) -> Breaker:
    breaker = Breaker(retry_after=30, clock=lambda: 0.0)
    for failure in failures:
        breaker.record(failure)
    return breaker


def test_failures_count_in_a_row_only():
    assert outcomes("cut", "cut", "", "cut", "cut").allows()
    assert not outcomes("cut", "cut", "cut").allows()


def test_a_wrong_key_stops_the_questions_at_once():
    breaker = outcomes("http 401")
    assert not breaker.allows()
    assert breaker.state() == {"circuit": "open", "failures": 1, "last_failure": "http 401"}


def test_one_question_at_a_time_tries_a_rested_model_and_a_failure_lets_it_rest_again():
    now = 0.0
    breaker = Breaker(retry_after=30, clock=lambda: now)
    breaker.record("http 401")
    now = 30.0
    assert [breaker.allows(), breaker.allows()] == [True, False]
    assert breaker.state()["circuit"] == "half_open"
    breaker.record("cut")
    assert not breaker.allows()
    now = 60.0
    assert breaker.allows()
    breaker.record("")
    assert [breaker.allows(), breaker.allows()] == [True, True]


def test_a_long_winded_answer_and_a_reader_who_stops_are_no_failures_of_the_model(settings):
    with model_server(too_long) as server:
        model = open_model(model_settings(settings, server.url))
        for _ in range(3):
            with pytest.raises(ModelFailure, match="endless"):
                read(model)
        server.script = characters("校长任期")
        stream = model.stream(ASKED, monotonic() + BUDGET)
        assert next(stream) == "校"
        stream.close()
        assert model.state()["failures"] == 0


# ---- settings


@pytest.mark.parametrize(
    "environ",
    [
        {"WENCE_MODEL_URL": "http://127.0.0.1:1/v1"},
        {"WENCE_MODEL_NAME": "qwen"},
        {"WENCE_MODEL_URL": "127.0.0.1:1", "WENCE_MODEL_NAME": "qwen"},
    ],
)
def test_half_a_model_stops_the_start(environ):
    with pytest.raises(SettingsError, match="WENCE_MODEL_URL"):
        load_settings(environ)


def test_the_key_is_masked_wherever_settings_are_printed():
    settings = load_settings({"WENCE_MODEL_KEY": KEY})
    assert KEY not in f"{settings} {settings!r} {settings.model_key}"
    assert settings.model_key.get_secret_value() == KEY
