"""OpenTelemetry spans of each answer and its steps, for those who have a collector.

Made from the times that an answer carries, after it is out; without an address of a collector
nothing of OpenTelemetry is imported here.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from bot.public.watch import Asked
from index.errors import SettingsError

if TYPE_CHECKING:
    from opentelemetry.trace import Tracer

NANO = 1_000_000_000
NEEDED = ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.grpc")


class Traces:
    """An observer that writes one span for the question and one for each step inside it."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def __call__(self, asked: Asked) -> None:
        """Steps follow one another and end with the answer; the queue stands before them."""
        from opentelemetry.trace import set_span_in_context

        answer, end = asked.answer, int(asked.at.timestamp() * NANO)
        attributes = {
            "wence.reference": asked.reference,
            "wence.channel": asked.channel,
            "wence.status": answer.status.value,
            "wence.composer": answer.composer,
        }
        start = end - int(asked.seconds * NANO)
        root = self._tracer.start_span("question", start_time=start, attributes=attributes)
        steps = {step: ms for step, ms in answer.timings_ms.items() if step != "total"}
        begun = end - int(sum(steps.values()) / 1000 * NANO)
        for step, milliseconds in steps.items():
            done = begun + int(milliseconds / 1000 * NANO)
            span = self._tracer.start_span(step, set_span_in_context(root), start_time=begun)
            span.end(done)
            begun = done
        root.end(end)


def check_traces(url: str) -> None:
    """Raise SettingsError when spans are wanted and cannot be sent."""
    try:
        absent = [name for name in NEEDED if find_spec(name) is None] if url else []
    except ModuleNotFoundError:
        absent = list(NEEDED)
    if absent:
        raise SettingsError('WENCE_TRACE_URL 需要 OpenTelemetry：请运行 pip install "wence[otel]"')


def open_traces(url: str) -> Traces | None:
    """What sends spans to the collector; None without one."""
    if not url:
        return None
    check_traces(url)
    from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": "wence"}))
    exporter = OTLPSpanExporter(endpoint=url, insecure=url.startswith("http://"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return Traces(provider.get_tracer("wence"))
