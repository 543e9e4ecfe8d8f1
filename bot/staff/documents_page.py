"""文件: the documents held, filtered, with what is known of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.responses import Response

from bot.staff.pages import NAVIGATION, Editor, staff_page
from bot.staff.workshop import workshop_of
from index.documents import Document
from index.guesses import LEVEL_NAMES
from index.versions import family_of, version_day

PATH = NAVIGATION["documents"]
LONGEST_FILTER = 100
VERSIONS = ("current", "superseded", "several")
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """What to show; empty: everything."""

    words: str = ""
    region: str = ""
    level: str = ""
    validity: str = ""
    version: str = ""

    @classmethod
    def of(cls, given: QueryParams) -> DocumentFilter:
        """The filter in an address."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: given.get(name, "").strip()[:LONGEST_FILTER] for name in names})


def family(document: Document) -> str:
    """What its versions share."""
    return document.family or family_of(document)


def families(documents: Iterable[Document]) -> dict[str, list[Document]]:
    """The versions of each policy, the newest first."""
    found: dict[str, list[Document]] = {}
    for one in documents:
        found.setdefault(family(one), []).append(one)
    for versions in found.values():
        versions.sort(key=lambda one: (str(version_day(one) or ""), one.id), reverse=True)
    return found


def fits(
    document: Document, wanted: DocumentFilter, versions: Mapping[str, list[Document]]
) -> bool:
    """Whether a document is one of those wanted."""
    named = f"{document.title} {document.number or ''} {document.issuer} {document.id}"
    return (
        wanted.words.casefold() in named.casefold()
        and wanted.region in {"", str(document.region)}
        and wanted.level in {"", document.level}
        and wanted.validity in {"", document.validity.status}
        and {
            "current": not document.superseded_by,
            "superseded": bool(document.superseded_by),
            "several": len(versions[family(document)]) > 1,
        }.get(wanted.version, True)
    )


@router.get(PATH)
def documents_page(visit: Editor) -> Response:
    """The documents that match, by region and title."""
    held = list(workshop_of(visit).held().values())
    wanted, versions = DocumentFilter.of(visit.request.query_params), families(held)
    found = [one for one in held if fits(one, wanted, versions)]
    context = {
        "wanted": wanted,
        "documents": sorted(found, key=lambda one: (str(one.region), one.title, one.id)),
        "held": len(held),
        "versions": {one.id: len(versions[family(one)]) for one in held},
        "regions": sorted({str(one.region) for one in held}),
        "levels": {key: name for key, name in LEVEL_NAMES.items() if _any(held, "level", key)},
        "validities": sorted({one.validity.status for one in held}),
        "level_names": LEVEL_NAMES,
        "version_names": VERSIONS,
        "path": PATH,
    }
    return staff_page(visit.request, "documents.html", context)


def _any(held: Iterable[Document], name: str, value: str) -> bool:
    return any(getattr(one, name) == value for one in held)
