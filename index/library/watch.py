"""A folder that other systems drop files into: each new or changed file becomes a draft, once.

A file counts when its size and time have not changed between two looks, so that one that is still
being copied is left for the next. What was taken in stands in ``watched.json`` beside the drafts.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from index.errors import CorpusError
from index.library.drafts import Added, Drafts, Fault
from index.library.files import get_json, put_json
from index.library.intake import policy_files, read_received

RECORD = "watched.json"

State = tuple[int, int]  # bytes, nanoseconds


class Watch:
    """One watched folder; ``looks`` are cheap while nothing changes."""

    def __init__(self, folder: Path, drafts: Drafts, by: str) -> None:
        self._folder, self._drafts, self._by = folder, drafts, by
        name = blake2b(str(folder.resolve()).encode(), digest_size=5).hexdigest()
        self._record = drafts.folder / f"{name}.{RECORD}"
        self._seen: dict[Path, State] = {}
        self._done: dict[str, list[int]] = get_json(self._record) or {}

    def look(self) -> Iterator[tuple[Path, Added]]:
        """Take in every file that is whole and new; raises UnreadableFile without the folder."""
        before, self._seen = self._seen, dict(_states(self._folder))
        for path, state in self._seen.items():
            if before.get(path) == state and self._done.get(self._name(path)) != list(state):
                yield path, self._take_in(path)
                self._done[self._name(path)] = list(state)
                put_json(self._record, self._done)

    def waits(self) -> bool:
        """Whether a file was seen that the next look may take in."""
        return any(
            self._done.get(self._name(path)) != list(state) for path, state in self._seen.items()
        )

    def _take_in(self, path: Path) -> Added:
        try:
            return self._drafts.keep_all(read_received(path), self._by)
        except CorpusError as error:
            return Added(faults=(Fault(path.name, str(error)),))

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()


def _states(folder: Path) -> Iterator[tuple[Path, State]]:
    """Every file with its state; one that goes away in between is not there."""
    for path in policy_files(folder):
        try:
            status = path.stat()
        except OSError:
            continue
        yield path, (status.st_size, status.st_mtime_ns)
