"""Publications: for each published index, the corpus files that it was made from.

``<publications>/000012/`` is a corpus folder with ``publication.json``, written last. Files that
did not change are hard links to those of the publication before. ``SYNCED`` names the publication
that the corpus folder was last brought up to.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from index.library.files import (
    RAW,
    Contents,
    LibraryError,
    corpus_files,
    different,
    document_of,
    get_json,
    lay_down,
    put,
    put_json,
)

RECORD, SYNCED = "publication.json", "SYNCED"
SHOWN = 5  # ids in one sentence


@dataclass(frozen=True, slots=True)
class Publication:
    """What was published, when, by whom and why; documents by id.

    ``drafts`` are those it took up; ``from_folder`` tells that it was made of the corpus folder
    as it stood; ``restores`` is the earlier publication that it brings back (0: none).
    """

    number: int
    at: datetime
    by: str
    note: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    from_folder: bool = False
    restores: int = 0

    @property
    def summary(self) -> str:
        """What changed, in a sentence."""
        told = [
            f"{word} {len(ids)} 份（{'、'.join(ids[:SHOWN])}{'等' if len(ids) > SHOWN else ''}）"
            for word, ids in (
                ("新增", self.added),
                ("更新", self.changed),
                ("废止", self.retired),
                ("撤下", self.withdrawn),
            )
            if ids
        ]
        return "，".join(told) or "内容没有变化"

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        body = {name: getattr(self, name) for name in self.__slots__}
        return {**body, "at": self.at.isoformat(timespec="seconds")}

    def of(self, number: int, change: Difference) -> Publication:
        """This publication with its number and what it changed; retired is not also changed."""
        changed = tuple(one for one in change.changed if one not in self.retired)
        return replace(
            self, number=number, added=change.added, changed=changed, withdrawn=change.withdrawn
        )


@dataclass(frozen=True, slots=True)
class Difference:
    """Documents by id: new ones, ones of which anything changed, ones that are gone."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn)


class Publications:
    """The publications below one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def folder_of(self, number: int) -> Path:
        """Where the corpus files of a publication lie."""
        return self.folder / f"{number:06d}"

    def holds(self, number: int) -> bool:
        """Whether there is such a publication."""
        return (self.folder_of(number) / RECORD).is_file()

    def get(self, number: int) -> Publication:
        """The publication with this number; raises LibraryError."""
        body = get_json(self.folder_of(number) / RECORD)
        if body is None:
            raise LibraryError(f"没有第 {number} 次发布的记录，可用 wence documents history 查看")
        names = ("added", "changed", "retired", "withdrawn", "drafts")
        lists = {name: tuple(body[name]) for name in names}
        return Publication(**{**body, **lists, "at": datetime.fromisoformat(body["at"])})

    def up_to(self, number: int) -> tuple[Publication, ...]:
        """The publications up to this one, the newest first; later ones were never served."""
        return tuple(self.get(one) for one in reversed(self._numbers()) if one <= number)

    def files(self, number: int) -> dict[str, Path]:
        """The corpus files of a publication; none for 0, the time before the first."""
        return corpus_files(self.folder_of(number)) if number else {}

    def stage(self, contents: Contents, after: int = 0) -> int:
        """Lay down the files of the next publication; it counts once :meth:`record` was called.

        Its number is above ``after``, which a served build may have whose publication is lost.
        """
        numbers = [int(path.name) for path in self.folder.glob("*") if path.name.isdecimal()]
        number = max([*numbers, after]) + 1
        lay_down(self.folder_of(number), contents, self.folder)
        return number

    def record(self, publication: Publication) -> None:
        """Write what a publication is."""
        put_json(self.folder_of(publication.number) / RECORD, publication.to_json())

    def discard_after(self, number: int) -> None:
        """Remove what was staged after this publication and never served."""
        for path in self.folder.glob("*"):
            if path.name.isdecimal() and int(path.name) > number:
                shutil.rmtree(path, ignore_errors=True)

    def synced(self) -> int:
        """The publication that the corpus folder was last brought up to; 0 when none."""
        try:
            number = int((self.folder / SYNCED).read_text())
        except (OSError, ValueError):
            return 0
        return number if self.holds(number) else 0

    def mark_synced(self, number: int) -> None:
        """Note that the corpus folder holds this publication."""
        put(self.folder / SYNCED, str(number).encode())

    def sync(self, corpus_dir: Path, number: int) -> None:
        """Bring the corpus folder from the publication it holds to this one, file by file.

        Stopped halfway, it is done again from the start; files alike in both are left alone.
        """
        if self.get(number).from_folder:
            return
        before, after = self.files(self.synced()), self.files(number)
        for name in different(before, after):
            if name in after:
                put(corpus_dir / name, after[name].read_bytes())
            else:
                (corpus_dir / name).unlink(missing_ok=True)

    def _numbers(self) -> list[int]:
        return sorted(int(path.parent.name) for path in self.folder.glob(f"*/{RECORD}"))


def difference(before: Mapping[str, Path], after: Mapping[str, Path]) -> Difference:
    """What changed between the corpus files of two publications, by document."""
    old, new = (
        {document_of(name) for name in side if name.startswith(f"{RAW}/")}
        for side in (before, after)
    )
    touched = {document_of(name) for name in different(before, after)}
    return Difference(
        tuple(sorted(new - old)), tuple(sorted(touched & old & new)), tuple(sorted(old - new))
    )


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
