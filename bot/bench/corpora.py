"""What the speed is measured on: the documents held, 75 laws beside them, and grown corpora."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bot.settings import Settings
from index.corpus import Corpus, load_corpus, load_document
from index.documents import Clause, Document, Region
from index.embedder import Embedder, Ids, Vectors
from index.errors import CorpusError
from index.lines import map_array, open_lines
from index.passages import passages_of
from index.publish import current_build
from index.regions import load_gazetteer
from index.sidecar import load_sidecar

SEED = 7
# Least squares over 400 grown passages that the model embedded: cosine .960 with their estimates.
# The same sentence under two laws has a cosine of .94 in the model, and so it has here.
SENTENCES, TITLE = 0.95, 0.7
NOISE = 0.05  # length of what tells apart equal sentences of two chapters
DATE = re.compile(r"\(\d{4}-\d\d-\d\d\)")


def load_bench_corpus(settings: Settings, laws: Path | None, clauses: int) -> Corpus:
    """The documents held, with the laws of a folder, grown to at least so many clauses."""
    corpus = load_corpus(settings.corpus_dir)
    if laws is None:
        return corpus
    statutes = load_laws(laws)
    documents = [*corpus.documents, *statutes]
    held = sum(len(document.clauses) for document in documents)
    if held < clauses:
        documents += grow(statutes, clauses - held)
    return Corpus(documents, corpus.asked, corpus.gaps)


def load_laws(folder: Path) -> list[Document]:
    """Every law; one that names no region is taken as national."""
    return [_law(path) for path in sorted(folder.glob("*.md"))]


def grow(statutes: Sequence[Document], clauses: int) -> list[Document]:
    """Documents of real sentences: laws whose clauses hold sentences of any of the laws.

    A clause has as many as the one that it stands for, so there are as many passages as in laws.
    Each applies to another city in turn, so that narrowing by region is real.
    """
    lines = sentence_lines(statutes)
    dice = random.Random(SEED)
    cities = cycle(_cities())
    grown: list[Document] = []
    for number, pattern in enumerate(cycle(statutes)):
        if clauses <= 0:
            return grown
        grown.append(_recombined(pattern, f"grown-{number:05}", next(cities), (lines, dice)))
        clauses -= len(grown[-1].clauses)
    raise AssertionError("cycle never ends")


def sentence_lines(documents: Sequence[Document]) -> list[str]:
    """The runs of sentences that are embedded, without headings, once each."""
    runs = {
        body_of(passage.text): None
        for document in documents
        for passage in passages_of(document, {})
        if "\n" not in body_of(passage.text)
    }
    return list(runs)


def sentence_vectors(index_dir: Path) -> dict[str, Vectors]:
    """The vector of every one-line passage of a published index, by its text without headings."""
    folder = current_build(index_dir)
    rows = open_lines(folder / "passages.jsonl")
    vectors = map_array(folder / "vectors.npy")
    bodies = (body_of(rows[row]["text"]) for row in range(len(rows)))
    return {body: np.array(vectors[row]) for row, body in enumerate(bodies) if "\n" not in body}


def body_of(text: str) -> str:
    """The text of a passage without title and headings."""
    return text.partition("\n")[2]


def changed(documents: Sequence[Document]) -> list[Document]:
    """The same with one document under another short title: every passage of it is new."""
    first = documents[0]
    return [replace(first, short_title=f"{first.short_title}修订"), *documents[1:]]


class RecombiningEmbedder(Embedder):
    """Vectors of grown passages, made from those of their sentences instead of by the model.

    A passage whose lines are all known gets their mean, moved as far as the title of its document
    lies from that of most, with a little noise; any other goes through the model. Only so can
    100,000 clauses be had in minutes; the time of embedding is measured on real text.
    """

    def __init__(
        self, embedder: Embedder, known: Mapping[str, Vectors], titles: Sequence[str]
    ) -> None:
        """``titles`` are of the laws that were grown."""
        self.identity = embedder.identity
        self.dimensions = embedder.dimensions
        self._embedder = embedder
        self._known = known
        self._centre = embedder.embed_documents_array(titles).mean(axis=0)
        self._titles: dict[str, Vectors] = {}

    def embed_query_array(self, texts: Sequence[str]) -> Vectors:
        """By the model."""
        return self._embedder.embed_query_array(texts)

    def subwords(self, text: str) -> Ids:
        """By the model."""
        return self._embedder.subwords(text)

    def subword_vectors(self, ids: Ids) -> Vectors:
        """By the model."""
        return self._embedder.subword_vectors(ids)

    def embed_documents_array(self, texts: Sequence[str]) -> Vectors:
        """From known lines where possible."""
        found = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        unknown = []
        for place, text in enumerate(texts):
            lines = body_of(text).split("\n")
            if all(line in self._known for line in lines):
                found[place] = self._estimate(text, lines)
            else:
                unknown.append(place)
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-9)
        if unknown:
            found[unknown] = self._embedder.embed_documents_array([texts[at] for at in unknown])
        return found

    def _estimate(self, text: str, lines: Sequence[str]) -> Vectors:
        mean = np.mean([self._known[line] for line in lines], axis=0)
        title = text.partition("\n")[0].partition(" ")[0]
        if title not in self._titles:
            self._titles[title] = self._embedder.embed_documents_array([title])[0] - self._centre
        moved = SENTENCES * mean / np.linalg.norm(mean) + TITLE * self._titles[title]
        return np.asarray(moved + _noise(text, self.dimensions))


def _noise(text: str, dimensions: int) -> Vectors:
    seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
    drawn = np.random.default_rng(seed).standard_normal(dimensions, dtype=np.float32)
    return np.asarray(NOISE * drawn / np.linalg.norm(drawn), dtype=np.float32)


def _law(path: Path) -> Document:
    sidecar = path.with_suffix(".yaml")
    try:
        return load_document(path, sidecar)
    except CorpusError:
        if load_sidecar(sidecar).region:
            raise
    return _national(path)


def _national(path: Path) -> Document:
    """Read a law under a sidecar that says 全国."""
    with TemporaryDirectory() as folder:
        sidecar = Path(folder) / "national.yaml"
        sidecar.write_text("region: 全国\n", encoding="utf-8")
        return load_document(path, sidecar)


def _cities() -> list[Region]:
    return sorted(region for region in load_gazetteer().tables.forms if len(region.path) == 2)


def _recombined(
    pattern: Document, name: str, city: Region, source: tuple[Sequence[str], random.Random]
) -> Document:
    clauses = tuple(_clauses(pattern, name, source))
    title = f"{city.name}{DATE.sub('', pattern.title)}"
    return replace(
        pattern,
        id=name,
        title=title,
        short_title=title,
        region=city,
        text="".join(clause.text for clause in clauses),
        clauses=clauses,
        offsets=(),
        findings=(),
        repairs=(),
    )


def _clauses(
    pattern: Document, name: str, source: tuple[Sequence[str], random.Random]
) -> Iterator[Clause]:
    lines, dice = source
    runs = Counter(one.clause_id for one in passages_of(pattern, {}) if one.kind == "sentences")
    at = 0
    for clause in pattern.clauses:
        text = "\n".join(dice.choices(lines, k=runs[clause.id] or 1)) + "\n"
        yield replace(
            clause,
            document_id=name,
            heading="",
            start=at,
            end=at + len(text),
            text=text,
            parts=(),
        )
        at += len(text)
