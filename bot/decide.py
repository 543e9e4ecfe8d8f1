"""Do the documents answer the question? A calibrated score over cheap evidence.

The weights in ``data/decision.json`` are those of a logistic regression on labelled questions;
``tests/benchmarks/fit_decision.py`` makes them and prints how well they hold. There are two sets:
``expanded`` for documents with everyday questions written for them, ``plain`` for those without.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import fmean

from bot.bare import Bare
from index.asked_units import lacks_unit
from index.bank import Neighbours
from index.details import speaks_of
from index.documents import Hit
from index.evidence import Sentence
from index.question_types import QuestionType, holds_type

DATA_FILE = Path(__file__).parent / "data" / "decision.json"
TOPIC_COVERAGE = 0.9
TOPIC_SHARE = 0.05  # of the threshold
REQUIRED = (  # a clause without one never answers
    QuestionType.AMOUNT,
    QuestionType.PHONE,
    QuestionType.MATERIAL,
    QuestionType.SCORE,
    QuestionType.AGE,
    QuestionType.TIMES,
    QuestionType.DAY,
    QuestionType.MONTH,
    QuestionType.SCHOOL,
)
CLOSE_SENTENCE = 0.038  # below the best sentence's score
UNNAMED = 0.1  # added to the threshold where nobody named the region
STRANGER = 0.9  # below this nearness to any known question a question is on foreign ground
VALUE_TYPES = (
    QuestionType.AMOUNT,
    QuestionType.PHONE,
    QuestionType.DATE,
    QuestionType.RATIO,
    QuestionType.DURATION,
    QuestionType.NUMBER,
    QuestionType.PLACE,
    QuestionType.PERSON,
    QuestionType.MATERIAL,
    QuestionType.SCORE,
    QuestionType.AGE,
)
FORM_TYPES = (
    QuestionType.MANNER,
    QuestionType.CONDITION,
    QuestionType.LIST,
    QuestionType.REASON,
    QuestionType.YES_NO,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for and against an answer from one region's documents.

    ``hits`` are its clauses, best first; ``elsewhere`` the best score of any other region;
    ``sentences`` those quoted of the best clause; ``neighbours`` the nearest everyday questions;
    ``subject`` the share of a general question's subject that stands in the best clause, ``said``
    whether all its words stand in one sentence that is quoted; ``details`` those asked about;
    ``bare`` what documents without everyday questions are judged by besides.
    """

    hits: Sequence[Hit]
    elsewhere: float
    sentences: Sequence[Sentence]
    neighbours: Neighbours
    subject: float = 0.0
    bare: Bare | None = None
    said: bool = False
    details: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Model:
    weights: Mapping[str, float]
    bias: float
    threshold: float


def features(
    evidence: Evidence, types: frozenset[QuestionType], question_length: int
) -> dict[str, float]:
    """The evidence as numbers, by name."""
    hits = evidence.hits
    scores = hits[0].scores
    rest = [hit.score for hit in hits[1:6]] or [0.0]
    body = max(scores.get("dense_sentences", 0.0), scores.get("dense_clause", 0.0))
    return {
        "body": body,
        "keyword": scores["keyword"] / math.sqrt(max(question_length, 1)),
        "coverage": scores["coverage"],
        "fused": hits[0].score,
        "margin": hits[0].score - rest[0],
        "lead": hits[0].score - fmean(rest),
        "elsewhere": hits[0].score - evidence.elsewhere,
        "length": math.log(max(question_length, 1)),
        "subject": evidence.subject,
        "said": float(evidence.said),
        **(_neighbour_features(evidence.neighbours, scores) or _bare_features(evidence)),
        **_type_features(evidence, types),
    }


def _neighbour_features(neighbours: Neighbours, scores: Mapping[str, float]) -> dict[str, float]:
    if not neighbours.known:
        return {}
    asked, gaps = neighbours.asked, neighbours.gaps
    return {
        "asked": scores.get("dense_asked", 0.0),
        "nearest": asked[0] - gaps[0],
        "nearest_three": fmean(asked[:3]) - fmean(gaps[:3]),
        "gap": gaps[0],
        "stranger": max(STRANGER - max(asked[0], gaps[0]), 0.0),
        "vote": neighbours.vote,
        "wide_vote": neighbours.wide_vote,
        "word_odds": neighbours.odds,
    }


