"""Documents and passages of a build, decoded when they are first needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from index.codec import decode_document
from index.documents import Document, Passage
from index.lines import JsonLines

DECODED = 20_000  # passages kept decoded


class Documents(Mapping[str, Document]):
    """Documents by id, each decoded when it is first needed."""

    def __init__(self, lines: JsonLines, ids: Sequence[str]) -> None:
        self._lines = lines
        self._rows = {document_id: row for row, document_id in enumerate(ids)}
        self._decoded: dict[str, Document] = {}

    def __getitem__(self, document_id: str) -> Document:
        found = self._decoded.get(document_id)
        if found is None:
            found = decode_document(self._lines[self._rows[document_id]])
            self._decoded[document_id] = found
        return found

    def row_of(self, document_id: str) -> int:
        """The place of a document in the corpus; raises KeyError."""
        return self._rows[document_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class Passages:
    """Passages by number; those that were needed lately stay decoded."""

    def __init__(self, lines: JsonLines) -> None:
        self._lines = lines
        self._decoded: dict[int, Passage] = {}

    def __getitem__(self, row: int) -> Passage:
        found = self._decoded.get(row)
        if found is None:
            found = Passage(**self._lines[row])
            if len(self._decoded) >= DECODED:
                self._decoded.clear()
            self._decoded[row] = found
        return found

    def __len__(self) -> int:
        return len(self._lines)
