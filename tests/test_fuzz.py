"""Whatever is sent, the service answers, refuses politely or closes the line; it never fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import given

from bot.chain import PolicyChain
from bot.settings import load_settings
from bot.staff.store import open_store
from index.search import Searcher
from tests.described import described
from tests.fuzzing import Wild, often, send, templates, wild
from tests.served import served
from tests.staff_toys import Browser, with_accounts
from tests.web_fake import settings, web_app


@pytest.fixture(scope="module")
def app(tiny_searcher: Searcher) -> FastAPI:
    return web_app(PolicyChain(tiny_searcher, load_settings({})))


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with served(app) as address:
        yield address


def test_a_failure_is_noticed(address: str) -> None:
    """The measure can fail."""
    told = send(address, Wild("GET", "/healthz"))
    assert (told.status, told.faults) == (200, [])
    for status, text, fault in [
        (500, "", "status 500"),
        (503, "", "503 for ever"),
        (200, 'File "/x/y.py"', 'File "/'),
    ]:
        assert type(told)(status, {}, text).faults == [fault]


def test_whatever_is_sent_to_any_address_is_answered_without_a_failure(
    app: FastAPI, address: str
) -> None:
    seen: Counter[int] = Counter()

    @often(250)
    @given(wild(templates(app)))
    def check(request: Wild) -> None:
        reply = send(address, request)
        seen[reply.status] += 1
        assert reply.faults == [], request

    check()
    assert {200, 303, 404, 405, 431} <= set(seen)


def test_whatever_one_who_is_signed_in_sends_is_answered_without_a_failure(
    tiny_searcher: Searcher, tmp_path
) -> None:
    place = {"store_url": f"sqlite:///{tmp_path / 'wence.db'}", "index_dir": f"{tmp_path}/index"}
    place["corpus_dir"] = str(tmp_path / "corpus")
    with_accounts(open_store(settings(**place)))
    app = web_app(PolicyChain(tiny_searcher, load_settings({})), **place)
    known = [row for row in templates(app) if row[0].startswith("/staff")]
    assert len(known) > 30
    with served(app) as address, Browser(app, address) as browser:
        assert browser.sign_in().status_code == 303
        cookie = "; ".join(f"{one.name}={one.value}" for one in browser.cookies.jar)
        browser.open("/staff")
        signed = (("Cookie", cookie.encode()), ("Origin", address.encode()))
        seen: Counter[int] = Counter()

        @often(200)
        @given(wild(known))
        def check(request: Wild) -> None:
            form = b"csrf=" + browser.csrf.encode() + b"&" + request.body
            body = form if request.method == "POST" else request.body
            ours = Wild(request.method, request.target, (*signed, *request.headers), body)
            reply = send(address, ours)
            seen[reply.status] += 1
            assert reply.faults == [], ours

        check()
    assert seen[200] > 10


def test_every_reply_of_the_api_is_as_its_description_says(address: str) -> None:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json")
    seen: Counter[int] = Counter()
    for check in described(schema, 40, seen):
        check()
    assert {200, 400, 404, 422} <= set(seen)
    assert httpx.get(f"{address}/healthz").status_code == 200
