"""One value of a policy's metadata, with how it is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from index.documents import Finding

Confidence = Literal["read", "inferred", "unsure"]

FIELD_NAMES = {
    "title": "标题",
    "number": "文号",
    "issuer": "发文机关",
    "region": "地区",
    "issued": "发布日期",
    "published": "公开日期",
    "effective": "施行日期",
    "expires": "失效日期",
    "level": "效力层级",
    "validity": "效力",
    "repeals": "废止的文件",
    "target_year": "目标年",
}
LEVEL_NAMES = {
    "law": "法律",
    "administrative_regulation": "行政法规",
    "departmental_rule": "部门规章",
    "local_regulation": "地方性法规",
    "local_rule": "地方政府规章",
    "normative": "规范性文件",
}


V_co = TypeVar("V_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Guess(Generic[V_co]):
    """A value, whether the text says it (``read``) or we conclude it, and from what (Chinese)."""

    name: str
    value: V_co
    confidence: Confidence
    basis: str


def doubts(guesses: Iterable[Guess[Any]], settled: frozenset[str]) -> Iterator[Finding]:
    """A finding for each value that is not simply read; ``settled`` fields stand in the sidecar."""
    for guess in guesses:
        if guess.name in settled or guess.confidence == "read":
            continue
        name = FIELD_NAMES[guess.name]
        if guess.value is None:
            yield Finding("metadata_missing", f"{name}：{guess.basis}，请核对补充", 0, 0, "")
        else:
            said = LEVEL_NAMES.get(str(guess.value), str(guess.value))
            message = f"{name}：推定为“{said}”（{guess.basis}），请核对"
            yield Finding(f"metadata_{guess.confidence}", message, 0, 0, said)
