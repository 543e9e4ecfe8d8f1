"""Work that takes longer than a page may: one thing at a time, in a thread, watched by a page.

The records are kept in memory. A restart forgets them; what the work changed is sound all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from secrets import token_hex
from threading import Lock, Thread
from typing import Literal

from bot.failures import caught
from index.errors import WenceError
from index.vectors import Progress

KEPT = 50  # records

JobKind = Literal["publish", "retire", "withdraw", "rollback", "probe"]
Work = Callable[[Progress], object]


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done, to what, and who asked for it."""

    kind: JobKind
    subject: str
    by: str


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: how far it is, then what came of it or why it failed.

    ``fault`` is fit for staff; ``reference`` leads to the log where nobody foresaw the failure.
    """

    id: str
    order: Order
    at: datetime
    state: Literal["running", "done", "failed"] = "running"
    stage: str = ""
    done: int = 0
    total: int = 0
    result: object = None
    fault: str = ""
    reference: str = ""


class Busy(WenceError):
    """Another piece of work is running."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.id)
        self.job = job


class Jobs:
    """The records, and the one thread that works."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = Lock()

    def get(self, job_id: str) -> Job | None:
        """The record with this id, as it is now."""
        return self._jobs.get(job_id)

    @property
    def running(self) -> Job | None:
        """What is being done now."""
        return next((one for one in list(self._jobs.values()) if one.state == "running"), None)

    def start(self, order: Order, work: Work) -> Job:
        """Begin; raises Busy while something else is being done."""
        with self._lock:
            if self.running:
                raise Busy(self.running)
            job = Job(token_hex(8), order, datetime.now(UTC))
            for old in list(self._jobs)[: len(self._jobs) - KEPT + 1]:
                del self._jobs[old]
            self._jobs[job.id] = job
        # a stop of the server does not wait for it: the library makes good what was left undone
        run = copy_context().run
        Thread(target=run, args=(self._run, job.id, work), name="staff-job", daemon=True).start()
        return job

    def _run(self, job_id: str, work: Work) -> None:
        def progress(stage: str, done: int, total: int) -> None:
            self._change(job_id, stage=stage, done=done, total=total)

        with caught("a job of the staff console") as failure:
            try:
                result = work(progress)
                self._change(job_id, state="done", result=result)
            except WenceError as error:
                self._change(job_id, state="failed", fault=str(error))
        if failure.reference:
            self._change(job_id, state="failed", reference=failure.reference)

    def _change(self, job_id: str, **values: object) -> None:
        self._jobs[job_id] = replace(self._jobs[job_id], **values)  # type: ignore[arg-type]
