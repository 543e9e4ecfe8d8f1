"""Question -> ranked hits: vectors and keywords searched, fused, folded to clauses."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from time import monotonic, perf_counter

import numpy as np

from index.documents import Document, Hit, Region
from index.embedder import Embedder
from index.errors import IndexCorrupt, IndexUnusable
from index.publish import REBUILD, current_build, pointer_state
from index.ranking import REJECTED_KEPT, Need, rank
from index.scope import find_scope
from index.snapshot import Snapshot
from index.static_match import Subwords
from index.store import Vectors
from index.tokens import weighted_tokens

RETRY = 5.0  # seconds until a build that could not be opened is tried again
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for, and where.

    ``terms`` are weighted texts for the keyword side (synonyms weigh less than 1); without
    any, the text itself. ``regions`` and ``documents`` narrow the search; None is everywhere.
    ``vector`` spares a second embedding when the same text is searched again.
    """

    text: str
    terms: tuple[tuple[str, float], ...] = ()
    regions: tuple[Region, ...] | None = None
    documents: tuple[str, ...] | None = None
    limit: int = 10
    vector: Vectors | None = field(default=None, compare=False, repr=False)

    @property
    def tokens(self) -> dict[str, float]:
        """Keyword tokens with their weights."""
        return weighted_tokens(self.terms or ((self.text, 1.0),))


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Hits, best first; what came near but is not among them, with the reason; timings."""

    hits: tuple[Hit, ...]
    rejected: tuple[Hit, ...]
    timings_ms: Mapping[str, float]


class Searcher:
    """The published index, open for questions; safe to share between threads."""

    def __init__(self, index_dir: Path, embedder: Embedder, build: Path | None = None) -> None:
        self._index_dir = index_dir
        self._embedder = embedder
        self._fixed = build
        self._opening = threading.Lock()
        self._again = 0.0  # when a build that could not be opened is tried again
        self._state = pointer_state(index_dir)
        self._snapshot = self._open()
        self._retired: Snapshot | None = None

    @classmethod
    def open(cls, index_dir: Path, embedder: Embedder, build: Path | None = None) -> Searcher:
        """Open what CURRENT names; raises IndexMissing or IndexCorrupt, saying what to do.

        With ``build``, the folder of a prepared build: that one, whatever is published.
        """
        return cls(index_dir, embedder, build)

    @property
    def snapshot(self) -> Snapshot:
        """The build that answers at this moment."""
        return self._snapshot

    @property
    def documents(self) -> Mapping[str, Document]:
        """Documents by id."""
        return self._snapshot.documents

    def embed(self, text: str) -> Vectors:
        """The vector of a question, shape (dimensions,)."""
        vector: Vectors = self.embed_all([text])[0]
        return vector

    def embed_all(self, texts: Sequence[str]) -> Vectors:
        """The vectors of questions, shape (texts, dimensions)."""
        return np.asarray(self._embedder.embed_query_array(texts), dtype=np.float32)

    def subwords(self, text: str) -> Subwords:
        """The distinct subwords of a question, with what the model knows of them."""
        ids = self._embedder.subwords(text)
        return Subwords(ids, self._embedder.subword_vectors(ids))

    def reopen_if_published(self) -> bool:
        """Follow CURRENT; costs one stat call when nothing was published.

        While the new build cannot be opened the old one answers on: its files are held open.
        """
        if self._fixed or self._follows():
            return False
        with self._opening:
            if self._follows():
                return False
            state = pointer_state(self._index_dir)
            try:
                opened = self._open()
            except (IndexUnusable, OSError) as error:
                logger.error("the published index cannot be opened, the old one answers: %s", error)
                self._again = monotonic() + RETRY
                return False
            # A search may still be running on the last build: it is closed one build later.
            if self._retired:
                self._retired.store.close()
            self._retired, self._snapshot, self._state = self._snapshot, opened, state
        return True

    def _follows(self) -> bool:
        """Whether what is published is open, or could not be opened a moment ago."""
        return pointer_state(self._index_dir) == self._state or monotonic() < self._again

    def search(self, query: Query) -> SearchResult:
        """The best clauses for the question; raises IndexCorrupt when the store fails.

        What one turn of a conversation searches for goes to :func:`index.ranking.rank` together.
        """
        snapshot = self._snapshot
        marks = [perf_counter()]
        vector = self.embed(query.text) if query.vector is None else query.vector
        marks.append(perf_counter())
        need = Need(vector, query.tokens, len(query.text), self.subwords(query.text))
        marks.append(perf_counter())
        [ranking] = rank(snapshot, [need])
        marks.append(perf_counter())
        documents = find_scope(snapshot, query.regions, query.documents)
        hits, rejected = ranking.hits(documents, query.limit, REJECTED_KEPT)
        elsewhere = ranking.elsewhere(documents)
        marks.append(perf_counter())
        return SearchResult(hits, (*rejected, *elsewhere), _timings(marks))

    def _open(self) -> Snapshot:
        snapshot = Snapshot.open(self._fixed or current_build(self._index_dir))
        if snapshot.manifest.get("embedder") != self._embedder.identity:
            snapshot.store.close()
            raise IndexCorrupt(f"索引是用另一个向量模型建立的，{REBUILD}")
        return snapshot


def _timings(marks: list[float]) -> dict[str, float]:
    names = ("embed", "tokens", "compare", "select")
    spans = [(end - start) * 1000 for start, end in pairwise(marks)]
    return dict(zip(names, spans, strict=True))
