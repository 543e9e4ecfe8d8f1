"""Requests made to break the service, sent byte for byte, and what every reply to them must be."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from starlette.routing import Mount

WAIT = 30.0  # seconds for the head of a reply
MOST_READ = 4_000_000  # bytes of a reply; event streams may not end
TELL_TALES = ("Traceback (most recent", 'File "/', "site-packages", "sqlite3.", "/tmp/")
METHODS = ("GET", "POST", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE")
NASTY = (
    "",
    "\x00",
    "谁能报名\x00",
    "\u202e谁能报名\u202d",
    "🏫" * 50,
    "<script>alert(1)</script>",
    "' OR 1=1; --",
    "../../../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "a" * 5000,
    "学" * 2001,
    "１８岁" * 300,
    "9" * 400,
    "１-２",
    "e\u0301" * 500,
    "第" + "一百" * 400 + "条",
)
NAME = re.compile(r"\{[^}]*\}")
DEEP = 3000  # brackets; Python gives up at 1,000
JSON_WORDS = (
    *("question", "region", "audience", "history", "id", "regions", "clause_id", "verdict"),
    *("status", "clauses", "reason", "data", "fn_index", "session_hash", "event_id", "jsonrpc"),
    *("method", "params", "name", "arguments", "protocolVersion", "component_id", "key"),
)


def often(examples: int) -> settings:
    """So many examples, always the same ones, as slow as they may be."""
    return settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


texts = st.one_of(
    st.sampled_from(NASTY),
    st.text(max_size=60),
    st.text("谁能报名嘉兴武汉老师多久交流一次第二条０9%&=?#/\\\t ", max_size=80),
)
raw_bytes = st.one_of(texts.map(lambda text: text.encode("utf-8", "surrogatepass")), st.binary())
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(JSON_WORDS) | texts, inner, max_size=5)
    ),
    max_leaves=12,
)


@dataclass(frozen=True, slots=True)
class Wild:
    """A request as it goes over the line."""

    method: str
    target: str
    headers: tuple[tuple[str, bytes], ...] = ()
    body: bytes = b""

    def line(self, host: str) -> bytes:
        """All of it, the connection to be closed after the reply."""
        own = [("Host", host.encode()), ("Connection", b"close")]
        if self.body or self.method in {"POST", "PUT", "PATCH"}:
            own.append(("Content-Length", str(len(self.body)).encode()))
        head = b"".join(
            name.encode("latin-1") + b": " + value + b"\r\n"
            for name, value in (*own, *self.headers)
        )
        return f"{self.method} {self.target} HTTP/1.1\r\n".encode() + head + b"\r\n" + self.body


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back; status 0: the connection was closed without a word."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def faults(self) -> list[str]:
        """What no reply may be."""
        found = [mark for mark in TELL_TALES if mark in self.text]
        if self.status == 503:
            found += [] if self.headers.get("retry-after", "").isdigit() else ["503 for ever"]
        elif self.status >= 500:
            found.append(f"status {self.status}")
        return found


def send(address: str, wild: Wild) -> Reply:
    """The reply to a request, an event stream cut short."""
    host = address.removeprefix("http://")
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=WAIT) as line:
        with suppress(ConnectionError):  # refused before all was sent; the reply may be there
            line.sendall(wild.line(host))
        reply = HTTPResponse(line, method=wild.method)
        try:
            reply.begin()
        except (ConnectionError, HTTPException):
            return Reply(0, {}, "")
        headers = {key.lower(): value for key, value in reply.getheaders()}
        endless = "event-stream" in headers.get("content-type", "")
        text = b"" if endless else reply.read(MOST_READ)
        return Reply(reply.status, headers, text.decode("utf-8", "replace"))


def quoted(part: bytes) -> str:
    """A part of an address; some characters that ought to be escaped are left as they are."""
    return quote_from_bytes(part, safe="/.;:@$,'()*!~")


def templates(app: FastAPI) -> list[tuple[str, tuple[str, ...]]]:
    """Every address of an application with its methods, those of what is mounted in it too."""
    return sorted(set(_routes(app.routes, "")))


def _routes(routes: Sequence[Any], before: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for route in routes:
        if hasattr(route, "effective_candidates"):  # a router that FastAPI includes as it is
            yield from _routes(route.effective_candidates(), before)
            continue
        path = before + getattr(route, "path", "")
        if isinstance(route, Mount):
            yield from _routes(route.routes, path.rstrip("/"))
        yield path, tuple(sorted(getattr(route, "methods", None) or ("GET", "POST")))


@st.composite
def filled(draw: st.DrawFn, template: str) -> str:
    """The address with every ``{name}`` in it replaced, by what is there or by anything."""
    known = st.sampled_from((b"jia", b"wu", b"1", b"2", b"ask", b"abc"))
    return NAME.sub(lambda _: quoted(draw(known | raw_bytes)), template) or "/"


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Anything behind the question mark."""
    names = st.sampled_from(("q", "region", "audience", "find", "quote", "session_hash", "page"))
    pairs = draw(st.lists(st.tuples(names | texts, raw_bytes), max_size=4))
    encoded = [(name.encode("utf-8", "surrogatepass"), value) for name, value in pairs]
    return f"?{urlencode(encoded)}" if encoded else ""


