"""``wence bench retrieval``: how well the product finds the articles that answer questions.

Any articles and questions are indexed with the product's own code: every article is a document
of one clause. Beside the product stand the methods a user might take instead, over the same
articles: BM25, the vectors of whole articles, and reciprocal rank fusion of the two, with the model
as it is published and, where the product adapts it, with the adapted one too.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.bench.data import Article, Asked, read_articles, read_questions, to_documents
from bot.settings import Settings
from index.build import build_index
from index.embedder import Embedder, load_embedder
from index.errors import SettingsError
from index.fusion import reciprocal_rank_fusion
from index.keywords import KeywordIndex, build_keywords
from index.order import best
from index.prepare import as_published, prepare_model
from index.search import Query, Searcher
from index.snapshot import Snapshot
from index.store import Vectors
from index.tokens import weighted_tokens

DEPTH = 100  # articles ranked for each question
CUTS = (1, 5, 10, 30, 100)
RESAMPLES = 1000
SEED = 0
PUBLISHED = ("bm25", "vectors", "rrf")
OURS = ("adapted vectors", "adapted rrf")

Ranking = list[str]
Progress = Callable[[str, int, int], None]


def run_bench_retrieval(
    arguments: argparse.Namespace, settings: Settings, show: Callable[[str], None]
) -> int:
    """The command: figures as JSON; 0. Raises WenceError."""
    if arguments.articles is None or arguments.queries is None:
        raise SettingsError("wence bench retrieval 需要 --articles FILE 和 --queries FILE")
    report = bench_retrieval(
        arguments.articles, arguments.queries, settings, arguments.qrels, arguments.seen
    )
    show(json.dumps(report, ensure_ascii=False, indent=1))
    return 0


def bench_retrieval(
    articles: Path,
    queries: Path,
    settings: Settings,
    qrels: Path | None = None,
    seen: Path | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Figures of every method over all questions and, given train questions, over unseen ones.

    A question is unseen when none of its articles is the answer to one in ``seen``.
    """
    texts, questions = read_articles(articles), read_questions(queries, qrels)
    embedder = _prepared(settings, settings.embedding_model)
    published = as_published(settings.embedding_model)
    plain = None if published == settings.embedding_model else _prepared(settings, published)
    known = frozenset[str]()
    if seen:
        known = frozenset().union(*(question.relevant for question in read_questions(seen)))
    with tempfile.TemporaryDirectory() as scratch:
        build_index(to_documents(texts), {}, embedder, Path(scratch), progress)
        searcher = Searcher.open(Path(scratch), embedder)
        try:
            rankings = rank_all(searcher, texts, questions, embedder, plain)
        finally:
            searcher.snapshot.store.close()
    chosen = [row for row, question in enumerate(questions) if not question.relevant & known]
    report = {"embedder": embedder.identity, "articles": len(texts), "depth": DEPTH}
    report["all"] = compare_methods(rankings, questions)
    if seen:
        unseen = {name: [ranked[row] for row in chosen] for name, ranked in rankings.items()}
        report["unseen"] = compare_methods(unseen, [questions[row] for row in chosen])
    return report


def _prepared(settings: Settings, name: str) -> Embedder:
    prepare_model(name, settings.embedding_precision, settings.cache_dir)
    return load_embedder(name, settings.embedding_precision, settings.cache_dir)


def rank_all(
    searcher: Searcher,
    articles: Sequence[Article],
    questions: Sequence[Asked],
    embedder: Embedder,
    published: Embedder | None = None,
) -> dict[str, list[Ranking]]:
    """Article ids, best first, by method and question.

    ``published`` is the model of the baselines, where it is not the product's own.
    """
    ids = [article.id for article in articles]
    keywords = build_keywords([[(f"{one.title} {one.text}", 1)] for one in articles])
    vectors = _whole_vectors(searcher.snapshot, articles, embedder)
    theirs = published.embed_documents_array(_whole(articles)) if published else vectors
    rankings = defaultdict[str, list[Ranking]](list)

    def keep(names: Sequence[str], found: Sequence[Sequence[int]]) -> None:
        for name, rows in zip(names, found, strict=True):
            rankings[name].append([ids[row] for row in rows])

    for question in questions:
        vector = searcher.embed(question.text)
        if published:
            plain = published.embed_query_array([question.text])[0]
            keep(PUBLISHED, baselines(keywords, theirs, question.text, plain))
            keep(OURS, baselines(keywords, vectors, question.text, vector)[1:])
        else:
            keep(PUBLISHED, baselines(keywords, vectors, question.text, vector))
        query = Query(question.text, limit=DEPTH, vector=vector)
        hits = searcher.search(query).hits
        keep(["product"], [[int(hit.document.id) for hit in hits]])
    return dict(rankings)


