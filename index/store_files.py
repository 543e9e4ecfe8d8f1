"""The files of a finished collection, taken over by the next build.

Chroma writes changes to its log first and rewrites the graph's files, in place, only when many have
come. So a large graph is shared between builds by hard links as long as the log is short; then it
is copied, and brought up to date in the copy.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from index.documents import Passage
from index.store import SYNC_EVERY, TEXTS, PassageStore, StoreError, Vectors

DATABASE = "chroma.sqlite3"
REPLAYED = 5_000  # changes in the log, which every opening replays: a second and a half
_LARGE = f"SELECT count(*) FROM collection_metadata WHERE key = '{TEXTS}' AND NOT bool_value"
_UNSYNCED = """
    SELECT (SELECT max(seq_id) FROM embeddings_queue) - (SELECT min(seq_id) FROM max_seq_id)
"""


def take_over(source: Path, target: Path, changes: int) -> bool:
    """Copy a finished collection, to make so many changes; raises StoreError.

    True when its graph has to be brought up to date afterwards, by :func:`rewrite_graph`.
    """
    if not (source / DATABASE).is_file():
        raise StoreError(f"{source} is missing")
    if not _number(source, _LARGE):
        shutil.copytree(source, target)
        return False
    grown = _number(source, _UNSYNCED) + changes > REPLAYED
    for path in source.rglob("*"):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.is_file():
            (shutil.copyfile if grown or path.name == DATABASE else os.link)(path, place)
    return grown


def rewrite_graph(folder: Path, passage: Passage, vector: Vectors) -> None:
    """Write the whole graph, the log included; the passage is any that it holds."""
    _sync_at(folder, 2)
    store = PassageStore.open(folder)
    store.add([passage], vector.reshape(1, -1))  # Chroma looks at the log when it grows
    store.close()
    _sync_at(folder, SYNC_EVERY)


def shrink(folder: Path) -> None:
    """Give the space of the emptied log back; raises StoreError."""
    try:
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            database.execute("VACUUM")
    except sqlite3.Error as error:
        raise StoreError(f"{folder}: {error}") from error


def _sync_at(folder: Path, rows: int) -> None:
    store = PassageStore.open(folder)
    store.sync_at(rows)
    store.close()


def _number(folder: Path, query: str) -> int:
    try:
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            return int(database.execute(query).fetchone()[0] or 0)
    except sqlite3.Error as error:
        raise StoreError(f"{folder}: {error}") from error
