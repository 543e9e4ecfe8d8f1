"""The vector collection of a build: the old one with the difference applied, or a fresh one.

Either is checked by another process before it counts: a local Chroma can be broken silently,
and damage can end in a segmentation fault. On a server it is always a fresh one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.bank_files import BankTexts
from index.documents import Document, Passage
from index.errors import BuildFailed
from index.probe import probe
from index.store import PassageStore, StoreError, Vectors, copy_store, sync_parts
from index.store_server import StoreServer, new_collection, open_collection, store_server
from index.vectors import Progress

PROBES = 50
CALL = 1_000  # rows between two words of progress
DELTA_SHARE = 0.2  # a larger change fills a fresh collection instead of a copied one
LOST_SHARE = 0.02  # an approximate graph may miss one probe in fifty; a damaged one misses many
PROBE_SECONDS = 300
FILE_LIMIT = 64 << 30  # bytes; damaged graphs were seen to grow without end
NOT_VERIFIED = "新索引没有通过检查，原有索引不受影响；请重新运行 wence index。"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be built, and what is there already."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    lines: tuple[list[bytes], list[bytes]]  # documents and passages as they will be written
    digest: str
    digests: tuple[str, ...]  # of each document with its passages
    previous: Path | None
    before: Mapping[str, Passage]
    bank: BankTexts


def write_store(plan: Plan, build: Path, vectors: Vectors, progress: Progress) -> None:
    """A copy of the old collection with the difference applied, or else a fresh one; verified."""
    if server := store_server():
        return _write_on(server, plan, build, vectors, progress)
    old = list(plan.before.values())
    before = {digest: old[row] for digest, row in _first_rows(old).items()}
    rows = _first_rows(plan.passages)
    changed = [row for digest, row in rows.items() if before.get(digest) != plan.passages[row]]
    gone = sorted(before.keys() - rows.keys())
    small = len(changed) + len(gone) <= DELTA_SHARE * len(rows)
    if plan.previous and small:
        # A damaged old collection shows here at the latest; then a fresh one takes its place.
        with suppress(StoreError):
            copy_store(plan.previous / "chroma", build / "chroma")
            _fill(PassageStore.open(build / "chroma"), plan, changed, (vectors, gone), progress)
            if _verified(plan, build, vectors, progress):
                return
        shutil.rmtree(build / "chroma", ignore_errors=True)
    store = PassageStore.create(build / "chroma", len(rows))
    _fill(store, plan, list(rows.values()), (vectors, []), progress)
    if not _verified(plan, build, vectors, progress):
        raise BuildFailed(NOT_VERIFIED)


def _write_on(
    server: StoreServer, plan: Plan, build: Path, vectors: Vectors, progress: Progress
) -> None:
    """A fresh collection on the server, counted and probed before anybody is served it."""
    rows = list(_first_rows(plan.passages).values())
    _fill(
        new_collection(server, build, plan.digest, len(rows)), plan, rows, (vectors, []), progress
    )
    progress("verify", 0, 1)
    sample = _sample(plan)
    store = open_collection(server, build)
    try:
        sound = store.count() == len(rows)
        lost = probe(store, [plan.passages[row].digest for row in sample], vectors[sample])
    finally:
        store.close()
    progress("verify", 1, 1)
    if not sound or len(lost) > LOST_SHARE * len(sample):
        raise BuildFailed(NOT_VERIFIED)


def _first_rows(passages: Sequence[Passage]) -> dict[str, int]:
    """The first row of every digest, in order."""
    rows: dict[str, int] = {}
    for row, passage in enumerate(passages):
        rows.setdefault(passage.digest, row)
    return rows


def _fill(
    store: PassageStore,
    plan: Plan,
    rows: Sequence[int],
    change: tuple[Vectors, Sequence[str]],
    progress: Progress,
) -> None:
    vectors, gone = change
    try:
        store.remove(gone)
        for part in sync_parts(len(rows)):
            for at in range(part.start, part.stop, CALL):
                progress("store", at, len(rows))
                some = rows[at : min(at + CALL, part.stop)]
                store.add([plan.passages[row] for row in some], vectors[some])
        progress("store", len(rows), len(rows))
    finally:
        store.close()


def _sample(plan: Plan) -> NDArray[np.int64]:
    """Rows of passages through the whole corpus."""
    count = min(PROBES, len(plan.passages))
    return np.unique(np.linspace(0, len(plan.passages) - 1, count).astype(np.int64))


def _verified(plan: Plan, build: Path, vectors: Vectors, progress: Progress) -> bool:
    """Ask another process to find a sample of the vectors in what lies on the disk."""
    progress("verify", 0, 1)
    rows = _sample(plan)
    probes = build / "probes.npz"
    np.savez(probes, digests=[plan.passages[row].digest for row in rows], vectors=vectors[rows])
    limited = f"import resource as r, runpy; r.setrlimit(r.RLIMIT_FSIZE, ({FILE_LIMIT},) * 2); "
    command = limited + "runpy.run_module('index.probe', run_name='__main__')"
    result = subprocess.run(
        [sys.executable, "-c", command, str(build)],
        capture_output=True,
        timeout=PROBE_SECONDS,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    probes.unlink()
    progress("verify", 1, 1)
    return result.returncode == 0 and len(json.loads(result.stdout)) <= LOST_SHARE * len(rows)
