"""What a prepared int8 model keeps in its folder, opened: graph, tokenizer, word embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from index.carrier import BLOCK

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]


class WordVectors:
    """Word embeddings, memory-mapped, decoded from blocks of 32 weights when asked for."""

    def __init__(self, folder: Path) -> None:
        self._levels = np.load(folder / "levels.npy", mmap_mode="r")
        self._scales = np.load(folder / "scales.npy", mmap_mode="r")
        self.width = int(self._levels.shape[1])

    def __getitem__(self, ids: Sequence[int]) -> Vectors:
        """Token ids -> float32 (n, width)."""
        levels = self._levels[ids].reshape(len(ids), self.width // BLOCK, BLOCK)
        words: Vectors = (levels * self._scales[ids][..., None]).reshape(len(ids), self.width)
        return words


def open_graph(folder: Path, threads: int = 1) -> InferenceSession:
    """The graph, to be run on so many threads; for a question two are slower than one."""
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.enable_cpu_mem_arena = False
    # the graph is written as it runs fastest: fusing more of it makes it slower
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    return onnxruntime.InferenceSession(
        folder / "model.onnx", options, providers=["CPUExecutionProvider"]
    )


def open_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer; it cuts a text after as many tokens as the model reads."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def sound(text: str) -> str:
    """The text with lone surrogates replaced by ``?``: tokenizers take valid Unicode only."""
    return text.encode("utf-8", "replace").decode("utf-8")
