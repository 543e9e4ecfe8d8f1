"""发布记录: every publication, going back to one, and downloading one."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import APIRouter
from starlette.responses import Response

from bot.staff.jobs_page import job_path
from bot.staff.pages import NAVIGATION, Editor, Reviewer, StaffProblem, Visit, go, staff_page
from bot.staff.publishing import start_publishing, told
from bot.staff.tables import Role
from bot.staff.workshop import workshop_of
from index.library.export import export
from index.library.publications import Publication

PATH = NAVIGATION["publications"]
router = APIRouter(include_in_schema=False)


@router.get(PATH)
def publications_page(visit: Editor) -> Response:
    """All publications, the newest first."""
    library, held = workshop_of(visit).library, workshop_of(visit).held()
    context = {
        "publications": [(one, told(one, held)) for one in library.history()],
        "current": library.current(),
        "may_change": visit.member.role.covers(Role.REVIEWER),
        "path": PATH,
    }
    return staff_page(visit.request, "publications.html", context)


@router.post(f"{PATH}/{{number}}/rollback")
def rollback(visit: Reviewer, number: int) -> Response:
    """Publish again what an earlier publication held, in the background."""
    publication, workshop = _publication(visit, number), workshop_of(visit)
    if visit.text("confirm") != "on":
        raise StaffProblem("not_confirmed", 422)
    job = start_publishing(
        visit,
        "rollback",
        f"{number}",
        {"back_to": publication.number, "of": publication.at},
        lambda progress: workshop.library.prepare_rollback(
            number, visit.member.name, workshop.embedder, progress
        ),
    )
    return go(job_path(job))


@router.get(f"{PATH}/{{number}}/files")
def download(visit: Editor, number: int) -> Response:
    """The files of a publication as a zip that can be uploaded again."""
    publication = _publication(visit, number)
    with TemporaryDirectory() as folder:
        target = Path(folder) / "files.zip"
        export(workshop_of(visit).library.publications.files(publication.number), target)
        data = target.read_bytes()
    name = f"wence-publication-{number}-{publication.at:%Y%m%d}.zip"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type="application/zip", headers=headers)


def _publication(visit: Visit, number: int) -> Publication:
    for one in workshop_of(visit).library.history():
        if one.number == number:
            return one
    raise StaffProblem("no_publication", 404, number=number)
