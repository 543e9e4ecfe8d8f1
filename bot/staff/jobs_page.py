"""How far a job is, and what came of it; the page fetches itself again while the job runs."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from bot.staff.drafts_page import AGAIN
from bot.staff.drafts_page import PATH as DRAFTS
from bot.staff.jobs import Job
from bot.staff.pages import Editor, StaffProblem, staff_page
from bot.staff.publishing import Outcome, told
from bot.staff.workshop import workshop_of

PATH = "/staff/jobs"
router = APIRouter(include_in_schema=False)


def job_path(job: Job) -> str:
    """The page of a job."""
    return f"{PATH}/{job.id}"


@router.get(f"{PATH}/{{job_id}}")
def job_page(visit: Editor, job_id: str) -> Response:
    """One job."""
    job = workshop_of(visit).jobs.get(job_id)
    if job is None:
        raise StaffProblem("no_job", 404)
    if job.state == "done" and job.order.kind == "probe":
        return RedirectResponse(f"{DRAFTS}/{job.order.subject}#probes", 303)
    held = workshop_of(visit).held()
    result = job.result if isinstance(job.result, Outcome) else None
    context = {
        "job": job,
        "outcome": result,
        "summary": told(result.publication, held) if result else "",
        "held": held,
        "path": job_path(job),
    }
    page = staff_page(visit.request, "job.html", context)
    if job.state == "running":
        page.headers["Refresh"] = AGAIN
    return page
