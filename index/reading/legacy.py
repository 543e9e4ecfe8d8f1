"""Old Word files (.doc) through a converter program of this machine, where it has one."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from index.errors import UnreadableFile
from index.reading.html import read_html
from index.reading.limits import LIMITS, Reading
from index.reading.plain import decode
from index.reading.word import read_word

_ZIP, _RTF, _MARKUP = b"PK\x03\x04", b"{\\rtf", (b"<!doctype", b"<html")
_TEXT_CONVERTERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("antiword", ("-m", "UTF-8.txt", "-w", "0")),
    ("catdoc", ("-d", "utf-8", "-w")),
)


def read_legacy_word(name: str, data: bytes) -> Reading:
    """The text of a .doc; a page or a .docx under that name is read as what it is."""
    if data.startswith(_ZIP):
        return read_word(name, data)
    if data.lstrip()[:16].lower().startswith(_MARKUP):
        return read_html(name, data)
    with tempfile.TemporaryDirectory(prefix="wence-doc-") as folder:
        source = Path(folder) / ("source.rtf" if data.startswith(_RTF) else "source.doc")
        source.write_bytes(data)
        return _converted(name, source)


def _converted(name: str, source: Path) -> Reading:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office:
        profile = f"-env:UserInstallation=file://{source.parent}/profile"
        target = ("--convert-to", "docx", "--outdir", str(source.parent))
        _run(name, [office, profile, "--headless", *target, str(source)], source.parent)
        made = source.with_suffix(".docx")
        if made.is_file():
            return read_word(name, made.read_bytes())
        raise UnreadableFile(f"{name}：转换没有成功，请用 Word 打开后另存为 .docx")
    for program, options in _TEXT_CONVERTERS:
        found = shutil.which(program)
        if found:
            text = _run(name, [found, *options, str(source)], source.parent)
            return Reading(
                decode(name, text), ("由旧版 Word 转换而来，自动编号和表格请对照原件核对",)
            )
    raise UnreadableFile(f"{name}：这台服务器读不了旧版 Word，请用 Word 或 WPS 打开后另存为 .docx")


def _run(name: str, command: list[str], folder: Path) -> bytes:
    """What a converter writes out; its home is the folder that is thrown away afterwards."""
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=LIMITS.seconds,
            cwd=folder,
            env={"HOME": str(folder), "PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise UnreadableFile(f"{name}：转换没有成功，请用 Word 打开后另存为 .docx") from error
    return done.stdout
