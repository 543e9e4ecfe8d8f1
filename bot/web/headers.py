"""Security headers for every reply, and a first page that names no other host.

Gradio's page starts from inline scripts and compiles its event handlers, so its policy allows
both; our own pages run scripts from this site only. Nothing may load from or be sent anywhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.web.interface import preferred_language

COMMON = (
    "default-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' blob:; "
    "connect-src 'self'; form-action 'self'; base-uri 'self'; object-src 'none'; "
    "frame-ancestors 'self'; style-src 'self' 'unsafe-inline'; "
)
STRICT = COMMON + "script-src 'self'"
GRADIO = COMMON + "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; worker-src 'self' blob:"
OWN_PAGES = (
    *("/documents", "/answer", "/docs", "/api/", "/mcp", "/site/", "/healthz", "/openapi.json"),
    "/staff",
)
FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
REFERRED = "/staff"  # its forms are told from forged ones by where they come from
META = re.compile(r'<meta\s+(?:property="og:[^"]*"|name="twitter:[^"]*")[^>]*?/?>\s*', re.DOTALL)


class SecurityHeaders:
    """ASGI middleware; it also rewrites the first page, which Gradio writes for an English app."""

    def __init__(self, app: ASGIApp, frame: Callable[[str], tuple[str, str]]) -> None:
        self.app, self.frame = app, frame

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and add the headers to its reply."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sender: Send = _Plain(send, scope["path"])
        if scope["path"] == "/":
            language = preferred_language(Headers(scope=scope).get("accept-language"))
            sender = _FirstPage(send, language, self.frame)
        await self.app(scope, receive, sender)


class _Plain:
    def __init__(self, send: Send, path: str) -> None:
        self.send, self.policy = send, policy(path)
        self.referred = path.startswith(REFERRED)

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            add_headers(message, self.policy)
            if self.referred:
                MutableHeaders(raw=message["headers"])["Referrer-Policy"] = "same-origin"
        await self.send(message)


class _FirstPage:
    """Holds the page back until it is whole, rewrites it and sends it with its new length."""

    def __init__(self, send: Send, language: str, frame: Callable[[str], tuple[str, str]]) -> None:
        self.send, self.language, self.frame = send, language, frame
        self.start: Message | None = None
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            add_headers(message, GRADIO)
            self.start = message
            return
        self.body += message.get("body", b"")
        if message.get("more_body") or self.start is None:
            return
        headers = MutableHeaders(raw=self.start["headers"])
        if headers.get("content-type", "").startswith("text/html"):
            page = first_page(self.body.decode("utf-8"), self.language, self.frame(self.language))
            self.body = page.encode("utf-8")
            headers["content-length"] = str(len(self.body))
        await self.send(self.start)
        await self.send({"type": "http.response.body", "body": self.body})


def policy(path: str) -> str:
    """The content security policy of an address."""
    return STRICT if path.startswith(OWN_PAGES) else GRADIO


def add_headers(message: Message, content_policy: str) -> None:
    """Put the fixed headers and the policy on a reply."""
    headers = MutableHeaders(raw=message["headers"])
    for name, value in FIXED.items():
        headers[name] = value
    headers["Content-Security-Policy"] = content_policy


def first_page(html: str, language: str, frame: tuple[str, str]) -> str:
    """Gradio's page in the reader's language, inside our own frame (what stands before and after).

    The pictures that it names for crawlers on another host are left out.
    """
    before, after = frame
    tag = {"zh": "zh-CN"}.get(language, language)
    page = META.sub("", html).replace('lang="en"', f'lang="{tag}"', 1)
    page = page.replace("<gradio-app", before + "<gradio-app", 1)
    return page.replace("</gradio-app>", "</gradio-app>" + after, 1)