def bodies() -> st.SearchStrategy[bytes]:
    """JSON that nobody expects, JSON that is none, forms, bytes."""
    return st.one_of(
        values.map(lambda value: json.dumps(value).encode()),
        st.dictionaries(st.sampled_from(JSON_WORDS), values, max_size=6).map(
            lambda fields: json.dumps(fields).encode()
        ),
        st.sampled_from(
            (
                b"[" * DEEP + b"]" * DEEP,
                b'{"question":' * DEEP + b"1" + b"}" * DEEP,
                b'{"question": "\\ud800"}',
                b'{"question": "a", "question": 7}',
                b'{"question": NaN}',
                b'{"question": 1' + b"0" * 5000 + b"}",
                '{"question": "谁能报名"}'.encode("utf-16"),
                '{"question": "谁能报名"}'.encode("gb18030"),
                b'\xef\xbb\xbf{"question": "a"}',
                b'{"question": "a", "history": [' + b'"",' * 20_000 + b'""]}',
                b'{"question": "' + b"a" * 260_000 + b'"}',
            )
        ),
        st.lists(st.tuples(st.sampled_from(JSON_WORDS) | texts, raw_bytes), max_size=5).map(
            lambda pairs: urlencode(
                [(name.encode("utf-8", "surrogatepass"), value) for name, value in pairs]
            ).encode()
        ),
        st.binary(max_size=300),
    )


TYPES = (
    b"application/json",
    b"application/x-www-form-urlencoded",
    b"multipart/form-data; boundary=x",
    b"multipart/form-data",
    b"text/plain; charset=utf-99",
    b"\xff\xfe",
)
heads = st.lists(
    st.one_of(
        st.tuples(st.just("Content-Type"), st.sampled_from(TYPES)),
        st.tuples(
            st.sampled_from(
                (
                    "Accept-Language",
                    "Accept",
                    "Cookie",
                    "Origin",
                    "Referer",
                    "Range",
                    "X-Forwarded-For",
                )
            )
            | st.sampled_from(
                ("X-Forwarded-Proto", "Authorization", "If-None-Match", "Mcp-Session-Id")
            ),
            st.sampled_from(
                (b"", b"*", b"bytes=0-", b"zh;q=x,,;q=", b"a=b; c", b"\xe4\xb8\xad", b"x" * 9000)
            ),
        ),
    ),
    max_size=3,
).map(tuple)
BOMBS = st.sampled_from(((("X-Bomb", b"x" * 60_000),), tuple((f"X-{n}", b"x") for n in range(900))))


@st.composite
def wild(draw: st.DrawFn, known: Sequence[tuple[str, tuple[str, ...]]]) -> Wild:
    """Any request to one of these addresses, mostly by a method that it knows."""
    template, methods = draw(st.sampled_from(known))
    method = draw(st.sampled_from(methods) | st.sampled_from((*methods, *METHODS)))
    target = draw(filled(template)) + draw(queries())
    body = draw(bodies()) if method in {"POST", "PUT", "PATCH", "DELETE"} else b""
    headers = draw(st.one_of(heads, heads, heads, heads, heads, heads, heads, heads, BOMBS))
    if body and not any(name == "Content-Type" for name, _ in headers):
        headers = (*headers, ("Content-Type", draw(st.sampled_from(TYPES[:3]))))
    return Wild(method, target, headers, body)
