"""What the adapter of the encoder is trained on (train_adapter.py): questions and their passages.

* STARD train, and two questions a person might ask for each of 1,751 of its articles, written for
  this purpose by reading the article (``asked.articles.jsonl``). No article that answers a dev
  question was written for.
* Questions for 249 clauses of 40 of the 75 laws (``asked.laws.jsonl``); the other 35 are left out,
  so that they show how far the training carries.
* The everyday questions and gaps of the five policies.

The labelled questions of ``tests/data`` are never read.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.bench.data import read_articles, read_questions
from bot.settings import load_settings
from index.corpus import load_corpus
from index.documents import Document
from index.keywords import KeywordIndex, build_keywords
from index.passages import passages_of
from index.tokens import weighted_tokens
from tests.benchmarks.decision_rows import with_laws

FOLDER = Path(__file__).parent
ARTICLE = re.compile("第[零〇一二三四五六七八九十百千]+条.*$")
NUMBER = re.compile(r"^第\S+条\s*")
ALIKE = 40  # characters in which clauses of two versions of a law begin alike
NEAR = 12  # passages of the same law with like words, of which the hard ones are drawn
LOOKED_AT = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, the ids of what answers it, and others of the same law with like words."""

    text: str
    relevant: Sequence[str]
    near: Sequence[str]


@dataclass(frozen=True, slots=True)
class Training:
    """Questions on STARD's articles and on the laws; ``passages`` of each id, the whole first."""

    articles: Sequence[Pair]
    laws: Sequence[Pair]
    passages: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class ClauseQuestions:
    """One clause of a policy: its passages, what it answers, and what nothing answers."""

    passages: Sequence[str]
    asked: Sequence[str]
    gaps: Sequence[str]


def load_training(stard: Path) -> Training:
    """Everything but the policies; ``stard`` is the folder of the data set."""
    articles, passages = _articles(stard)
    laws, clauses = _laws()
    return Training(articles, laws, {**passages, **clauses})


def load_policies() -> list[list[ClauseQuestions]]:
    """The clauses of each policy that have everyday questions."""
    corpus = load_corpus(load_settings().corpus_dir)
    groups = []
    for document in corpus.documents:
        passages = _by_clause(document)
        asked, gaps = corpus.asked[document.id], corpus.gaps[document.id]
        groups.append(
            [
                ClauseQuestions(passages[one.id], asked[one.key], gaps.get(one.key, ()))
                for one in document.clauses
                if one.key in asked and one.id in passages
            ]
        )
    return groups


def _articles(stard: Path) -> tuple[list[Pair], dict[str, list[str]]]:
    articles = read_articles(stard / "articles.jsonl")
    ids = [one.id for one in articles]
    law = [ARTICLE.sub("", one) for one in ids]
    keywords = build_keywords([[(f"{one.title} {one.text}", 1)] for one in articles])
    asked = [
        *((one.text, one.relevant) for one in read_questions(stard / "queries.train.jsonl")),
        *((text, {name}) for name, text in _written("asked.articles.jsonl")),
    ]
    pairs = [
        _pair(text, relevant, {ARTICLE.sub("", one) for one in relevant}, ids, law, keywords)
        for text, relevant in asked
    ]
    return pairs, {one.id: [f"{one.title}\n{one.text}"] for one in articles}


def _laws() -> tuple[list[Pair], dict[str, list[str]]]:
    with tempfile.TemporaryDirectory() as folder:
        corpus = with_laws(load_settings().corpus_dir, Path(folder) / "corpus")
    passages: dict[str, list[str]] = {}
    texts: dict[str, str] = {}
    alike: dict[str, set[str]] = {}
    for document in corpus.documents:
        own = _by_clause(document)
        for clause in document.clauses:
            if clause.id in own:
                passages[clause.id] = own[clause.id]
                texts[clause.id] = clause.text
                alike.setdefault(_beginning(clause.text), set()).add(clause.id)
    ids = list(texts)
    law = [_document(one) for one in ids]
    keywords = build_keywords([[(text, 1)] for text in texts.values()])
    pairs = [
        _pair(text, {*alike[_beginning(texts[name])], name}, {_document(name)}, ids, law, keywords)
        for name, text in _written("asked.laws.jsonl")
    ]
    return pairs, passages


def _pair(
    text: str,
    relevant: Collection[str],
    laws: Collection[str],
    ids: Sequence[str],
    law: Sequence[str],
    keywords: KeywordIndex,
) -> Pair:
    scores = keywords.scores(weighted_tokens([(text, 1.0)]))
    same = np.isin(law, list(laws))
    order = np.argsort(-np.where(same, scores, -1), kind="stable")[:LOOKED_AT]
    near = [ids[row] for row in order if same[row] and ids[row] not in relevant]
    return Pair(text, sorted(relevant), near[:NEAR])


def _by_clause(document: Document) -> dict[str, list[str]]:
    """Passages by clause, the whole clause first."""
    found: dict[str, list[str]] = {}
    for passage in passages_of(document, {}):
        found.setdefault(passage.clause_id, []).insert(0, passage.text)
    return found


def _written(name: str) -> Iterator[tuple[str, str]]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for question in row["questions"]:
            yield row["id"], question


def _document(clause_id: str) -> str:
    return clause_id.partition("#")[0]


def _beginning(text: str) -> str:
    return NUMBER.sub("", text)[:ALIKE]
