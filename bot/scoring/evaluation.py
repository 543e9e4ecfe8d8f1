"""Nouns of an evaluation: one question's Outcome, a file's Evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from bot.conversation import Answer, AnswerStatus
from bot.scoring.baselines import BaselineRow
from bot.scoring.expectations import ANSWERING, Expectation
from bot.scoring.measures import LOWER_IS_BETTER, Ratio, total


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked: its answer, the measures, milliseconds, the score of the decision.

    ``chance`` is the highest probability, over the regions in scope, that the documents answer;
    0 where the question ended before that was judged.
    """

    expected: Expectation
    answer: Answer
    measures: Mapping[str, Ratio]
    ms: float
    chance: float

    @property
    def answered(self) -> bool:
        """Whether a rule was given."""
        return self.answer.status in ANSWERING

    @property
    def reasons(self) -> tuple[str, ...]:
        """What is wrong with the answer; nothing when it is as it should be."""
        wrong = {
            "status": f"status {self.answer.status}, expected {'/'.join(self.expected.expect)}",
            "evidence_recall": "evidence not cited",
            "first_citation": "first citation without evidence",
            "region_recall": "a region with a rule not cited",
            "wrong_region": "wrong region",
            "fact_recall": "fact missing in the text",
            "forbidden": "forbidden string",
            "verbatim": "quote not verbatim",
            "numbers": "number not in a source",
            "abstained": "answered what is not stated",
            "handled": "policy content for what is not ours",
        }
        return tuple(text for name, text in wrong.items() if _fails(name, self.measures[name]))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A question file, answered and measured; ``baselines`` cover its answerable questions."""

    name: str
    outcomes: tuple[Outcome, ...]
    baselines: tuple[BaselineRow, ...] = ()

    @property
    def totals(self) -> dict[str, Ratio]:
        """Every measure over all questions."""
        return total(outcome.measures for outcome in self.outcomes)

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """The outcomes with something wrong."""
        return tuple(outcome for outcome in self.outcomes if outcome.reasons)

    def by(self, group: str) -> dict[str, dict[str, Ratio]]:
        """The measures by ``kind``, ``region`` or ``audience``; a question may be in several."""
        members: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            for key in GROUPS[group](outcome.expected):
                members.setdefault(key, []).append(outcome)
        return {key: total(one.measures for one in members[key]) for key in sorted(members)}

    def percentile(self, percent: float) -> float:
        """Milliseconds within which that share of the questions was answered."""
        return float(np.percentile([outcome.ms for outcome in self.outcomes], percent))


def _regions(expected: Expectation) -> tuple[str, ...]:
    """Held regions by name; those that only ``not_covered`` fits are one group."""
    if not expected.gold and AnswerStatus.NOT_COVERED in expected.expect:
        return ("not held",)
    return expected.regions or ("none",)


GROUPS: Mapping[str, Callable[[Expectation], tuple[str, ...]]] = {
    "kind": lambda one: (one.kind,),
    "region": _regions,
    "audience": lambda one: (one.question.audience or "none",),
}


def _fails(name: str, ratio: Ratio) -> bool:
    return ratio.count > 0 if name in LOWER_IS_BETTER else ratio.count < ratio.total
