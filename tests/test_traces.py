"""Traces: a span for the question, one for each step inside it, from the times of the answer."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import bot.public.traces as traces
from bot.conversation import Answer, AnswerStatus, Question
from bot.public.traces import Traces, open_traces
from bot.public.watch import Asked
from index.errors import SettingsError

TIMES = {"understand": 2.0, "retrieve": 40.0, "compose": 3.0, "total": 46.0}
AT = datetime(2026, 9, 1, 8, tzinfo=UTC)
END = int(AT.timestamp()) * 10**9


def test_steps_follow_one_another_inside_the_question() -> None:
    kept, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    answer = Answer(Question("谁能报名"), "", AnswerStatus.ANSWERED, "可以。", timings_ms=TIMES)
    Traces(provider.get_tracer("t"))(Asked("a1b2", "api", AT, "x", 0.1, answer))
    *steps, root = kept.get_finished_spans()
    assert [(one.name, END - one.start_time, END - one.end_time) for one in (root, *steps)] == [
        ("question", 100_000_000, 0),
        ("understand", 45_000_000, 43_000_000),
        ("retrieve", 43_000_000, 3_000_000),
        ("compose", 3_000_000, 0),
    ]
    assert {one.parent.span_id for one in steps if one.parent} == {root.context.span_id}
    assert dict(root.attributes or {}) == {
        "wence.reference": "a1b2",
        "wence.channel": "api",
        "wence.status": "answered",
        "wence.composer": "extractive",
    }


def test_without_a_collector_there_is_nothing_to_send() -> None:
    assert open_traces("") is None


def test_a_collector_that_is_away_troubles_nobody() -> None:
    assert isinstance(open_traces("http://127.0.0.1:1"), Traces)


def test_without_the_library_the_setting_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(traces, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"wence\[otel\]"):
        open_traces("http://127.0.0.1:4317")
    assert open_traces("") is None
