"""Ruled tables: lines that meet make a grid, the grid makes cells, cells hold characters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.reading.limits import CELL
from index.reading.rows import joined, rows_of
from index.reading.sheets import Char, Rule

NEAR = 3.0  # points; lines closer than this are the same line
SHORTEST = 6.0  # points
MOST_RULES = 3_000  # a page with more is a drawing
MOST_SQUARES = 5_000
PADDING = 0.8  # of the font size, inside a cell


Square = tuple[int, int]  # row and column of a grid


@dataclass(frozen=True, slots=True)
class Table:
    """A table as lines of text, with its place on the page."""

    x0: float
    y0: float
    x1: float
    y1: float
    lines: tuple[str, ...]


def tables_of(rules: Sequence[Rule], chars: Sequence[Char]) -> tuple[list[Table], list[Char]]:
    """The ruled tables of a page, and the characters that stand in none of them.

    A frame without inner lines is no table.
    """
    long = {rule for rule in rules if max(rule.x1 - rule.x0, rule.y1 - rule.y0) >= SHORTEST}
    tables: list[Table] = []
    rest = list(chars)
    for group in _groups(sorted(long, key=_corner)) if len(long) <= MOST_RULES else ():
        grid = _grid(group)
        if grid is None:
            continue
        held = [char for char in rest if grid.holds(char)]
        lines = tuple(grid.lines(held))
        if lines:
            box = (grid.xs[0], grid.ys[0], grid.xs[-1], grid.ys[-1])
            tables.append(Table(*box, lines))
            rest = [char for char in rest if not grid.holds(char)]
    return tables, rest


def _corner(rule: Rule) -> tuple[float, float]:
    return rule.y0, rule.x0


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Lines that touch each other, directly or through others."""
    groups: list[list[Rule]] = []
    for rule in rules:
        touching = [group for group in groups if any(_touch(rule, other) for other in group)]
        groups = [group for group in groups if all(group is not one for one in touching)]
        groups.append([rule, *(other for group in touching for other in group)])
    return groups


def _touch(one: Rule, other: Rule) -> bool:
    return (
        one.x0 - NEAR <= other.x1
        and other.x0 - NEAR <= one.x1
        and one.y0 - NEAR <= other.y1
        and other.y0 - NEAR <= one.y1
    )


def _steps(values: Iterable[float]) -> tuple[float, ...]:
    steps: list[float] = []
    for value in sorted(values):
        if not steps or value - steps[-1] > NEAR:
            steps.append(value)
    return tuple(steps)


def _grid(rules: Sequence[Rule]) -> _Grid | None:
    level = [rule for rule in rules if rule.level]
    upright = [rule for rule in rules if not rule.level]
    if len(level) < 2 or not upright:
        return None
    xs = _steps([*(rule.x0 for rule in upright), *(x for one in level for x in (one.x0, one.x1))])
    ys = _steps([*(rule.y0 for rule in level), *(y for one in upright for y in (one.y0, one.y1))])
    if len(xs) * len(ys) > MOST_SQUARES:
        return None
    grid = _Grid(xs, ys, tuple(level), tuple(upright))
    return grid if len(set(grid.owners().values())) > 1 else None


@dataclass(frozen=True, slots=True)
class _Grid:
    """Steps in both directions and the lines that separate neighbouring squares."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    level: tuple[Rule, ...]
    upright: tuple[Rule, ...]

    def holds(self, char: Char) -> bool:
        return self._square(char) is not None

    def _square(self, char: Char) -> Square | None:
        x, y = (char.x0 + char.x1) / 2, char.base - 0.35 * char.size
        column = sum(step <= x for step in self.xs) - 1
        row = sum(step <= y for step in self.ys) - 1
        inside = 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1
        return (row, column) if inside else None

    def owners(self) -> dict[Square, Square]:
        """Each square with the first square of the merged cell that it belongs to."""
        owner: dict[Square, Square] = {}
        squares = [(r, c) for r in range(len(self.ys) - 1) for c in range(len(self.xs) - 1)]
        for row, column in squares:
            joins = [
                owner[near]
                for near in ((row - 1, column), (row, column - 1))
                if near in owner and not self._parted(near, (row, column))
            ]
            first = min(joins, default=(row, column))
            owner[row, column] = first
            for other in joins:
                owner |= {square: first for square, held in owner.items() if held == other}
        return owner

    def _parted(self, before: Square, after: Square) -> bool:
        row, column = after
        if before[0] == row:
            middle = (self.ys[row] + self.ys[row + 1]) / 2
            return any(
                abs(rule.x0 - self.xs[column]) <= NEAR and rule.y0 <= middle <= rule.y1
                for rule in self.upright
            )
        middle = (self.xs[column] + self.xs[column + 1]) / 2
        return any(
            abs(rule.y0 - self.ys[row]) <= NEAR and rule.x0 <= middle <= rule.x1
            for rule in self.level
        )

    def lines(self, chars: Sequence[Char]) -> list[str]:
        """One line a row; a cell that spans rows stands in its first one."""
        owners = self.owners()
        held: dict[Square, list[Char]] = {}
        for char in chars:
            square = self._square(char)
            if square is not None:
                held.setdefault(owners[square], []).append(char)
        words = {cell: self._words(owners, cell, inside) for cell, inside in held.items()}
        lines = []
        for row in range(len(self.ys) - 1):
            cells = dict.fromkeys(owners[row, column] for column in range(len(self.xs) - 1))
            shown = [words.get(cell, "") if cell[0] == row else "" for cell in cells]
            lines.append(CELL.join(shown) if any(shown) else "")
        return [line for line in lines if line]

    def _words(self, owners: Mapping[Square, Square], cell: Square, chars: Sequence[Char]) -> str:
        """The lines of a cell: joined where the cell was too narrow, else parted by a blank."""
        right = max(self.xs[square[1] + 1] for square, held in owners.items() if held == cell)
        words, end = "", 0.0
        for row in rows_of(chars):
            full = end + row.first_width > right - PADDING * row.size
            words = joined(words, row.text) if full or not words else f"{words} {row.text}"
            end = row.x1
        return words
