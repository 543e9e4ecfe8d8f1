"""Threads for questions alone: those that wait for an answer keep no page and no check waiting."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from anyio import CapacityLimiter, fail_after, to_thread

from bot.public.gate import SOON
from bot.settings import Settings
from bot.web.turns import BadRequest

Result = TypeVar("Result")
Arguments = TypeVarTuple("Arguments")


class Turnstile:
    """Runs what asks the desk; as many at once as may be answered and wait together."""

    def __init__(
        self, settings: Settings, turn_away: Callable[[BadRequest], BadRequest] = lambda one: one
    ) -> None:
        self._turn_away = turn_away  # told of every refusal
        self._threads = CapacityLimiter(settings.answers_at_once + settings.queue_length)
        self._seconds = settings.queue_seconds + settings.answer_seconds

    async def __call__(
        self, work: Callable[[*Arguments], Result], *arguments: *Arguments, questions: int = 1
    ) -> Result:
        """What the work returns; BadRequest 503 when too many wait or it takes too long.

        Work that takes too long goes on and keeps its place at the desk until it ends.
        """
        if self._threads.available_tokens < 1:
            raise self._turn_away(BadRequest("busy", 503, seconds=SOON))
        try:
            with fail_after(self._seconds * questions):
                return await to_thread.run_sync(
                    work, *arguments, limiter=self._threads, abandon_on_cancel=True
                )
        except TimeoutError:
            raise self._turn_away(BadRequest("too_slow", 503, seconds=SOON)) from None
