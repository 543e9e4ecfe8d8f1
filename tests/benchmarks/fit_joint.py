"""Weigh the rules beside the encoder that compares sentences with clauses; bot/data/entailment.json.

    .venv/bin/python -m tests.benchmarks.fit_joint [--write]
    .venv/bin/python -m tests.benchmarks.fit_joint --measure tests/data/sentences.fresh8.jsonl

Logistic regression of two logits on written claims that neither was made with ("use": fit in
entailment.pairs.jsonl), those without numbers that no fact rules out. What passes is faithful with
a chance of ``SURE``; ten-fold cross-validation by clause is printed.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from bot.faithful.check import JOINT_FILE, MARKER, check, entailed, prepared, rules_logit
from bot.faithful.facts import plain_claim
from bot.faithful.grounds import Source
from bot.faithful.wording import read
from bot.settings import load_settings
from index.entailment import Entailment
from index.prepare import prepare_entailment
from tests.benchmarks.entailment_data import FIT, load_claims
from tests.benchmarks.fit_faithful import measure, rows_of

SURE = 0.74  # chance of being faithful from which a sentence passes

Row = tuple[Source, str, bool, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows that no fact decides: two logits (n, 2), faithful (n,), clauses."""

    logits: np.ndarray
    faithful: np.ndarray
    clauses: list[str]


def encoder() -> Entailment:
    """The shipped one, prepared when it is not."""
    return Entailment(prepare_entailment(load_settings().cache_dir))


def judged(rows: Sequence[Row]) -> Judged:
    """The rows as the rules and the encoder see them."""
    entails = encoder().logit
    named, kept, _ = rows_of(rows)
    said = [(MARKER.sub("", sentence), (own,)) for own, sentence, *_ in kept]
    heard = [entailed(text, own, entails) for text, own in said]
    return Judged(
        np.column_stack([list(map(rules_logit, named)), heard]),
        np.array([faithful for *_, faithful, _ in kept]),
        [own.text for own, *_ in kept],
    )


def has_numbers(text: str, cited: tuple[Source, ...]) -> bool:
    """As the check asks it."""
    return bool(read(plain_claim(prepared(text, cited), cited)).numbers)


def fit() -> dict[str, float]:
    """Fit; prints what cross-validation says."""
    claims = [one for clause in load_claims(FIT) for one in clause]
    plain = [one for one in claims if not has_numbers(one.sentence, (one.source,))]
    told, wrong = (sum(one.faithful is label for one in plain) for label in (True, False))
    own = judged([(one.source, one.sentence + "〔1〕", one.faithful, one.kind) for one in plain])
    print(f"{told} faithful, {wrong} distorted claims without numbers")
    scores = {"rules": own.logits[:, 0], "encoder": own.logits[:, 1], "both": _crossed(own)}
    for name, score in scores.items():
        print(f"{name}: AUC {roc_auc_score(own.faithful, score):.4f} where no fact decides")
        for share in (0.75, 0.8, 0.85, 0.9, 0.95):
            cut = np.sort(score[~own.faithful])[::-1][int((1 - share) * wrong)]
            print(f"  caught {share}: passed {np.sum(score[own.faithful] > cut) / told:.3f}")
    model = LogisticRegression(C=1.0).fit(own.logits, own.faithful)
    rules, encoded = model.coef_[0].tolist()
    bias = float(model.intercept_[0]) - math.log(SURE / (1 - SURE))
    return {"rules": round(rules, 4), "encoder": round(encoded, 4), "bias": round(bias, 4)}


def _crossed(own: Judged) -> np.ndarray:
    x, y = own.logits, own.faithful
    scores = np.zeros(len(y))
    for train, test in GroupKFold(10).split(x, y, own.clauses):
        scores[test] = LogisticRegression(C=1.0).fit(x[train], y[train]).decision_function(x[test])
    return scores


def main() -> None:
    """Fit, or measure one file of labelled sentences."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--measure", type=Path)
    parser.add_argument("--faults", action="store_true")
    arguments = parser.parse_args()
    if arguments.measure:
        judge = partial(check, entails=encoder().logit)
        measure(arguments.measure, faults=arguments.faults, judge=judge)
        return
    found = fit()
    print(found)
    if arguments.write:
        JOINT_FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
