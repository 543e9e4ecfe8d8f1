"""OpenAPI: every call has its schemas, and its examples are real and keep to them."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi.testclient import TestClient
from jsonschema import Draft202012Validator

from bot.chain import PolicyChain
from bot.conversation import AnswerStatus
from bot.public.turnstile import Turnstile
from bot.settings import load_settings
from bot.web.ask import COMPARED_FIELDS, FIELDS, LEAST_REGIONS, MAX_FIELD, MOST_REGIONS
from bot.web.schemas import load_descriptions, load_examples
from bot.web.service import Service
from bot.web.turns import HISTORY
from index.corpus import load_corpus
from index.documents import Document
from tests.served import strict
from tests.web_fake import ID, ScriptedChain, missing_index, web_app

ASK, COMPARE = "/api/v1/ask", "/api/v1/compare"
DOCUMENTS, DOCUMENT = "/api/v1/documents", "/api/v1/documents/{document_id}"
CLAUSE = "/api/v1/documents/{document_id}/clauses/{key}"
SCHEMAS = load_descriptions().schemas


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(web_app(ScriptedChain()))


@pytest.fixture(scope="module")
def description(client: TestClient) -> dict[str, Any]:
    return client.get("/openapi.json").json()


@pytest.fixture(scope="module")
def corpus() -> dict[str, Document]:
    return {one.id: one for one in load_corpus(load_settings({}).corpus_dir).documents}


def validate(name: str, value: object) -> None:
    schema = strict(load_descriptions().standalone(name))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(value)


def bodies(description: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every described body with where it stands."""
    found = []
    for path, calls in description["paths"].items():
        for call in calls.values():
            if "requestBody" in call:
                found.append((f"{path} request", call["requestBody"]["content"]))
            for code, reply in call["responses"].items():
                found.append((f"{path} {code}", reply["content"]))
    return [(place, content["application/json"]) for place, content in found]


def test_every_call_is_described(description: dict[str, Any]) -> None:
    assert list(description["paths"]) == [ASK, COMPARE, DOCUMENTS, DOCUMENT, CLAUSE, "/healthz"]
    for calls in description["paths"].values():
        for call in calls.values():
            assert call["summary"]
            assert call["description"]


def test_every_example_keeps_to_its_schema(description: dict[str, Any]) -> None:
    described = bodies(description)
    assert len(described) == 35
    for _, body in described:
        validate(body["schema"]["$ref"].removeprefix("#/components/schemas/"), body["example"])


def test_every_schema_is_valid_and_used(description: dict[str, Any]) -> None:
    schemas = description["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    text = str([description["paths"], schemas])
    spare = {name for name in schemas if f"'#/components/schemas/{name}'" not in text}
    assert spare == {"ClauseId", "Nothing"}  # inputs of MCP tools alone


def test_the_examples_can_be_asked(client: TestClient, description: dict[str, Any]) -> None:
    for path in (ASK, COMPARE):
        content = description["paths"][path]["post"]["requestBody"]["content"]
        assert client.post(path, json=content["application/json"]["example"]).status_code == 200


def test_the_replies_of_the_service_keep_to_the_schemas(client: TestClient) -> None:
    for question in ("谁能报名", "午餐多少钱", "对比", "坏了"):
        validate("Answer", client.post(ASK, json={"question": question}).json())
    asked = {"question": "谁能报名", "regions": ["河阳", "武汉"]}
    validate("Compared", client.post(COMPARE, json=asked).json())
    validate("Documents", client.get(DOCUMENTS).json())
    validate("DocumentText", client.get(DOCUMENT.format(document_id=ID)).json())
    validate("Clause", client.get(CLAUSE.format(document_id=ID, key="1.1")).json())
    validate("Error", client.post(ASK, json={}).json())
    validate("Error", client.get(DOCUMENT.format(document_id="none")).json())


def test_a_missing_index_is_told_as_described() -> None:
    reply = TestClient(web_app(ScriptedChain(missing_index()))).get("/healthz")
    assert reply.status_code == 503
    validate("Error", reply.json())


def test_the_schemas_name_the_limits_that_are_checked() -> None:
    question, comparison = SCHEMAS["Question"]["properties"], SCHEMAS["Comparison"]["properties"]
    assert tuple(question) == FIELDS
    assert tuple(comparison) == COMPARED_FIELDS
    assert question["region"]["maxLength"] == question["id"]["maxLength"] == MAX_FIELD
    assert f"最后 {HISTORY} 个" in question["history"]["description"]
    regions = comparison["regions"]
    assert (regions["minItems"], regions["maxItems"]) == (LEAST_REGIONS, MOST_REGIONS)
    assert regions["items"]["maxLength"] == MAX_FIELD
    statuses = SCHEMAS["Answer"]["properties"]["status"]["enum"]
    assert statuses == [status.value for status in AnswerStatus]


def citations(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [found for one in value for found in citations(one)]
    if not isinstance(value, dict):
        return []
    own = [value] if "quotes" in value else []
    return own + [found for one in value.values() for found in citations(one)]


def test_the_examples_quote_the_documents_held(corpus: dict[str, Document]) -> None:
    found = citations(load_examples())
    assert [one["document_id"] for one in found] == [
        "wuhan-2018-4", "wuhan-2018-4", "wuhan-2018-4", "songyang-2018",
    ]  # fmt: skip
    for one in found:
        document = corpus[one["document_id"]]
        assert one["text"] == document.clause(one["clause_id"].partition("#")[2]).text
        for quote in one["quotes"]:
            assert document.text[quote["start"] : quote["end"]] == quote["text"]
    clause = load_examples()[CLAUSE]
    assert clause["reply"]["text"] == corpus["wuhan-2018-4"].clause(clause["request"]["key"]).text
    shortened = load_examples()[DOCUMENT]["reply"]
    assert corpus[shortened["id"]].text.startswith(shortened["text"])


def test_the_examples_are_what_the_product_answers(real_chain: PolicyChain) -> None:
    settings = load_settings({})
    service = Service(real_chain, settings, Turnstile(settings))
    example = load_examples()[ASK]
    reply = service.ask(example["request"])
    validate("Answer", reply)
    names = ("id", "question", "status", "regions", "composer")
    assert {name: reply[name] for name in names} == {name: example["reply"][name] for name in names}
    compared = service.compare_regions(load_examples()[COMPARE]["request"])
    validate("Compared", compared)
    assert [row["answer"]["status"] for row in compared["answers"]] == [
        row["answer"]["status"] for row in load_examples()[COMPARE]["reply"]["answers"]
    ]
    validate("Health", {"status": "ok", **real_chain.ready()})


def test_the_help_page_shows_every_call_with_its_reply(client: TestClient) -> None:
    page = client.get("/docs").text
    for path in (ASK, COMPARE, DOCUMENTS, DOCUMENT, CLAUSE, "/healthz"):
        assert f" {path}</code></h2>" in page
    assert "curl http://127.0.0.1:7860/api/v1/documents/wuhan-2018-4/clauses/2.4" in page
    assert "一般不超过10年" in page


def test_the_help_page_is_in_the_readers_language(client: TestClient) -> None:
    page = client.get("/docs", headers={"Accept-Language": "en"}).text
    assert "<p>Answer one question for several regions</p>" in page
    assert "<code>404</code> no such document or clause" in page
