"""Read what programs send into Questions, or say in one sentence what is wrong."""

from __future__ import annotations

import json

from starlette.requests import Request

from bot.conversation import Audience, Question
from bot.web.turns import HISTORY, BadRequest, check_question

MAX_BODY = 256 * 1024
MAX_FIELD = 200
FIELDS = ("id", "question", "region", "audience", "history")
COMPARED_FIELDS = ("question", "regions", "audience")
LEAST_REGIONS, MOST_REGIONS = 2, 8


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


def read_question(data: object, limit: int) -> Question:
    """A Question from JSON; BadRequest says which field is wrong and how."""
    fields = read_fields(data, FIELDS)
    return Question(
        text=_text(fields, limit),
        id=_optional(fields, "id") or "",
        region=_optional(fields, "region"),
        audience=_audience(fields.get("audience")),
        history=_history(fields.get("history"), limit),
    )


def read_comparison(data: object, limit: int) -> list[Question]:
    """One Question for each region that is to be compared, in the order given."""
    fields = read_fields(data, COMPARED_FIELDS)
    text, audience = _text(fields, limit), _audience(fields.get("audience"))
    given = fields.get("regions")
    rows = given[: MOST_REGIONS + 1] if isinstance(given, list) else []
    regions = dict.fromkeys(_optional({"regions": row}, "regions") for row in rows)
    if not LEAST_REGIONS <= len(regions) <= MOST_REGIONS or None in regions:
        raise _wrong("regions", "detail_regions", least=LEAST_REGIONS, most=MOST_REGIONS)
    return [Question(text, region=region, audience=audience) for region in regions]


def read_clause_id(data: object) -> tuple[str, str]:
    """The document id and clause key of ``document#key``."""
    clause_id = _required(read_fields(data, ("clause_id",)), "clause_id")
    document_id, mark, key = clause_id.partition("#")
    if not mark:
        raise _wrong("clause_id", "detail_clause_id")
    return document_id, key


def read_fields(data: object, known: tuple[str, ...]) -> dict[str, object]:
    """A JSON object with no other fields than these."""
    if not isinstance(data, dict):
        raise _wrong("JSON", "detail_object")
    for field in data:
        if field not in known:
            names = "、".join(known) or "-"
            raise BadRequest("unknown_field", 422, field=str(field)[:40], known=names)
    return data


def _wrong(field: str, detail: str, **values: object) -> BadRequest:
    return BadRequest("wrong_type", 422, field=field, detail=detail, limit=MAX_FIELD, **values)


def _text(fields: dict[str, object], limit: int) -> str:
    text = _required(fields, "question")
    check_question(text, limit)
    return text.strip()


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
