"""The form about one draft: what is known of it and how, and what somebody changed in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from bot.staff.pages import StaffProblem, Visit
from bot.web.interface import Interface
from index.documents import Document
from index.guesses import LEVEL_NAMES
from index.library.draft import Draft
from index.library.sidecars import NOTHING
from index.library.understood import Understood
from index.regions import load_gazetteer

FieldKind = Literal["line", "long", "day", "choice", "list", "year"]
LONGEST = {"line": 200, "long": 2000, "day": 10, "choice": 40, "list": 4000, "year": 4}
NATIONAL = "全国"
SOURCE_KINDS = ("official", "repost", "anonymised")
MAY_BE_NONE = frozenset({"issued", "effective", "expires", "repeals", "number"})
MAIN: Mapping[str, FieldKind] = {
    "title": "line",
    "number": "line",
    "number_note": "line",
    "issuer": "line",
    "region": "line",
    "issued": "day",
    "issued_basis": "line",
    "effective": "day",
    "expires": "day",
    "level": "choice",
    "validity_status": "line",
    "validity_basis": "line",
    "repeals": "list",
    "superseded_by": "line",
}
MORE: Mapping[str, FieldKind] = {
    "document_id": "line",
    "short_title": "line",
    "published": "day",
    "target_year": "year",
    "source_kind": "choice",
    "source_note": "long",
    "completeness": "long",
    "applies_to": "list",
    "aliases": "list",
    "nicknames": "list",
}
ALL: Mapping[str, FieldKind] = {**MAIN, **MORE}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field as the form shows it; ``known`` names how its value is known (a text of ours)."""

    name: str
    kind: FieldKind
    value: str
    known: str
    basis: str
    options: Mapping[str, str]


def field_rows(
    draft: Draft,
    understood: Understood,
    document: Document | None,
    names: Mapping[str, FieldKind],
    words: Interface,
) -> list[FieldRow]:
    """Fields with their values."""
    return [
        FieldRow(
            name,
            kind,
            shown(name, draft, understood, document),
            *_how_known(name, understood),
            options(name, words),
        )
        for name, kind in names.items()
    ]


def shown(name: str, draft: Draft, understood: Understood, document: Document | None) -> str:
    """The value of a field as a person writes it; empty when there is none."""
    if name == "document_id":
        return draft.document_id
    if is_given(name, understood):
        return _written(_given(name, understood))
    guess = understood.guesses.get(name)
    if guess is not None:
        return _written(guess.value)
    if name == "source_kind" and document:
        return document.source_kind
    return ""


def changes(
    visit: Visit, draft: Draft, understood: Understood, document: Document | None
) -> dict[str, object]:
    """Sidecar fields that the form changes; None takes one out. Raises StaffProblem."""
    words = visit.console.texts
    typed = {
        name: _typed(visit, name, kind, words)
        for name, kind in ALL.items()
        if name in visit.form and name in ALL
    }
    changed = {
        name: value
        for name, value in typed.items()
        if value != shown(name, draft, understood, document)
    }
    found = dict(_fields(changed, typed, understood, words))
    if "validity_status" in changed or "validity_basis" in changed:
        found["validity"] = _validity(typed, words)
    return found


def is_given(name: str, understood: Understood) -> bool:
    """Whether a person has said this value."""
    field = "validity" if name.startswith("validity_") else name
    return field in understood.given.model_fields_set


def options(name: str, words: Interface) -> Mapping[str, str]:
    """What a field may be chosen from, value -> name."""
    if name == "level":
        return LEVEL_NAMES
    return {one: words(f"source_kind_{one}") for one in SOURCE_KINDS if name == "source_kind"}


def _given(name: str, understood: Understood) -> Any:  # noqa: ANN401  (fields differ in type)
    if name.startswith("validity_"):
        validity = understood.given.validity
        return getattr(validity, name.removeprefix("validity_")) if validity else ""
    return getattr(understood.given, name)


def _how_known(name: str, understood: Understood) -> tuple[str, str]:
    if name != "document_id" and is_given(name, understood):
        return "known_given", ""
    guess = understood.guesses.get(name)
    if guess is None or (guess.value in (None, "", ()) and guess.confidence == "read"):
        return "", ""
    return f"known_{guess.confidence if guess.value else 'missing'}", guess.basis


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "\n".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value)


def _typed(visit: Visit, name: str, kind: FieldKind, words: Interface) -> str:
    text = visit.text(name).replace("\r\n", "\n")
    if kind == "list":
        text = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    elif kind == "line":
        text = " ".join(text.split())
    if len(text) > LONGEST[kind] or not text.replace("\n", "").isprintable():
        raise _refused(name, words, "field_limit", limit=LONGEST[kind])
    return text


def _fields(
    changed: Mapping[str, str], typed: Mapping[str, str], known: Understood, words: Interface
) -> Iterator[tuple[str, object]]:
    for name, text in changed.items():
        if name.startswith("validity_"):
            continue
        if text:
            yield name, _value(name, text, words)
        elif is_given(name, known) or name not in known.guesses:
            yield name, None
        elif name == "number" and not typed.get("number_note"):
            raise _refused(name, words, "number_needs_note")
        elif name in MAY_BE_NONE:
            yield name, () if name == "repeals" else NOTHING
        else:
            raise _refused(name, words, "field_not_empty")


def _value(name: str, text: str, words: Interface) -> object:
    kind = ALL[name]
    if kind == "list":
        return text.split("\n")
    if kind == "year":
        return int(text) if text.isdecimal() else _raise(_refused(name, words, "year_form"))
    if kind == "choice" and text not in options(name, words):
        raise _refused(name, words, "choice_form")
    if kind == "day":
        return _day(name, text, words)
    return _region(name, text, words) if name == "region" else text


def _day(name: str, text: str, words: Interface) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _refused(name, words, "day_form") from None


def _region(name: str, text: str, words: Interface) -> str:
    """A region as its path: 嘉兴市 is 浙江省/嘉兴市; what has several paths is refused."""
    if text == NATIONAL or "/" in text:
        return text
    found = [mention.regions for mention in load_gazetteer().find(text)]
    if len(found) == 1 and len(found[0]) == 1:
        return str(found[0][0])
    raise _refused(name, words, "region_form")


def _validity(typed: Mapping[str, str], words: Interface) -> object:
    parts = {part: typed.get(f"validity_{part}", "") for part in ("status", "basis")}
    if any(parts.values()) and not all(parts.values()):
        raise _refused("validity_status", words, "validity_form")
    return parts if all(parts.values()) else None


def _refused(name: str, words: Interface, detail: str, **values: object) -> StaffProblem:
    return StaffProblem("bad_field", 422, field=words(f"field_{name}"), detail=detail, **values)


def _raise(problem: StaffProblem) -> object:
    raise problem
