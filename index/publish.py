"""Builds on disk: numbered folders, one CURRENT pointer, a lock against a second builder.

``<index_dir>/builds/000007/`` is complete once it holds ``manifest.json``; it is served once
``<index_dir>/CURRENT`` names it. The pointer is replaced in one step, so readers see the old
build or the new one, never half.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hashlib import blake2b, file_digest
from pathlib import Path
from typing import Any

from index.disk import flush
from index.errors import BuildFailed, IndexCorrupt, IndexMissing

POINTER = "CURRENT"
MANIFEST = "manifest.json"
FORMAT = 6
LIVE = "chroma"  # the folder whose files may change size when they are opened
REBUILD = "请运行 wence index 重新建立索引。"


class BuildRunning(BuildFailed):
    """Somebody else is building or publishing."""


@contextmanager
def build_lock(index_dir: Path) -> Iterator[None]:
    """Hold the only right to build here; the system lets go of it when the process ends."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / "build.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildRunning("另一个建立索引的任务正在进行，请等它结束后再试。") from error
        yield


def current_build(index_dir: Path) -> Path:
    """The folder that is served; raises IndexMissing or IndexCorrupt."""
    try:
        name = (index_dir / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise IndexMissing("还没有建立索引，请先运行 wence index。") from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexCorrupt(f"索引指针 {POINTER} 无法读取，{REBUILD}") from error
    folder = index_dir / "builds" / name
    if not name or Path(name).name != name or not (folder / MANIFEST).is_file():
        raise IndexCorrupt(f"索引指针 {POINTER} 指向不存在的版本，{REBUILD}")
    return folder


def pointer_state(index_dir: Path) -> tuple[int, int] | None:
    """Changes whenever another build is published; costs one stat call."""
    try:
        status = (index_dir / POINTER).stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns


def new_build(index_dir: Path) -> Path:
    """Make the next numbered folder."""
    numbers = [int(folder.name) for folder in _builds(index_dir)]
    folder = index_dir / "builds" / f"{max(numbers, default=0) + 1:06d}"
    folder.mkdir(parents=True)
    return folder


def publish(index_dir: Path, build: Path) -> None:
    """Let CURRENT name this build, in one step that survives a power cut."""
    temporary = index_dir / f"{POINTER}.tmp"
    _write_durably(temporary, build.name)
    os.replace(temporary, index_dir / POINTER)
    flush(index_dir)


def write_manifest(build: Path, manifest: Mapping[str, Any]) -> None:
    """Mark the build as complete: every other file is on disk before this one."""
    for path in build.rglob("*"):
        flush(path)
    files = {
        str(path.relative_to(build)): path
        for path in sorted(build.rglob("*"))
        if path.is_file() and path.suffix != ".log" and LIVE not in path.relative_to(build).parts
    }
    sizes = {name: path.stat().st_size for name, path in files.items()}
    digests = {name: _digest(path) for name, path in files.items()}
    body = {"format": FORMAT, **manifest, "sizes": sizes, "digests": digests}
    _write_durably(build / MANIFEST, json.dumps(body, ensure_ascii=False, indent=1))
    flush(build)


def read_manifest(build: Path) -> dict[str, Any]:
    """The manifest, its format and the sizes of its files checked; raises IndexCorrupt."""
    try:
        manifest: dict[str, Any] = json.loads((build / MANIFEST).read_bytes())
        known = manifest["format"] == FORMAT
        wrong = [
            name
            for name, size in manifest["sizes"].items()
            if not (build / name).is_file() or (build / name).stat().st_size != size
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexCorrupt(f"索引说明 {MANIFEST} 无法读取，{REBUILD}") from error
    if not known:
        raise IndexCorrupt(f"索引的格式与本程序不符，{REBUILD}")
    if wrong:
        raise IndexCorrupt(f"索引文件 {'、'.join(wrong)} 缺失或不完整，{REBUILD}")
    return manifest


def check_contents(build: Path, manifest: Mapping[str, Any]) -> None:
    """Raise IndexCorrupt where a file is not, to the bit, what was written; 1 GB takes a second."""
    digests = manifest.get("digests", {})  # builds of before have none
    wrong = [name for name, digest in digests.items() if _digest(build / name) != digest]
    if wrong:
        raise IndexCorrupt(f"索引文件 {'、'.join(wrong)} 的内容被改动过，{REBUILD}")


def unfinished_builds(index_dir: Path) -> list[Path]:
    """Folders that a stopped build left behind, published never."""
    try:
        served = int(current_build(index_dir).name)
    except (IndexMissing, IndexCorrupt, ValueError):
        served = 0
    return [
        folder
        for folder in _builds(index_dir)
        if int(folder.name) > served or not (folder / MANIFEST).is_file()
    ]


def remove_old_builds(index_dir: Path) -> None:
    """Keep the served build and the one before it."""
    served = int(current_build(index_dir).name)
    complete = [folder for folder in _builds(index_dir) if (folder / MANIFEST).is_file()]
    keep = sorted(int(folder.name) for folder in complete if int(folder.name) <= served)[-2:]
    for folder in _builds(index_dir):
        if int(folder.name) not in keep:
            shutil.rmtree(folder)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, partial(blake2b, digest_size=16)).hexdigest()


def _builds(index_dir: Path) -> list[Path]:
    folder = index_dir / "builds"
    return sorted(path for path in folder.glob("*") if path.name.isdecimal() and path.is_dir())


def _write_durably(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