def baselines(
    keywords: KeywordIndex, vectors: Vectors, text: str, vector: Vectors
) -> tuple[list[int], list[int], list[int]]:
    """Rows, best first, by BM25, by vectors, and by reciprocal rank fusion of both (k 60)."""
    scores = keywords.scores(weighted_tokens([(text, 1.0)]))
    sparse = [int(row) for row in best(scores, DEPTH) if scores[row] > 0]
    dense = best(vectors @ vector, DEPTH).tolist()
    fused = reciprocal_rank_fusion([sparse, dense])
    return sparse, dense, sorted(fused, key=lambda row: -fused[row])[:DEPTH]


def compare_methods(
    rankings: dict[str, list[Ranking]], questions: Sequence[Asked]
) -> dict[str, Any]:
    """Every method's figures, and the product's over those of rank fusion."""
    report: dict[str, Any] = {"questions": len(questions)}
    if not questions:
        return report
    tables = {
        name: np.array([figures(*pair) for pair in zip(ranked, questions, strict=True)])
        for name, ranked in rankings.items()
    }
    for name, table in tables.items():
        report[name] = _summary(table)
    product = tables["product"]
    for name in (PUBLISHED[-1], OURS[-1]):
        if name not in tables:
            continue
        over = product.mean(axis=0) / np.maximum(tables[name].mean(axis=0), 1e-9)
        report[f"product / {name}"] = dict(zip(_names(), over.round(3).tolist(), strict=True))
        report[f"product - {name}"] = _summary(product - tables[name])
    return report


def figures(ranking: Ranking, question: Asked) -> list[float]:
    """Share of the relevant articles among the first 1, 5, 10, 30, 100; reciprocal rank to 10."""
    places = [place for place, article in enumerate(ranking) if article in question.relevant]
    recalls = [sum(place < cut for place in places) / len(question.relevant) for cut in CUTS]
    first = places[0] + 1 if places else DEPTH
    return [*recalls, 1 / first if first <= 10 else 0.0]


def interval(values: NDArray[np.float64]) -> list[float]:
    """95 % of the means of samples drawn with replacement lie in it."""
    draws = np.random.default_rng(SEED).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[draws].mean(axis=1), (0.025, 0.975))
    return [round(float(low), 4), round(float(high), 4)]


def _names() -> list[str]:
    return [*(f"R@{cut}" for cut in CUTS), "MRR@10"]


def _summary(table: NDArray[np.float64]) -> dict[str, Any]:
    columns = zip(_names(), table.T, strict=True)
    return {
        name: {"mean": round(float(values.mean()), 4), "ci95": interval(values)}
        for name, values in columns
    }


def _whole(articles: Sequence[Article]) -> list[str]:
    """The text of each, title in front."""
    return ["\n".join(filter(None, (one.title, one.text))) for one in articles]


def _whole_vectors(snapshot: Snapshot, articles: Sequence[Article], embedder: Embedder) -> Vectors:
    """One vector an article; taken from the index where it holds that text."""
    texts = _whole(articles)
    held = {snapshot.passage_at(row).text: row for row in range(len(snapshot.passages))}
    vectors = np.zeros((len(texts), embedder.dimensions), dtype=np.float32)
    for row, text in enumerate(texts):
        known = held.get(text)
        vectors[row] = (
            embedder.embed_documents_array([text])[0] if known is None else snapshot.vectors[known]
        )
    return vectors
