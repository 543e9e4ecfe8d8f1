"""The question bank in a build: its questions are gathered, embedded, written and opened."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType

import numpy as np

from index.asked import questions_of
from index.bank import Floats, QuestionBank, type_bits
from index.corpus import Asked
from index.documents import Document
from index.embedder import Embedder
from index.keywords import KeywordIndex, build_keywords, load_keywords, save_keywords
from index.lines import map_array
from index.question_types import question_types
from index.store import Vectors
from index.word_odds import count_words, load_odds, save_odds

DIGEST_BYTES = 16


@dataclass(frozen=True, slots=True)
class BankTexts:
    """The questions of a bank before they are embedded, document by document."""

    texts: tuple[str, ...]
    answered: tuple[bool, ...]
    starts: tuple[int, ...]


def bank_texts(documents: Sequence[Document], asked: Asked, gaps: Asked) -> BankTexts:
    """Answered questions in the order of the clauses, then the gaps, document by document."""
    texts: list[str] = []
    answered: list[bool] = []
    starts = [0]
    for document in documents:
        held = asked.get(document.id, {})
        own = [one.text for clause in document.clauses for one in questions_of(held, clause)]
        missing = [text for group in gaps.get(document.id, {}).values() for text in group]
        texts += [*own, *missing]
        answered += [True] * len(own) + [False] * len(missing)
        starts.append(len(texts))
    return BankTexts(tuple(texts), tuple(answered), tuple(starts))


def write_bank(
    folder: Path,
    bank: BankTexts,
    embedder: Embedder,
    known: Path | None,
    passages: Mapping[bytes, Vectors] = MappingProxyType({}),
) -> None:
    """Embed and write; vectors come from the previous build or from passages of the same text."""
    digests = [blake2b(text.encode(), digest_size=DIGEST_BYTES).digest() for text in bank.texts]
    before = {**_before(known), **passages}
    vectors = np.zeros((len(digests), embedder.dimensions), dtype=np.float32)
    new = [row for row, digest in enumerate(digests) if digest not in before]
    for row, digest in enumerate(digests):
        if digest in before:
            vectors[row] = before[digest]
    if new:
        vectors[new] = embedder.embed_documents_array([bank.texts[row] for row in new])
    np.save(folder / "bank_vectors.npy", vectors)
    np.save(folder / "bank_answered.npy", np.array(bank.answered, dtype=np.bool_))
    np.save(folder / "bank_digests.npy", np.array(digests, dtype=f"V{DIGEST_BYTES}"))
    np.save(folder / "bank_starts.npy", np.array(bank.starts, dtype=np.int64))
    types = [type_bits(question_types(text)) for text in bank.texts]
    np.save(folder / "bank_types.npy", np.array(types, dtype=np.uint32))
    keywords = build_keywords([(text, 1)] for text in bank.texts)
    np.save(folder / "bank_masses.npy", _masses(keywords))
    save_keywords(keywords, folder / "bank_keywords")
    save_odds(count_words(bank.texts, bank.answered, bank.starts), folder)


def copy_bank(source: Path, folder: Path) -> None:
    """Take over the files of the same bank in another build."""
    for path in source.glob("bank_*"):
        (shutil.copytree if path.is_dir() else shutil.copyfile)(path, folder / path.name)


def load_bank(folder: Path) -> QuestionBank:
    """Open the bank of a build; raises OSError or ValueError."""
    return QuestionBank(
        map_array(folder / "bank_vectors.npy"),
        map_array(folder / "bank_answered.npy"),
        map_array(folder / "bank_digests.npy"),
        map_array(folder / "bank_starts.npy"),
        map_array(folder / "bank_masses.npy"),
        map_array(folder / "bank_types.npy"),
        load_keywords(folder / "bank_keywords"),
        load_odds(folder),
    )


def _masses(keywords: KeywordIndex) -> Floats:
    masses = np.zeros(keywords.size, dtype=np.float32)
    np.add.at(masses, keywords.clauses, keywords.weights)
    return np.maximum(masses, np.float32(1e-6))


def _before(folder: Path | None) -> dict[bytes, Vectors]:
    if folder is None:
        return {}
    try:
        bank = load_bank(folder)
    except (OSError, ValueError):
        return {}
    return {bytes(digest): bank.vectors[row] for row, digest in enumerate(bank.digests)}
