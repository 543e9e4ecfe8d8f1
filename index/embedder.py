"""Text to vector, as a LangChain ``Embeddings``; the only model library in use while answering.

The carried model in int8 runs on ONNX Runtime, a thread to a text: the fastest for short texts, and
a vector never depends on what else was embedded. Everything else, the carried
model in fp32 included, runs on sentence-transformers, imported only then. Texts are cut after 256
tokens (about 400 characters of Chinese policy text).
"""

from __future__ import annotations

import hashlib
import os
import threading
from abc import abstractmethod
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

from index.errors import ModelError
from index.modelcache import digests, is_intact
from index.prepare import (
    ADAPTED,
    BUILT_IN,
    check_precision,
    is_folder,
    model_folder,
    vectors_digest,
)
from index.prepared import WordVectors, open_graph, open_tokenizer, sound
from index.quiet import quiet
from index.vocabulary import MAX_TOKENS, PASSAGE_PROMPT, QUERY_PROMPT

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = npt.NDArray[np.float32]
Ids = npt.NDArray[np.int64]
PIECE = MAX_TOKENS - 2  # characters that are never more tokens than are read
SPECIAL = 4  # ids below are no subwords: begin, padding, end, unknown


class Embedder(Embeddings):
    """Unit vectors of questions and passages; safe to share between threads.

    ``identity`` changes whenever vectors may: an index built under another one is not comparable.
    """

    identity: str
    dimensions: int

    @abstractmethod
    def embed_query_array(self, texts: Sequence[str]) -> Vectors:
        """Questions -> float32 (n, dimensions), rows of length 1."""

    @abstractmethod
    def embed_documents_array(self, texts: Sequence[str]) -> Vectors:
        """Passages -> float32 (n, dimensions), rows of length 1."""

    def subwords(self, text: str) -> Ids:
        """The distinct subwords of a text, ascending; none of a model that keeps them to itself."""
        return np.zeros(0, dtype=np.int64)

    def subword_vectors(self, ids: Ids) -> Vectors:
        """What the model knows of subwords without context, shape (n, width)."""
        return np.zeros((len(ids), 0), dtype=np.float32)

    def embed_query(self, text: str) -> list[float]:
        """One question -> its vector."""
        vector: list[float] = self.embed_query_array([text])[0].tolist()
        return vector

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Passages -> their vectors, in order."""
        vectors: list[list[float]] = self.embed_documents_array(texts).tolist()
        return vectors


def load_embedder(name: str, precision: str, cache_dir: Path) -> Embedder:
    """Load a model that ``prepare_model`` made ready; raises ModelError."""
    check_precision(precision)
    folder = model_folder(name, precision, cache_dir)
    if not (is_intact(folder) or is_folder(name)):
        raise ModelError(
            f"向量模型 {name}（{precision}）尚未准备好，或缓存 {folder} 不完整（not prepared）。"
            "请运行 make install 或 wence index，程序会自动重建。"
        )
    if name in BUILT_IN:
        identity = f"{name}:{precision}:{vectors_digest(name)}"
        kind = OnnxEmbedder if precision == "int8" else SentenceTransformerEmbedder
        return kind(folder, identity)
    return SentenceTransformerEmbedder(folder, f"{name}:{_folder_digest(folder)}")


def _folder_digest(folder: Path) -> str:
    return hashlib.sha256(repr(sorted(digests(folder).items())).encode()).hexdigest()[:12]


class OnnxEmbedder(Embedder):
    """A built-in model, quantised."""

    def __init__(self, folder: Path, identity: str) -> None:
        self.identity = identity
        self._session = open_graph(folder)
        self._tokenizer = open_tokenizer(folder)
        self._words = WordVectors(folder)
        self.dimensions = self._words.width
        self._helpers = ThreadPoolExecutor(os.cpu_count(), "embed")  # its threads start when used

    def embed_query_array(self, texts: Sequence[str]) -> Vectors:
        """Questions -> float32 (n, dimensions)."""
        return self._embed([QUERY_PROMPT + text for text in map(sound, texts)])

    def embed_documents_array(self, texts: Sequence[str]) -> Vectors:
        """Passages -> float32 (n, dimensions)."""
        return self._embed([PASSAGE_PROMPT + text for text in map(sound, texts)])

    def subwords(self, text: str) -> Ids:
        """The distinct subwords of a text, ascending, of a text of any length."""
        pieces = [sound(text)[at : at + PIECE] for at in range(0, len(text), PIECE)]
        found = [self._tokenizer.encode(piece, add_special_tokens=False).ids for piece in pieces]
        ids = np.unique(np.array(list(chain.from_iterable(found)), dtype=np.int64))
        return ids[ids >= SPECIAL]

    def subword_vectors(self, ids: Ids) -> Vectors:
        """The word embeddings that the encoder starts from, shape (n, dimensions)."""
        return self._words[ids.tolist()]

    def _embed(self, texts: list[str]) -> Vectors:
        if len(texts) == 1:
            rows = [self._embed_one(texts[0])]
        else:
            rows = list(self._helpers.map(self._embed_one, texts))
        return np.array(rows, np.float32).reshape(-1, self.dimensions)

    def _embed_one(self, text: str) -> Vectors:
        words = self._words[self._tokenizer.encode(text).ids]
        vector: Vectors = self._session.run(["vector"], {"words": words[None]})[0][0]
        return vector


class SentenceTransformerEmbedder(Embedder):
    """Any sentence-transformers folder, with its own prompts if it has them."""

    def __init__(self, folder: Path, identity: str) -> None:
        self.identity = identity
        self._model = _sentence_transformer(folder)
        self._lock = threading.Lock()  # its tokenizer must not be borrowed twice
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def embed_query_array(self, texts: Sequence[str]) -> Vectors:
        """Questions -> float32 (n, dimensions)."""
        with self._lock:
            return self._array(
                self._model.encode_query([*map(sound, texts)], show_progress_bar=False)
            )

    def embed_documents_array(self, texts: Sequence[str]) -> Vectors:
        """Passages -> float32 (n, dimensions)."""
        with self._lock:
            return self._array(
                self._model.encode_document([*map(sound, texts)], show_progress_bar=False)
            )

    def _array(self, vectors: object) -> Vectors:
        array = np.array(vectors, np.float32).reshape(-1, self.dimensions)
        lengths: Vectors = np.linalg.norm(array, axis=1, keepdims=True)
        array /= np.maximum(lengths, 1e-12)
        return array


def _sentence_transformer(folder: Path) -> SentenceTransformer:
    from sentence_transformers import SentenceTransformer

    try:
        with quiet():
            return SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError) as error:
        raise ModelError(
            f"{folder} 不是可用的 sentence-transformers 模型文件夹（{type(error).__name__}）。"
            f"请检查文件夹是否完整，或把 WENCE_EMBEDDING_MODEL 设回 {ADAPTED}。"
        ) from error
