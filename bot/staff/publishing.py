"""Changes of what is published, as jobs: intent and outcome both stand in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.failures import caught
from bot.staff.audit import record
from bot.staff.jobs import Job, JobKind, Order
from bot.staff.pages import Visit
from bot.staff.workshop import Workshop, workshop_of
from index.build import BuildReport
from index.documents import Document
from index.errors import WenceError
from index.library.library import Prepared
from index.library.publications import Publication
from index.vectors import Progress

Prepare = Callable[[Progress], Prepared]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job has published; not ``changed``: it was served already."""

    publication: Publication
    report: BuildReport
    changed: bool


def start_publishing(
    visit: Visit, kind: JobKind, subject: str, details: Mapping[str, object], prepare: Prepare
) -> Job:
    """Prepare and publish in the background; StaffProblem when something else is running.

    That somebody wants it is in the audit log before anything begins, what came of it afterwards.
    """
    workshop, by = workshop_of(visit), visit.member.name

    def tell(action: str, about: str, details: Mapping[str, object]) -> None:
        with visit.console.store.writing() as session:
            record(session, by, action, about, details)

    def work(progress: Progress) -> Outcome:
        try:
            outcome = _publish(workshop, prepare, progress)
        except WenceError as error:
            with caught("the audit entry of a failure"):
                tell("publish_failed", subject, {"kind": kind, "reason": str(error)})
            raise
        with caught("the audit entry of a publication"):
            number = outcome.publication.number
            tell("published", f"{number}", {"kind": kind, "what": outcome.publication.summary})
        return outcome

    with visit.console.store.writing() as session:
        record(session, by, kind, subject, details)
        return workshop.start(Order(kind, subject, by), work)


def told(publication: Publication, held: Mapping[str, Document]) -> str:
    """What a publication changed, documents by their titles where they are still held."""

    def titles(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(f"《{held[one].title}》" if one in held else one for one in ids)

    named = replace(
        publication,
        added=titles(publication.added),
        changed=titles(publication.changed),
        retired=titles(publication.retired),
        withdrawn=titles(publication.withdrawn),
    )
    return named.summary


def _publish(workshop: Workshop, prepare: Prepare, progress: Progress) -> Outcome:
    prepared = prepare(progress)
    publication = workshop.library.publish(prepared, progress)
    return Outcome(publication, prepared.report, prepared.changed)
