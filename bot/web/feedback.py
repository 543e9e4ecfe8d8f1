"""Whether an answer helped: one line of JSON each, without the question and without its asker."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from threading import Lock

from bot.conversation import AnswerStatus
from bot.web.turns import BadRequest, Chain

REASONS = ("wrong_source", "incomplete", "unclear", "other")
VERDICTS = ("up", "down")
MAX_CLAUSES = 20
REFERENCE = r"[0-9a-f]{4,32}(-[0-9]{1,2})?"
MAX_FILE = 20 * 1024 * 1024  # bytes; about 100,000 lines
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Feedback:
    """What is kept: the day, the verdict, how the answer ended and which clauses it cited."""

    day: str
    verdict: str
    reason: str | None
    status: str
    clauses: tuple[str, ...]


class FeedbackFile:
    """Appends to one file; a file that has grown too large is left alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()

    def add(self, feedback: Feedback) -> None:
        """Keep one line; a full disk or a full file is logged and never troubles the reader."""
        line = json.dumps(asdict(feedback), ensure_ascii=False).encode() + b"\n"
        try:
            with self._lock:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                if self.path.exists() and self.path.stat().st_size > MAX_FILE:
                    logger.warning("%s is full; feedback dropped", self.path)
                    return
                with self.path.open("ab", buffering=0) as file:
                    whole = file.tell()
                    if file.write(line) < len(line):  # the disk took a part of it
                        file.truncate(whole)
                        logger.error("feedback cannot be written: the disk is full")
        except OSError as error:
            logger.error("feedback cannot be written: %s", error)


def read_feedback(data: object, chain: Chain, today: date) -> Feedback:
    """Feedback from JSON; BadRequest names the field that is wrong."""
    fields = data if isinstance(data, dict) else {}
    verdict, reason = fields.get("verdict"), fields.get("reason")
    status, clauses = fields.get("status"), fields.get("clauses", [])
    if verdict not in VERDICTS:
        raise _wrong("verdict")
    if reason is not None and reason not in REASONS:
        raise _wrong("reason")
    if status not in [known.value for known in AnswerStatus]:
        raise _wrong("status")
    if not isinstance(clauses, list) or len(clauses) > MAX_CLAUSES:
        raise _wrong("clauses")
    held = {clause.id for document in chain.documents.values() for clause in document.clauses}
    if not all(isinstance(clause, str) and clause in held for clause in clauses):
        raise _wrong("clauses")
    return Feedback(today.isoformat(), verdict, reason, status, tuple(dict.fromkeys(clauses)))


def read_reference(data: object) -> str:
    """The reference number of the answer that is judged, empty when none is sent."""
    given = data.get("reference") if isinstance(data, dict) else None
    return given if isinstance(given, str) and re.fullmatch(REFERENCE, given) else ""


def _wrong(field: str) -> BadRequest:
    return BadRequest("wrong_type", 422, field=field, detail="detail_feedback")
