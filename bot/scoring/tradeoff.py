"""The abstention trade-off: what each threshold of the decision would cost and bring, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.conversation import AnswerStatus
from bot.scoring.evaluation import Evaluation, Outcome

WIDTH, HEIGHT, MARGIN = 480, 360, 56
COLOURS = ("#1f5fa8", "#b4501e", "#3d7a3d", "#7a3d7a")


@dataclass(frozen=True, slots=True)
class TradeoffPoint:
    """At this threshold: shares of unanswerable (good) and answerable questions not answered."""

    threshold: float
    abstained: float
    false_abstention: float


def tradeoff(evaluation: Evaluation) -> tuple[TradeoffPoint, ...]:
    """A point for every threshold that changes something, from answering all to answering none.

    Questions count that only ``answered`` or only ``not_stated`` fits; one that ended before the
    decision has score 0. Empty when one of the two kinds is missing.
    """
    stated = [one.chance for one in evaluation.outcomes if one.expected.answerable]
    unstated = [one.chance for one in evaluation.outcomes if _is_unstated(one)]
    if not stated or not unstated:
        return ()
    thresholds = (0.0, *sorted({*stated, *unstated}), 1.01)
    return tuple(
        TradeoffPoint(threshold, _below(unstated, threshold), _below(stated, threshold))
        for threshold in thresholds
    )


def tradeoff_svg(evaluations: Sequence[Evaluation]) -> str:
    """One curve for each evaluation, and a ring where the product stands."""
    parts = [_frame()]
    for place, evaluation in enumerate(evaluations):
        points = tradeoff(evaluation)
        if points:
            colour = COLOURS[place % len(COLOURS)]
            parts += [_curve(points, colour), _standing(evaluation, colour)]
            parts.append(_legend(evaluation.name, colour, place))
    return "\n".join((*parts, "</svg>\n"))


def _is_unstated(outcome: Outcome) -> bool:
    return outcome.expected.abstains and AnswerStatus.NOT_STATED in outcome.expected.expect


def _below(chances: Sequence[float], threshold: float) -> float:
    return sum(chance < threshold for chance in chances) / len(chances)


def _x(share: float) -> float:
    return MARGIN + share * (WIDTH - 2 * MARGIN)


def _y(share: float) -> float:
    return HEIGHT - MARGIN - share * (HEIGHT - 2 * MARGIN)


def _frame() -> str:
    """Axes with a line at every fifth."""
    fifths = [step / 5 for step in range(6)]
    lines = [
        f'<path d="M{_x(at):.0f} {_y(0):.0f}V{_y(1):.0f}M{_x(0):.0f} {_y(at):.0f}H{_x(1):.0f}"/>'
        for at in fifths
    ]
    numbers = [
        f'<text x="{_x(at):.0f}" y="{_y(0) + 16:.0f}" text-anchor="middle">{at:.1f}</text>'
        f'<text x="{_x(0) - 8:.0f}" y="{_y(at) + 4:.0f}" text-anchor="end">{at:.1f}</text>'
        for at in fifths
    ]
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="sans-serif" font-size="12" role="img" '
            'aria-label="abstention trade-off">',
            f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
            f'<g stroke="#ddd" fill="none">{"".join(lines)}</g>',
            f"<g>{''.join(numbers)}</g>",
            f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">'
            "answerable questions not answered (false abstention)</text>",
            f'<text transform="translate(16 {HEIGHT / 2:.0f}) rotate(-90)" text-anchor="middle">'
            "not-stated questions not answered</text>",
        )
    )


def _curve(points: Sequence[TradeoffPoint], colour: str) -> str:
    path = " ".join(f"{_x(one.false_abstention):.1f},{_y(one.abstained):.1f}" for one in points)
    return f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="{path}"/>'


def _standing(evaluation: Evaluation, colour: str) -> str:
    stated = [one for one in evaluation.outcomes if one.expected.answerable]
    unstated = [one for one in evaluation.outcomes if _is_unstated(one)]
    shares = [sum(not one.answered for one in group) / len(group) for group in (stated, unstated)]
    return (
        f'<circle cx="{_x(shares[0]):.1f}" cy="{_y(shares[1]):.1f}" r="5" fill="#fff" '
        f'stroke="{colour}" stroke-width="2"/>'
    )


def _legend(name: str, colour: str, place: int) -> str:
    y = _y(0) - 12 - 16 * place
    return f'<text x="{_x(1) - 8:.0f}" y="{y:.0f}" text-anchor="end" fill="{colour}">{name}</text>'
