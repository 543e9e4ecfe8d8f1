"""References as links, versions and what is known of a document, on the public pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from fastapi.testclient import TestClient

from bot.web.document_view import Shelf
from bot.web.marks import Mark
from index.clauses import parse_clauses
from index.documents import Document, Region
from index.title_index import TitleIndex
from tests.web_fake import DOCUMENT, ScriptedChain, web_app

LAW = "河阳市教育条例\n第一条 适龄儿童应当入学。\n第二条 收费按照本条例第一条和《河阳市收费办法》办理。\n"
RULES = "河阳市收费办法\n第一条 依照《河阳市教育条例》第二条制定本办法，另见《没有收录的办法》。\n"


def made(document_id: str, text: str, **more: object) -> Document:
    values = {"issued": date(2024, 1, 1), "repairs": (), "findings": ()} | more
    return replace(
        DOCUMENT,
        id=document_id,
        title=text.split("\n")[0],
        region=Region(("东江省", "河阳市")),
        text=text,
        clauses=parse_clauses(document_id, text),
        **values,
    )


OLD = made("old", LAW.replace("应当", "可以"), superseded_by="law", issued=date(2014, 1, 1))
HELD = {
    one.id: one
    for one in (
        made("law", LAW, effective=date(2024, 2, 1), level="local_regulation"),
        made("rules", RULES, issued=date(2025, 1, 1), expires=date(2030, 1, 1)),
        OLD,
    )
}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    chain = ScriptedChain()
    chain.documents = HELD
    with TestClient(web_app(chain)) as client:
        yield client


def test_references_are_marked_with_the_address_of_what_is_held():
    shelf = Shelf.of(HELD)
    rules = HELD["rules"]
    said = "《河阳市教育条例》第二条"
    start = RULES.index(said)
    title = "《河阳市教育条例》（河政办〔2021〕7号）第二条"
    assert shelf.reference_marks(rules, rules.clauses) == [
        Mark("reference", start, start + len(said), title, "/documents/law#a2")
    ]
    assert (shelf.newer(OLD), shelf.older(HELD["law"])) == (HELD["law"], [OLD])
    assert Shelf({}, TitleIndex.of(())).newer(OLD) is None


def test_a_document_page_links_its_references_and_leaves_the_text_as_it_is(client):
    page = client.get("/documents/law").text
    assert 'href="/documents/law#a1"' in page
    assert ">《河阳市收费办法》</a>办理。" in page
    page = client.get("/documents/rules").text
    assert '<a class="wc-ref" href="/documents/law#a2"' in page
    assert "另见《没有收录的办法》。" in page


def test_the_evidence_panel_links_them_too_inside_a_quote(client):
    law = HELD["law"]
    clause = law.clause("a2")
    page = client.get(f"/documents/law/evidence/a2?quote={clause.start}-{clause.end}").text
    assert '<a class="wc-ref" href="/documents/law#a1"' in page
    assert page.count('<mark class="wc-quote"') >= 3


def test_a_superseded_document_leads_to_the_newer_one_and_back(client):
    for path in ("/documents/old", "/documents/old/evidence/a1"):
        assert '有新版本：<a href="/documents/law">河阳市教育条例</a>' in client.get(path).text
    page = client.get("/documents/law").text
    assert "有新版本" not in page
    assert '<dt>旧版本</dt><dd><a href="/documents/old">河阳市教育条例</a>（2014年1月1日）' in page


def test_level_and_days_in_force_are_told_where_they_are_known(client):
    law, rules = client.get("/documents/law").text, client.get("/documents/rules").text
    assert "<dt>施行日期</dt><dd>2024年2月1日</dd>" in law
    assert "<dt>效力层级</dt><dd>地方性法规</dd>" in law
    assert "失效日期" not in law
    assert "<dt>失效日期</dt><dd>2030年1月1日</dd>" in rules
    assert "效力层级" not in rules
    english = client.get("/documents/law", headers={"Accept-Language": "en"}).text
    assert "<dd>Local regulation</dd>" in english
