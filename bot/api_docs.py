"""What the API's documentation says: request and reply examples, replies, and the help page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.ask import FIELDS, MAX_FIELD
from bot.conversation import AnswerStatus, Audience
from bot.interface import Interface
from bot.turns import HISTORY

OPERATIONS = {
    "/api/v1/ask": "POST",
    "/api/v1/documents": "GET",
}
EXAMPLE: dict[str, object] = {
    "id": "q1",
    "question": "武汉的校长在一所学校最多能当多少年？",
    "region": None,
    "audience": "教师",
    "history": [],
}
REPLY: dict[str, object] = {
    "id": "q1",
    "question": EXAMPLE["question"],
    "standalone_question": EXAMPLE["question"],
    "status": "answered",
    "answer": "校长在同一所学校连续任职一般不超过10年。〔1〕",
    "regions": ["湖北省/武汉市"],
    "composer": "extractive",
    "citations": [
        {
            "n": 1,
            "document_id": "wuhan-2018-4",
            "document_number": "武政办〔2018〕4号",
            "clause_id": "wuhan-2018-4#2.4",
            "clause": "二、工作措施（四）",
            "quotes": [{"text": "校长在同一所学校连续任职一般不超过10年。", "start": 0, "end": 20}],
        }
    ],
    "related": [],
    "notes": [],
    "suggestions": [],
    "timings_ms": {"total": 21.4},
}
CODES = ("200", "400", "413", "422", "500", "503")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call of the API as the help page shows it."""

    method: str
    path: str
    summary: str
    curl: str
    reply: str
    replies: tuple[tuple[str, str], ...]


def openapi_extra(words: Interface) -> dict[str, object]:
    """The request body and replies of the ask call, for the OpenAPI description."""
    text_or_null = {"type": ["string", "null"], "maxLength": MAX_FIELD}
    properties = {
        "id": text_or_null | {"description": words("api_id")},
        "question": {"type": "string", "minLength": 1},
        "region": text_or_null | {"description": words("api_region")},
        "audience": {"enum": [*(audience.value for audience in Audience), None]},
        "history": {
            "type": "array",
            "items": {"type": "string"},
            "description": words("api_history", count=HISTORY),
        },
    }
    assert set(properties) == set(FIELDS)
    schema = {
        "type": "object",
        "required": ["question"],
        "additionalProperties": False,
        "properties": properties,
    }
    content = {"application/json": {"schema": schema, "example": EXAMPLE}}
    responses = {code: {"description": words(f"api_{code}")} for code in CODES}
    statuses = [status.value for status in AnswerStatus]
    reply_schema = {"type": "object", "properties": {"status": {"enum": statuses}}}
    ok = responses["200"] | {
        "content": {"application/json": {"schema": reply_schema, "example": REPLY}}
    }
    return {
        "requestBody": {"required": True, "content": content},
        "responses": responses | {"200": ok},
    }


def docs_page(
    description: Mapping[str, dict[str, dict[str, dict[str, object]]]],
) -> list[Operation]:
    """The calls of an OpenAPI description, in order."""
    return [
        _operation(method.upper(), path, call)
        for path, calls in description["paths"].items()
        for method, call in calls.items()
    ]


def _operation(method: str, path: str, call: Mapping[str, object]) -> Operation:
    responses = call.get("responses")
    replies = responses if isinstance(responses, dict) else {}
    asks = method == "POST"
    return Operation(
        method=method,
        path=path,
        summary=str(call.get("summary", "")),
        curl=_curl(method, path),
        reply=json.dumps(REPLY, ensure_ascii=False, indent=2) if asks else "",
        replies=tuple((code, str(reply.get("description", ""))) for code, reply in replies.items()),
    )


def _curl(method: str, path: str) -> str:
    address = f"http://127.0.0.1:7860{path}"
    address = address.replace("{document_id}", "wuhan-2018-4").replace("{key}", "2.4")
    if method == "GET":
        return f"curl {address}"
    body = json.dumps({"question": EXAMPLE["question"]}, ensure_ascii=False)
    return f"curl {address} \\\n  -H 'Content-Type: application/json' \\\n  -d '{body}'"
