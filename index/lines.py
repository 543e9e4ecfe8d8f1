"""Files of a build: JSON Lines of which any row is read alone, and arrays.

A small file is read. A large one is mapped, so that workers share it: should somebody cut it short
where it lies, the system ends the process (SIGBUS), which is why no more is mapped than has to be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from mmap import mmap
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

READ_BYTES = 64 * 1024 * 1024  # of one file; the five documents take 10 MB in all

Stretch = tuple[bytes, NDArray[np.int64]]  # lines one behind the other, and the length of each


@dataclass(frozen=True, slots=True)
class JsonLines:
    """Rows of a ``.jsonl`` file; ``starts`` holds len + 1 byte offsets."""

    data: NDArray[np.uint8]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, row: int) -> dict[str, Any]:
        line = self.data[self.starts[row] : self.starts[row + 1]].tobytes()
        value: dict[str, Any] = orjson.loads(line)
        return value

    def stretch(self, rows: slice) -> Stretch:
        """Rows as they stand in the file, one behind the other."""
        starts = self.starts[rows.start : rows.stop + 1]
        return self.data[starts[0] : starts[-1]].tobytes(), np.diff(starts)


def to_line(row: Mapping[str, Any]) -> bytes:
    """One row as it stands in the file."""
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def stretch_of(lines: Sequence[bytes]) -> Stretch:
    """Lines one behind the other."""
    return b"".join(lines), np.array([len(line) for line in lines], dtype=np.int64)


def write_stretches(path: Path, stretches: Iterable[Stretch]) -> None:
    """Write ``path`` (.jsonl) and its offset table beside it (.npy); at least one row."""
    lengths = [np.zeros(1, dtype=np.int64)]
    with path.open("wb") as file:
        for data, own in stretches:
            file.write(data)
            lengths.append(own)
    np.save(path.with_suffix(".npy"), np.cumsum(np.concatenate(lengths)))


def open_lines(path: Path) -> JsonLines:
    """Open a file of :func:`write_lines`; raises OSError or ValueError when it is damaged."""
    data = np.memmap(path, dtype=np.uint8, mode="r")
    return JsonLines(_opened(data), map_array(path.with_suffix(".npy")))


def map_array(path: Path) -> NDArray[Any]:
    """An ``.npy`` file as a plain array that nothing can change."""
    return _opened(np.load(path, mmap_mode="r"))


def _opened(mapped: NDArray[Any]) -> NDArray[Any]:
    """A small array in memory of its own, which the system has back when the array goes.

    The C library would keep it, in pieces. The memmap class itself makes each slice slower.
    """
    if mapped.nbytes > READ_BYTES:
        return np.asarray(mapped)
    memory = mmap(-1, max(mapped.nbytes, 1))
    own = np.frombuffer(memory, mapped.dtype, mapped.size).reshape(mapped.shape)
    own[...] = mapped
    own.setflags(write=False)
    return own
