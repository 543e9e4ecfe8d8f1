"""A few answers at once, a short queue before them, each client's questions one by one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock, Semaphore

from bot.settings import Settings
from bot.web.turns import BadRequest

SOON = 2  # seconds after which another try is worth it
OWN_SHARE = 0.1  # of the queue, for the questions of one client that wait for its own


@dataclass(frozen=True, slots=True)
class Load:
    """How many answers are being made and how many questions wait for a place."""

    answering: int
    waiting: int


@dataclass(slots=True)
class Client:
    """Whose questions are in hand: ``turns`` are free for more, ``here`` have come."""

    turns: Semaphore
    here: int = 0


class Gate:
    """Lets questions in; safe between threads, and a place may be left by another thread."""

    def __init__(self, settings: Settings) -> None:
        self._places, self._each = settings.answers_at_once, settings.answers_per_client
        self._length, self._patience = settings.queue_length, settings.queue_seconds
        self._free = Semaphore(self._places)
        self._lock = Lock()
        self._own = int(self._length * OWN_SHARE)
        self._clients: dict[str, Client] = {}
        self._answering = self._waiting = 0

    @property
    def load(self) -> Load:
        """The work in hand."""
        with self._lock:
            return Load(self._answering, self._waiting)

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Wait for this client's other questions; BadRequest 429 when too many of them wait."""
        if not client or not self._each:
            yield
            return
        with self._lock:
            own = self._clients.setdefault(client, Client(Semaphore(self._each)))
            if own.here >= self._each + self._own:
                raise BadRequest("one_at_a_time", 429, seconds=SOON)
            own.here += 1
        try:
            if not own.turns.acquire(timeout=self._patience):
                raise BadRequest("one_at_a_time", 429, seconds=SOON)
            try:
                yield
            finally:
                own.turns.release()
        finally:
            with self._lock:
                own.here -= 1
                if not own.here:
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
