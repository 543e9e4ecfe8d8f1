"""Figures for Prometheus: counts and times, never a question and never an address."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.breaker import Circuit
from bot.conversation import AnswerStatus
from bot.public.gate import Load
from bot.public.watch import Asked, Watch
from index.errors import WenceError

MEDIA_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
CLAUSES = (0, 1, 2, 3, 5, 10, 20, 50, 100)
ABSTAINED = frozenset(
    {AnswerStatus.NOT_STATED, AnswerStatus.NOT_COVERED, AnswerStatus.OUT_OF_SCOPE}
)


class Desk(Protocol):
    """What the figures are read from."""

    @property
    def load(self) -> Load:
        """The work in hand."""

    @property
    def watch(self) -> Watch:
        """Whoever looks at finished questions."""

    def ready(self) -> Mapping[str, object]:
        """What is loaded; raises WenceError when nothing can be answered."""


class Metrics:
    """An observer of finished questions, and the page that a Prometheus reads."""

    def __init__(self, desk: Desk) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.registry.register(_State(desk))
        self._questions = self._counter("questions", "Answers", "status", "channel", "composer")
        self._abstained = self._counter("abstentions", "Answers that hold no rule", "status")
        self._ended = self._counter("endings", "Questions that a fixed sentence ended", "reason")
        self._refused = self._counter("turned_away", "Questions not let in", "reason", "channel")
        self._limited = self._counter("requests_refused", "Requests not let in", "reason")
        self._model = self._counter("model_failures", "Answers quoted instead of worded", "kind")
        self._steps = Histogram(
            "wence_step_seconds",
            "Time by step; desk is all that the reader waited for",
            ["step"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._hits = Histogram(
            "wence_hits", "Clauses found for a question", buckets=CLAUSES, registry=self.registry
        )

    def __call__(self, asked: Asked) -> None:
        """Count one finished question."""
        answer = asked.answer
        self._questions.labels(answer.status.value, asked.channel, answer.composer).inc()
        if answer.status in ABSTAINED:
            self._abstained.labels(answer.status.value).inc()
        if answer.reason:  # a key of messages.yaml: there are not many
            self._ended.labels(answer.reason).inc()
        for step, milliseconds in answer.timings_ms.items():
            self._steps.labels(step).observe(milliseconds / 1000)
        self._steps.labels("desk").observe(asked.seconds)
        self._hits.observe(len(answer.hits))
        for note in answer.staff_notes:
            self._model.labels(note.partition(":")[0]).inc()

    def turned_away(self, reason: str, channel: str) -> None:
        """Count one question that was not let in."""
        self._refused.labels(reason, channel).inc()

    def limited(self, reason: str) -> None:
        """Count one request that did not get past the door."""
        self._limited.labels(reason).inc()

    def page(self) -> bytes:
        """Everything in the text format of Prometheus."""
        return generate_latest(self.registry)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"wence_{name}", text, labels, registry=self.registry)


class _State(Collector):
    """What is so at the moment of reading."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> list[Metric]:
        """Nothing: to register must ask for nothing."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The load, and what is loaded."""
        load = self._desk.load
        yield _gauge("answering", "Answers being made", load.answering)
        yield _gauge("waiting", "Questions waiting for a place", load.waiting)
        yield _gauge("observers_dropped", "Questions nobody looked at", self._desk.watch.dropped)
        try:
            loaded = self._desk.ready()
        except WenceError:
            yield _gauge("ready", "Whether questions can be answered", 0)
            return
        yield _gauge("ready", "Whether questions can be answered", 1)
        yield from _loaded(loaded)


def _loaded(loaded: Mapping[str, object]) -> Iterator[Metric]:
    """Every number of the health page as a gauge, its words as one line of labels."""
    words = {name: value for name, value in loaded.items() if isinstance(value, str)}
    yield InfoMetricFamily("wence_index", "The index that answers", words)
    for name, value in loaded.items():
        if isinstance(value, int):
            yield _gauge(name, f"{name} held", value)
    model = loaded.get("model")
    if isinstance(model, Mapping):
        circuit = GaugeMetricFamily("wence_model_circuit", "State of the model", labels=["state"])
        for state in Circuit:
            circuit.add_metric([state.value], float(model.get("circuit") == state.value))
        yield circuit


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"wence_{name}", text, value)
