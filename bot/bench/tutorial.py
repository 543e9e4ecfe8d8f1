"""The RAG of a LangChain tutorial over the same files, for comparison only.

RecursiveCharacterTextSplitter 500/50, HuggingFaceEmbeddings with the published model in fp32,
Chroma, top 4. Its libraries are imported only here and only when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from bot.scoring.expectations import GoldQuote
from bot.scoring.measures import Excerpt
from bot.settings import Settings
from index.documents import Document
from index.prepare import BUILT_IN, as_published, prepare_model
from index.quiet import quiet
from index.reader import read_file

if TYPE_CHECKING:
    from langchain_chroma import Chroma
    from langchain_core.embeddings import Embeddings

NAME = "tutorial"
CHUNKS = 4
CHUNK_SIZE = 500
CHUNK_OVERLAP = 50


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a raw file, ``start``:``end`` in its text."""

    document: Document
    start: int
    end: int

    @property
    def region(self) -> str:
        """The region of its document, as a path."""
        return str(self.document.region)

    def holds(self, quote: GoldQuote) -> bool:
        """Whether every character of some occurrence of the quote comes from this piece.

        Compared by place, not by letters, so that page marks and moved text do not count
        against it.
        """
        if self.document.id != quote.document:
            return False
        at = self.document.text.find(quote.quote)
        while at >= 0:
            places = self.document.offsets[at : at + len(quote.quote)]
            if all(self.start <= place < self.end for place in places):
                return True
            at = self.document.text.find(quote.quote, at + 1)
        return False


class TutorialRag:
    """Chunks in Chroma, nothing else."""

    name = "tutorial RAG"
    depths = (1, CHUNKS)

    def __init__(
        self, embeddings: Embeddings, documents: Mapping[str, Document], raw: Mapping[str, str]
    ) -> None:
        self._embeddings = embeddings
        self._documents = documents
        self._raw = raw

    @cached_property
    def store(self) -> Chroma:
        """The collection, made on first use."""
        return build_store(self._embeddings, self._raw)

    def rank(self, question: str, documents: frozenset[str] | None) -> Sequence[Excerpt]:
        """The four nearest chunks."""
        where = {"document_id": {"$in": sorted(documents)}} if documents else None
        found = self.store.similarity_search(question, k=CHUNKS, filter=where)  # type: ignore[arg-type]
        return [
            Chunk(
                self._documents[piece.metadata["document_id"]],
                piece.metadata["start_index"],
                piece.metadata["start_index"] + len(piece.page_content),
            )
            for piece in found
        ]


def build_store(
    embeddings: Embeddings, texts: Mapping[str, str], folder: Path | None = None
) -> Chroma:
    """Split and embed texts, by document id, into a collection in a new folder or in memory."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(
        chunk_size=CHUNK_SIZE, chunk_overlap=CHUNK_OVERLAP, add_start_index=True
    )
    owners = [{"document_id": name} for name in texts]
    store = open_store(embeddings, folder)
    store.add_documents(splitter.create_documents(list(texts.values()), owners))
    return store


def open_store(embeddings: Embeddings, folder: Path | None) -> Chroma:
    """The collection of a folder, or a new one in memory."""
    from chromadb.config import Settings as ChromaSettings
    from langchain_chroma import Chroma

    return Chroma(
        NAME if folder else f"{NAME}-{uuid4().hex}",
        embeddings,
        persist_directory=str(folder) if folder else None,
        client_settings=ChromaSettings(
            anonymized_telemetry=False,
            is_persistent=folder is not None,
            persist_directory=str(folder or ""),
        ),
    )


def load_tutorial(settings: Settings, documents: Mapping[str, Document]) -> TutorialRag:
    """The baseline over the raw files of the documents held."""
    raw = raw_texts(settings.corpus_dir)
    held = {name: text for name, text in raw.items() if name in documents}
    return TutorialRag(tutorial_embeddings(settings), documents, held)


def tutorial_embeddings(settings: Settings) -> Embeddings:
    """HuggingFaceEmbeddings on the carried model in fp32, or on the model that is set.

    Not on the adapted one: who follows a tutorial takes the model as it is published.
    """
    from langchain_huggingface import HuggingFaceEmbeddings

    name = as_published(settings.embedding_model)
    folder = prepare_model(name, "fp32", settings.cache_dir)
    model = str(folder) if name in BUILT_IN else name
    with quiet():
        return HuggingFaceEmbeddings(model_name=model, model_kwargs={"device": "cpu"})


def raw_texts(corpus_dir: Path) -> dict[str, str]:
    """The text of every raw file, by document id."""
    files = sorted((corpus_dir / "raw").iterdir())
    return {path.stem: read_file(path).text for path in files if not path.name.startswith(".")}
