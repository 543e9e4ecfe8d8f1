"""Writing corpus files out: into a folder, or into an archive that can be added again."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Mapping
from pathlib import Path

from index.library.files import LibraryError, put

ARCHIVE = ".zip"


def export(files: Mapping[str, Path], target: Path) -> int:
    """Write the files into a folder or a ``.zip``; how many. Raises LibraryError."""
    if not files:
        raise LibraryError("还没有发布过文件，没有可以导出的")
    try:
        if target.suffix.lower() == ARCHIVE:
            _write_archive(files, target)
        else:
            for name, path in files.items():
                put(target / name, path.read_bytes())
    except OSError as error:
        raise LibraryError(f"写不了 {target}（{error.strerror}），请检查路径和权限") from error
    return len(files)


def _write_archive(files: Mapping[str, Path], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.tmp")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in files.items():
            archive.write(path, name)
    os.replace(temporary, target)
