"""The vector collection of a build: the old one with the difference applied, or a fresh one.

Either is checked by another process before it counts: a local Chroma can be broken silently,
and damage can end in a segmentation fault.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.documents import Document, Passage
from index.errors import BuildFailed
from index.store import PassageStore, Vectors, copy_store
from index.vectors import Progress

PROBES = 50
DELTA_SHARE = 0.2  # a larger change fills a fresh collection instead of a copied one
LOST_SHARE = 0.02  # an approximate graph may miss one probe in fifty; a damaged one misses many
PROBE_SECONDS = 300
FILE_LIMIT = 64 << 30  # bytes; damaged graphs were seen to grow without end


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be built, and what is there already."""

    documents: tuple[Document, ...]
    passages: tuple[Passage, ...]
    digest: str
    previous: Path | None
    before: Mapping[str, Passage]


def write_store(plan: Plan, build: Path, vectors: Vectors, progress: Progress) -> None:
    """A copy of the old collection with the difference applied, or else a fresh one; verified."""
    rows = [
        row for row, passage in enumerate(plan.passages) if plan.before.get(passage.id) != passage
    ]
    gone = sorted(set(plan.before) - {passage.id for passage in plan.passages})
    small = len(rows) + len(gone) <= DELTA_SHARE * len(plan.passages)
    if plan.previous and small:
        copy_store(plan.previous / "chroma", build / "chroma")
        _fill(PassageStore.open(build / "chroma"), plan, rows, (vectors, gone), progress)
        if _verified(plan, build, vectors, progress):
            return
        shutil.rmtree(build / "chroma")
    store = PassageStore.create(build / "chroma", len(plan.passages))
    _fill(store, plan, range(len(plan.passages)), (vectors, []), progress)
    if not _verified(plan, build, vectors, progress):
        raise BuildFailed("新索引没有通过检查，原有索引不受影响；请重新运行 wence index。")


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
        for at in range(0, len(rows), 1000):
            progress("store", at, len(rows))
            part = list(rows[at : at + 1000])
            store.add([plan.passages[row] for row in part], vectors[part])
        progress("store", len(rows), len(rows))
    finally:
        store.close()


def _verified(plan: Plan, build: Path, vectors: Vectors, progress: Progress) -> bool:
    """Ask another process to find a sample of the vectors in what lies on the disk."""
    progress("verify", 0, 1)
    count = min(PROBES, len(plan.passages))
    rows = np.unique(np.linspace(0, len(plan.passages) - 1, count).astype(int))
    probes = build / "probes.npz"
    np.savez(probes, ids=[plan.passages[row].id for row in rows], vectors=vectors[rows])
    limited = f"import resource as r, runpy; r.setrlimit(r.RLIMIT_FSIZE, ({FILE_LIMIT},) * 2); "
    command = limited + "runpy.run_module('index.store', run_name='__main__')"
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
