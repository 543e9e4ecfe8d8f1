"""Document pages: readable without scripts, every text escaped, every clause linked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient

from bot.chain import PolicyChain
from bot.settings import load_settings
from index.search import Searcher
from index.title_index import TitleIndex
from tests.web_fake import DOCUMENT, ID, QUOTE, ScriptedChain, missing_index, web_app


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(web_app(ScriptedChain())) as client:
        yield client


def text_of(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_the_list_names_every_document_with_number_and_date(client: TestClient) -> None:
    page = client.get("/documents").text
    assert 'href="/documents/heyang-2021"' in page
    assert "河政办〔2021〕7号" in page
    assert "2021年3月5日 印发" in page
    assert "河阳市义务教育&lt;招生&gt;意见" in page


def test_a_document_page_has_every_clause_under_its_key(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}").text
    assert re.findall(r'<section class="wc-clause [^"]*" id="([^"]+)"', page) == [
        "title",
        "1",
        "1.1",
        "1.2",
    ]
    assert page.count("<h1>") == 1
    assert "2022 年（已过）" in page


def test_the_clause_text_on_the_page_is_the_canonical_text(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}", params={"quote": "35-48", "find": "小学"}).text
    parts = re.findall(r'<div class="wc-clause-text">(.*?)</div>', page, re.DOTALL)
    unescaped = "".join(map(text_of, parts)).replace("&lt;", "<").replace("&gt;", ">")
    assert unescaped == DOCUMENT.text
    assert f'<mark class="wc-quote">{QUOTE.text}</mark>' in page


def test_repairs_are_marked_in_the_text_and_listed_with_their_reason(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}").text
    assert '<span class="wc-repair" tabindex="0" title="数字被空格断开">45人</span>' in page
    assert "“4 5人” 改为 “45人”。数字被空格断开" in page
    assert "原始文件第 3 行：去掉一行浏览量" in page


def test_a_word_is_found_and_counted_on_the_server(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}", params={"find": "报名"}).text
    assert "共 2 处“报名”。" in page
    assert page.count('<mark class="wc-found">报名</mark>') == 2


def test_evidence_shows_the_clause_its_neighbours_and_the_quote(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}/evidence/1.1", params={"quote": "35-48", "n": "1"}).text
    assert f'<mark class="wc-quote">{QUOTE.text}</mark>' in page
    assert "一、招生办法\n" in page
    assert "（二）每班不超过45人。" in page
    assert (
        'data-copy="《河阳市义务教育&lt;招生&gt;意见》（河政办〔2021〕7号）一、招生办法（一）"'
        in page
    )
    assert f'href="/documents/{ID}?quote=35-48#1.1"' in page


def test_evidence_of_a_repaired_clause_gives_the_reason(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}/evidence/1.2").text
    assert "“4 5人” 改为 “45人”。数字被空格断开" in page


@pytest.mark.parametrize("path", ["/documents/none", f"/documents/{ID}/evidence/9.9"])
def test_an_unknown_document_or_clause_is_a_readable_404(client: TestClient, path: str) -> None:
    reply = client.get(path)
    assert reply.status_code == 404
    assert "没有编号为" in reply.text
    assert reply.headers["content-type"].startswith("text/html")


def test_hostile_addresses_and_words_are_escaped(client: TestClient) -> None:
    hostile = "<script>alert(1)</script>"
    pages = [
        client.get(f"/documents/{hostile.replace('/', '%2F')}").text,
        client.get(f"/documents/{ID}", params={"find": hostile, "quote": hostile}).text,
        client.get("/answer", params={"q": hostile, "region": hostile}).text,
    ]
    for page in pages:
        assert "<script>alert" not in page


def test_a_hostile_document_is_escaped_on_every_page() -> None:
    hostile = '"><img src=x onerror=alert(1)>${alert(1)}{{7*7}}'
    chain = ScriptedChain()
    bad = replace(
        DOCUMENT,
        title=hostile,
        short_title=hostile,
        issuer=hostile,
        source_note=hostile,
        number=hostile,
    )
    chain.documents = {ID: bad}
    with TestClient(web_app(chain)) as client:
        for path in ("/", "/documents", f"/documents/{ID}", f"/documents/{ID}/evidence/1.1"):
            assert "<img src=x" not in client.get(path).text


def test_one_question_has_a_page_of_its_own_that_needs_no_script(client: TestClient) -> None:
    page = client.get("/answer", params={"q": "谁能报名", "region": "东江省/河阳市"}).text
    assert "年满6周岁的儿童可以报名。" in page
    assert "<option selected>东江省/河阳市</option>" in page


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [(" ", 400, "问题是空的"), ("长" * 2001, 413, "问题太长了（2001 字）")],
)
def test_a_bad_question_on_that_page_is_explained(
    client: TestClient, text: str, status: int, sentence: str
) -> None:
    reply = client.get("/answer", params={"q": text})
    assert reply.status_code == status
    assert sentence in reply.text


def test_that_page_says_so_when_the_index_is_missing() -> None:
    with TestClient(web_app(ScriptedChain(missing_index()))) as client:
        reply = client.get("/answer", params={"q": "谁能报名"})
    assert reply.status_code == 503
    assert "请管理员运行 wence index" in reply.text
    assert "/secret/path" not in reply.text


def test_english_readers_get_english_labels_around_chinese_text(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}", headers={"Accept-Language": "en-GB,en;q=0.9"}).text
    assert '<html lang="en">' in page
    assert "Editorial repairs" in page
    assert 'lang="zh-CN"' in page


def test_the_api_page_loads_nothing_from_another_host(client: TestClient) -> None:
    page = client.get("/docs").text
    assert "POST /api/v1/ask" in page
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]*"', page) == []


def test_the_plain_answer_offers_what_to_ask_next_as_links(client: TestClient) -> None:
    page = client.get("/answer", params={"q": "谁能报名"}).text
    assert re.findall(r'<li><a href="/answer\?([^"]*)">([^<]*)</a></li>', page) == [
        (
            "q=%E8%B0%81%E8%83%BD%E6%8A%A5%E5%90%8D&amp;region=%E6%B2%B3%E9%98%B3%E5%B8%82",
            "看河阳市的规定",
        ),
        (
            "q=%E6%B2%B3%E9%98%B3%E5%B8%82%E4%B8%80%E4%B8%AA%E7%8F%AD%E5%A4%9A%E5%B0%91%E4%BA%BA",
            "河阳市一个班多少人",
        ),
    ]


def test_evidence_shows_the_headings_that_the_clause_lies_under(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}/evidence/1.1").text
    (path,) = re.findall(r'<ol class="wc-path"[^>]*>(.*?)</ol>', page)
    assert path == f'<li><a href="/documents/{ID}#1">一、招生办法</a></li>'
    assert "wc-path" not in client.get(f"/documents/{ID}/evidence/1").text


def test_the_places_of_a_word_are_links_to_their_clauses(client: TestClient) -> None:
    page = client.get(f"/documents/{ID}", params={"find": "报名"}).text
    (places,) = re.findall(r'<ul class="wc-places"[^>]*>(.*?)</ul>', page)
    assert places == '<li><a href="#1.1">一、招生办法（一）</a></li>'


def test_documents_are_made_ready_for_references_once_for_each_build(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[int] = []
    of = TitleIndex.of
    monkeypatch.setattr(TitleIndex, "of", lambda found: made.append(1) or of(found))
    chain = ScriptedChain()
    with TestClient(web_app(chain)) as client:
        made.clear()
        for _ in range(2):
            assert client.get(f"/documents/{ID}").status_code == 200
            assert client.get(f"/documents/{ID}/evidence/1.1").status_code == 200
        assert len(made) == 1
        chain.documents = dict(chain.documents)  # published anew
        client.get(f"/documents/{ID}")
        assert len(made) == 2


def test_the_documents_of_a_chain_are_the_same_until_the_index_is_published_anew(
    tiny_searcher: Searcher,
) -> None:
    chain = PolicyChain(tiny_searcher, load_settings({}))
    assert chain.documents is chain.documents
