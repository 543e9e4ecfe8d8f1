"""Scores against expectations: every question asked, measured, and the failures explained."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

from bot.chain import PolicyChain, load_chain
from bot.conversation import Answer, AnswerStatus
from bot.scoring.baselines import Baseline, load_baselines, measure_baselines
from bot.scoring.evaluation import Evaluation, Outcome
from bot.scoring.expectations import Expectation, check_gold, load_expectations
from bot.scoring.measures import LOWER_IS_BETTER, measure_answer
from bot.scoring.scores import as_text, evaluation_to_dict, load_floors, write_scores
from bot.setting import PREFIX
from bot.settings import Settings
from bot.understand import understand
from index.errors import SettingsError

JUDGED = frozenset({AnswerStatus.ANSWERED, AnswerStatus.PARTIAL, AnswerStatus.NOT_STATED})
TOLERANCE = 1e-9
FLOORS = "floors.yaml"


def evaluate(path: Path, chain: PolicyChain, baselines: Sequence[Baseline] = ()) -> Evaluation:
    """Ask every question of the file; raises BadExpectation."""
    expectations = load_expectations(path)
    check_gold(expectations, chain.documents)
    chain.invoke(expectations[0].question)  # what is loaded on the first question is not timed
    outcomes = tuple(_outcome(expected, chain) for expected in expectations)
    answerable = [one for one in expectations if one.answerable]
    return Evaluation(path.name, outcomes, measure_baselines(answerable, baselines))


def check_floors(evaluation: Evaluation, floors: Mapping[str, float]) -> list[str]:
    """What fell below its recorded floor (above it, where lower is better), one line each."""
    totals = evaluation.totals
    fallen = []
    for name, floor in floors.items():
        ratio = totals[name]
        value = ratio.value
        above = value is not None and value > floor + TOLERANCE
        below = value is None or value < floor - TOLERANCE
        if above if name in LOWER_IS_BETTER else below:
            shown = "not measured" if value is None else f"{value:.3f}"
            counts = f"{ratio.count}/{ratio.total}"
            fallen.append(f"{evaluation.name} {name}: {shown} ({counts}), floor {floor}")
    return fallen


def run_evaluate(
    paths: Sequence[Path],
    settings: Settings,
    write: Path | None,
    as_json: bool,
    echo: Callable[[str], None],
) -> int:
    """Evaluate files, report, and write the Markdown page if asked.

    A ``floors.yaml`` beside a file holds its floors; the exit status is 1 when one is missed.
    The floors are those of quoted answers, so worded ones are not held to them.
    """
    chain = load_chain(settings)
    baselines = load_baselines(settings)
    evaluations = [evaluate(path, chain, baselines) for path in paths]
    if write:
        write_scores(evaluations, write)
    fallen = [
        [] if settings.has_model else check_floors(evaluation, floors_beside(path))
        for path, evaluation in zip(paths, evaluations, strict=True)
    ]
    if as_json:
        found = zip(evaluations, fallen, strict=True)
        body = [as_json_object(one, fell, settings.has_model) for one, fell in found]
        echo(json.dumps(body, ensure_ascii=False, indent=1))
    else:
        for evaluation in evaluations:
            echo(as_text(evaluation))
            if settings.has_model:
                echo(worded_line(evaluation))
        for line in (line for lines in fallen for line in lines):
            echo(f"FELL {line}")
    return 1 if any(fallen) else 0


def as_json_object(evaluation: Evaluation, fell: Sequence[str], worded: bool) -> dict[str, object]:
    """One file's scores, what fell, and with a model how many answers it worded."""
    told = {"worded": worded_line(evaluation)} if worded else {}
    return {**evaluation_to_dict(evaluation), "fell": list(fell), **told}


def with_composer(settings: Settings, composer: str) -> Settings:
    """The settings for ``extractive`` or ``llm``; raises SettingsError when no model is set."""
    if composer == "llm" and not settings.has_model:
        raise SettingsError(f"--composer llm needs {PREFIX}MODEL_URL and {PREFIX}MODEL_NAME")
    return settings if composer == "llm" else replace(settings, model_url="", model_name="")


def worded_line(evaluation: Evaluation) -> str:
    """How many answers a language model worded, and why the others were quoted."""
    answers = [one.answer for one in evaluation.outcomes if one.answered]
    worded = sum(answer.composer == "llm" for answer in answers)
    reasons = Counter(note for answer in answers for note in answer.staff_notes)
    told = "; ".join(f"{count} x {note}" for note, count in reasons.most_common())
    return f"{evaluation.name} worded: {worded}/{len(answers)}" + (f" ({told})" if told else "")


def floors_beside(path: Path) -> Mapping[str, float]:
    """The recorded floors of a question file; none without a ``floors.yaml`` beside it."""
    floors = path.with_name(FLOORS)
    return load_floors(floors).get(path.name, {}) if floors.is_file() else {}


def _outcome(expected: Expectation, chain: PolicyChain) -> Outcome:
    started = perf_counter()
    answer = chain.invoke(expected.question)
    ms = (perf_counter() - started) * 1000
    return Outcome(expected, answer, measure_answer(expected, answer), ms, _chance(answer, chain))


def _chance(answer: Answer, chain: PolicyChain) -> float:
    if answer.status not in JUDGED:
        return 0.0
    found = chain.retriever.find(understand(answer.question, chain.resolver))
    return max((section.probability for section in found.sections), default=0.0)
