"""Charts as inline SVG: no script, no library, colours from the style sheet; sizes in its units."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT = 640.0, 180.0
LEFT, RIGHT, TOP, BOTTOM = 44.0, 8.0, 14.0, 24.0  # room for the scale and the names
MOST_NAMES = 8  # below the axis
STEPS = (1, 2, 5)


def columns(title: str, names: Sequence[str], values: Sequence[float]) -> Markup:
    """One column for each value, from zero."""
    top = round_up(max(values, default=0))
    width = _inner() / max(1, len(values))
    bars = Markup("").join(
        Markup('<rect x="{}" y="{}" width="{}" height="{}"/>').format(
            _n(LEFT + at * width + width * 0.1), _n(_y(value, top)), _n(width * 0.8), _n(height)
        )
        for at, value in enumerate(values)
        if (height := _y(0, top) - _y(value, top)) > 0
    )
    return _chart(title, _scale(top) + _names(names), bars)


def lines(title: str, names: Sequence[str], series: Sequence[Sequence[float | None]]) -> Markup:
    """One line for each series over the same names; where a value is None the line is broken."""
    top = round_up(max((v for row in series for v in row if v is not None), default=0))
    width = _inner() / max(1, len(names))
    drawn = Markup("")
    for number, row in enumerate(series, 1):
        points = [
            None if value is None else (_n(LEFT + (at + 0.5) * width), _n(_y(value, top)))
            for at, value in enumerate(row)
        ]
        drawn += Markup('<path class="ws-line{}" d="{}"/>').format(number, _path(points))
        drawn += Markup("").join(
            Markup('<circle class="ws-dot{}" cx="{}" cy="{}" r="3"/>').format(number, *point)
            for point in points
            if point
        )
    return _chart(title, _scale(top) + _names(names), drawn)


def round_up(value: float) -> float:
    """The next of 1, 2, 5, 10, 20, …, so that a scale has plain numbers; at least 1."""
    power = 1
    while True:
        for step in STEPS:
            if value <= step * power:
                return float(step * power)
        power *= 10


def _chart(title: str, *parts: Markup) -> Markup:
    frame = Markup('<svg class="ws-chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    return frame.format(_n(WIDTH), _n(HEIGHT), title, Markup("").join(parts))


def _scale(top: float) -> Markup:
    """Three lines across with their values."""
    row = Markup(
        '<line x1="{}" y1="{}" x2="{}" y2="{}"/><text x="{}" y="{}" class="ws-end">{}</text>'
    )
    return Markup("").join(
        row.format(
            *(_n(LEFT), _n(_y(value, top)), _n(WIDTH - RIGHT), _n(_y(value, top))),
            *(_n(LEFT - 6), _n(_y(value, top) + 4), f"{value:g}"),
        )
        for value in (0, top / 2, top)
    )


def _names(names: Sequence[str]) -> Markup:
    """Some names below the axis, as many as there is room for."""
    width = _inner() / max(1, len(names))
    step = -(-len(names) // MOST_NAMES) or 1
    return Markup("").join(
        Markup('<text x="{}" y="{}" class="ws-mid">{}</text>').format(
            _n(LEFT + (at + 0.5) * width), _n(HEIGHT - 6), names[at]
        )
        for at in range(0, len(names), step)
    )


def _path(points: Sequence[tuple[str, str] | None]) -> str:
    """Lines between neighbouring points."""
    pieces, pen = [], "M"
    for point in points:
        pieces.append(f"{pen}{point[0]} {point[1]}" if point else "")
        pen = "L" if point else "M"
    return " ".join(filter(None, pieces))


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


def _inner() -> float:
    return WIDTH - LEFT - RIGHT


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
