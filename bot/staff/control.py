"""The page of the switches."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from bot.staff.pages import NAVIGATION, Editor, Reviewer, StaffProblem, Visit, go, staff_page
from bot.staff.switches import SwitchState
from bot.staff.tables import Role

LONGEST_SENTENCE = 300
PATH = NAVIGATION["switches"]
router = APIRouter(include_in_schema=False)


@router.get(PATH)
def switches_page(visit: Editor) -> Response:
    """The switches as they stand."""
    context = {
        "state": visit.console.switches.current(),
        "may_change": visit.member.role.covers(Role.REVIEWER),
        "limit": LONGEST_SENTENCE,
    }
    return staff_page(visit.request, "switches.html", context)


@router.post(PATH)
def change_switches(visit: Reviewer) -> Response:
    """Set them."""
    wanted = SwitchState(
        paused=visit.text("paused") == "on",
        paused_text=_sentence(visit, "paused_text"),
        model_paused=visit.text("model_paused") == "on",
        banner=_sentence(visit, "banner"),
    )
    changed = visit.console.switches.change(visit.member.name, wanted)
    return go(PATH, "saved" if changed else "unchanged")


def _sentence(visit: Visit, field: str) -> str:
    text = " ".join(visit.text(field).split())
    if len(text) > LONGEST_SENTENCE or not text.isprintable():
        name = visit.console.texts(f"switch_{field}")
        raise StaffProblem(
            "bad_field", 422, field=name, detail="sentence_limit", limit=LONGEST_SENTENCE
        )
    return text
