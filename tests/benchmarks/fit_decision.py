"""Fit the decision "do the documents answer?" on labelled questions; writes bot/data/decision.json.

    .venv/bin/python tests/benchmarks/fit_decision.py [--write]

Each labelled question gives one row per region it is about: 1 where a gold quote lies in that
region's documents, 0 where they do not say. Logistic regression (scikit-learn, L2, C chosen
below), ten-fold cross-validation for the printed figures, the threshold at the wanted share of
false abstention. ``expanded`` is fitted on the shipped index, ``plain`` on one without everyday
questions. The report half (questions.report.jsonl) is never read.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.chain import PolicyChain
from bot.conversation import Question
from bot.decide import DATA_FILE
from bot.settings import load_settings
from bot.understand import understand
from index.build import build_index
from index.corpus import load_corpus
from index.embedder import load_embedder
from index.search import Searcher

DATA = Path(__file__).parent.parent / "data"
FILES = ("questions.jsonl", "questions.tuning.jsonl", "questions.calibration.jsonl")
KINDS = {"single", "several", "yesno", "list", "not_stated", "followup", "no_region", "comparison",
         "false_premise", "out_of_scope", "near_miss", "other_region", "absent_topic"}  # fmt: skip
FALSE_ABSTENTION = 0.026
C = 0.3
SEED = 7


def rows(chain: PolicyChain) -> tuple[list[dict[str, float]], list[int], list[str]]:
    """Features, labels and kinds of every labelled (question, region)."""
    features, labels, kinds = [], [], []
    for name in FILES:
        for line in (DATA / name).read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            if data["kind"] not in KINDS:
                continue
            question = Question(
                data["question"], region=data["region"], history=tuple(data["history"])
            )
            reading = understand(question, chain.resolver)
            gold = {item["document"] for item in data["gold"]}
            maybe = {item["document"] for item in data["acceptable"]} - gold
            for region, named in chain.retriever.evidence_by_region(reading):
                ids = {d.id for d in chain.documents.values() if d.region == region}
                about = str(region) in data["regions"] or data["kind"] == "out_of_scope"
                if about and not ids & maybe:
                    features.append(named)
                    labels.append(int(bool(ids & gold)))
                    kinds.append(data["kind"])
    return features, labels, kinds


def fit(chain: PolicyChain) -> dict[str, object]:
    """Weights in the units of the raw features, bias, threshold and cross-validated figures."""
    features, labels, kinds = rows(chain)
    vectorizer = DictVectorizer(sparse=False)
    names = np.array(kinds)
    x, y = vectorizer.fit_transform(features), np.array(labels)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=5000))
    folds = StratifiedKFold(10, shuffle=True, random_state=SEED)
    chance = cross_val_predict(model, x, y, cv=folds, method="predict_proba")[:, 1]
    threshold = float(np.quantile(chance[y == 1], FALSE_ABSTENTION))
    model.fit(x, y)
    scale = model[0].scale_
    weights = model[1].coef_[0] / scale
    bias = float(model[1].intercept_[0] - (weights * model[0].mean_).sum())
    print(f"rows {len(y)}, answered {int(y.sum())}, AUC {roc_auc_score(y, chance):.3f}")
    for share in (0.02, 0.03, 0.05, 0.08, 0.10):
        cut = np.quantile(chance[y == 1], share)
        by_kind = {
            kind: round(float(np.mean(chance[(names == kind) & (y == 0)] < cut)), 2)
            for kind in (
                "not_stated",
                "near_miss",
                "other_region",
                "absent_topic",
                "no_region",
                "out_of_scope",
            )
        }
        print(
            f"false abstention {share:.2f}: cut {cut:.2f}, abstained {np.mean(chance[y == 0] < cut):.3f}",
            by_kind,
        )
    return {
        "weights": {
            n: round(float(w), 5) for n, w in zip(vectorizer.feature_names_, weights, strict=True)
        },
        "bias": round(bias, 5),
        "threshold": round(threshold, 4),
        "rows": len(y),
        "auc": round(float(roc_auc_score(y, chance)), 4),
    }


def main() -> None:
    """Fit both sets."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    settings = load_settings()
    embedder = load_embedder(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir
    )
    corpus = load_corpus(settings.corpus_dir)
    found = {}
    for name, asked, gaps in (("expanded", corpus.asked, corpus.gaps), ("plain", {}, {})):
        with tempfile.TemporaryDirectory() as folder:
            if settings.index_dir.is_dir():  # its vectors need not be computed again
                shutil.copytree(settings.index_dir, folder, dirs_exist_ok=True)
            build_index(corpus.documents, asked, embedder, Path(folder), gaps=gaps)
            print(name)
            found[name] = fit(PolicyChain(Searcher.open(Path(folder), embedder), settings))
    if arguments.write:
        DATA_FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
