"""Difference, embed, write, verify, publish: documents become a served index, or nothing."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any

from index.bank import BankTexts, GapQuestions, asked_vectors, bank_texts, write_bank
from index.carry import Carried
from index.codec import encode_document, fields_of
from index.collection import Plan, write_store
from index.documents import Document, Passage
from index.embedder import Embedder
from index.errors import BadSidecar, BuildFailed, IndexCorrupt, IndexMissing
from index.lines import map_array, open_lines, to_line, write_lines
from index.passages import passages_of
from index.publish import (
    FORMAT,
    build_lock,
    current_build,
    new_build,
    publish,
    read_manifest,
    remove_old_builds,
    unfinished_builds,
    write_manifest,
)
from index.snapshot import Snapshot, write_tables
from index.store import StoreError
from index.vectors import KnownVectors, Progress, embed_passages, learn_log, log_path
from index.words import DATA

Asked = Mapping[str, Mapping[str, Sequence[str]]]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, counted in passages; ``embedded`` is how many vectors were computed."""

    added: int
    changed: int
    unchanged: int
    removed: int
    embedded: int
    documents: int
    clauses: int
    published: bool

    def __str__(self) -> str:
        head = "索引已更新" if self.published else "索引没有变化"
        return (
            f"{head}：{self.documents} 份文件，{self.clauses} 条条款；片段新增 {self.added}、"
            f"变更 {self.changed}、未变 {self.unchanged}、移除 {self.removed}，"
            f"重新计算向量 {self.embedded} 个。"
        )


def build_index(
    documents: Sequence[Document],
    asked: Asked,
    embedder: Embedder,
    index_dir: Path,
    progress: Progress | None = None,
    gaps: GapQuestions | None = None,
) -> BuildReport:
    """Build and publish; raises BuildFailed or BadSidecar, and then the old index still serves.

    ``asked`` maps document id -> clause key -> everyday questions; ``progress`` is told the
    stage (embed, store, verify, publish), how much is done and how much there is.
    """
    if not documents:
        raise BuildFailed("没有可以建立索引的政策文件，请先把文件放进政策文件夹。")
    ordered = tuple(sorted(documents, key=lambda document: document.id))
    passages = tuple(_passages(ordered, asked))
    try:
        with build_lock(index_dir):
            known = _recover(index_dir, embedder)
            bank = bank_texts(ordered, passages, gaps or {})
            plan = _plan(index_dir, ordered, passages, (embedder, bank))
            return _build(plan, known, embedder, index_dir, progress or _silent)
    except (OSError, StoreError) as error:
        raise BuildFailed(_reason(error)) from error


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


def _recover(index_dir: Path, embedder: Embedder) -> KnownVectors:
    """Take over the vectors that stopped builds computed, and remove those builds."""
    known = KnownVectors()
    for folder in unfinished_builds(index_dir):
        learn_log(known, folder, embedder)
        shutil.rmtree(folder)
    return known


def _plan(
    index_dir: Path,
    documents: tuple[Document, ...],
    passages: tuple[Passage, ...],
    means: tuple[Embedder, BankTexts],
) -> Plan:
    embedder, bank = means
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


def _build(
    plan: Plan, known: KnownVectors, embedder: Embedder, index_dir: Path, progress: Progress
) -> BuildReport:
    if plan.previous and _still_sound(plan.previous, plan.digest):
        return _report(plan, embedded=0, published=False)
    if plan.previous:
        stored = map_array(plan.previous / "vectors.npy")
        known.learn([passage.digest for passage in plan.before.values()], stored)
    build = new_build(index_dir)
    try:
        embedded = len({p.digest for p in plan.passages if p.digest not in known})
        vectors = embed_passages(plan.passages, embedder, known, build, progress)
        write_lines(build / "documents.jsonl", plan.lines[0])
        write_lines(build / "passages.jsonl", plan.lines[1])
        carried = Carried(plan.previous)
        write_tables(build, plan.documents, plan.passages, plan.digests, carried)
        asked = asked_vectors(plan.passages, vectors)
        write_bank(build, plan.bank, embedder, plan.previous, asked)
        write_store(plan, build, vectors, progress)
        _finish(plan, build, embedder)
    except (OSError, StoreError, BuildFailed):
        shutil.rmtree(build, ignore_errors=True)
        raise
    progress("publish", 0, 1)
    publish(index_dir, build)
    log_path(build, embedder).unlink(missing_ok=True)
    remove_old_builds(index_dir)
    progress("publish", 1, 1)
    return _report(plan, embedded=embedded, published=True)


def _still_sound(folder: Path, digest: str) -> bool:
    """Whether this build holds exactly the corpus and finds what it holds."""
    if read_manifest(folder)["digest"] != digest:
        return False
    try:
        snapshot = Snapshot.open(folder)
        lost = snapshot.lost()
        snapshot.store.close()
    except (IndexCorrupt, StoreError):
        return False
    return not lost


def _finish(plan: Plan, build: Path, embedder: Embedder) -> None:
    clauses = sum(len(document.clauses) for document in plan.documents)
    manifest: dict[str, Any] = {
        "embedder": embedder.identity,
        "dimensions": embedder.dimensions,
        "digest": plan.digest,
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "counts": {"clauses": clauses, "passages": len(plan.passages)},
        "documents": [
            {"id": document.id, "region": str(document.region), "digest": digest}
            for document, digest in zip(plan.documents, plan.digests, strict=True)
        ],
    }
    write_manifest(build, manifest)


def _report(plan: Plan, embedded: int, published: bool) -> BuildReport:
    before = {passage_id: passage.digest for passage_id, passage in plan.before.items()}
    after = {passage.id: passage.digest for passage in plan.passages}
    return BuildReport(
        added=len(after.keys() - before.keys()),
        changed=sum(before.get(key, digest) != digest for key, digest in after.items()),
        unchanged=sum(before.get(key) == digest for key, digest in after.items()),
        removed=len(before.keys() - after.keys()),
        embedded=embedded,
        documents=len(plan.documents),
        clauses=sum(len(document.clauses) for document in plan.documents),
        published=published,
    )


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


def _reason(error: Exception) -> str:
    """Why a build stopped and what to do, for staff."""
    full = getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
    if full or "disk is full" in str(error) or "disk I/O" in str(error):
        return "磁盘空间不足，索引没有更新，原有索引不受影响；请腾出空间后重新运行 wence index。"
    if getattr(error, "errno", None) in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "没有写入索引文件夹的权限，索引没有更新；请检查 WENCE_INDEX_DIR 的权限。"
    return f"建立索引时出错，原有索引不受影响；请重新运行 wence index。（{error}）"


def _silent(stage: str, done: int, total: int) -> None:
    """Report nothing."""
