"""The JSON API: the published shapes, and a clear sentence for every bad request."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from bot.conversation import Audience, Question
from index.errors import ModelError
from tests.web_fake import CLAUSES, ID, ScriptedChain, missing_index, web_app

ASK, COMPARE = "/api/v1/ask", "/api/v1/compare"


@pytest.fixture(scope="module")
def chain() -> ScriptedChain:
    return ScriptedChain()


@pytest.fixture(scope="module")
def client(chain: ScriptedChain) -> Iterator[TestClient]:
    with TestClient(web_app(chain)) as client:
        yield client


def failing(failure: Exception) -> TestClient:
    return TestClient(web_app(ScriptedChain(failure)), raise_server_exceptions=False)


def test_a_question_is_answered_in_the_published_format(client: TestClient) -> None:
    reply = client.post(ASK, json={"id": "q7", "question": "谁能报名"})
    body = reply.json()
    assert reply.status_code == 200
    assert list(body) == [
        "id", "question", "standalone_question", "status", "answer", "regions", "composer",
        "citations", "related", "notes", "suggestions", "timings_ms", "reference",
    ]  # fmt: skip
    assert (body["id"], body["status"], body["citations"][0]["clause_id"]) == (
        "q7",
        "answered",
        "heyang-2021#1.1",
    )


def test_every_field_reaches_the_chain_and_only_the_last_six_earlier_questions(
    client: TestClient, chain: ScriptedChain
) -> None:
    history = [f"第{n}问" for n in range(9)]
    body = {
        "id": "a",
        "question": " 谁能报名 ",
        "region": "河阳",
        "audience": "教师",
        "history": history,
    }
    client.post(ASK, json=body)
    assert chain.asked[-1] == Question(
        "谁能报名", "a", "河阳", Audience.TEACHER, tuple(history[-6:])
    )


def test_nulls_are_as_good_as_nothing(client: TestClient, chain: ScriptedChain) -> None:
    body = {"id": None, "question": "谁能报名", "region": None, "audience": None, "history": None}
    assert client.post(ASK, json=body).status_code == 200
    assert chain.asked[-1] == Question("谁能报名")


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "请求正文不是有效的 JSON"),
        (b"{", 400, "请求正文不是有效的 JSON"),
        (b"[" * 100_000, 400, "请求正文不是有效的 JSON"),
        ('{"question": "谁能报名"}'.encode("gbk"), 400, "请求正文不是 UTF-8 编码"),
        (b"[]", 422, "应为一个 JSON 对象"),
        (b"{}", 400, "问题是空的"),
        (b'{"question": ""}', 400, "问题是空的"),
        (b'{"question": " \\n\\u3000"}', 400, "问题是空的"),
        (b'{"question": null}', 422, "字段 question"),
        (b'{"question": 7}', 422, "字段 question"),
        (b'{"question": "a\\u0000b"}', 400, "控制字符"),
        (b'{"question": "\\ud800"}', 400, "控制字符"),
        (
            json.dumps({"question": "长" * 10_000}).encode(),
            413,
            "问题太长了（10000 字），最多 2000 字",
        ),
        (b'{"question": "' + b"x" * 300_000 + b'"}', 413, "请求正文太大"),
        (b'{"question": "a", "region": 3}', 422, "字段 region"),
        (json.dumps({"question": "a", "region": "长" * 201}).encode(), 422, "最多 200 字"),
        (b'{"question": "a", "audience": "x"}', 422, "字段 audience"),
        (b'{"question": "a", "audience": ["x"]}', 422, "字段 audience"),
        (b'{"question": "a", "history": "x"}', 422, "字段 history"),
        (b'{"question": "a", "history": [1]}', 422, "字段 history"),
        (b'{"question": "a", "regoin": "x"}', 422, "不认识的字段 regoin"),
    ],
)
def test_a_bad_request_gets_one_clear_sentence(
    client: TestClient, body: bytes, status: int, sentence: str
) -> None:
    reply = client.post(ASK, content=body)
    assert reply.status_code == status
    assert list(reply.json()) == ["error"]
    assert sentence in reply.json()["error"]["message"]


def test_errors_are_in_english_for_those_who_ask_for_it(client: TestClient) -> None:
    reply = client.post(ASK, content=b"{}", headers={"Accept-Language": "en"})
    assert reply.json()["error"] == {
        "code": "empty_question",
        "message": "The question is empty. Please write what you would like to know.",
    }


def test_a_failed_answer_is_a_500_with_the_whole_answer(client: TestClient) -> None:
    reply = client.post(ASK, json={"question": "坏了"})
    assert reply.status_code == 500
    assert (reply.json()["status"], reply.json()["answer"]) == ("error", "出了点问题，参考号 abc。")


@pytest.mark.parametrize("path", ["/healthz", ASK])
def test_a_missing_index_is_a_503_that_says_what_to_run(path: str) -> None:
    client = failing(missing_index())
    reply = client.post(path, json={"question": "谁能报名"}) if path == ASK else client.get(path)
    assert reply.status_code == 503
    assert "wence index" in reply.json()["error"]["message"]
    assert "/secret/path" not in reply.text


@pytest.mark.parametrize(
    "failure", [ModelError("weights at /secret/path"), RuntimeError("/secret/path")]
)
def test_a_surprise_is_a_500_with_a_reference_and_no_detail(failure: Exception) -> None:
    reply = failing(failure).post(ASK, json={"question": "谁能报名"})
    assert reply.status_code == 500
    assert "参考号" in reply.json()["error"]["message"]
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text


def test_the_service_says_that_it_is_ready(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok", "documents": 1, "passages": 4}


def test_documents_are_listed(client: TestClient) -> None:
    listed = client.get("/api/v1/documents").json()["documents"]
    assert [(d["id"], d["region"], d["clause_count"]) for d in listed] == [(ID, "东江省/河阳市", 4)]


def test_a_document_comes_with_its_clause_tree_and_whole_text(client: TestClient) -> None:
    body = client.get(f"/api/v1/documents/{ID}").json()
    assert [node["key"] for node in body["clauses"]] == ["title", "1"]
    assert body["text"] == "".join(clause.text for clause in CLAUSES)


def test_a_clause_comes_word_for_word(client: TestClient) -> None:
    body = client.get(f"/api/v1/documents/{ID}/clauses/1.2").json()
    assert (body["clause"], body["text"]) == ("一、招生办法（二）", "（二）每班不超过45人。\n")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/documents/none", 404),
        ("GET", f"/api/v1/documents/{ID}/clauses/9", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", ASK, 405),
        ("DELETE", "/api/v1/documents", 405),
    ],
)
def test_a_wrong_address_or_method_is_explained(
    client: TestClient, method: str, path: str, status: int
) -> None:
    reply = client.request(method, path)
    assert reply.status_code == status
    assert reply.json()["error"]["message"].endswith("。")


def test_regions_are_compared_each_by_its_own_answer(
    client: TestClient, chain: ScriptedChain
) -> None:
    body = {"question": "谁能报名", "regions": ["河阳", "武汉"], "audience": "家长"}
    reply = client.post(COMPARE, json=body)
    assert reply.status_code == 200
    assert reply.json()["question"] == "谁能报名"
    rows = [(row["region"], row["answer"]["status"]) for row in reply.json()["answers"]]
    assert rows == [("河阳", "answered"), ("武汉", "answered")]
    assert [question.region for question in chain.asked[-2:]] == ["河阳", "武汉"]


@pytest.mark.parametrize(
    ("regions", "sentence"),
    [
        (None, "应为 2 到 8 个不同地区"),
        ("河阳", "应为 2 到 8 个不同地区"),
        (["河阳", "河阳"], "应为 2 到 8 个不同地区"),
        (["河阳", ""], "应为 2 到 8 个不同地区"),
        ([f"地区{n}" for n in range(9)], "应为 2 到 8 个不同地区"),
        (["河阳", 3], "应为文字或 null"),
        (["河阳", "长" * 201], "最多 200 字"),
    ],
)
def test_regions_that_cannot_be_compared_are_explained(
    client: TestClient, regions: object, sentence: str
) -> None:
    reply = client.post(COMPARE, json={"question": "谁能报名", "regions": regions})
    assert reply.status_code == 422
    assert sentence in reply.json()["error"]["message"]


def test_a_comparison_with_a_failed_answer_is_a_500_with_the_other_answers(
    client: TestClient,
) -> None:
    reply = client.post(COMPARE, json={"question": "坏了", "regions": ["河阳", "武汉"]})
    assert (reply.status_code, len(reply.json()["answers"])) == (500, 2)


@pytest.mark.parametrize(
    "path", ["/", "/documents", "/docs", "/healthz", "/mcp", "/nothing", "/site/base.css"]
)
def test_every_reply_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "img-src 'self' data: blob:; " in policy
    assert "form-action 'self'" in policy
    assert ("'unsafe-eval'" in policy) == (path in {"/", "/nothing"})
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
