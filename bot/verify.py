"""Nothing unverified leaves: every quote at its offsets, every number in a cited source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from bot.conversation import Answer, Citation
from index.errors import WenceError

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_MARKER = re.compile(r"〔(\d{1,3})〕")


def is_verbatim(citation: Citation) -> bool:
    """Whether every quote equals the canonical text at its offsets, inside its clause."""
    text, clause = citation.document.text, citation.clause
    return bool(citation.quotes) and all(
        text[quote.start : quote.end] == quote.text
        and clause.start <= quote.start < quote.end <= clause.end
        for quote in citation.quotes
    )


def unsupported_numbers(text: str, citations: Iterable[Citation]) -> tuple[str, ...]:
    """Numbers of an answer that stand in no cited clause and in no fact about its document."""
    known: set[str] = set()
    for citation in citations:
        document = citation.document
        facts = (
            citation.clause.text,
            citation.clause.address,
            document.title,
            document.number or "",
            document.validity.basis,
            document.issued.isoformat() if document.issued else document.issued_basis,
            str(document.target_year or ""),
        )
        known.update(number for fact in facts for number in _NUMBER.findall(fact))
    known.update(str(int(number)) for number in list(known) if number.isdigit())
    found = _NUMBER.findall(_MARKER.sub("", text))
    return tuple(number for number in found if number not in known)


def unknown_markers(text: str, citations: Sequence[Citation]) -> tuple[str, ...]:
    """Markers 〔n〕 that no citation has."""
    issued = {str(citation.n) for citation in citations}
    return tuple(number for number in _MARKER.findall(text) if number not in issued)


class Unverified(WenceError):
    """An answer does not hold; it never leaves."""


def require_verified(answer: Answer) -> None:
    """Raises Unverified, naming what does not hold."""
    faults = [
        f"quote of {citation.clause.id}"
        for citation in (*answer.citations, *answer.related)
        if not is_verbatim(citation)
    ]
    faults += [f"number {one}" for one in unsupported_numbers(answer.text, answer.citations)]
    faults += [f"marker {one}" for one in unknown_markers(answer.text, answer.citations)]
    if faults:
        raise Unverified("、".join(faults))
