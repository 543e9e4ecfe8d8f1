"""ZIP containers (archives and Word files), opened only after their directory has been checked."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from index.errors import UnreadableFile
from index.reading.limits import Limits

RATIO_FROM = 1_000_000
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_UTF8_NAME, _ENCRYPTED = 0x800, 0x1


def open_container(name: str, data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Open a container whose declared sizes are within the limits; UnreadableFile if not.

    What an entry unpacks to never exceeds the size that the directory declares for it.
    """
    try:
        container = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise UnreadableFile(f"{name}：文件已损坏或不是压缩格式，请重新获取") from error
    entries = container.infolist()
    if len(entries) > limits.entries:
        raise UnreadableFile(f"{name}：里面超过 {limits.entries} 个文件，请分成几个再放入")
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        size = limits.unpacked_bytes // 1_000_000
        raise UnreadableFile(f"{name}：展开后超过 {size} MB，请拆分后再放入")
    for entry in entries:
        _check_entry(name, entry, limits)
    return container


def _check_entry(name: str, entry: zipfile.ZipInfo, limits: Limits) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableFile(f"{name}：设有密码，请去掉密码后再放入")
    if entry.compress_type not in _METHODS:
        raise UnreadableFile(f"{name}：用了不支持的压缩方式，请用普通 zip 重新压缩")
    swollen = entry.file_size > limits.ratio * max(entry.compress_size, 1)
    if entry.file_size > RATIO_FROM and swollen:
        raise UnreadableFile(f"{name}：压缩比异常，可能是压缩炸弹，请核实来源后重新制作")


def read_entry(name: str, container: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The bytes of one entry; raises UnreadableFile when it is damaged."""
    try:
        return container.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableFile(f"{name}：里面的内容已损坏，请重新获取") from error


def entry_name(entry: zipfile.ZipInfo) -> str:
    """The name of an entry; names without the UTF-8 mark are tried as UTF-8, then as GBK."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    raw = entry.filename.encode("cp437", errors="replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename
