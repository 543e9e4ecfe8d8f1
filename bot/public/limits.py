"""How often a client may come: counted in memory, or in Redis for several processes together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from hashlib import blake2b
from math import ceil
from threading import Timer
from time import time

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, storage_from_string
from limits.strategies import SlidingWindowCounterRateLimiter

from bot.breaker import Breaker
from bot.settings import Settings
from bot.web.turns import BadRequest
from index.errors import SettingsError

REDIS_SECONDS = 0.3  # that a question may wait for Redis
SWEEP_SECONDS = 60.0
MOST_COUNTS = 100_000  # kept of this process, 300 bytes each; a client has about three
logger = logging.getLogger(__name__)


class _Sweeper(Timer):
    """Calls again and again, as long as the process lives."""

    def __init__(self, seconds: float, work: Callable[[], None]) -> None:
        super().__init__(seconds, work)
        self.daemon = True

    def run(self) -> None:
        while not self.finished.wait(self.interval):
            self.function()


class Memory(MemoryStorage):
    """Counts of this process; swept once a minute.

    The library looks at every client after every count, which at ten thousand clients costs more
    than answering; it leaves that to ``timer`` while that is alive.
    """

    def __init__(self) -> None:
        super().__init__()
        self.timer.join()
        self.timer = _Sweeper(SWEEP_SECONDS, self.sweep)
        self.timer.start()

    def sweep(self) -> None:
        """Forget what has expired and, of too many, the oldest."""
        for name in list(self.expirations):
            self.get(name)
        for name in list(self.expirations)[:-MOST_COUNTS]:
            self.clear(name)


class Limits:
    """Rates by kind of call; a kind without a rate is free."""

    def __init__(self, settings: Settings) -> None:
        self._rates = _rates(settings)
        self._memory = SlidingWindowCounterRateLimiter(Memory())
        self._shared = open_shared(settings.limits_url.get_secret_value())
        self._breaker, self._is_away = Breaker(), False
        self._key = blake2b(settings.limits_url.get_secret_value().encode()).digest()

    def take(self, kind: str, client: str) -> None:
        """Count one call; BadRequest 429 with the seconds to wait once there are too many."""
        if not client:
            return
        for rate in self._rates[kind]:
            seconds = self._missing(rate, kind, client)
            if seconds:
                raise BadRequest("too_many", 429, seconds=seconds)

    def _missing(self, rate: RateLimitItem, kind: str, client: str) -> int:
        """Seconds until one more is allowed; 0 now. Questions alone are counted together."""
        if self._shared and kind == "question" and self._breaker.allows():
            try:
                seconds = _hit(self._shared, rate, self._name(client))
            except StorageError as error:
                self._away(type(error.storage_error).__name__)
            else:
                self._breaker.record("")
                self._is_away = False
                return seconds
        return _hit(self._memory, rate, f"{kind}:{client}")

    def _away(self, failure: str) -> None:
        """Say so once; after a few failures the breaker lets nobody wait for Redis any more."""
        if not self._is_away:
            logger.error("Redis is away (%s): each process counts alone", failure)
        self._is_away = True
        self._breaker.record(failure)

    def _name(self, client: str) -> str:
        """No address is stored outside of this process."""
        return blake2b(client.encode(), digest_size=12, key=self._key).hexdigest()


def _hit(limiter: SlidingWindowCounterRateLimiter, rate: RateLimitItem, name: str) -> int:
    if limiter.hit(rate, name):
        return 0
    return max(1, ceil(limiter.get_window_stats(rate, name).reset_time - time()))


def _rates(settings: Settings) -> dict[str, tuple[RateLimitItem, ...]]:
    """The rates of the settings; 0 means as often as one likes."""
    rates = {
        "question": (
            RateLimitItemPerMinute(settings.questions_per_minute),
            RateLimitItemPerHour(settings.questions_per_hour),
        ),
        "request": (RateLimitItemPerMinute(settings.requests_per_minute),),
        "signin": (RateLimitItemPerMinute(settings.signins_per_minute),),
    }
    return {kind: tuple(rate for rate in rows if rate.amount) for kind, rows in rates.items()}


def open_shared(url: str) -> SlidingWindowCounterRateLimiter | None:
    """Redis by its address, not asked yet; SettingsError when it cannot be used at all."""
    if not url:
        return None
    waits = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    try:
        storage = storage_from_string(url, wrap_exceptions=True, **waits)
    except (ConfigurationError, ValueError) as error:
        raise SettingsError(
            f'WENCE_LIMITS_URL 不能用（需要时请运行 pip install "wence[redis]"）：{error}'
        ) from error
    return SlidingWindowCounterRateLimiter(storage)
