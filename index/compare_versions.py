"""新旧对照: two versions of a policy, clause by clause, with what was taken out and put in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

import numpy as np
import rjieba
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from index.documents import Clause, Document
from index.numbering import mark_at

RowKind = Literal["same", "changed", "moved", "added", "removed"]
Span = tuple[int, int]
Likeness = NDArray[np.float32]

LEAST_ALIKE = 50.0  # of 100: below, two clauses are not one clause in two versions …
UNDER_ONE_NUMBER = 30.0  # … but for a clause written anew under its old number
ALIKE_ELSEWHERE = 70.0  # for clauses that changed places as well as words
LEFT_OUT = frozenset({"note"})  # the history under the title differs in every version


@dataclass(frozen=True, slots=True)
class Row:
    """A clause in both versions, or in one. Spans are character offsets into its ``text``.

    ``changed``: other words, perhaps under another number; ``moved``: the same words under another
    number or in another place.
    """

    old: Clause | None
    new: Clause | None
    kind: RowKind
    deleted: tuple[Span, ...] = ()
    inserted: tuple[Span, ...] = ()

    @property
    def is_renumbered(self) -> bool:
        """Whether both versions have the clause, under different addresses."""
        return bool(self.old and self.new and self.old.address != self.new.address)


def compare_versions(old: Document, new: Document) -> tuple[Row, ...]:
    """A row for each clause of the new version, with the removed ones where they stood."""
    before, after = _compared(old), _compared(new)
    pairs = _aligned(_likeness(before, after))
    places = {at: here for here, at in pairs.items()}
    in_order = _longest_rising(list(places.items()))
    rows: list[Row] = []
    written = 0  # of the old clauses, those up to here have their row
    for at, clause in enumerate(after):
        here = places.get(at)
        if here is not None and at in in_order:
            rows += [Row(one, None, "removed") for one in _gone(before, pairs, written, here)]
            written = here + 1
        rows.append(_row(None if here is None else before[here], clause, at in in_order))
    rows += [Row(one, None, "removed") for one in _gone(before, pairs, written, len(before))]
    return tuple(rows)


def count_kinds(rows: Sequence[Row]) -> dict[RowKind, int]:
    """How many rows there are of each kind."""
    return dict(Counter(row.kind for row in rows))


def changed_spans(old: str, new: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Word by word: what of the old text is gone, what of the new text is new; blanks aside."""
    before: list[str] = rjieba.cut(old, False)
    after: list[str] = rjieba.cut(new, False)
    old_starts, new_starts = _starts(before), _starts(after)
    deleted: list[Span] = []
    inserted: list[Span] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag in {"delete", "replace"} and any(map(str.strip, before[a:b])):
            deleted.append((old_starts[a], old_starts[b]))
        if tag in {"insert", "replace"} and any(map(str.strip, after[c:d])):
            inserted.append((new_starts[c], new_starts[d]))
    return tuple(deleted), tuple(inserted)


def _compared(document: Document) -> list[Clause]:
    return [clause for clause in document.clauses if clause.kind not in LEFT_OUT]


def _body_start(text: str) -> int:
    """Where the words after the number begin."""
    mark = mark_at(text, 0)
    start = mark.end if mark else 0
    return start + len(text[start:]) - len(text[start:].lstrip())


def _body(clause: Clause) -> str:
    return clause.text[_body_start(clause.text) :].rstrip()


def _likeness(before: Sequence[Clause], after: Sequence[Clause]) -> Likeness:
    """How alike clauses are, 0 to 100; 0 where they cannot be one clause in two versions."""
    found: Likeness = process.cdist(
        [_body(one) for one in before],
        [_body(one) for one in after],
        scorer=fuzz.ratio,
        score_cutoff=UNDER_ONE_NUMBER,
        dtype=np.float32,
    ).reshape(len(before), len(after))
    for here, old in enumerate(before):
        for at, new in enumerate(after):
            if old.kind != new.kind or (found[here, at] < LEAST_ALIKE and old.key != new.key):
                found[here, at] = 0
    return found


def _aligned(likeness: Likeness) -> dict[int, int]:
    """Old place -> new place: the best pairs in order, then the alike that changed places."""
    pairs = dict(_best_in_order(likeness))
    rest = likeness.copy()
    rest[list(pairs), :] = 0
    rest[:, list(pairs.values())] = 0
    while rest.size and rest.max() >= ALIKE_ELSEWHERE:
        here, at = divmod(int(rest.argmax()), rest.shape[1])
        pairs[here] = at
        rest[here, :] = 0
        rest[:, at] = 0
    return pairs


def _best_in_order(likeness: Likeness) -> Iterator[tuple[int, int]]:
    """Pairs that keep the order of both sides and are most alike in sum."""
    height, width = likeness.shape
    best = np.zeros((height + 1, width + 1), dtype=np.float64)
    for here in range(height - 1, -1, -1):
        diagonal = likeness[here] + best[here + 1, 1:]
        row = np.maximum(diagonal, best[here + 1, :-1])
        best[here, :-1] = np.maximum.accumulate(row[::-1])[::-1]
    here = at = 0
    while here < height and at < width:
        if best[here, at] == best[here, at + 1]:
            at += 1
        elif best[here, at] == best[here + 1, at]:
            here += 1
        else:
            yield here, at
            here, at = here + 1, at + 1


def _longest_rising(pairs: Sequence[tuple[int, int]]) -> set[int]:
    """The new places of the most pairs (new, old), sorted by new, whose old places rise too."""
    chains: list[tuple[int, list[int]]] = [(-1, [])]
    for at, here in sorted(pairs):
        longest = max((chain for end, chain in chains if end < here), key=len)
        chains.append((here, [*longest, at]))
    longest = max((chain for _, chain in chains), key=len)
    return set(longest)


def _gone(
    before: Sequence[Clause], pairs: dict[int, int], start: int, stop: int
) -> Iterator[Clause]:
    return (before[here] for here in range(start, stop) if here not in pairs)


def _row(old: Clause | None, new: Clause, is_in_order: bool) -> Row:
    if old is None:
        return Row(None, new, "added")
    starts = (_body_start(old.text), _body_start(new.text))
    bodies = (_body(old), _body(new))
    if _without_blanks(bodies[0]) == _without_blanks(bodies[1]):
        kept = is_in_order and old.address == new.address
        return Row(old, new, "same" if kept else "moved")
    deleted, inserted = changed_spans(*bodies)
    return Row(old, new, "changed", _shifted(deleted, starts[0]), _shifted(inserted, starts[1]))


def _without_blanks(text: str) -> str:
    return "".join(text.split())


def _shifted(spans: Sequence[Span], by: int) -> tuple[Span, ...]:
    return tuple((start + by, end + by) for start, end in spans)


def _starts(words: Sequence[str]) -> list[int]:
    """Where each word begins, and where the last one ends."""
    starts = [0]
    for word in words:
        starts.append(starts[-1] + len(word))
    return starts
