"""What a build is to hold and what is there already: passages, digests, the vectors known."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import chain
from pathlib import Path

from index.bank_files import BankTexts, bank_texts
from index.codec import encode_document, fields_of
from index.collection import Plan
from index.corpus import Asked, Corpus
from index.documents import Document, Passage
from index.embedder import Embedder
from index.errors import BadSidecar, IndexCorrupt, IndexMissing
from index.lines import map_array, open_lines, to_line
from index.passages import passages_of
from index.publish import FORMAT, current_build, read_manifest, unfinished_builds
from index.vectors import KnownVectors, keep_vectors, kept_path, learn_log, log_path
from index.words import DATA


def plan_of(corpus: Corpus, embedder: Embedder, index_dir: Path) -> Plan:
    """The documents in order, their passages and what the served build holds of them."""
    documents = tuple(sorted(corpus.documents, key=lambda document: document.id))
    passages = tuple(_passages(documents, corpus.asked))
    bank = bank_texts(documents, passages, corpus.gaps)
    lines = (
        [to_line(encode_document(d)) for d in documents],
        [to_line(fields_of(p)) for p in passages],
    )
    gap_lines = [to_line({"questions": bank.texts, "answered": bank.answered})]
    patterns = [(DATA / "question_types.yaml").read_bytes()]  # the bank holds what they find
    digest = _corpus_digest((*lines, gap_lines, patterns), embedder)
    digests = _document_digests(documents, passages, lines)
    try:
        previous = current_build(index_dir)
        same_model = read_manifest(previous)["embedder"] == embedder.identity
        stored = open_lines(previous / "passages.jsonl")
        rows = [Passage(**stored[row]) for row in range(len(stored))]
    except (IndexMissing, IndexCorrupt, OSError, ValueError, KeyError, TypeError):
        return Plan(documents, passages, lines, digest, digests, None, {}, bank)
    before = {passage.id: passage for passage in rows}
    kept = previous if same_model else None
    return Plan(documents, passages, lines, digest, digests, kept, before, bank)


def known_vectors(plan: Plan, embedder: Embedder, index_dir: Path) -> KnownVectors:
    """Vectors of the served build, of stopped builds and of texts that left the index earlier.

    The vectors of texts that leave with this build are kept for the day they come back.
    """
    known = KnownVectors()
    for folder in unfinished_builds(index_dir):
        learn_log(known, log_path(folder, embedder), embedder)
        shutil.rmtree(folder, ignore_errors=True)  # a probe of the stopped build may still run
    kept = kept_path(index_dir, embedder)
    learn_log(known, kept, embedder)
    if plan.previous is None:
        return known
    before = [passage.digest for passage in plan.before.values()]
    questions = [bytes(row).hex() for row in map_array(plan.previous / "bank_digests.npy")]
    earlier = KnownVectors()
    earlier.learn(before, map_array(plan.previous / "vectors.npy"))
    earlier.learn(questions, map_array(plan.previous / "bank_vectors.npy"))
    staying = {passage.digest for passage in plan.passages} | set(text_digests(plan.bank))
    gone = sorted({*before, *questions} - staying)
    keep_vectors(kept, [one for one in gone if one not in known], earlier)
    known.join(earlier)
    return known


def text_digests(bank: BankTexts) -> list[str]:
    """The digest of every question, as a passage of this text would have it."""
    return [blake2b(text.encode(), digest_size=16).hexdigest() for text in bank.texts]


def _passages(documents: Sequence[Document], asked: Asked) -> list[Passage]:
    found: list[Passage] = []
    for document in documents:
        questions = asked.get(document.id, {})
        strange = sorted(set(questions) - {clause.key for clause in document.clauses})
        if strange:
            names = "、".join(strange)
            raise BadSidecar(f"{document.id}.asked.yaml 里的条款 {names} 在文件中不存在，请改正。")
        found += passages_of(document, questions)
    return found


def _corpus_digest(lines: Iterable[Sequence[bytes]], embedder: Embedder) -> str:
    """Changes with anything that the index holds."""
    digest = blake2b(f"{FORMAT} {embedder.identity}".encode(), digest_size=16)
    for line in chain.from_iterable(lines):
        digest.update(line)
    return digest.hexdigest()


def _document_digests(
    documents: Sequence[Document],
    passages: Sequence[Passage],
    lines: tuple[Sequence[bytes], Sequence[bytes]],
) -> tuple[str, ...]:
    """For each document, what changes with anything known of it."""
    digests = {
        document.id: blake2b(line, digest_size=16)
        for document, line in zip(documents, lines[0], strict=True)
    }
    for passage, line in zip(passages, lines[1], strict=True):
        digests[passage.document_id].update(line)
    return tuple(digest.hexdigest() for digest in digests.values())
