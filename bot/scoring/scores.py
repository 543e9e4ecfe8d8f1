"""Evaluations as text, as JSON and as the Markdown page that is kept in the repository."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.scoring.baselines import BaselineRow
from bot.scoring.evaluation import GROUPS, Evaluation, Outcome
from bot.scoring.measures import LOWER_IS_BETTER, MEASURES, OF_EXCERPTS, CitedClause, Ratio, total
from bot.scoring.tradeoff import tradeoff, tradeoff_svg
from index.documents import Hit
from index.errors import SettingsError
from index.yaml_text import parse_yaml

HITS_SHOWN = 5
GROUP_MEASURES = (
    "status",
    "evidence_recall",
    "first_citation",
    "citation_precision",
    "fact_recall",
    "wrong_region",
    "abstained",
    "false_abstention",
)
Rows = Sequence[Sequence[str]]


def as_text(evaluation: Evaluation, failures: bool = True) -> str:
    """Measures, groups, baselines and the failures, for a terminal or a page."""
    blocks = [
        f"## {evaluation.name}: {len(evaluation.outcomes)} questions",
        _table(("measure", "value", "count"), _measure_rows(evaluation.totals)),
        f"Whole answer: p50 {evaluation.percentile(50):.1f} ms, "
        f"p95 {evaluation.percentile(95):.1f} ms.",
        *(_group(evaluation, group) for group in GROUPS),
    ]
    if evaluation.baselines:
        blocks += ["### Beside it, on the answerable questions", _baseline_table(evaluation)]
    if failures and evaluation.failures:
        blocks.append(f"### Failures: {len(evaluation.failures)}")
        blocks += [failure_text(outcome) for outcome in evaluation.failures]
    return "\n\n".join(blocks)


def failure_text(outcome: Outcome) -> str:
    """One failure: what was asked, expected and cited, and the hits that led there.

    ``+`` marks a clause with evidence, ``=`` an acceptable one.
    """
    expected, answer = outcome.expected, outcome.answer
    lines = [f"- **{expected.question.id}** ({expected.kind}) {expected.question.text}"]
    lines += [f"  - earlier: {earlier}" for earlier in expected.question.history]
    lines.append(f"  - wrong: {'; '.join(outcome.reasons)}")
    lines += [f"  - expected: {quote.document} {quote.quote}" for quote in expected.gold]
    if expected.facts:
        lines.append(f"  - facts: {'、'.join(expected.facts)}")
    cited = [
        f"{_mark(outcome, citation.clause.id, citation.clause.text)}{citation.clause.id}"
        for citation in answer.citations
    ]
    lines.append(
        f"  - {answer.status}, score {outcome.chance:.2f}, cited: {' '.join(cited) or '-'}"
    )
    lines += [f"  - {_hit(outcome, hit)}" for hit in answer.hits[:HITS_SHOWN]]
    return "\n".join(lines)


def evaluation_to_dict(evaluation: Evaluation) -> dict[str, Any]:
    """Everything that the text shows, and every point of the trade-off."""
    return {
        "file": evaluation.name,
        "questions": len(evaluation.outcomes),
        "measures": _json_measures(evaluation.totals),
        "by": {
            group: {key: _json_measures(row) for key, row in evaluation.by(group).items()}
            for group in GROUPS
        },
        "ms": {"p50": evaluation.percentile(50), "p95": evaluation.percentile(95)},
        "baselines": [
            {
                "name": row.name,
                "cited": row.depth,
                "documents": row.scope,
                "measures": _json_measures(row.measures),
            }
            for row in evaluation.baselines
        ],
        "failures": [_json_failure(outcome) for outcome in evaluation.failures],
        "tradeoff": [
            [round(share, 4) for share in (one.threshold, one.abstained, one.false_abstention)]
            for one in tradeoff(evaluation)
        ],
    }


def write_scores(evaluations: Sequence[Evaluation], path: Path, command: str = "") -> None:
    """Write the page, and beside it the plot of the trade-off (``.svg``)."""
    plot = path.with_suffix(".svg")
    plot.write_text(tradeoff_svg(evaluations), encoding="utf-8")
    names = " ".join(f"tests/data/{one.name}" for one in evaluations)
    blocks = [
        "# Scores",
        f"Written by `{command or f'wence evaluate {names} --write {path.name}'}`. "
        "The measures are defined in `bot/scoring/measures.py`. "
        f"Lower is better for {', '.join(sorted(LOWER_IS_BETTER))}.",
        *(as_text(evaluation) for evaluation in evaluations),
        "## Abstention trade-off",
        "Each curve moves the threshold of the decision; the ring is where the product stands.",
        f"![abstention trade-off]({plot.name})",
    ]
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def load_floors(path: Path) -> dict[str, dict[str, float]]:
    """Floors by question file and measure; raises SettingsError."""
    try:
        floors: dict[str, dict[str, float]] = parse_yaml(path.read_text(encoding="utf-8"))
        unknown = {name for row in floors.values() for name in row} - set(MEASURES)
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise SettingsError(f"{path}: not a file of floors ({error})") from error
    if unknown:
        raise SettingsError(f"{path}: unknown measures {', '.join(sorted(unknown))}")
    return floors


def _table(head: Sequence[str], rows: Rows) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _measure_rows(measures: Mapping[str, Ratio]) -> Rows:
    return [
        (name, _share(measures[name]), f"{measures[name].count}/{measures[name].total}")
        for name in MEASURES
        if measures[name].total
    ]


def _group(evaluation: Evaluation, group: str) -> str:
    names = [name for name in GROUP_MEASURES if evaluation.totals[name].total]
    rows = [
        (key, *(_counted(measures[name]) for name in names))
        for key, measures in evaluation.by(group).items()
    ]
    return f"### By {group}\n\n{_table((group, *names), rows)}"


def _baseline_table(evaluation: Evaluation) -> str:
    answerable = [one.measures for one in evaluation.outcomes if one.expected.answerable]
    own = BaselineRow("**WenCe**", 0, "all", total(answerable))
    rows = [
        (
            row.name,
            str(row.depth or "1-3 a region"),
            row.scope,
            *(_counted(row.measures[name]) for name in OF_EXCERPTS),
        )
        for row in (own, *evaluation.baselines)
    ]
    return _table(("system", "cited", "documents", *OF_EXCERPTS), rows)


def _share(ratio: Ratio) -> str:
    return "-" if ratio.value is None else f"{ratio.value:.3f}"


def _counted(ratio: Ratio) -> str:
    return "-" if ratio.value is None else f"{ratio.value:.2f} ({ratio.count}/{ratio.total})"


def _mark(outcome: Outcome, clause_id: str, text: str) -> str:
    """``+`` for evidence, ``=`` for acceptable, nothing else."""
    document = clause_id.partition("#")[0]
    for mark, quotes in (("+", outcome.expected.gold), ("=", outcome.expected.acceptable)):
        if any(one.document == document and one.quote in text for one in quotes):
            return mark
    return ""


def _hit(outcome: Outcome, hit: Hit) -> str:
    scores = " ".join(f"{name} {value:.3f}" for name, value in hit.scores.items())
    mark = _mark(outcome, hit.clause.id, hit.clause.text)
    return f"hit {mark}{hit.clause.id} {hit.clause.address}: {scores}"


def _json_measures(measures: Mapping[str, Ratio]) -> dict[str, dict[str, float | int | None]]:
    return {
        name: {"value": ratio.value, "count": ratio.count, "total": ratio.total}
        for name, ratio in measures.items()
        if ratio.total
    }


def _json_failure(outcome: Outcome) -> dict[str, Any]:
    expected, answer = outcome.expected, outcome.answer
    return {
        "id": expected.question.id,
        "kind": expected.kind,
        "question": expected.question.text,
        "history": list(expected.question.history),
        "wrong": list(outcome.reasons),
        "status": answer.status.value,
        "expected": [status.value for status in expected.expect],
        "gold": [{"document": one.document, "quote": one.quote} for one in expected.gold],
        "facts": list(expected.facts),
        "score": round(outcome.chance, 4),
        "answer": answer.text,
        "cited": [citation.clause.id for citation in answer.citations],
        "with_evidence": [
            citation.clause.id
            for citation in answer.citations
            if any(CitedClause(citation).holds(quote) for quote in expected.gold)
        ],
        "hits": [
            {"clause": hit.clause.id, "scores": {k: round(v, 4) for k, v in hit.scores.items()}}
            for hit in answer.hits[:HITS_SHOWN]
        ],
    }
