"""The adapter of the carried encoder: low-rank updates of its upper layers (Hu et al. 2021).

``tests/benchmarks/train_adapter.py`` trained it on questions that people ask and the articles or
clauses that answer them; RETRIEVAL.md has what it gains.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np

from index.carrier import Carrier
from index.errors import ModelError

_RESTORE = "请从本项目的版本库恢复这个文件，或重新安装。"
ADAPTER_FILE = Path(__file__).parent / "data" / "adapter.npz"
ADAPTER_SHA256 = "22cabc9cc6ec395ceafdfe21a834f1aa2c374b58ffe35218215dc8ea5c3f139e"


def with_adapter(carrier: Carrier, path: Path = ADAPTER_FILE) -> Carrier:
    """The carrier with ``up @ down`` added to each matrix that the file updates.

    The file holds ``<matrix>.up`` (outputs, rank) and ``<matrix>.down`` (rank, inputs) in half
    precision. Raises ModelError when it is not the expected one.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"无法读取向量模型的适配文件 {path}（{error}）。{_RESTORE}") from error
    if hashlib.sha256(data).hexdigest() != ADAPTER_SHA256:
        raise ModelError(f"向量模型的适配文件 {path} 已损坏（SHA-256 differs）。{_RESTORE}")
    with np.load(io.BytesIO(data)) as file:
        arrays = {name: file[name].astype(np.float32) for name in file.files}
    names = [name.removesuffix(".up") for name in arrays if name.endswith(".up")]
    updates = {f"{one}.w": (arrays[f"{one}.up"], arrays[f"{one}.down"]) for one in names}
    return replace(carrier, updates=updates)
