"""The vector collection of a build: the old one with the difference applied, or a fresh one.

Either is checked by another process before it counts: a local Chroma can be broken silently,
and damage can end in a segmentation fault. On a server it is always a fresh one.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.documents import Passage
from index.errors import BuildFailed
from index.lines import JsonLines
from index.planning import Plan, Rowed
from index.probe import probe
from index.store import PassageStore, StoreError, Vectors, sync_parts
from index.store_files import rewrite_graph, shrink, take_over
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
class Filling:
    """What a collection is filled with: the rows of a build that lies in its folder."""

    build: Path
    passages: JsonLines
    rows: Rowed
    vectors: Vectors
    progress: Progress

    def passages_at(self, rows: Sequence[int]) -> list[Passage]:
        """Decoded."""
        return [Passage(**self.passages[row]) for row in rows]


def write_store(plan: Plan, filling: Filling) -> None:
    """A copy of the old collection with the difference applied, or else a fresh one; verified."""
    if server := store_server():
        return _write_on(server, plan, filling)
    folder, rows = filling.build / "chroma", filling.rows.table.distinct().tolist()
    changed, gone = difference(plan, filling)
    small = len(changed) + len(gone) <= DELTA_SHARE * len(rows)
    if plan.before and plan.before.model == plan.model and small:
        # A damaged old collection shows here at the latest; then a fresh one takes its place.
        with suppress(StoreError):
            changes = len(changed) + len(gone)
            grown = take_over(plan.before.folder / "chroma", folder, changes)
            _fill(PassageStore.open(folder), filling, changed, gone)
            if grown:
                rewrite_graph(folder, filling.passages_at(rows[:1])[0], filling.vectors[rows[0]])
            if _verified(filling):
                return
        shutil.rmtree(folder, ignore_errors=True)
    _fill(PassageStore.create(folder, len(rows)), filling, rows, [])
    shrink(folder)
    if not _verified(filling):
        raise BuildFailed(NOT_VERIFIED)


def difference(plan: Plan, filling: Filling) -> tuple[list[int], list[str]]:
    """Rows that the old collection lacks or tells otherwise, and digests that it has too many.

    Only passages of documents that changed, came or went can be among them.
    """
    if plan.before is None:
        return filling.rows.table.distinct().tolist(), []
    old = plan.before.table
    passages = (*filling.rows.left, *filling.rows.fresh.values())
    digests = list(dict.fromkeys(passage.digest for passage in passages))
    changed, gone = [], []
    places = zip(
        digests, filling.rows.table.first_rows(digests), old.first_rows(digests), strict=True
    )
    for digest, here, there in places:
        if here is None:
            gone.append(digest)
        elif there is None or filling.passages[here] != plan.before.passages[there]:
            changed.append(here)
    return changed, gone


def _write_on(server: StoreServer, plan: Plan, filling: Filling) -> None:
    """A fresh collection on the server, counted and probed before anybody is served it."""
    rows = filling.rows.table.distinct().tolist()
    _fill(new_collection(server, filling.build, plan.digest, len(rows)), filling, rows, [])
    filling.progress("verify", 0, 1)
    sample = _sample(filling)
    digests = [one.digest for one in filling.passages_at(sample.tolist())]
    store = open_collection(server, filling.build)
    try:
        sound = store.count() == len(rows)
        lost = probe(store, digests, filling.vectors[sample])
    finally:
        store.close()
    filling.progress("verify", 1, 1)
    if not sound or len(lost) > LOST_SHARE * len(sample):
        raise BuildFailed(NOT_VERIFIED)


def _fill(store: PassageStore, filling: Filling, rows: Sequence[int], gone: Sequence[str]) -> None:
    try:
        store.remove(gone)
        for part in sync_parts(len(rows)):
            for at in range(part.start, part.stop, CALL):
                filling.progress("store", at, len(rows))
                some = rows[at : min(at + CALL, part.stop)]
                store.add(filling.passages_at(some), filling.vectors[some])
        filling.progress("store", len(rows), len(rows))
    finally:
        store.close()


def _sample(filling: Filling) -> NDArray[np.int64]:
    """Rows of passages through the whole corpus."""
    count = min(PROBES, len(filling.passages))
    return np.unique(np.linspace(0, len(filling.passages) - 1, count).astype(np.int64))


def _verified(filling: Filling) -> bool:
    """Ask another process to find a sample of the vectors in what lies on the disk."""
    filling.progress("verify", 0, 1)
    rows = _sample(filling)
    probes = filling.build / "probes.npz"
    digests = [one.digest for one in filling.passages_at(rows.tolist())]
    np.savez(probes, digests=digests, vectors=filling.vectors[rows])
    limited = f"import resource as r, runpy; r.setrlimit(r.RLIMIT_FSIZE, ({FILE_LIMIT},) * 2); "
    command = limited + "runpy.run_module('index.probe', run_name='__main__')"
    result = subprocess.run(
        [sys.executable, "-c", command, str(filling.build)],
        capture_output=True,
        timeout=PROBE_SECONDS,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    probes.unlink()
    filling.progress("verify", 1, 1)
    return result.returncode == 0 and len(json.loads(result.stdout)) <= LOST_SHARE * len(rows)
