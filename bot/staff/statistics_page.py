"""The page of figures: questions by day, how they ended, how long they took, where from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np
from fastapi import APIRouter
from sqlalchemy import select
from starlette.responses import Response

from bot.staff.charts import columns, lines
from bot.staff.pages import NAVIGATION, Editor, staff_page
from bot.staff.tables import AskedQuestion

PATH = NAVIGATION["statistics"]
PERIODS = (7, 30, 90)
USUAL = 30
MOST_REGIONS = 12
router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Day:
    """One day (UTC); half of the answers took at most ``p50`` ms, 95 of 100 ``p95`` ms."""

    day: date
    count: int
    p50: float | None
    p95: float | None
    judged: int
    up: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything on the page."""

    days: tuple[Day, ...]
    statuses: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    channels: tuple[tuple[str, int], ...]

    @property
    def count(self) -> int:
        """Questions in the whole period."""
        return sum(day.count for day in self.days)

    @property
    def helpful(self) -> float | None:
        """The share of those judged that helped; None when nobody has judged."""
        judged = sum(day.judged for day in self.days)
        return sum(day.up for day in self.days) / judged if judged else None


@router.get(PATH)
def statistics(visit: Editor) -> Response:
    """The figures of the last days."""
    given = visit.request.query_params.get("days", "")
    period = int(given) if given in map(str, PERIODS) else USUAL
    today = datetime.now(UTC).date()
    begin = today - timedelta(days=period - 1)
    row = AskedQuestion
    query = select(row.at, row.status, row.region, row.channel, row.latency_ms, row.verdict)
    with visit.console.store.reading() as session:
        since = datetime.combine(begin, time(), UTC)
        rows = session.execute(query.where(row.at >= since)).all()
    found, t = figures(rows, begin, today), visit.console.texts
    names = [f"{day.day:%m-%d}" for day in found.days]
    context = {
        "figures": found,
        "period": period,
        "periods": PERIODS,
        "path": PATH,
        "volume": columns(t("chart_volume"), names, [day.count for day in found.days]),
        "latency": lines(
            t("chart_latency"),
            names,
            [[day.p50 for day in found.days], [day.p95 for day in found.days]],
        ),
    }
    return staff_page(visit.request, "statistics.html", context)


def figures(rows: Sequence[Any], begin: date, end: date) -> Figures:
    """The figures of rows (at, status, region, channel, latency_ms, verdict)."""
    by_day: dict[date, list[Any]] = {}
    for row in rows:
        by_day.setdefault(row.at.date(), []).append(row)
    days = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
    regions = Counter(name for row in rows for name in row.region.split("、") if name)
    return Figures(
        days=tuple(_day(day, by_day.get(day, [])) for day in days),
        statuses=_ranked(row.status for row in rows),
        regions=tuple(regions.most_common(MOST_REGIONS)),
        channels=_ranked(row.channel for row in rows),
    )


def _day(day: date, rows: Sequence[Any]) -> Day:
    times = [row.latency_ms for row in rows]
    p50, p95 = np.percentile(times, [50, 95]).tolist() if times else (None, None)
    judged = [row.verdict for row in rows if row.verdict]
    return Day(day, len(rows), p50, p95, len(judged), judged.count("up"))


def _ranked(values: Iterable[str]) -> tuple[tuple[str, int], ...]:
    return tuple(Counter(values).most_common())
