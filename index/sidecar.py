"""The sidecar ``<id>.yaml``: what a person knows about a policy file, and editorial repairs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from index.asked import is_key
from index.documents import Level
from index.errors import BadSidecar
from index.yaml_text import parse_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReplaceRule(_Strict):
    """Put ``with`` in place of text that occurs exactly once."""

    replace: str = Field(min_length=1)
    with_: str = Field(alias="with")
    reason: str = Field(min_length=1)


class MoveRule(_Strict):
    """Move the passage from the first to the last given words so that it follows ``after``."""

    move_from: str = Field(min_length=1)
    move_to: str = Field(min_length=1)
    after: str = Field(min_length=1)
    reason: str = Field(min_length=1)


class NoteRule(_Strict):
    """Leave the text alone and tell the reader something about this place."""

    note: str = Field(min_length=1)
    reason: str = Field(min_length=1)


RepairRule = Annotated[ReplaceRule | MoveRule | NoteRule, Field(union_mode="left_to_right")]


class ValidityFields(_Strict):
    """Whether the policy is in force, and how we know."""

    status: str
    basis: str


class Sidecar(_Strict):
    """Every field is optional but a person must explain what is missing."""

    title: str | None = None
    short_title: str | None = None
    number: str | None = None
    number_note: str = ""
    issuer: str | None = None
    region: str | None = None
    issued: date | None = None
    issued_basis: str = ""
    published: date | None = None
    effective: date | None = None
    expires: date | None = None
    level: Level | None = None
    family: str = ""
    superseded_by: str | None = None
    repeals: tuple[str, ...] = ()
    validity: ValidityFields | None = None
    target_year: int | None = None
    target_basis: str = ""
    source_kind: Literal["official", "repost", "anonymised"] = "official"
    source_note: str = ""
    completeness: str = ""
    applies_to: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    nicknames: tuple[str, ...] = ()
    repairs: tuple[RepairRule, ...] = ()

    @model_validator(mode="after")
    def _explains_a_missing_number(self) -> Sidecar:
        if "number" in self.model_fields_set and self.number is None and not self.number_note:
            raise ValueError("number 为空时必须在 number_note 里说明原因")
        return self


def load_sidecar(path: Path) -> Sidecar:
    """Read a sidecar; an absent one is empty; raises BadSidecar naming file, key and reason."""
    if not path.exists():
        return Sidecar()
    data = _yaml(path)
    try:
        return Sidecar.model_validate(data)
    except ValidationError as error:
        faults = "；".join(_fault(item) for item in error.errors())
        raise BadSidecar(
            f"{path.name}：{faults}。请对照 docs_corpus/SOURCES.md 里的字段表修改"
        ) from error


def load_asked(path: Path, texts: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Everyday questions by key; ``texts`` are the clauses' by theirs.

    Raises BadSidecar for keys that are no clause or name words that their clause does not have.
    """
    if not path.exists():
        return {}
    data = _yaml(path)
    unknown = sorted(str(key) for key in data if not is_key(str(key), texts))
    if unknown:
        raise BadSidecar(
            f"{path.name}：没有这样的条款 {', '.join(unknown)}，"
            "请改成文件里有的条款编号；编号后面的字要和条款原文一字不差"
        )
    bad = [str(key) for key, value in data.items() if not _is_strings(value)]
    if bad:
        raise BadSidecar(f"{path.name}：{', '.join(bad)} 下面应是一列问题（字符串）")
    return {str(key): tuple(value) for key, value in data.items()}


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _yaml(path: Path) -> dict[Any, Any]:
    try:
        data: object = parse_yaml(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        place = getattr(error, "problem_mark", None)
        where = f"第 {place.line + 1} 行" if place else ""
        raise BadSidecar(f"{path.name}：{where}不是合法的 UTF-8 YAML，请检查缩进和引号") from error
    if not isinstance(data, dict):
        raise BadSidecar(f"{path.name}：应是“字段: 值”的形式")
    return data


def _fault(item: ErrorDetails) -> str:
    place = ".".join(str(step) for step in item["loc"] if step not in {"ReplaceRule"})
    if item["type"] == "extra_forbidden":
        return f"不认识的字段 {place}"
    return f"{place or '整个文件'} 不对（{item['msg']}）"
