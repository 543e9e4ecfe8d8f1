"""A few answers at once, a short queue before them, one place for each client."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Semaphore

from bot.settings import Settings
from bot.web.turns import BadRequest

SOON = 2  # seconds after which another try is worth it


@dataclass(frozen=True, slots=True)
class Load:
    """How many answers are being made and how many questions wait for a place."""

    answering: int
    waiting: int


class Gate:
    """Lets questions in; safe between threads, and a place may be left by another thread."""

    def __init__(self, settings: Settings) -> None:
        self._places, self._each = settings.answers_at_once, settings.answers_per_client
        self._length, self._patience = settings.queue_length, settings.queue_seconds
        self._free = Semaphore(self._places)
        self._lock = Lock()
        self._clients: Counter[str] = Counter()
        self._answering = self._waiting = 0

    @property
    def load(self) -> Load:
        """The work in hand."""
        with self._lock:
            return Load(self._answering, self._waiting)

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Be one of the few that this client has at once; BadRequest 429 when there are enough."""
        with self._lock:
            if client and self._each and self._clients[client] >= self._each:
                raise BadRequest("one_at_a_time", 429, seconds=SOON)
            self._clients[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._clients[client] -= 1
                if not self._clients[client]:
                    del self._clients[client]

    @contextmanager
    def place(self) -> Iterator[None]:
        """Be one of the few that are answered at once; BadRequest 503 when none becomes free."""
        self._wait()
        try:
            yield
        finally:
            with self._lock:
                self._answering -= 1
            self._free.release()

    def _wait(self) -> None:
        if not self._free.acquire(blocking=False):
            with self._lock:
                if self._waiting >= self._length:
                    raise BadRequest("busy", 503, seconds=SOON)
                self._waiting += 1
            arrived = self._free.acquire(timeout=self._patience)
            with self._lock:
                self._waiting -= 1
            if not arrived:
                raise BadRequest("busy", 503, seconds=SOON)
        with self._lock:
            self._answering += 1
