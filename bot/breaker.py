"""A circuit breaker: after several failures in a row, stop asking; try again a little later."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from threading import Lock
from time import monotonic

MOST_FAILURES = 3  # in a row
RETRY_AFTER = 30.0  # seconds
HOPELESS = frozenset({"http 401", "http 403", "http 404"})  # no second question mends these


class Circuit(StrEnum):
    """Closed: asked as usual; open: not asked; half_open: one question is tried."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Breaker:
    """Counts what went wrong in a row; safe between threads."""

    def __init__(
        self, retry_after: float = RETRY_AFTER, clock: Callable[[], float] = monotonic
    ) -> None:
        self._retry_after, self._clock = retry_after, clock
        self._lock = Lock()
        self._circuit = Circuit.CLOSED
        self._failures, self._since = 0, 0.0
        self._last = ""

    def allows(self) -> bool:
        """Whether to ask now; while half open, one question at a time."""
        with self._lock:
            rested = self._clock() - self._since >= self._retry_after
            if self._circuit is Circuit.OPEN and rested:
                self._circuit = Circuit.HALF_OPEN
                return True
            return self._circuit is Circuit.CLOSED

    def record(self, failure: str) -> None:
        """How an allowed question ended; empty when the model answered."""
        with self._lock:
            if not failure:
                self._circuit, self._failures = Circuit.CLOSED, 0
                return
            self._failures += 1
            self._last = failure
            tried = self._circuit is Circuit.HALF_OPEN
            if tried or self._failures >= MOST_FAILURES or failure in HOPELESS:
                self._circuit, self._since = Circuit.OPEN, self._clock()

    def state(self) -> Mapping[str, object]:
        """For the health page and for staff; holds nothing that was said and no key."""
        with self._lock:
            return {
                "circuit": self._circuit.value,
                "failures": self._failures,
                "last_failure": self._last,
            }
