"""Adapters of the carried encoder: low-rank updates of its matrices (Hu et al. 2021).

``tests/benchmarks/train_adapter.py`` trained one on questions that people ask and the articles or
clauses that answer them; RETRIEVAL.md has what it gains. ``tests/benchmarks/train_entailment.py``
trained the other, which compares a sentence with the clause it cites, on pairs written for it.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.carrier import Carrier
from index.errors import ModelError

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AdapterFile:
    """A file of this package and what it must be."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class EntailmentHead:
    """What is read off the encoder: ``weights`` (2 width,) of mean and maximum, and a ``bias``.

    ``side`` (width,) marks the tokens of the sentence.
    """

    side: Floats
    weights: Floats
    bias: Floats


_DATA = Path(__file__).parent / "data"
QUESTIONS = AdapterFile(
    _DATA / "adapter.npz", "22cabc9cc6ec395ceafdfe21a834f1aa2c374b58ffe35218215dc8ea5c3f139e"
)
ENTAILMENT = AdapterFile(
    _DATA / "entailment.npz", "9a81c393f12869419cc6e446f3f0a0ba35d972caa553197e0c39cd2ae79ef6f0"
)
_RESTORE = "请从本项目的版本库恢复这个文件，或重新安装。"


def with_adapter(carrier: Carrier, file: AdapterFile = QUESTIONS) -> Carrier:
    """The carrier with ``up @ down`` added to each matrix that the file updates.

    The file holds ``<matrix>.up`` (outputs, rank) and ``<matrix>.down`` (rank, inputs) in half
    precision. Raises ModelError when it is not the expected one.
    """
    arrays = _read(file)
    names = [name.removesuffix(".up") for name in arrays if name.endswith(".up")]
    updates = {f"{one}.w": (arrays[f"{one}.up"], arrays[f"{one}.down"]) for one in names}
    return replace(carrier, updates=updates)


def read_head(file: AdapterFile = ENTAILMENT) -> EntailmentHead:
    """The part of the file that is no update. Raises ModelError."""
    arrays = _read(file)
    return EntailmentHead(arrays["side"], arrays["head.weights"], arrays["head.bias"])


def _read(file: AdapterFile) -> dict[str, Floats]:
    path = file.path
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"无法读取向量模型的适配文件 {path}（{error}）。{_RESTORE}") from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise ModelError(f"向量模型的适配文件 {path} 已损坏（SHA-256 differs）。{_RESTORE}")
    with np.load(io.BytesIO(data)) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
