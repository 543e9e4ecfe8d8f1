"""What is told after an answer: to the log, the metrics, the questions board; never in its way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from queue import Full, Queue
from threading import Lock, Thread

from bot.conversation import Answer
from bot.failures import caught

MOST_WAITING = 1000  # finished questions that nobody has looked at
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A finished question: how it came in, when (with time zone), who (for one day), the answer.

    ``seconds`` is all that the reader waited for at the desk, the queue included.
    """

    reference: str
    channel: str
    at: datetime
    asker: str
    seconds: float
    answer: Answer


Observer = Callable[[Asked], None]


class Watch:
    """Hands finished questions to observers, one after the other, in a thread of its own."""

    def __init__(self, observers: Iterable[Observer] = (), most: int = MOST_WAITING) -> None:
        self._observers = list(observers)
        self._asked: Queue[Asked] = Queue(most)
        self._lock = Lock()
        self._thread: Thread | None = None
        self.dropped = 0

    def add(self, observer: Observer) -> None:
        """One more observer."""
        self._observers.append(observer)

    def tell(self, asked: Asked) -> None:
        """Return at once; what does not fit is counted and dropped."""
        self._start()
        try:
            self._asked.put_nowait(asked)
        except Full:
            self.dropped += 1

    @property
    def idle(self) -> bool:
        """Whether everything told has been looked at."""
        return not self._asked.unfinished_tasks

    @property
    def waiting(self) -> int:
        """How many finished questions nobody has begun to look at."""
        return self._asked.qsize()

    def wait(self) -> None:
        """Until everything told has been looked at."""
        self._asked.join()

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._look, name="watch", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        while True:
            asked = self._asked.get()
            for observer in tuple(self._observers):
                with caught("an observer"):
                    observer(asked)
            self._asked.task_done()
