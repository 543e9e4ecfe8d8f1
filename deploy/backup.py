"""Copy what cannot be made again, while the service runs: ``backup.py FOLDER TARGET.tar.gz``.

FOLDER holds the corpus and, side by side, ``index``, ``publications``, ``drafts`` and ``wence.db``.
The SQLite store is copied by its own means, so that the copy is whole; builds are written once and
never changed, the pointer is taken first. To restore: unpack into an empty folder.
"""

from __future__ import annotations

import sqlite3
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

STORE = "wence.db"
LEFT_OUT = ("build.lock", f"{STORE}-wal", f"{STORE}-shm", ".tmp")


def back_up(folder: Path, target: Path) -> int:
    """Write the archive beside its name and move it there when it is whole; files in it."""
    pointer = folder / "index" / "CURRENT"
    build = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else ""
    part = target.with_suffix(".part")
    with tempfile.TemporaryDirectory() as scratch, tarfile.open(part, "w:gz") as archive:
        if build:
            (Path(scratch) / "CURRENT").write_text(f"{build}\n", encoding="utf-8")
            archive.add(Path(scratch) / "CURRENT", "index/CURRENT")
        if (folder / STORE).is_file():
            _copy_store(folder / STORE, Path(scratch) / STORE)
            archive.add(Path(scratch) / STORE, STORE)
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if path.is_file() and _is_wanted(name, build):
                archive.add(path, str(name), recursive=False)
        count = len(archive.getmembers())
    part.replace(target)
    return count


def _is_wanted(name: Path, build: str) -> bool:
    """Not the store and the pointer, which are taken apart, nor any build but the served one."""
    if str(name) in {STORE, "index/CURRENT"} or name.name.endswith(LEFT_OUT):
        return False
    return name.parts[:2] != ("index", "builds") or name.parts[2] == build


def _copy_store(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as held, closing(sqlite3.connect(target)) as copy:
        held.backup(copy)


if __name__ == "__main__":
    sys.stdout.write(f"{back_up(Path(sys.argv[1]), Path(sys.argv[2]))} files\n")
