"""What the API's documentation says: schemas and examples in OpenAPI, and the help page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.web.ask import FIELDS
from bot.web.interface import Interface
from bot.web.schemas import Operation, load_descriptions, load_examples
from bot.web.turns import BadRequest

POSTED = {"/api/v1/ask": "Question", "/api/v1/compare": "Comparison"}
OPERATIONS = {**dict.fromkeys(POSTED, "POST"), "/api/v1/documents": "GET"}
SUMMARIES = {
    "/api/v1/ask": "api_ask",
    "/api/v1/compare": "api_compare",
    "/api/v1/documents": "api_documents",
    "/api/v1/documents/{document_id}": "api_document",
    "/api/v1/documents/{document_id}/clauses/{key}": "api_clause",
    "/healthz": "api_health",
}
JSON, EVENTS = "application/json", "text/event-stream"
REFUSALS = {
    "400": BadRequest("empty_question"),
    "404": BadRequest("document_not_found", id="none"),
    "408": BadRequest("body_too_slow", limit=10),
    "413": BadRequest("question_too_long", length=2345, limit=2000),
    "422": BadRequest("unknown_field", field="regoin", known="、".join(FIELDS)),
    "429": BadRequest("too_many", seconds=17),
    "500": BadRequest("internal", reference="5f3a9c1e"),
    "503": BadRequest("index_missing", reference="5f3a9c1e"),
}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer", "minimum": 1}}}
Described = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the API as the help page shows it."""

    method: str
    path: str
    summary: str
    curl: str
    reply: str
    replies: tuple[tuple[str, str], ...]


def complete_openapi(description: Described, words: Interface) -> None:
    """Give every call of an OpenAPI description its summary, schemas, examples and replies."""
    known = load_descriptions()
    for path, calls in description["paths"].items():
        operation, example = known.operations[path], load_examples()[path]
        for call in calls.values():
            call["summary"] = words(SUMMARIES[path])
            if path in POSTED:
                content = {JSON: _body(POSTED[path], example["request"])}
                call["requestBody"] = {"required": True, "content": content}
            call["responses"] = _responses(operation, example["reply"], words)
    description["components"] = {"schemas": known.components()}


def _responses(operation: Operation, reply: object, words: Interface) -> Described:
    bodies = {code: _body("Error", _error(code, words)) for code in operation.codes[1:]}
    bodies[operation.codes[0]] = _body(operation.output, reply)
    streamed = {EVENTS: {"schema": {"type": "string", "description": operation.events}}}
    return {
        code: {
            "description": words(f"api_{code}"),
            "content": {
                JSON: bodies[code],
                **(streamed if operation.events and code == operation.codes[0] else {}),
            },
            **({"headers": RETRY_AFTER} if code in {"429", "503"} else {}),
        }
        for code in operation.codes
    }


def _body(name: str, example: object) -> Described:
    return {"schema": {"$ref": f"#/components/schemas/{name}"}, "example": example}


def _error(code: str, words: Interface) -> Described:
    problem = REFUSALS[code]
    return {"error": {"code": problem.name, "message": problem.sentence(words)}}


def docs_page(description: Described, words: Interface) -> list[Call]:
    """The calls of a completed OpenAPI description, in order, in the reader's language."""
    return [
        _call(method.upper(), path, call, words)
        for path, calls in description["paths"].items()
        for method, call in calls.items()
    ]


def _call(method: str, path: str, call: Described, words: Interface) -> Call:
    responses = call["responses"]
    reply = responses["200"]["content"][JSON]["example"]
    return Call(
        method=method,
        path=path,
        summary=words(SUMMARIES[path]),
        curl=_curl(method, path, load_examples()[path].get("request", {})),
        reply=json.dumps(reply, ensure_ascii=False, indent=2),
        replies=tuple((code, words(f"api_{code}")) for code in responses),
    )


def _curl(method: str, path: str, request: Mapping[str, object]) -> str:
    address = f"http://127.0.0.1:7860{path}"
    if method == "GET":
        for name, value in request.items():
            address = address.replace(f"{{{name}}}", str(value))
        return f"curl {address}"
    body = json.dumps(request, ensure_ascii=False)
    return f"curl {address} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
