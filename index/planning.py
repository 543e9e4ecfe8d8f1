"""What a build is to hold and what is there already: documents, passages, the vectors known."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from index.asked import is_key
from index.bank_files import BankTexts, bank_texts
from index.before import Before, Rows
from index.corpus import Asked, Corpus
from index.digests import Digests, DigestTable, pack_digests
from index.documents import Document, Passage
from index.embedder import Embedder
from index.errors import BadSidecar
from index.lines import map_array, to_line
from index.passages import passages_of
from index.publish import FORMAT, unfinished_builds
from index.snapshot import KINDS
from index.vectors import KnownVectors, keep_vectors, kept_path, learn_log, log_path
from index.words import DATA

CODE = (
    "asked.py",
    "passages.py",
    "tokens.py",
    "keywords.py",
    "codec.py",
    "bank_files.py",
    "word_odds.py",
)

Stretch = tuple[slice, slice]  # rows of this build, and of the one before


@dataclass(frozen=True, slots=True)
class Part:
    """A document of a build: its ``place`` in the served build when it is the same there.

    Otherwise its ``passages``.
    """

    document: Document
    digest: str
    place: int | None
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be built, and what is there already."""

    parts: tuple[Part, ...]
    asked: Asked
    bank: BankTexts
    bank_digest: str
    digest: str
    model: str
    before: Before | None

    @property
    def has_old_bank(self) -> bool:
        """Whether the served build has the same questions in the same places."""
        return self.before is not None and self.before.bank_digest == self.bank_digest

    @property
    def questions(self) -> list[str]:
        """The digest of every question of the bank, as a passage of this text would have it."""
        return [blake2b(one.encode(), digest_size=16).hexdigest() for one in self.bank.texts]


@dataclass(frozen=True, slots=True)
class Rowed:
    """The passages of a build by row: ``fresh`` ones, and ``kept`` stretches (here, before).

    ``kinds`` (rows,), ``counts`` (clauses,): passages of each; ``left`` are those that the served
    build has of documents that are changed or gone.
    """

    table: DigestTable
    kinds: NDArray[np.int8]
    counts: Rows
    kept: tuple[Stretch, ...]
    fresh: Mapping[int, Passage]
    left: tuple[Passage, ...]


def plan_of(corpus: Corpus, embedder: Embedder, index_dir: Path) -> Plan:
    """The documents in order, and which of them the served build holds; raises BadSidecar."""
    documents = sorted(corpus.documents, key=lambda document: document.id)
    before = Before.open(index_dir)
    parts = []
    for document in documents:
        asked = corpus.asked.get(document.id, {})
        _check(document, asked)
        digest = _document_digest(document, asked, embedder)
        place = before.places.get((document.id, digest)) if before else None
        passages = () if place is not None else tuple(passages_of(document, asked))
        parts.append(Part(document, digest, place, passages))
    bank = bank_texts(documents, corpus.asked, corpus.gaps)
    questions = _bank_digest(bank, embedder)
    whole = "\n".join([f"{FORMAT} {questions}", *(part.digest for part in parts)])
    digest = blake2b(whole.encode(), digest_size=16).hexdigest()
    return Plan(tuple(parts), corpus.asked, bank, questions, digest, embedder.identity, before)


def rows_of(plan: Plan) -> Rowed:
    """The passages of all documents, one behind the other."""
    digests: list[Digests] = [pack_digests(())]
    kinds: list[NDArray[np.int8]] = [np.empty(0, np.int8)]
    counts: list[Rows] = [np.empty(0, np.int64)]
    kept: list[Stretch] = []
    fresh: dict[int, Passage] = {}
    row = 0
    for part in plan.parts:
        if plan.before and part.place is not None:
            old = plan.before.passages_of(part.place)
            digests.append(plan.before.digests[old])
            kinds.append(plan.before.kinds[old])
            counts.append(plan.before.counts_of(part.place))
            kept.append((slice(row, row + old.stop - old.start), old))
        else:
            digests.append(pack_digests(one.digest for one in part.passages))
            kinds.append(np.array([KINDS.index(one.kind) for one in part.passages], np.int8))
            counts.append(_counts(part))
            fresh |= dict(enumerate(part.passages, start=row))
        row += len(digests[-1])
    return Rowed(
        table=DigestTable.of(np.concatenate(digests)),
        kinds=np.concatenate(kinds),
        counts=np.concatenate(counts),
        kept=tuple(_joined(kept)),
        fresh=fresh,
        left=tuple(_left(plan)),
    )


