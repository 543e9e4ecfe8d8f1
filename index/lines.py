"""Files of a build: JSON Lines of which any row is read alone, and arrays.

A small file is read. A large one is mapped, so that workers share it: should somebody cut it short
where it lies, the system ends the process (SIGBUS), which is why no more is mapped than has to be.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

READ_BYTES = 64 * 1024 * 1024  # of one file; the five documents take 10 MB in all


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Rows of a ``.jsonl`` file; ``starts`` holds len + 1 byte offsets."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> dict[str, Any]:
        line = self.data[self.starts[row] : self.starts[row + 1]].tobytes()
        value: dict[str, Any] = json.loads(line)
        return value


def to_line(row: Mapping[str, Any]) -> bytes:
    """One row as it stands in the file."""
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def write_lines(path: Path, lines: Sequence[bytes]) -> None:
    """Write ``path`` (.jsonl) and its offset table beside it (.npy); at least one row."""
    starts = np.concatenate(([0], np.cumsum([len(line) for line in lines])))
    with path.open("wb") as file:
        file.writelines(lines)
    np.save(path.with_suffix(".npy"), starts.astype(np.int64))


def open_lines(path: Path) -> JsonLines:
    """Open a file of :func:`write_lines`; raises OSError or ValueError when it is damaged."""
    if _is_small(path):
        data = np.fromfile(path, dtype=np.uint8)
    else:
        data = np.memmap(path, dtype=np.uint8, mode="r")
    return JsonLines(np.asarray(data), map_array(path.with_suffix(".npy")))


def map_array(path: Path) -> NDArray[Any]:
    """An ``.npy`` file as a plain array; the memmap class itself makes each slice slower."""
    array = np.asarray(np.load(path, mmap_mode=None if _is_small(path) else "r"))
    array.setflags(write=False)
    return array


def _is_small(path: Path) -> bool:
    return path.stat().st_size <= READ_BYTES
