"""What the chat page and programs need of Gradio's server; nobody reaches the rest of it.

Gradio serves much more: files of the machine, proxies, uploads, recordings, a code assistant. When
its queue is full it says so in English, so the end of the queue is here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.public.gate import SOON
from bot.web.problems import QUEUE_JOIN, Problems
from bot.web.schemas import load_descriptions
from bot.web.turns import BadRequest

CALLS = "|".join(tool.name for tool in load_descriptions().tools)
OPEN = re.compile(
    r"/"
    r"|/(config|theme\.css|favicon\.ico|robots\.txt|manifest\.json|pwa_icon(/\d{1,4})?)/?"
    r"|/(assets|static|svelte)/[\w.@/-]{1,200}"
    r"|/gradio_api/(info|app_id|startup-events|openapi\.json|theme\.css|reset|cancel"
    r"|queue/(join|data|status)|heartbeat/[\w-]{1,100}"
    rf"|call/(v2/)?({CALLS})(/\w{{1,100}})?)/?",
    re.ASCII,
)
ASKING = re.compile(rf"({QUEUE_JOIN}|/gradio_api/call/.+)/?")
HEARING = re.compile(r"/gradio_api/(?:queue/data|call/(?:v2/)?\w+/(\w+))/?")
WAITING = 128  # events of pages and calls of programs that may wait; answers wait at the desk
PAGE = "page"  # Gradio looks for a page of this name and fails where there is none
TurnAway = Callable[[BadRequest], BadRequest]


class Narrow:
    """ASGI: passes on what is open; BadRequest for everything else and for those too many."""

    def __init__(self, chat: Any, turn_away: TurnAway) -> None:  # noqa: ANN401
        self.app: ASGIApp = chat
        self._queue, self._turn_away = chat.get_blocks()._queue, turn_away

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to Gradio, or not."""
        if scope["type"] == "http":
            self._check(scope["method"], scope["path"], QueryParams(scope["query_string"]))
        await self.app(scope, receive, send)

    def _check(self, method: str, path: str, query: QueryParams) -> None:
        if not OPEN.fullmatch(path) or PAGE in query:
            raise BadRequest("not_found", 404)
        asking, hearing = ASKING.fullmatch(path), HEARING.fullmatch(path)
        if method == "POST" and asking and len(self._queue) >= WAITING:
            # of a 503 the page says in English what Gradio has to say
            status = 429 if asking[1] == QUEUE_JOIN else 503
            raise self._turn_away(BadRequest("busy", status, seconds=SOON))
        if method != "POST" and hearing and not self._knows(hearing[1], query):
            raise BadRequest("not_found", 404)  # Gradio finds out when it has begun to reply

    def _knows(self, event: str | None, query: QueryParams) -> bool:
        """Whether there is an event, or a reader, to be told something."""
        if event is None:
            return query.get("session_hash") in self._queue.pending_messages_per_session
        asked = self._queue.pending_event_ids_session
        known = event in self._queue.event_ids_to_events or event in asked
        return known or any(event in events for events in asked.values())


def narrow(app: FastAPI, problems: Problems, turn_away: TurnAway) -> None:
    """Stand before the chat page, which was mounted last, and put its errors into our words."""
    mount = cast(Mount, app.routes[-1])
    chat: Any = mount.app

    def unreadable(request: Request, error: Exception) -> Response:
        return problems.handlers()[BadRequest](request, BadRequest("not_json", 422))

    chat.add_exception_handler(RequestValidationError, unreadable)
    chat.add_exception_handler(Exception, problems.handlers()[Exception])
    mount.app = Narrow(chat, turn_away)
