"""What is received: single files, archives and folders, each file with what lies beside it.

A folder may be laid out like the corpus (``raw/a.txt``, ``a.yaml``, ``a.asked.yaml``); so may an
archive. A sidecar is then taken along with its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from index.errors import CorpusError, UnreadableFile
from index.library.files import RAW
from index.reader import MAX_BYTES, READERS
from index.reading.archive import unpack_archive

ARCHIVE = ".zip"
SIDECAR, ASKED, GAPS = "sidecar.yaml", "asked.yaml", "gaps.yaml"
_BESIDE = {SIDECAR: ".yaml", ASKED: ".asked.yaml", GAPS: ".gaps.yaml"}


@dataclass(frozen=True, slots=True)
class Received:
    """One policy file as it came; ``beside`` may hold sidecar.yaml, asked.yaml and gaps.yaml."""

    filename: str
    data: bytes
    beside: Mapping[str, bytes] = field(default_factory=dict)


def unpacked(filename: str, data: bytes) -> tuple[Received, ...]:
    """The file itself, or the policy files of an archive; raises UnreadableFile."""
    if PurePosixPath(filename.lower()).suffix != ARCHIVE:
        return (Received(filename, data),)
    members = dict(unpack_archive(data))
    return tuple(
        Received(name, content, _beside(name, members))
        for name, content in members.items()
        if not name.endswith(".yaml")
    )


def policy_files(path: Path) -> tuple[Path, ...]:
    """The file, or every file of a kind that can be read in a folder and those below it."""
    if path.is_file():
        return (path,)
    if not path.is_dir():
        raise UnreadableFile(f"没有找到 {path}，请检查文件名或文件夹名")
    kinds = {*READERS, ARCHIVE}
    found = (one for one in path.rglob("*") if one.suffix.lower() in kinds and one.is_file())
    return tuple(sorted(one for one in found if not _is_hidden(one.relative_to(path))))


def read_received(path: Path) -> tuple[Received, ...]:
    """What a file on this machine holds; raises CorpusError."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableFile(f"{path.name}：超过 {MAX_BYTES // 1_000_000} MB，请拆分后再放入")
        received = unpacked(path.name, path.read_bytes())
        folder = path.parent.parent if path.parent.name == RAW else path.parent
        near = {f"{path.stem}{end}": folder / f"{path.stem}{end}" for end in _BESIDE.values()}
        texts = {name: one.read_bytes() for name, one in near.items() if one.is_file()}
    except OSError as error:
        raise CorpusError(f"{path.name}：读不出来（{error.strerror}），请检查文件和权限") from error
    if path.suffix.lower() == ARCHIVE:
        return received
    return (Received(path.name, received[0].data, _beside(path.name, texts)),)


def _beside(name: str, members: Mapping[str, bytes]) -> dict[str, bytes]:
    """The sidecars of a file among the members of the same folder, or of the one above ``raw``."""
    path = PurePosixPath(name)
    folder = path.parent.parent if path.parent.name == RAW else path.parent
    return {
        part: members[str(folder / f"{path.stem}{ending}")]
        for part, ending in _BESIDE.items()
        if str(folder / f"{path.stem}{ending}") in members
    }


def _is_hidden(path: Path) -> bool:
    return any(step.startswith((".", "~$")) for step in path.parts)