def _bare_features(evidence: Evidence) -> dict[str, float]:
    bare, hits = evidence.bare, evidence.hits
    if bare is None:
        return {}
    matches = [hit.scores.get("static", 0.0) for hit in hits[:5]]
    return {
        "static_lead": matches[0] - fmean(matches[1:] or matches),
        "foreign": bare.foreign,
        "national": float(bare.national),
        "stray": float(bare.stray),
        "no_unit": float(lacks_unit(bare.question, hits[0].clause.text)),
    }


def _type_features(evidence: Evidence, types: frozenset[QuestionType]) -> dict[str, float]:
    """Which types are asked for, and which of them the clause, or its best sentence, lacks."""
    text = evidence.hits[0].clause.text
    best = max(evidence.sentences, key=lambda one: one.score).text if evidence.sentences else text
    found = {f"asks_{kind}": float(kind in types) for kind in (*VALUE_TYPES, *FORM_TYPES)}
    absent = {kind: kind in types and holds_type(text, kind) is False for kind in VALUE_TYPES}
    found |= {f"no_{kind}": float(missing) for kind, missing in absent.items()}
    found["absent"] = float(sum(absent.values()))
    found |= {
        f"no_{kind}": float(kind in types and holds_type(text, kind) is False)
        for kind in REQUIRED
        if kind not in absent
    }
    found["far"] = float(
        sum(kind in types and holds_type(best, kind) is False for kind in VALUE_TYPES)
    )
    is_figure = QuestionType.FIGURE in types
    found["no_figure"] = float(is_figure and _unquoted(evidence.sentences, figures(types)))
    found["unquoted"] = float(_unquoted(evidence.sentences, types.intersection(REQUIRED)))
    found["no_detail"] = float(not _speaks_of_all(evidence))
    return found


def _speaks_of_all(evidence: Evidence) -> bool:
    """Whether a quoted sentence speaks of each detail that is asked about."""
    quoted = [one.text for one in evidence.sentences] or [evidence.hits[0].clause.text]
    return all(any(speaks_of(text, one) for text in quoted) for one in evidence.details)


def figures(types: frozenset[QuestionType]) -> frozenset[QuestionType]:
    """What answers who asks for a figure: a share if that is asked for, else any."""
    return types & {QuestionType.RATIO} or types & {QuestionType.FIGURE}


def _unquoted(sentences: Sequence[Sentence], types: frozenset[QuestionType]) -> bool:
    """Whether no quoted sentence that bears on the question holds something asked for."""
    if not sentences:
        return False
    top = max(one.score for one in sentences)
    near = [one.text for one in sentences if top - one.score <= CLOSE_SENTENCE]
    return any(all(holds_type(text, kind) is False for text in near) for kind in types)


def probability(named: Mapping[str, float]) -> float:
    """The calibrated probability that the documents answer."""
    model = _model("expanded" if "vote" in named else "plain")
    total = model.bias + sum(model.weights.get(name, 0.0) * value for name, value in named.items())
    return 1 / (1 + math.exp(-max(min(total, 60.0), -60.0)))


def is_answered(named: Mapping[str, float], chance: float, region_is_named: bool = True) -> bool:
    """Whether the probability is high enough to answer.

    A region that nobody named has to be surer. A general question (小班化教学有什么规定) wants
    what there is on its subject, so a clause that has all of it needs less, and a sentence that
    says all of it is enough. Who asks how much money, which papers or schools, what age, what
    month or how often is not answered without one, nor from documents without everyday questions
    who asks how many metres or hours; nor, where a region is named, who asks for one figure. A
    sum or an age of the clause counts only when it is quoted, and so does a detail asked about.
    """
    if any(named.get(f"no_{kind}") for kind in (*REQUIRED, "unit", "detail")) or named.get(
        "unquoted"
    ):
        return False
    if region_is_named and named.get("no_figure"):
        return False
    is_covered = named.get("subject", 0.0) >= TOPIC_COVERAGE
    if named.get("said") and (region_is_named or is_covered):
        return True
    threshold = _model("expanded" if "vote" in named else "plain").threshold
    if is_covered:
        threshold *= TOPIC_SHARE
    elif not region_is_named:
        threshold += UNNAMED
    return chance >= threshold


@cache
def _model(name: str) -> _Model:
    data = json.loads(DATA_FILE.read_text(encoding="utf-8"))[name]
    return _Model(data["weights"], data["bias"], data["threshold"])
