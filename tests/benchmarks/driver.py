"""A server in a process of its own, and many clients on the loopback; used by load and soak."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bot.settings import ROOT
from tests.served import free_port

DATA = ROOT / "tests" / "data"
START_SECONDS = 120
MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back and after how many seconds; status 0: no reply at all."""

    status: int
    seconds: float
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Served:
    """A running server."""

    port: int
    process: psutil.Process

    @property
    def memory(self) -> float:
        """Resident memory, MiB."""
        return self.process.memory_info().rss / MEBIBYTE

    @property
    def cpu(self) -> float:
        """Seconds of processor time so far."""
        times = self.process.cpu_times()
        return times.user + times.system


@contextmanager
def running(command: list[str], environ: Mapping[str, str], log: Path) -> Iterator[Served]:
    """A server as ``python -m …`` that listens on the port of WENCE_PORT."""
    port = free_port()
    given = {**os.environ, "PYTHONPATH": str(ROOT), **environ, "WENCE_PORT": str(port)}
    given |= {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], env=given, stdout=file, stderr=file, cwd=ROOT
        )
        try:
            _until_ready(process, port, log)
            yield Served(port, psutil.Process(process.pid))
        finally:
            process.terminate()
            process.wait(60)


def _until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if asyncio.run(_asked_once(port)).status == 200:
            return
        time.sleep(0.2)
    raise SystemExit(f"the server did not start: {log.read_text()[-2000:]}")


async def _asked_once(port: int) -> Reply:
    line = Line(port, "127.0.0.9")
    try:
        return await line.send("GET", "/healthz")
    finally:
        line.close()


class Line:
    """One client on one connection, kept open; behind a proxy that tells its address."""

    def __init__(self, port: int, address: str) -> None:
        self._port, self._address = port, address
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, target: str, data: Any = None) -> Reply:
        """The reply to one request; the connection is opened again when it was closed."""
        body = b"" if data is None else json.dumps(data).encode()
        head = (
            f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n"
            f"X-Forwarded-For: {self._address}\r\nContent-Type: application/json\r\n"
            "Accept: application/json, text/event-stream, text/html\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        ).encode()
        started, kept = time.perf_counter(), self._ends is not None
        status, headers, reply = await self._tried(head + body)
        if not status and kept:  # the server closed what had been idle for long: as browsers do
            status, headers, reply = await self._tried(head + body)
        return Reply(status, time.perf_counter() - started, headers, reply)

    async def _tried(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        try:
            return await self._exchange(request)
        except (OSError, asyncio.IncompleteReadError, ValueError):
            self.close()
            return 0, {}, b""

    async def _exchange(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        if self._ends is None:
            self._ends = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._ends
        writer.write(request)
        await writer.drain()
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in lines if ": " in line)
        headers = {name.lower(): value for name, value in pairs}
        if "content-length" in headers or status_of(first) in {204, 304}:
            body = await reader.readexactly(int(headers.get("content-length", 0)))
        else:
            body = await _chunks(reader)
        if headers.get("connection") == "close":
            self.close()
        return status_of(first), headers, body

    def close(self) -> None:
        """Hang up."""
        if self._ends:
            self._ends[1].close()
        self._ends = None


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    """A body that comes in pieces; ValueError when it is none."""
    body = b""
    while size := int(await reader.readline(), 16):
        body += await reader.readexactly(size)
        await reader.readline()
    await reader.readline()
    return body


def status_of(line: str) -> int:
    """The status in the first line of a reply; ValueError when it is none."""
    return int(([*line.split(), "", ""])[1])


def questions() -> list[dict[str, Any]]:
    """Every question of the evaluation files, as the API takes it."""
    fields = ("question", "region", "audience", "history")
    lines = [
        json.loads(line)
        for path in sorted(DATA.glob("questions*.jsonl"))
        for line in path.read_text("utf-8").splitlines()
    ]
    return [{name: line.get(name) for name in fields} for line in lines]


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the values does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
