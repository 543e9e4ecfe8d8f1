"""One line for each event, as text or JSON: no question, no address, but the reference number."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from traceback import extract_tb
from typing import TextIO

from bot.public.visits import visit_or_none
from bot.public.watch import Asked
from index.errors import WenceError

QUIET = (
    *("httpx", "httpcore", "chromadb", "langchain", "langchain_core", "openai", "gradio"),
    *("asyncio", "mcp", "opentelemetry"),
)
TOLD = (WenceError, OSError)  # whose words are about us; any other's may repeat a question
events = logging.getLogger("wence.events")


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The event with its time, reference number and fields."""
        visit = visit_or_none()
        row = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            **({"reference": visit.reference, "channel": visit.channel} if visit else {}),
            **getattr(record, "fields", {}),
            **({"failure": failure_lines(record)} if record.exc_info else {}),
        }
        return json.dumps(row, ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """The same for a person: ``WARNING bot.public.limits: what happened key=value``."""

    def format(self, record: logging.LogRecord) -> str:
        """The event; a failure's way through the code follows it."""
        visit, fields = visit_or_none(), getattr(record, "fields", {})
        shown = {**({"reference": visit.reference} if visit else {}), **fields}
        words = " ".join(f"{name}={value}" for name, value in shown.items())
        line = f"{record.levelname} {record.name}: {record.getMessage()} {words}".rstrip()
        return "\n  ".join([line, *failure_lines(record)])


FORMATS: dict[str, type[logging.Formatter]] = {"text": TextLines, "json": JsonLines}


def failure_lines(record: logging.LogRecord) -> list[str]:
    """What was raised, the cause last, each with its places in the code; foreign words left out."""
    lines: list[str] = []
    error = record.exc_info[1] if record.exc_info else None
    while error is not None:
        told = f": {error}" if isinstance(error, TOLD) else ""
        lines.append(f"{type(error).__name__}{told}")
        lines += [f"{at.filename}:{at.lineno} {at.name}" for at in extract_tb(error.__traceback__)]
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines


def set_up_logs(form: str, stream: TextIO | None = None) -> None:
    """Everything to one stream (standard error), warnings from libraries and events from us."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(FORMATS[form]())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    events.setLevel(logging.INFO if form == "json" else logging.WARNING)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def log_asked(asked: Asked) -> None:
    """An observer: how a question ended, in figures."""
    answer = asked.answer
    fields = {
        "reference": asked.reference,
        "channel": asked.channel,
        "asker": asked.asker,
        "status": answer.status.value,
        "composer": answer.composer,
        "regions": [str(region) for region in answer.regions],
        "clauses": [citation.clause.id for citation in answer.citations],
        "ms": {step: round(value, 1) for step, value in answer.timings_ms.items()},
        "desk_ms": round(asked.seconds * 1000, 1),
    }
    events.info("answered", extra={"fields": fields})


def log_refused(reason: str, channel: str) -> None:
    """That a question was not let in."""
    events.info("turned away", extra={"fields": {"reason": reason, "channel": channel}})
