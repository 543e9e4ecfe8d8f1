"""What a build writes beside its vectors: documents, passages, number tables, keywords."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.asked import questions_of
from index.before import DIGESTS, Before, Rows
from index.codec import encode_document, fields_of
from index.documents import Document
from index.keywords import count_tokens, save_keywords, weigh
from index.lines import Stretch, map_array, stretch_of, to_line, write_stretches
from index.planning import Part, Plan, Rowed
from index.postings import Counted, carry_over, renumber, turn_over

COUNTED = "tokens"  # folder of what the next build takes over, beside the keywords
HEADING_TIMES = 2  # a heading's words count twice


def write_tables(folder: Path, plan: Plan, rows: Rowed) -> None:
    """Everything but vectors, the bank and the manifest."""
    write_stretches(folder / "documents.jsonl", _document_lines(plan))
    write_stretches(folder / "passages.jsonl", _passage_lines(plan))
    np.save(folder / DIGESTS, rows.table.digests)
    np.save(folder / "digest_keys.npy", rows.table.keys)
    np.save(folder / "digest_rows.npy", rows.table.rows)
    np.save(folder / "kinds.npy", rows.kinds)
    np.save(folder / "clause_starts.npy", _starts([len(p.document.clauses) for p in plan.parts]))
    np.save(folder / "passage_starts.npy", _starts(rows.counts))
    counted = _counted(plan)
    save_keywords(weigh(counted), folder / "keywords")
    _write_counted(counted, folder / COUNTED)


def _document_lines(plan: Plan) -> Iterator[Stretch]:
    for part in plan.parts:
        if plan.before and part.place is not None:
            yield plan.before.documents.stretch(slice(part.place, part.place + 1))
        else:
            yield stretch_of([to_line(encode_document(part.document))])


def _passage_lines(plan: Plan) -> Iterator[Stretch]:
    for part in plan.parts:
        if plan.before and part.place is not None:
            yield plan.before.passages.stretch(plan.before.passages_of(part.place))
        else:
            yield stretch_of([to_line(fields_of(one)) for one in part.passages])


def _counted(plan: Plan) -> Counted:
    """The tokens of every clause; only those of changed documents are cut anew."""
    before = plan.before
    kept = any(part.place is not None for part in plan.parts)
    fields = (
        clause
        for part in plan.parts
        if part.place is None
        for clause in _fields(part, plan.asked.get(part.document.id, {}))
    )
    fresh = turn_over(count_tokens(fields))
    if before is None or not kept:
        return fresh
    places = renumber(
        [
            (
                len(part.document.clauses),
                None if part.place is None else before.clauses_of(part.place),
            )
            for part in plan.parts
        ]
    )
    return carry_over(_read_counted(before), fresh, places)


def _fields(part: Part, asked: Mapping[str, Sequence[str]]) -> Iterator[list[tuple[str, int]]]:
    """What the keyword side knows of each clause, and how often it counts."""
    document: Document = part.document
    for clause in document.clauses:
        headings = (" ".join(clause.path), HEADING_TIMES)
        questions = ("\n".join(one.text for one in questions_of(asked, clause)), 1)
        yield [(clause.text, 1), (document.short_title, 1), headings, questions]


def _write_counted(counted: Counted, folder: Path) -> None:
    """What cannot be had from the keywords: how often each token is in each clause, and lengths."""
    folder.mkdir()
    small = np.min_scalar_type(int(counted.counts.max(initial=0)))
    np.save(folder / "counts.npy", counted.counts.astype(small))
    np.save(folder / "lengths.npy", counted.lengths)


def _read_counted(before: Before) -> Counted:
    arrays = {
        name: map_array(before.folder / "keywords" / f"{name}.npy")
        for name in ("terms", "indptr", "clauses")
    }
    own = {
        name: map_array(before.folder / COUNTED / f"{name}.npy") for name in ("counts", "lengths")
    }
    return Counted(**arrays, **own)


def _starts(counts: Sequence[int] | Rows) -> Rows:
    return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
