"""The pages of the questions board, for ``bot.staff.routes``."""

from __future__ import annotations

from bot.staff import gaps_page, pins_page, questions_page, statistics_page

ROUTERS = (
    questions_page.router,
    gaps_page.router,
    pins_page.router,
    statistics_page.router,
)
