"""What the chat page and programs need of Gradio's server; nobody reaches the rest of it.

Gradio serves much more: files of the machine, proxies, uploads, recordings, a code assistant.
"""

from __future__ import annotations

import re
from typing import cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.web.problems import Problems
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
PAGE = "page"  # Gradio looks for a page of this name and fails where there is none


class Narrow:
    """ASGI: passes on what is open; BadRequest 404 for everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on to Gradio, or not."""
        if scope["type"] == "http":
            shut = not OPEN.fullmatch(scope["path"])
            if shut or PAGE in QueryParams(scope["query_string"]):
                raise BadRequest("not_found", 404)
        await self.app(scope, receive, send)


def narrow(app: FastAPI, problems: Problems) -> None:
    """Stand before the chat page, which was mounted last, and put its errors into our words."""
    mount = cast(Mount, app.routes[-1])
    chat = cast(FastAPI, mount.app)

    def unreadable(request: Request, error: Exception) -> Response:
        return problems.handlers()[BadRequest](request, BadRequest("not_json", 422))

    chat.add_exception_handler(RequestValidationError, unreadable)
    chat.add_exception_handler(Exception, problems.handlers()[Exception])
    mount.app = Narrow(chat)
