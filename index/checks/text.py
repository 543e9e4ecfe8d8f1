"""Everything that is looked at in the text of one document."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.checks.balance import balance
from index.checks.contents import contents
from index.checks.figures import figures
from index.checks.garbled import garbled
from index.checks.kinds import Spot, shortened
from index.checks.sentences import ending, sentences
from index.checks.sequence import sequence
from index.checks.wording import wording
from index.documents import Clause

TEXT_CHECKS: tuple[Callable[[str, Sequence[Clause]], Iterator[Spot]], ...] = (
    sequence,
    wording,
    garbled,
    figures,
    balance,
    sentences,
    ending,
    contents,
)


def text_spots(text: str, clauses: Sequence[Clause]) -> list[Spot]:
    """Every suspicious place in order; of two in the same place the first check's stays."""
    found: list[Spot] = []
    for check in TEXT_CHECKS:
        taken = {(spot.start, spot.end) for spot in found}
        found += [
            replace(spot, detail=shortened(spot.detail))
            for spot in check(text, clauses)
            if (spot.start, spot.end) not in taken
        ]
    return sorted(found, key=lambda spot: (spot.start, spot.kind))
