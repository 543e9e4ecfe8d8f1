"""Fit the decision "do the documents answer?" on labelled questions; writes bot/data/decision.json.

    .venv/bin/python tests/benchmarks/fit_decision.py [--write] [--only SET]

Logistic regression (L2), ten-fold cross-validation for the printed figures.
``expanded``: the five policies with their everyday questions; a row for each question and region
it is about, 1 where a gold quote lies in that region's documents, 0 where they do not say. The
rows of a question have the weight of one together.
``plain``: documents without everyday questions: the same five without theirs, and the laws beside
the five (questions.laws*.jsonl), a row for each question and level of documents, 1 where the best
clause holds the answer; and what laypeople ask about other laws (STARD, Su et al. 2024), all 0.
Folds keep the rows of a question, and the questions on one law, together. Where the laws are not
at hand, ``plain`` stays as it is. Of the report files only questions.laws.report.jsonl is read,
since another (questions.laws7.jsonl) took its place. What can only speak for an answer, or only
against it, keeps its sign: few questions, asked by few people, else make words that no document has a merit.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from decision_rows import LAWS, Row, built, plain_rows, policy_rows
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.feature_extraction import DictVectorizer
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from bot.decide import DATA_FILE
from bot.settings import load_settings
from index.corpus import load_corpus

FALSE_ABSTENTION = 0.022
C = {"expanded": 0.3, "plain": 0.1}
PLAIN_THRESHOLD = 0.27  # 11 of 100 answerable rows of the policies, 9 of the laws, lie below
SEED = 7
FOR = {"body", "keyword", "coverage", "fused", "margin", "lead", "elsewhere", "subject",
       "static_lead"}  # fmt: skip
AGAINST = {"foreign", "stray", "absent", "far"}  # and no_amount, no_unit, …

Array = NDArray[np.float64]
Bounds = Sequence[tuple[float | None, float | None]]


def fit(name: str, rows: Sequence[Row], threshold: float | None) -> dict[str, object]:
    """Weights in the units of the raw features, bias, threshold and cross-validated figures."""
    vectorizer, scaler = DictVectorizer(sparse=False), StandardScaler()
    x = scaler.fit_transform(vectorizer.fit_transform([row.features for row in rows]))
    y = np.array([row.answered for row in rows])
    kinds = np.array([row.weight for row in rows])
    mass = kinds * np.array([row.share for row in rows])
    groups = np.array([row.group for row in rows])
    limits = bounds(vectorizer.feature_names_) if name == "plain" else None
    folds = StratifiedGroupKFold(10, shuffle=True, random_state=SEED)
    chance = np.zeros(len(y))
    for train, test in folds.split(x, y, groups):
        found = weigh(x[train], y[train], mass[train], C[name], limits)
        chance[test] = 1 / (1 + np.exp(-x[test] @ found[:-1] - found[-1]))
    threshold = threshold or round(float(np.quantile(chance[y == 1], FALSE_ABSTENTION)), 4)
    report(name, y, chance, kinds, threshold)
    found = weigh(x, y, mass, C[name], limits)
    weights = found[:-1] / scaler.scale_
    named = zip(vectorizer.feature_names_, weights, strict=True)
    return {
        "weights": {feature: round(float(weight), 5) for feature, weight in named},
        "bias": round(float(found[-1] - (weights * scaler.mean_).sum()), 5),
        "threshold": threshold,
        "rows": len(y),
        "auc": round(float(roc_auc_score(y, chance)), 4),
    }


def bounds(names: Sequence[str]) -> Bounds:
    """For each weight and the bias, between what it must stay."""
    against = {name for name in names if name in AGAINST or name.startswith("no_")}
    signs = [(0 if n in FOR else None, 0 if n in against else None) for n in names]
    return [*signs, (None, None)]


def weigh(x: Array, y: Array, mass: Array, c: float, limits: Bounds | None) -> Array:
    """The weights and the bias of a logistic regression, each within its limits."""
    signs = 2 * y - 1

    def loss(point: Array) -> tuple[float, Array]:
        margins = signs * (x @ point[:-1] + point[-1])
        pull = -signs * mass * np.exp(-np.logaddexp(0, margins))
        slope = np.append(c * (x.T @ pull) + point[:-1], c * pull.sum())
        return c * (mass @ np.logaddexp(0, -margins)) + point[:-1] @ point[:-1] / 2, slope

    start = np.zeros(x.shape[1] + 1)
    found: Array = minimize(loss, start, jac=True, bounds=limits, options={"maxiter": 500}).x
    return found


def report(
    name: str, y: np.ndarray, chance: np.ndarray, kinds: np.ndarray, threshold: float
) -> None:
    """Print the cross-validated figures, for rows of each weight apart."""
    for weight in sorted(set(kinds)):
        answered, chances = y[kinds == weight], chance[kinds == weight]
        right, wrong = chances[answered == 1], chances[answered == 0]
        print(f"{name}, rows of weight {weight}: {len(answered)}, answered {len(right)}")
        if not len(right):
            print(f"  abstained {np.mean(wrong < threshold):.3f}")
            continue
        print(
            f"  AUC {roc_auc_score(answered, chances):.3f}, below {np.mean(right < threshold):.3f}"
        )
        for share in (0.02, 0.03, 0.05, 0.08, 0.10, 0.15):
            cut = np.quantile(right, share)
            print(
                f"  false abstention {share:.2f}: cut {cut:.2f}, abstained {np.mean(wrong < cut):.3f}"
            )


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
