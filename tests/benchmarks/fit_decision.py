"""Fit the decision "do the documents answer?" on labelled questions; writes bot/data/decision.json.

    .venv/bin/python tests/benchmarks/fit_decision.py [--write] [--only SET]

Logistic regression (scikit-learn, L2), ten-fold cross-validation for the printed figures.
``expanded``: the five policies with their everyday questions; a row for each question and region
it is about, 1 where a gold quote lies in that region's documents, 0 where they do not say. The
rows of a question have the weight of one together.
``plain``: documents without everyday questions: the same five without theirs, and the laws beside
the five (questions.laws.calibration.jsonl), a row for each question and level of documents, 1
where the best clause holds the answer. Folds keep the rows of a question, and the questions on
one law, together. Where the
laws are not at hand, ``plain`` stays as it is. The report files are never read.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from bot.authority import Layer
from bot.chain import PolicyChain
from bot.decide import DATA_FILE
from bot.scoring.expectations import Expectation, load_expectations
from bot.settings import Settings, bench_data, load_settings
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
LAW_FILE = "questions.laws.calibration.jsonl"
LAWS = bench_data() / "laws"
KINDS = {"single", "several", "yesno", "list", "not_stated", "followup", "no_region", "comparison",
         "false_premise", "out_of_scope", "near_miss", "other_region", "absent_topic"}  # fmt: skip
FALSE_ABSTENTION = 0.021
C = {"expanded": 0.3, "plain": 0.1}
POLICY_WEIGHT = 0.3  # of a row of the five policies, beside one of the laws
PLAIN_THRESHOLD = 0.35  # 10 of 100 answerable rows of the policies, 13 of the laws, lie below
UNCLEAR = 3  # the answer is among so many best clauses, but is not the best
SEED = 7


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
    for one in load_expectations(DATA / LAW_FILE):
        reading = understand(one.question, chain.resolver)
        group = one.gold[0].document if one.gold else one.question.id
        for layer, named in chain.retriever.evidence_by_layer(reading):
            answered = None if "vote" in named else _holds(one, layer)
            if answered is not None:
                yield Row(named, int(answered), group)


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


def fit(name: str, rows: Sequence[Row], threshold: float | None) -> dict[str, object]:
    """Weights in the units of the raw features, bias, threshold and cross-validated figures."""
    vectorizer, scaler = DictVectorizer(sparse=False), StandardScaler()
    x = scaler.fit_transform(vectorizer.fit_transform([row.features for row in rows]))
    y = np.array([row.answered for row in rows])
    kinds = np.array([row.weight for row in rows])
    mass = kinds * np.array([row.share for row in rows])
    groups = np.array([row.group for row in rows])
    model = LogisticRegression(C=C[name], max_iter=5000)
    folds = StratifiedGroupKFold(10, shuffle=True, random_state=SEED)
    chance = np.zeros(len(y))
    for train, test in folds.split(x, y, groups):
        model.fit(x[train], y[train], sample_weight=mass[train])
        chance[test] = model.predict_proba(x[test])[:, 1]
    report(name, y, chance, kinds)
    model.fit(x, y, sample_weight=mass)
    weights = model.coef_[0] / scaler.scale_
    found = zip(vectorizer.feature_names_, weights, strict=True)
    return {
        "weights": {feature: round(float(weight), 5) for feature, weight in found},
        "bias": round(float(model.intercept_[0] - (weights * scaler.mean_).sum()), 5),
        "threshold": threshold or round(float(np.quantile(chance[y == 1], FALSE_ABSTENTION)), 4),
        "rows": len(y),
        "auc": round(float(roc_auc_score(y, chance)), 4),
    }


def report(name: str, y: np.ndarray, chance: np.ndarray, kinds: np.ndarray) -> None:
    """Print the cross-validated figures, for rows of each weight apart."""
    for weight in sorted(set(kinds)):
        answered, chances = y[kinds == weight], chance[kinds == weight]
        right, wrong = chances[answered == 1], chances[answered == 0]
        auc = roc_auc_score(answered, chances)
        print(
            f"{name}, rows of weight {weight}: {len(answered)}, answered {len(right)}, AUC {auc:.3f}"
        )
        for share in (0.02, 0.03, 0.05, 0.08, 0.10, 0.15):
            cut = np.quantile(right, share)
            print(
                f"  false abstention {share:.2f}: cut {cut:.2f}, abstained {np.mean(wrong < cut):.3f}"
            )


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
    mixed = with_laws(settings.corpus_dir, folder / "corpus")
    return rows + list(law_rows(built(mixed, settings, folder / "mixed")))


def with_laws(corpus_dir: Path, folder: Path) -> Corpus:
    """The five policies with the laws beside them."""
    shutil.copytree(corpus_dir, folder)
    for law in LAWS.glob("*.md"):
        shutil.copy(law, folder / "raw")
    return load_corpus(folder)


def main() -> None:
    """Fit both sets."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", choices=("expanded", "plain"))
    arguments = parser.parse_args()
    settings = load_settings()
    corpus = load_corpus(settings.corpus_dir)
    found = json.loads(DATA_FILE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if arguments.only != "plain":
            rows = list(policy_rows(built(corpus, settings, folder / "expanded"), 1.0))
            found["expanded"] = fit("expanded", rows, None)
        if arguments.only != "expanded" and LAWS.is_dir():
            found["plain"] = fit("plain", plain_rows(corpus, settings, folder), PLAIN_THRESHOLD)
        elif arguments.only != "expanded":
            print(f"the laws are not at {LAWS}: plain stays as it is")
    if arguments.write:
        DATA_FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
