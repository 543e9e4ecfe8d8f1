"""The door of the service: every request is numbered, measured and, when it is too much, refused.

ASGI middleware: it knows the peer, reads no body itself and bounds what others read.
"""

from __future__ import annotations

from asyncio import get_running_loop, timeout_at
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.public.clients import Networks, client_of, is_within, read_networks
from bot.public.limits import Limits
from bot.public.visits import VISIT, Visit, enter, new_reference
from bot.settings import Settings
from bot.web.turns import BadRequest

LONGEST_HEAD = 48 * 1024  # bytes of address and headers; 2,000 characters in a link are 18 KB
UNCOUNTED = ("/healthz", "/livez", "/metrics")
SIGN_IN = "/staff/sign-in"
CHANNELS = (("/api/", "api"), ("/mcp", "mcp"), ("/answer", "answer"), ("/staff", "staff"))
Refuse = Callable[[Request, BadRequest], Response]


@dataclass(frozen=True, slots=True)
class House:
    """The rules of the door: whose word is taken, how large and how slow a body may be."""

    trusted: Networks
    bodies: tuple[tuple[str, int], ...]
    seconds: float

    def largest_body(self, path: str) -> int:
        """Bytes that a body sent to this address may have."""
        return next(size for prefix, size in self.bodies if path.startswith(prefix))


def house_of(settings: Settings) -> House:
    """The rules that the settings make."""
    bodies = (
        ("/staff", settings.max_upload_mb * 1024 * 1024),
        ("/gradio_api", settings.max_page_kb * 1024),
        ("", settings.max_body_kb * 1024),
    )
    return House(read_networks(settings.trusted_proxies), bodies, settings.body_seconds)


class Door:
    """Lets requests in."""

    def __init__(self, app: ASGIApp, house: House, limits: Limits, refuse: Refuse) -> None:
        self.app, self.house, self.limits, self.refuse = app, house, limits, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Number the request, check what can be known of it, and watch what is read."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        visit = self._visit(scope)
        scope.setdefault("state", {})[VISIT] = visit
        enter(visit)
        numbered = _Numbered(send, visit.reference)
        largest = self.house.largest_body(scope["path"])
        passage = Passage(receive, numbered, largest, self.house.seconds)
        try:
            self._check(scope, visit)
            passage.check_announced(Headers(scope=scope).get("content-length", ""))
            await self.app(scope, passage.receive, passage.send)
        except BadRequest as problem:
            if passage.problem is None:
                passage.problem = problem
        if passage.problem and not passage.started:
            reply = self.refuse(Request(scope), passage.problem)
            await reply(scope, receive, numbered)

    def _visit(self, scope: Scope) -> Visit:
        headers = Headers(scope=scope)
        peer = (scope.get("client") or ("local", 0))[0]
        if is_within(peer, self.house.trusted):
            scheme = headers.get("x-forwarded-proto", "")
            scope["scheme"] = scheme if scheme in {"http", "https"} else scope["scheme"]
        client = client_of(peer, headers.getlist("x-forwarded-for"), self.house.trusted)
        path = scope["path"]
        channel = next((name for prefix, name in CHANNELS if path.startswith(prefix)), "page")
        return Visit(new_reference(), client, channel)

    def _check(self, scope: Scope, visit: Visit) -> None:
        head = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if head + sum(len(name) + len(value) for name, value in scope["headers"]) > LONGEST_HEAD:
            raise BadRequest("head_too_large", 431, limit=LONGEST_HEAD)
        if scope["path"] not in UNCOUNTED:
            self.limits.take("request", visit.client)
        if scope["path"] == SIGN_IN and scope["method"] == "POST":
            self.limits.take("signin", visit.client)


class Passage:
    """What goes in and out of one request; remembers the first thing wrong with what came in."""

    def __init__(self, receive: Receive, send: Send, largest: int, seconds: float) -> None:
        self._receive, self._send = receive, send
        self._left, self._largest, self._seconds = largest, largest, seconds
        self._deadline: float | None = None
        self._read = False
        self.problem: BadRequest | None = None
        self.started = False

    def check_announced(self, length: str) -> None:
        """Refuse a body by the length that it says it has."""
        if length.isdigit() and int(length) > self._largest:
            raise self._too_large()

    async def receive(self) -> Message:
        """The next part of the body; BadRequest 413 or 408 when it is too large or too slow.

        Once the body has been read, whoever waits for the reader to leave may wait for long.
        """
        if self._read:
            return await self._receive()
        now = get_running_loop().time()
        self._deadline = self._deadline or now + self._seconds
        try:
            async with timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self.problem = BadRequest("body_too_slow", 408, limit=self._seconds)
            raise self.problem from None
        self._left -= len(message.get("body", b""))
        self._read = not message.get("more_body", False)
        if self._left < 0:
            self.problem = self._too_large()
            raise self.problem
        return message

    async def send(self, message: Message) -> None:
        """Pass a reply on, but not one to a request that is refused."""
        if self.problem is None or self.started:
            self.started = True
            await self._send(message)

    def _too_large(self) -> BadRequest:
        return BadRequest("body_too_large", 413, limit=self._largest)


class _Numbered:
    """Puts the reference number on a reply."""

    def __init__(self, send: Send, reference: str) -> None:
        self._send, self._reference = send, reference

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(raw=message["headers"])["X-Request-Id"] = self._reference
        await self._send(message)
