"""Read the body of an ask request into a Question, or say in one sentence what is wrong."""

from __future__ import annotations

import json

from starlette.requests import Request

from bot.conversation import Audience, Question
from bot.turns import HISTORY, BadRequest, check_question

MAX_BODY = 256 * 1024
MAX_FIELD = 200
FIELDS = ("id", "question", "region", "audience", "history")


async def read_body(request: Request) -> bytes:
    """The request's body; BadRequest 413 as soon as it is over the limit."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise BadRequest("body_too_large", 413, limit=MAX_BODY)
    return bytes(body)


def read_json(body: bytes) -> object:
    """What the body says; BadRequest when it is not JSON in UTF-8."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadRequest("not_utf8") from error
    except (ValueError, RecursionError) as error:
        raise BadRequest("not_json") from error


def read_question(body: bytes, limit: int) -> Question:
    """A Question from JSON; BadRequest says which field is wrong and how."""
    data = read_json(body)
    if not isinstance(data, dict):
        raise _wrong("JSON", "detail_object")
    for field in data:
        if field not in FIELDS:
            raise BadRequest("unknown_field", 422, field=field[:40], known="、".join(FIELDS))
    text = _required(data, "question")
    check_question(text, limit)
    return Question(
        text=text.strip(),
        id=_optional(data, "id") or "",
        region=_optional(data, "region"),
        audience=_audience(data.get("audience")),
        history=_history(data.get("history"), limit),
    )


def _wrong(field: str, detail: str) -> BadRequest:
    return BadRequest("wrong_type", 422, field=field, detail=detail, limit=MAX_FIELD)


def _required(data: dict[str, object], field: str) -> str:
    value = data.get(field, "")
    if not isinstance(value, str):
        raise _wrong(field, "detail_string")
    return value


def _optional(data: dict[str, object], field: str) -> str | None:
    value = data.get(field)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _wrong(field, "detail_string_or_null")
    if len(value) > MAX_FIELD:
        raise _wrong(field, "detail_too_long")
    check_question(value, MAX_FIELD)
    return value


def _audience(value: object) -> Audience | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in set(Audience):
        raise _wrong("audience", "detail_audience")
    return Audience(value)


def _history(value: object, limit: int) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _wrong("history", "detail_history")
    kept = [text for text in value[-HISTORY:] if text.strip()]
    for text in kept:
        check_question(text, limit)
    return tuple(kept)
