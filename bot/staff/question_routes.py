"""The pages of the questions board, for ``bot.staff.routes``."""

from __future__ import annotations

from bot.staff import questions_page

ROUTERS = (questions_page.router,)
