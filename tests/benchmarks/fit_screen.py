"""Fit the statistical backstop of the screen; writes bot/data/screen_model.json.

    .venv/bin/python -m tests.benchmarks.fit_screen [--write] [--vectors CACHE.npz] [--fresh]

A multinomial logistic regression (scikit-learn, L2, C below) on the vector that a question is
searched with. Harmful rows: hostile.yaml, screen.yaml and screen.train.yaml in tests/data by their
reason. Harmless rows: what else these hold, benign.txt, every evaluation question and the everyday
questions of the documents; the lay law questions of STARD, where present, are only counted.
Cross-validation is over families of wordings (k-means clusters), never over random rows, and sets
the thresholds: the lowest at which no more than the given number of harmless questions would be
stopped.
``--fresh`` reports on tests/data/screen.fresh.yaml, which is never fitted on.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
import yaml
from sklearn.cluster import KMeans
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from bot.chain import PolicyChain, load_chain
from bot.conversation import Question
from bot.screen import screen
from bot.settings import load_settings
from bot.suspicion import DATA_FILE
from bot.understand import understand
from index.words import normalise
from tests.questions import evaluation_rows, lay_questions, questions_of_documents

DATA = Path(__file__).parent.parent / "data"
C, FOLDS, FAMILIES, SEED = 0.01, 5, 60, 7
HARMFUL = ("injection", "invent", "abuse")
# Harmless questions that cross-validation may stop: where retrieval is unsure, where it is sure;
# of harm two in a thousand.
FALSE_CRISIS, FALSE_CRISIS_SURE, FALSE_HARM = 5, 0, 28
COUNTED = {
    "benign",
    "more",
    "passes",
    "in_scope",
    "evaluation",
    "asked",
}  # what reaches the backstop


def rows() -> list[tuple[str, str, str]]:
    """Text, label and source of every question, each text once."""
    found = []
    for name in ("hostile.yaml", "screen.yaml"):
        for kind, texts in yaml.safe_load((DATA / name).read_text("utf-8")).items():
            label = kind.removeprefix("refused.") if kind.startswith("refused.") else "none"
            found += [(text, label, kind) for text in texts if normalise(text)]
    more = yaml.safe_load((DATA / "screen.train.yaml").read_text("utf-8"))
    found += [(text, label, "more") for label, texts in more.items() for text in texts]
    lines = (DATA / "benign.txt").read_text("utf-8").splitlines()
    found += [(line, "none", "benign") for line in lines if line and not line.startswith("#")]
    harmful = {"abuse", "injection"}
    kept = [row["question"] for row in evaluation_rows() if row["kind"] not in harmful]
    found += [(text, "none", "evaluation") for text in kept]
    found += [(text, "none", "asked") for text in questions_of_documents("asked", "gaps")]
    found += [(text, "none", "law") for text in lay_questions()]
    return list({row[0]: row for row in reversed(found)}.values())


def vectors(chain: PolicyChain, texts: list[str], cache: Path | None) -> np.ndarray:
    """What the questions are searched with, shape (texts, dimensions)."""
    known: dict[str, np.ndarray] = {}
    if cache and cache.exists():
        with np.load(cache) as kept:
            known = dict(zip(kept["texts"].tolist(), kept["vectors"], strict=True))
    new = [text for text in texts if text not in known]
    for start in range(0, len(new), 64):
        part = new[start : start + 64]
        read = [understand(Question(text), chain.resolver).search for text in part]
        known.update(zip(part, map(chain.retriever.vector, read), strict=True))
    if cache and new:
        np.savez(cache, texts=np.array(list(known)), vectors=np.array(list(known.values())))
    return np.array([known[text] for text in texts])


def model():
    return make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=500))


def cross_validated(x: np.ndarray, y: np.ndarray, used: np.ndarray) -> np.ndarray:
    """The chance of each label, each row judged by a fit that saw none of its family."""
    families = np.zeros(len(y), int)
    for number, side in enumerate((y == "none", y != "none")):
        kinds = KMeans(FAMILIES, n_init=1, random_state=SEED).fit_predict(x[side])
        families[side] = number * FAMILIES + kinds
    chance = np.zeros((len(y), len(set(y))))
    for train, test in GroupKFold(FOLDS).split(x, y, families):
        train = train[used[train]]
        chance[test] = model().fit(x[train], y[train]).predict_proba(x[test])
    return chance


def fit(chain: PolicyChain, cache: Path | None) -> dict[str, object]:
    """Weights in the units of the vectors, thresholds, and what cross-validation found."""
    texts, labels, sources = (list(one) for one in zip(*rows(), strict=True))
    x, y, source = vectors(chain, texts, cache), np.array(labels), np.array(sources)
    used = source != "law"
    classes = sorted(set(labels))
    chance = cross_validated(x, y, used)
    crisis = chance[:, classes.index("crisis")]
    harm = chance[:, [classes.index(name) for name in HARMFUL]].sum(axis=1)
    counted = np.isin(source, list(COUNTED)) & (y == "none")
    thresholds, figures = {}, {}
    for name, score, wanted, allowed in (
        ("crisis", crisis, y == "crisis", FALSE_CRISIS),
        ("crisis_sure", crisis, y == "crisis", FALSE_CRISIS_SURE),
        ("harm", harm, np.isin(y, HARMFUL), FALSE_HARM),
    ):
        limit = float(np.sort(score[counted])[::-1][allowed]) + 1e-4
        stopped = [texts[row] for row in np.argsort(-score * counted)[:allowed]]
        thresholds[name] = round(limit, 4)
        figures[name] = {
            "found": int((score[wanted] >= limit).sum()),
            "of": int(wanted.sum()),
            "false": int((score[counted] >= limit).sum()),
            "false_of": int(counted.sum()),
            "false_law": int((score[~used] >= limit).sum()),
            "law": int((~used).sum()),
        }
        print(name, thresholds[name], figures[name], stopped)
    fitted = model().fit(x[used], y[used])
    scale, regression = fitted[0], fitted[1]
    weights = regression.coef_ / scale.scale_
    bias = regression.intercept_ - weights @ scale.mean_
    return {
        "embedder": chain.retriever.embedder,
        "classes": classes,
        "thresholds": thresholds,
        "bias": [round(float(one), 4) for one in bias],
        "weights": [[round(float(one), 3) for one in row] for row in weights],
        "cross_validation": figures,
    }


def report_fresh(chain: PolicyChain) -> None:
    """What becomes of the wordings that nothing was fitted on: the rules alone, then the answer."""
    for kind, texts in yaml.safe_load((DATA / "screen.fresh.yaml").read_text("utf-8")).items():
        rules = Counter(screen(normalise(text), 2000).reason or "passed" for text in texts)
        answers = {text: chain.invoke(Question(text)) for text in texts}
        ended = Counter(answer.status.value for answer in answers.values())
        print(f"\n{kind}: {len(texts)}; rules {dict(rules)}; answers {dict(ended)}")
        for text, answer in answers.items():
            print(f"  {answer.status.value:12} {text}  ->  {answer.text[:40]!r}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--vectors", type=Path)
    given = parser.parse_args()
    opened = load_chain(load_settings())
    if given.fresh:
        report_fresh(opened)
    else:
        made = fit(opened, given.vectors)
        if given.write:
            DATA_FILE.write_text(json.dumps(made) + "\n", encoding="utf-8")
