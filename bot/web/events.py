"""An answer as it is made: stages and verified drafts as server-sent events, then the answer.

Before anything is sent a problem is an ordinary error reply; after that it is an ``error`` event.
A reader who leaves stops the work at its next step.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from threading import Event

from fastapi.sse import EventSourceResponse, format_sse_event
from starlette.requests import Request

from bot.web.interface import Interface
from bot.web.service import Json, Tell, problem_code, problem_sentence
from index.errors import WenceError

MEDIA_TYPE = "text/event-stream"
HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}  # proxies must not hold it back
Work = Callable[[Tell], Awaitable[Json]]


class ReaderGone(WenceError):
    """Nobody reads any more."""


def wants_events(request: Request) -> bool:
    """Whether the caller asks for server-sent events and would not take JSON as well."""
    accepted = request.headers.get("accept", "").lower()
    return MEDIA_TYPE in accepted and "application/json" not in accepted


async def event_reply(work: Work, words: Interface) -> EventSourceResponse:
    """The reply to one who listens; raises what went wrong before the first event."""
    events = _events(work, words)
    first = await anext(events)
    return EventSourceResponse(_with(first, events), headers=HEADERS)


async def _with(first: bytes, events: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    try:
        yield first
        async for event in events:
            yield event
    finally:
        await events.aclose()


async def _events(work: Work, words: Interface) -> AsyncGenerator[bytes]:
    """Every event as bytes; the work ends when nobody takes them any more."""
    loop, heard, gone = asyncio.get_running_loop(), asyncio.Queue[bytes | None](), Event()

    def tell(name: str, data: Json) -> None:
        if gone.is_set():
            raise ReaderGone("the reader has left")
        loop.call_soon_threadsafe(heard.put_nowait, _event(name, data))

    task = asyncio.ensure_future(work(tell))
    task.add_done_callback(lambda _: heard.put_nowait(None))
    told = 0
    try:
        while (event := await heard.get()) is not None:
            told += 1
            yield event
        yield _ending(task, words, told)
    finally:
        gone.set()
        task.cancel()


def _ending(task: asyncio.Future[Json], words: Interface, told: int) -> bytes:
    """The answer, or what went wrong; raises it as long as nothing has been told."""
    try:
        return _event("answer", task.result())
    except WenceError as error:
        if not told:
            raise
        told_error = {"code": problem_code(error), "message": problem_sentence(error, words)}
        return _event("error", {"error": told_error})


def _event(name: str, data: Json) -> bytes:
    return format_sse_event(data_str=json.dumps(data, ensure_ascii=False), event=name)
