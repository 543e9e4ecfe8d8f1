"""What was understood of a draft, value by value: what a person gave, or how the text says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from index.clauses import parse_clauses
from index.cleaner import clean
from index.errors import CorpusError
from index.guesses import Guess
from index.jurisdiction import guess_region
from index.library.draft import Draft
from index.metadata import extract_metadata
from index.reader import read_file
from index.repairs import apply_repairs
from index.sidecar import Sidecar, load_sidecar


@dataclass(frozen=True, slots=True)
class Understood:
    """The canonical text, what a person gave, and what the text itself says of each value."""

    text: str
    given: Sidecar
    guesses: Mapping[str, Guess[Any]]


def understood(draft: Draft) -> Understood:
    """Also of a draft that is no document yet; raises CorpusError when it cannot be read."""
    raw, given = read_file(draft.source), load_sidecar(draft.sidecar)
    cleaned = clean(raw.text)
    try:
        mapped, _ = apply_repairs(draft.source.stem, cleaned.mapped, given.repairs)
    except CorpusError:  # the look at the draft tells of it
        mapped = cleaned.mapped
    clauses = parse_clauses(draft.document_id, mapped.text)
    extracted = extract_metadata(clauses, cleaned.dropped, draft.source.stem)
    guesses = {guess.name: guess for guess in extracted.guesses}
    region = guess_region(given.title or extracted.title or "", extracted, mapped.text)
    if region:
        guesses["region"] = region
    return Understood(mapped.text, given, guesses)