def known_vectors(plan: Plan, rows: Rowed, embedder: Embedder, index_dir: Path) -> KnownVectors:
    """Vectors of the served build, of stopped builds and of texts that left the index earlier.

    The vectors of texts that leave with this build are kept for the day they come back.
    """
    known = KnownVectors()
    for folder in unfinished_builds(index_dir):
        learn_log(known, log_path(folder, embedder), embedder)
        shutil.rmtree(folder, ignore_errors=True)  # a probe of the stopped build may still run
    kept = kept_path(index_dir, embedder)
    learn_log(known, kept, embedder)
    before = plan.before
    if before is None or before.model != plan.model:
        return known
    questions = np.asarray(map_array(before.folder / "bank_digests.npy"))
    earlier = KnownVectors()
    earlier.look_in(before.table, before.vectors)
    earlier.learn(
        [bytes(one).hex() for one in questions], map_array(before.folder / "bank_vectors.npy")
    )
    leaving = [one.digest for one in rows.left]
    asked = set(plan.questions)
    gone = sorted({*leaving, *(bytes(one).hex() for one in questions)} - asked)
    staying = rows.table.first_rows(gone)
    left = [one for one, row in zip(gone, staying, strict=True) if row is None]
    keep_vectors(kept, [one for one in left if one not in known], earlier)
    known.join(earlier)
    return known


def _check(document: Document, asked: Mapping[str, Sequence[str]]) -> None:
    texts = {clause.key: clause.text for clause in document.clauses} if asked else {}
    strange = sorted(key for key in asked if not is_key(key, texts))
    if strange:
        names = "、".join(strange)
        raise BadSidecar(f"{document.id}.asked.yaml 里的条款 {names} 在文件中不存在，请改正。")


def _document_digest(
    document: Document, asked: Mapping[str, Sequence[str]], embedder: Embedder
) -> str:
    """Changes with anything that the index holds of a document, and with how that is made."""
    digest = blake2b(_recipe(embedder.identity), digest_size=16)
    digest.update(orjson.dumps(document))
    digest.update(orjson.dumps({key: list(asked[key]) for key in sorted(asked)}))
    return digest.hexdigest()


def _bank_digest(bank: BankTexts, embedder: Embedder) -> str:
    digest = blake2b(_recipe(embedder.identity), digest_size=16)
    digest.update(to_line({name: getattr(bank, name) for name in bank.__slots__}))
    digest.update((DATA / "question_types.yaml").read_bytes())  # the bank holds what they find
    return digest.hexdigest()


@cache
def _recipe(model: str) -> bytes:
    code = b"".join((Path(__file__).parent / name).read_bytes() for name in CODE)
    return blake2b(code + model.encode(), digest_size=16).digest()


def _left(plan: Plan) -> Iterator[Passage]:
    if plan.before:
        taken = {part.place for part in plan.parts}
        for place in range(len(plan.before.edges) - 1):
            if place not in taken:
                yield from plan.before.read(plan.before.passages_of(place))


def _counts(part: Part) -> Rows:
    counts = dict.fromkeys((clause.id for clause in part.document.clauses), 0)
    for passage in part.passages:
        counts[passage.clause_id] += 1
    return np.array(list(counts.values()), dtype=np.int64)


def _joined(kept: Sequence[Stretch]) -> list[Stretch]:
    """Stretches that are neighbours here and there as one."""
    joined: list[Stretch] = []
    for here, there in kept:
        if joined and (joined[-1][0].stop, joined[-1][1].stop) == (here.start, there.start):
            first, old = joined.pop()
            here, there = slice(first.start, here.stop), slice(old.start, there.stop)
        joined.append((here, there))
    return joined
