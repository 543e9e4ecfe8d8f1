"""Labelled sentences: what the clauses say, what was written about them, whether it is faithful."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bot.faithful.check import Source
from bot.settings import load_settings
from index.corpus import load_corpus
from index.documents import Document

DATA = Path(__file__).parent.parent / "data"
Row = tuple[Source, str, bool, str]
Labelled = tuple[tuple[Source, ...], str, bool, str]


@cache
def documents() -> dict[str, Document]:
    """The documents of the corpus by id."""
    return {one.id: one for one in load_corpus(load_settings({}).corpus_dir).documents}


def source_of(document: Document, text: str, number: int = 1) -> Source:
    """A clause's text as the language model sees it."""
    issued = document.issued.isoformat() if document.issued else document.issued_basis
    title = document.title
    return Source(number, str(document.region), title, document.number, issued, text)


def read_labelled(path: Path) -> Iterator[Labelled]:
    """Rows of a file: sources in the order of their markers, sentence, faithful, kind.

    Lines that begin with # say where the rows come from and what was first measured on them.
    """
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        row = json.loads(line)
        sources = enumerate(row.get("sources", [row]), start=1)
        cited = tuple(_source(one, number) for number, one in sources)
        yield cited, row["sentence"], row["faithful"], row["kind"]


def read_pairs(path: Path) -> Iterator[Row]:
    """The rows of a file whose sentences rest on one clause."""
    for sources, sentence, faithful, kind in read_labelled(path):
        if len(sources) == 1:
            yield sources[0], sentence, faithful, kind


def _source(row: Mapping[str, Any], number: int) -> Source:
    """The clause of a row: of a document held, or of a law that is described beside it."""
    if "document" in row:
        return source_of(documents()[row["document"]], row["source"], number)
    return Source(number, row["region"], row["title"], None, row["issued"], row["source"])
