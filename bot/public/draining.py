"""How the service is left: the balancer is told, the door closes, answers are finished."""

from __future__ import annotations

import asyncio
import signal
import socket
from asyncio import TimerHandle
from time import monotonic
from types import FrameType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.public.desk import Desk
from bot.settings import Settings

HEAD_SECONDS = 10.0  # in which the address and headers of a request must have come in
LONGEST_HEAD = 64 * 1024  # bytes; the door refuses with a sentence from 48 KiB
REST = 2  # seconds for replies that are being sent, and for pages that only stand open
TICK = 0.05


class Connection(HttpToolsProtocol):
    """A connection that is closed when a request begins and does not go on, or never ends."""

    _late: TimerHandle | None = None
    _read = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Wait for a request, but not for long."""
        super().connection_made(transport)
        self._expect()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._expect()

    def on_headers_complete(self) -> None:
        """Its head is there; the door watches the body."""
        self._expect(over=True)
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        """Part of a request."""
        if self._late is not None:
            self._read += len(data)
            if self._read > LONGEST_HEAD:
                self.transport.close()
                return
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing to wait for any more."""
        self._expect(over=True)
        super().connection_lost(exc)

    def _expect(self, over: bool = False) -> None:
        if self._late is not None:
            self._late.cancel()
        self._late = None if over else self.loop.call_later(HEAD_SECONDS, self.transport.close)
        self._read = 0


class Server(uvicorn.Server):
    """Leaves on SIGTERM with everything answered and exit status 0; at once on a second one."""

    def __init__(self, config: uvicorn.Config, desk: Desk, settings: Settings) -> None:
        config.timeout_graceful_shutdown = REST
        super().__init__(config)
        self._desk, self._settings = desk, settings
        self._close_at: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begin to leave."""
        if sig != signal.SIGTERM:
            super().handle_exit(sig, frame)
        elif self._close_at is None:
            self._desk.draining = True
            self._close_at = monotonic() + self._settings.drain_notice
        else:
            self.should_exit = self.force_exit = True

    async def on_tick(self, counter: int) -> bool:
        """Whether to stop listening now."""
        over = self._close_at is not None and monotonic() >= self._close_at
        return await super().on_tick(counter) or over

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen no more, let the answers in hand be finished, then close what stands open."""
        self._desk.draining = self._desk.closed = True
        for server in self.servers:
            server.close()
        until = monotonic() + self._settings.drain_seconds
        while self._desk.busy and not self.force_exit and monotonic() < until:
            await asyncio.sleep(TICK)
        await super().shutdown(sockets)
