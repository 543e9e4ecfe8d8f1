"""What is measured, each ready to be asked: the product and what a user would pick instead."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

import numpy as np

from bot.conversation import Question
from bot.scoring.baselines import typed
from bot.settings import Settings

Ask = Callable[[Question], Mapping[str, float]]
TOP = 10
TUTORIAL = "tutorial"  # folder of its collection, beside the builds


def open_system(name: str, settings: Settings) -> Ask:
    """Load a system; what it returns answers one question and tells milliseconds by step."""
    return SYSTEMS[name](settings)


def open_product(settings: Settings) -> Ask:
    """The whole answer, verified; as ``wence serve`` has it when the first reader comes."""
    from bot.chain import load_chain

    chain = load_chain(settings)
    chain.warm_up()
    return lambda question: chain.invoke(question).timings_ms


def open_vectors(settings: Settings) -> Ask:
    """The same model and the same collection, nothing else: the ten nearest passages."""
    from index.embedder import load_embedder
    from index.publish import current_build
    from index.store import PassageStore

    embedder = load_embedder(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir
    )
    store = PassageStore.open(current_build(settings.index_dir) / "chroma")

    def ask(question: Question) -> Mapping[str, float]:
        started = perf_counter()
        vector = embedder.embed_query_array([typed(question)])[0]
        embedded = perf_counter()
        store.nearest(vector, TOP)
        return {"embed": _ms(started, embedded), "search": _ms(embedded, perf_counter())}

    return ask


def open_keywords(settings: Settings) -> Ask:
    """The same keyword index, nothing else: the ten best clauses."""
    from index.keywords import load_keywords
    from index.order import best
    from index.publish import current_build
    from index.tokens import weighted_tokens

    keywords = load_keywords(current_build(settings.index_dir) / "keywords")

    def ask(question: Question) -> Mapping[str, float]:
        started = perf_counter()
        tokens = weighted_tokens(((typed(question), 1.0),))
        cut = perf_counter()
        best(keywords.scores(tokens), TOP)
        return {"tokens": _ms(started, cut), "search": _ms(cut, perf_counter())}

    return ask


def open_tutorial(settings: Settings) -> Ask:
    """The tutorial RAG over its own collection: the four nearest chunks."""
    from bot.bench.tutorial import CHUNKS, open_store, tutorial_embeddings

    store = open_store(tutorial_embeddings(settings), settings.index_dir / TUTORIAL)

    def ask(question: Question) -> Mapping[str, float]:
        started = perf_counter()
        store.similarity_search(typed(question), k=CHUNKS)
        return {"total": _ms(started, perf_counter())}

    return ask


def recall_at_ten(settings: Settings, questions: list[Question]) -> float:
    """Share of the ten exactly nearest passages that the graph of the collection finds."""
    from index.embedder import load_embedder
    from index.search import Searcher

    embedder = load_embedder(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir
    )
    snapshot = Searcher.open(settings.index_dir, embedder).snapshot
    shares = []
    for question in questions:
        vector = embedder.embed_query_array([question.text])[0]
        cosines = np.asarray(snapshot.vectors @ vector)
        tenth = np.sort(np.unique(cosines))[-TOP:][0]
        _, found = snapshot.store.nearest(vector, TOP)
        shares.append(float(np.mean(found >= tenth - 1e-4)))
    return float(np.mean(shares))


SYSTEMS: Mapping[str, Callable[[Settings], Ask]] = {
    "WenCe": open_product,
    "bare vectors": open_vectors,
    "bare BM25": open_keywords,
    "tutorial RAG": open_tutorial,
}


def resident_mb() -> float:
    """Resident memory of this process in MB (Linux)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def _ms(start: float, end: float) -> float:
    return (end - start) * 1000
