"""Embed, write, verify, publish: documents become a served index, or nothing.

A build is prepared in a folder of its own, where it can be opened and asked; publishing it is one
step more. ``build_index`` does both.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.bank_files import copy_bank, write_bank
from index.collection import Filling, write_store
from index.corpus import Asked, Corpus
from index.documents import Document
from index.embedder import Embedder
from index.errors import BuildFailed, IndexCorrupt
from index.lines import open_lines
from index.planning import Plan, Rowed, known_vectors, plan_of, rows_of
from index.publish import (
    build_lock,
    new_build,
    publish,
    read_manifest,
    remove_old_builds,
    write_manifest,
)
from index.snapshot import Snapshot
from index.static_tables import write_static
from index.store import StoreError
from index.store_server import is_in_place, remove_lost_collections
from index.tables import write_tables
from index.vectors import KnownVectors, Progress, Wanted, embed_texts


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did, counted in passages; ``embedded`` is how many vectors were computed.

    Vectors are those of passages and of the questions that no passage answers.
    """

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


@dataclass(frozen=True, slots=True)
class PreparedBuild:
    """A complete, verified build that nobody is served yet; ``changed`` unless it is served."""

    folder: Path
    report: BuildReport
    changed: bool


def build_index(
    documents: Sequence[Document],
    asked: Asked,
    embedder: Embedder,
    index_dir: Path,
    progress: Progress | None = None,
    gaps: Asked | None = None,
) -> BuildReport:
    """Build and publish; raises BuildFailed or BadSidecar, and then the old index still serves.

    ``asked`` maps document id -> clause key -> everyday questions; ``progress`` is told the
    stage (embed, store, verify, publish), how much is done and how much there is.
    """
    progress = progress or _silent
    corpus = Corpus(list(documents), asked, gaps or {})
    with explained(), build_lock(index_dir):
        prepared = prepare_build(corpus, embedder, index_dir, progress)
        return publish_build(prepared, index_dir, progress)


def prepare_build(
    corpus: Corpus,
    embedder: Embedder,
    index_dir: Path,
    progress: Progress,
    publication: int | None = None,
) -> PreparedBuild:
    """A new build beside the served one, or the served one when it holds just this.

    ``publication`` is the number of the publication that it serves. The caller holds
    :func:`index.publish.build_lock`. Raises BuildFailed or BadSidecar.
    """
    if not corpus.documents:
        raise BuildFailed("没有可以建立索引的政策文件，请先把文件放进政策文件夹。")
    with explained():
        plan = plan_of(corpus, embedder, index_dir)
        rows = rows_of(plan)
        if plan.before and _still_sound(plan.before.folder, plan.digest, publication):
            return PreparedBuild(plan.before.folder, _report(plan, rows, 0), changed=False)
        known = known_vectors(plan, rows, embedder, index_dir)
        wanted = _wanted(plan, rows)
        embedded = len(wanted.missing(known))
        build = new_build(index_dir)
        try:
            _write(plan, rows, build, (embedder, known, wanted), progress)
            _finish(plan, rows, build, embedder.dimensions, publication)
        except (OSError, StoreError, BuildFailed):
            shutil.rmtree(build, ignore_errors=True)
            raise
        return PreparedBuild(build, _report(plan, rows, embedded), changed=True)


def publish_build(prepared: PreparedBuild, index_dir: Path, progress: Progress) -> BuildReport:
    """Let a prepared build be served; nothing happens when it is. Raises BuildFailed."""
    if not prepared.changed:
        return prepared.report
    with explained():
        progress("publish", 0, 1)
        publish(index_dir, prepared.folder)
        for log in prepared.folder.glob("embedded.*.log"):
            log.unlink(missing_ok=True)
        remove_old_builds(index_dir)
        remove_lost_collections(index_dir)
        progress("publish", 1, 1)
    return replace(prepared.report, published=True)


@contextmanager
def explained() -> Iterator[None]:
    """Faults of the disk and of the store become BuildFailed."""
    try:
        yield
    except (OSError, StoreError) as error:
        raise BuildFailed(_reason(error)) from error


def _wanted(plan: Plan, rows: Rowed) -> Wanted:
    kept = [(here, plan.before.vectors[old]) for here, old in rows.kept if plan.before]
    questions = {} if plan.has_old_bank else dict(zip(plan.questions, plan.bank.texts, strict=True))
    return Wanted(len(rows.kinds), kept, rows.fresh, questions)


def _write(
    plan: Plan,
    rows: Rowed,
    build: Path,
    means: tuple[Embedder, KnownVectors, Wanted],
    progress: Progress,
) -> None:
    embedder, known, wanted = means
    vectors, questions = embed_texts(wanted, embedder, known, build, progress)
    write_tables(build, plan, rows)
    write_static(build, plan, embedder)
    if plan.before and plan.has_old_bank:
        copy_bank(plan.before.folder, build)
    else:
        by_digest = {bytes.fromhex(one): vector for one, vector in questions.items()}
        write_bank(build, plan.bank, embedder, None, by_digest)
    passages = open_lines(build / "passages.jsonl")
    write_store(plan, Filling(build, passages, rows, vectors, progress))


def _still_sound(folder: Path, digest: str, publication: int | None) -> bool:
    """Whether this build holds exactly the corpus, as this publication, and finds what it holds.

    Without a number of the publication, any will do.
    """
    manifest = read_manifest(folder)
    if manifest["digest"] != digest or publication not in {None, manifest.get("publication")}:
        return False
    try:
        if not is_in_place(folder):
            return False
        snapshot = Snapshot.open(folder)
        lost = snapshot.lost()
        snapshot.store.close()
    except (IndexCorrupt, StoreError):
        return False
    return not lost


def _finish(plan: Plan, rows: Rowed, build: Path, dimensions: int, publication: int | None) -> None:
    manifest: dict[str, Any] = {
        "embedder": plan.model,
        "dimensions": dimensions,
        "digest": plan.digest,
        "bank": plan.bank_digest,
        "publication": publication,
        "built": datetime.now(UTC).isoformat(timespec="seconds"),
        "counts": {"clauses": len(rows.counts), "passages": len(rows.kinds)},
        "documents": [
            {"id": one.document.id, "region": str(one.document.region), "digest": one.digest}
            for one in plan.parts
        ],
    }
    write_manifest(build, manifest)


def _report(plan: Plan, rows: Rowed, embedded: int) -> BuildReport:
    """Only passages of documents that are not taken over can be anything but unchanged."""
    before = {passage.id: passage.digest for passage in rows.left}
    after = {passage.id: passage.digest for passage in rows.fresh.values()}
    taken = len(rows.kinds) - len(after)
    return BuildReport(
        added=len(after.keys() - before.keys()),
        changed=sum(before.get(key, digest) != digest for key, digest in after.items()),
        unchanged=taken + sum(before.get(key) == digest for key, digest in after.items()),
        removed=len(before.keys() - after.keys()),
        embedded=embedded,
        documents=len(plan.parts),
        clauses=len(rows.counts),
        published=False,
    )


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
