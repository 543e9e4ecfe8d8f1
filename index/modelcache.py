"""Folders that are there completely or not at all: built aside, marked last, renamed into place."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from index.disk import flush
from index.errors import ModelError

MARKER = "complete.json"
BUILDING = ".building-"


def is_intact(folder: Path) -> bool:
    """Whether the marker is there and every file has the digest that it states; reads all."""
    try:
        files = json.loads((folder / MARKER).read_text("utf-8"))["files"]
        return bool(files) and all(
            _sha256(folder / path) == digest for path, digest in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file but the marker, by path inside the folder."""
    paths = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MARKER)
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in paths}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def publish(folder: Path, fill: Callable[[Path], None]) -> Path:
    """Make the folder with ``fill`` unless it is intact; what is half-written is replaced."""
    if is_intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _locked(folder.parent):
            if not is_intact(folder):
                _build(folder, fill)
    except OSError as error:
        raise ModelError(
            f"无法写入模型缓存目录 {folder.parent}（{error}）。"
            "请检查该目录的写权限和剩余磁盘空间，或用 WENCE_CACHE_DIR 指定另一个可写目录。"
        ) from error
    return folder


def _build(folder: Path, fill: Callable[[Path], None]) -> None:
    for stale in folder.parent.glob(f"{BUILDING}*"):
        shutil.rmtree(stale)
    building = Path(tempfile.mkdtemp(prefix=BUILDING, dir=folder.parent))
    try:
        building.chmod(0o755)
        fill(building)
        for path in building.rglob("*"):
            flush(path)
        marker = json.dumps({"files": digests(building)}, indent=1)
        (building / MARKER).write_text(marker, "utf-8")
        flush(building / MARKER)
        if folder.exists():
            os.replace(folder, Path(tempfile.mkdtemp(prefix=BUILDING, dir=folder.parent)))
        os.replace(building, folder)
    finally:
        for left in folder.parent.glob(f"{BUILDING}*"):
            shutil.rmtree(left)


@contextmanager
def _locked(parent: Path) -> Iterator[None]:
    """One builder at a time; the lock goes with the process, so a killed builder leaves none."""
    with (parent / ".lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
