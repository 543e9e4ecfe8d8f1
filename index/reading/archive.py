"""A zip of policy files -> names and bytes; nothing is ever written to a disk."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path, PurePosixPath

from index.errors import UnreadableFile
from index.reading.containers import entry_name, open_container, read_entry
from index.reading.limits import LIMITS, Limits

NESTED = {".zip", ".rar", ".7z", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".cab", ".jar"}
_LITTER = {"__MACOSX", "Thumbs.db", "desktop.ini"}


def unpack_archive(source: bytes | Path, limits: Limits = LIMITS) -> list[tuple[str, bytes]]:
    """The files of a zip in its order: name inside the zip, bytes.

    Raises UnreadableFile for bombs, passwords, nested archives, links and names that point
    elsewhere. System litter and lock files are left out; unsupported types are not judged here.
    """
    name, data = _source(source, limits)
    container = open_container(name, data, limits)
    wanted = [
        (entry, _safe_name(name, entry))
        for entry in container.infolist()
        if not entry.is_dir() and not _is_litter(entry_name(entry))
    ]
    if not wanted:
        raise UnreadableFile(f"{name}：压缩包里没有文件，请检查后重新压缩")
    return [
        (inner, read_entry(f"{name} 里的 {inner}", container, entry)) for entry, inner in wanted
    ]


def _source(source: bytes | Path, limits: Limits) -> tuple[str, bytes]:
    if isinstance(source, bytes):
        name, size = "压缩包", len(source)
    else:
        try:
            name, size = source.name, source.stat().st_size
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UnreadableFile(
                f"{source.name}：读不出来（{reason}），请检查文件和权限"
            ) from error
    if size > limits.file_bytes:
        size_limit = limits.file_bytes // 1_000_000
        raise UnreadableFile(f"{name}：超过 {size_limit} MB，请拆分后再放入")
    return name, source if isinstance(source, bytes) else source.read_bytes()


def _is_litter(inner: str) -> bool:
    parts = PurePosixPath(inner.replace("\\", "/")).parts
    return any(part in _LITTER or part.startswith(("~$", "._")) for part in parts) or bool(
        parts and parts[-1] == ".DS_Store"
    )


def _safe_name(name: str, entry: zipfile.ZipInfo) -> str:
    inner = entry_name(entry).replace("\\", "/")
    path = PurePosixPath(inner)
    drive = len(inner) > 1 and inner[1] == ":"
    if path.is_absolute() or drive or ".." in path.parts or not inner.isprintable():
        raise UnreadableFile(f"{name}：里面有指向别处的文件名，请核实来源后重新压缩")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnreadableFile(f"{name}：里面的 {inner} 是链接，请换成文件本身后重新压缩")
    if path.suffix.lower() in NESTED:
        raise UnreadableFile(f"{name}：里面还有压缩包 {inner}，请先解开，再把文件放在一层里压缩")
    return str(path)
