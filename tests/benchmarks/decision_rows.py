"""Labelled questions -> rows of features that the decision is fitted on (fit_decision.py)."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain as chained
from pathlib import Path

from bot.authority import Layer
from bot.chain import PolicyChain
from bot.conversation import Question
from bot.scoring.expectations import Expectation, load_expectations
from bot.settings import Settings, bench_data
from bot.understand import understand
from index.build import build_index
from index.corpus import Corpus, load_corpus
from index.embedder import load_embedder
from index.search import Searcher

DATA = Path(__file__).parent.parent / "data"
FILES = (
    "questions.jsonl",
    "questions.tuning.jsonl",
    "questions.calibration.jsonl",
    "questions.everyday.jsonl",
)
LAW_FILES = (
    "questions.laws.calibration.jsonl",
    "questions.laws.jsonl",
    "questions.laws.report.jsonl",
    "questions.laws5.jsonl",
    "questions.laws6.jsonl",
    "questions.laws7.jsonl",
)
LAWS = bench_data() / "laws"
LAYPEOPLE = bench_data() / "stard"
LAYPEOPLE_FILES = ("queries.train.jsonl", "queries.dev.jsonl")
ARTICLE = re.compile("第[一二三四五六七八九十百千]+条.*")
KINDS = {"single", "several", "yesno", "list", "not_stated", "followup", "no_region", "comparison",
         "false_premise", "out_of_scope", "near_miss", "other_region", "absent_topic"}  # fmt: skip
POLICY_WEIGHT = 0.2  # of a row of the five policies, beside one of the laws
LAYPEOPLE_WEIGHT = 0.02  # likewise of a question about a law that is not held
UNCLEAR = 3  # the answer is among so many best clauses, but is not the best


@dataclass(frozen=True, slots=True)
class Row:
    """One decision: its features, whether the documents answer, and what it may not be split from."""

    features: dict[str, float]
    answered: int
    group: str
    weight: float = 1.0
    share: float = 1.0  # of its question, which may be about several regions


def policy_rows(chain: PolicyChain, weight: float) -> Iterator[Row]:
    """A row for every labelled question and region; a question counts once in all."""
    for name in FILES:
        for one in load_expectations(DATA / name):
            if one.kind not in KINDS:
                continue
            gold = {quote.document for quote in one.gold}
            maybe = {quote.document for quote in one.acceptable} - gold
            reading = understand(one.question, chain.resolver)
            for layer, named in chain.retriever.evidence_by_layer(reading):
                ids = {document.id for document in layer.scope.documents}
                about = str(layer.scope.region) in one.regions or one.kind == "out_of_scope"
                if about and not ids & maybe:
                    share = 1 / max(len(one.regions), 1)
                    yield Row(named, int(bool(ids & gold)), one.question.id, weight, share)


def law_rows(chain: PolicyChain) -> Iterator[Row]:
    """A row for every labelled question on the laws and level of documents that is clear."""
    for one in chained.from_iterable(load_expectations(DATA / name) for name in LAW_FILES):
        group = one.gold[0].document if one.gold else one.question.id
        for layer, named in _plain_evidence(chain, one.question):
            answered = _holds(one, layer)
            if answered is not None:
                yield Row(named, int(answered), group)


def laypeople_rows(chain: PolicyChain) -> Iterator[Row]:
    """Rows for what laypeople ask about laws that are not held."""
    titles = [document.title for document in chain.documents.values()]
    for name in LAYPEOPLE_FILES:
        for line in (LAYPEOPLE / name).read_text(encoding="utf-8").splitlines():
            asked = json.loads(line)
            laws = {ARTICLE.sub("", address) for address in asked["relevant"]}
            if any(law in title for law in laws for title in titles):
                continue
            for _, named in _plain_evidence(chain, Question(asked["question"])):
                yield Row(named, 0, min(laws), LAYPEOPLE_WEIGHT)


def _plain_evidence(
    chain: PolicyChain, question: Question
) -> Iterator[tuple[Layer, dict[str, float]]]:
    """The evidence of every level of documents without everyday questions."""
    reading = understand(question, chain.resolver)
    for layer, named in chain.retriever.evidence_by_layer(reading):
        if "vote" not in named:
            yield layer, named


def _holds(one: Expectation, layer: Layer) -> bool | None:
    """Whether the best clause answers; None where that cannot be told from the labels."""
    quotes = (*one.gold, *one.acceptable)
    if not quotes:
        return False
    if not {quote.document for quote in quotes} & {d.id for d in layer.scope.documents}:
        return None
    right = [
        any(
            quote.document == hit.document.id and quote.quote in hit.clause.text for quote in quotes
        )
        for hit in layer.hits[:UNCLEAR]
    ]
    return right[0] if right[0] or not any(right) else None


def built(corpus: Corpus, settings: Settings, folder: Path) -> PolicyChain:
    """A chain over an index of these documents; vectors of the shipped index are taken over."""
    model = (settings.embedding_model, settings.embedding_precision, settings.cache_dir)
    embedder = load_embedder(*model)
    if settings.index_dir.is_dir():
        shutil.copytree(settings.index_dir, folder, dirs_exist_ok=True)
    build_index(corpus.documents, corpus.asked, embedder, folder, gaps=corpus.gaps)
    return PolicyChain(Searcher.open(folder, embedder), settings)


def plain_rows(corpus: Corpus, settings: Settings, folder: Path) -> list[Row]:
    """Rows of the five policies without their everyday questions, and of the laws beside them."""
    bare = Corpus(corpus.documents, {}, {})
    rows = list(policy_rows(built(bare, settings, folder / "bare"), POLICY_WEIGHT))
    mixed = built(with_laws(settings.corpus_dir, folder / "corpus"), settings, folder / "mixed")
    return [*rows, *law_rows(mixed), *laypeople_rows(mixed)]


def with_laws(corpus_dir: Path, folder: Path) -> Corpus:
    """The five policies with the laws beside them."""
    shutil.copytree(corpus_dir, folder)
    for law in LAWS.glob("*.md"):
        shutil.copy(law, folder / "raw")
    return load_corpus(folder)
