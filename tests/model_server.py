"""A scripted OpenAI-compatible service on loopback: real HTTP, real server-sent events."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import SecretStr

from bot.settings import Settings

KEY = "sk-geheim-123"


class Wire:
    """What a script may do with one request: ``body`` is what was asked."""

    def __init__(self, handler: BaseHTTPRequestHandler, body: dict[str, Any], over) -> None:
        self.handler, self.body, self.over = handler, body, over
        self.begun = False

    @property
    def system(self) -> str:
        return self.body["messages"][0]["content"]

    @property
    def user(self) -> str:
        return self.body["messages"][1]["content"]

    def status(self, code: int) -> None:
        """An error that repeats the key, as some services do."""
        text = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}"}})
        self.handler.send_response(code)
        self.handler.send_header("Content-Type", "application/json")
        self.handler.send_header("Content-Length", str(len(text)))
        self.handler.end_headers()
        self.handler.wfile.write(text.encode())

    def raw(self, text: str) -> None:
        """Bytes on the event stream; opens it first."""
        if not self.begun:
            self.begun = True
            self.handler.send_response(200)
            self.handler.send_header("Content-Type", "text/event-stream")
            self.handler.send_header("Connection", "close")
            self.handler.end_headers()
        self.handler.wfile.write(text.encode())
        self.handler.wfile.flush()

    def say(self, text: str) -> None:
        self._chunk({"content": text}, None)

    def finish(self, reason: str = "stop") -> None:
        self._chunk({}, reason)
        self.raw("data: [DONE]\n\n")

    def wait(self, seconds: float = 30.0) -> None:
        """Silence, until the test is over at the latest."""
        self.over.wait(seconds)

    def _chunk(self, delta: dict[str, str], finish: str | None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "scripted"}
        self.raw(f"data: {json.dumps(chunk | {'choices': [choice]}, ensure_ascii=False)}\n\n")


Script = Callable[[Wire], None]


class ModelServer:
    """The address of the service, and every request that it got (body and headers)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.script: Script = saying("")


@contextmanager
def model_server(script: Script) -> Iterator[ModelServer]:
    """Serves until the block ends; ``server.script`` may be exchanged in it."""
    over = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            served.asked.append(body)
            served.keys.append(self.headers.get("Authorization"))
            with suppress(OSError):  # the reader has left
                served.script(Wire(self, body, over))

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served = ModelServer(f"http://127.0.0.1:{server.server_port}/v1")
    served.script = script
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield served
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def saying(*pieces: str) -> Script:
    """A well-behaved model that says this."""

    def play(wire: Wire) -> None:
        for piece in pieces:
            wire.say(piece)
        wire.finish()

    return play


def characters(text: str) -> Script:
    """A well-behaved model that says this one character at a time."""
    return saying(*text)


HURRIED = {"model_timeout": 0.3, "model_budget": 1.0}  # for what has to end in time


def model_settings(settings: Settings, url: str, **changes: Any) -> Settings:
    """Settings that ask this service, with times that a busy machine keeps."""
    from dataclasses import replace

    usual: dict[str, Any] = {
        "model_url": url,
        "model_name": "scripted",
        "model_key": SecretStr(KEY),
        "model_timeout": 5.0,
        "model_budget": 15.0,
        "model_tokens": 200,
    }
    return replace(settings, **(usual | changes))
