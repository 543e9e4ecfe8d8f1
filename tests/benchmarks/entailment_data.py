"""Pairs for the encoder that compares sentences with clauses (train_entailment.py).

``entailment.pairs.jsonl`` holds, clause by clause, sentences that the clause supports and sentences
that are wrong in one thing, most of them twins of those. Beside them stand the labelled sentences
that the rules were made with. Files that are only measured are never read.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.faithful.check import MARKER
from bot.faithful.grounds import Source
from bot.settings import load_settings
from tests.benchmarks.decision_rows import with_laws
from tests.benchmarks.fit_faithful import FILES
from tests.benchmarks.labelled import DATA, read_pairs, source_of

PAIRS = Path(__file__).parent / "entailment.pairs.jsonl"
TRAIN, FIT = "train", "fit"


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence without markers, the clause it is about, and whether that supports it."""

    source: Source
    sentence: str
    faithful: bool
    kind: str


def load_claims(use: str) -> list[list[Claim]]:
    """The written pairs of one use, clause by clause; their clauses are in the public data."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = with_laws(load_settings().corpus_dir, Path(folder) / "corpus")
    sources = {
        one.id: source_of(held, one.text) for held in corpus.documents for one in held.clauses
    }
    rows = (json.loads(line) for line in _lines(PAIRS))
    return [
        [
            *(Claim(sources[row["clause"]], text, True, "plain") for text in row["faithful"]),
            *(Claim(sources[row["clause"]], text, False, kind) for kind, text in row["distorted"]),
        ]
        for row in rows
        if row["use"] == use
    ]


def load_labelled() -> list[list[Claim]]:
    """The labelled sentences that the rules were made with, clause by clause."""
    groups: dict[str, list[Claim]] = {}
    for name in FILES:
        for source, sentence, faithful, kind in read_pairs(DATA / name):
            claim = Claim(source, MARKER.sub("", sentence), faithful, kind)
            groups.setdefault(f"{name} {source.text[:30]}", []).append(claim)
    return list(groups.values())


def _lines(path: Path) -> Iterator[str]:
    """Lines that begin with # say where the rows come from."""
    return (one for one in path.read_text("utf-8").splitlines() if not one.startswith("#"))
