"""JSON Lines with an offset table: any row is read alone from a memory map."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


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


def write_lines(path: Path, rows: Iterable[Any]) -> None:
    """Write ``path`` (.jsonl) and its offset table beside it (.npy); at least one row."""
    starts = [0]
    with path.open("wb") as file:
        for row in rows:
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n"
            starts.append(starts[-1] + file.write(line.encode()))
    np.save(path.with_suffix(".npy"), np.array(starts, dtype=np.int64))


def open_lines(path: Path) -> JsonLines:
    """Map a file of :func:`write_lines`; raises OSError or ValueError when it is damaged."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    return JsonLines(np.asarray(data), map_array(path.with_suffix(".npy")))


def map_array(path: Path) -> NDArray[Any]:
    """Map an ``.npy`` file as a plain array; the memmap class itself makes each slice slower."""
    return np.asarray(np.load(path, mmap_mode="r"))
