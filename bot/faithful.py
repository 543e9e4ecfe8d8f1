"""Does a sentence say only what the clauses that it cites say? Nothing else may be shown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.grounds import Source, Verdict
from index.numbers import numbers_in
from index.words import normalise

__all__ = ["Source", "Verdict", "check"]

_MARKER = re.compile(r"〔(\d{1,3})〕")


def check(sentence: str, sources: Sequence[Source]) -> Verdict:
    """The verdict on one whole sentence of an answer, with its markers."""
    markers = [int(one) for one in _MARKER.findall(sentence)]
    known = {source.number: source for source in sources}
    if not markers:
        return Verdict(passed=False, claim=True, faults=("marker:none",))
    unknown = tuple(f"marker:{one}" for one in markers if one not in known)
    cited = [known[one] for one in dict.fromkeys(markers) if one in known]
    held = {n for one in cited for n in numbers_in(normalise(one.text))}
    said = numbers_in(normalise(_MARKER.sub("", sentence)))
    faults = unknown + tuple(f"number:{one}" for one in said if one not in held)
    return Verdict(passed=not faults, claim=True, faults=faults)
