"""试答: the probe questions of a draft, answered from a build that nobody else is served."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from bot.chain import PolicyChain
from bot.conversation import Question
from bot.staff.audit import record
from bot.staff.drafts_page import PATH, draft_of
from bot.staff.jobs import Order
from bot.staff.jobs_page import job_path
from bot.staff.pages import Editor, StaffProblem, go
from bot.staff.workshop import Probed, Workshop, workshop_of
from index.documents import Document
from index.library.changes import Changes
from index.library.draft import Draft
from index.search import Searcher
from index.vectors import Progress

router = APIRouter(include_in_schema=False)


@router.post(f"{PATH}/{{draft_id}}/probe")
def probe(visit: Editor, draft_id: str) -> Response:
    """Build a preview of this draft and ask it, in the background."""
    workshop, draft = workshop_of(visit), draft_of(visit, draft_id)
    if workshop.look(draft).review is None:
        raise StaffProblem("not_readable", 422)

    def work(progress: Progress) -> object:
        return ask(workshop, draft, progress)

    with visit.console.store.writing() as session:
        record(session, visit.member.name, "draft_probe", draft.id, {"title": draft.title})
        job = workshop.start(Order("probe", draft.id, visit.member.name), work)
    return go(job_path(job))


def ask(workshop: Workshop, draft: Draft, progress: Progress) -> tuple[Probed, ...]:
    """The answers; kept until the draft or the index changes."""
    look, state = workshop.look(draft), workshop.state_of(draft)
    prepared = workshop.library.prepare(Changes((draft.id,)), workshop.embedder, progress)
    searcher = Searcher.open(workshop.settings.index_dir, workshop.embedder, prepared.build)
    chain = PolicyChain(searcher, workshop.settings)
    probes = look.review.probes if look.review else ()
    found: list[Probed] = []
    for one in probes:
        progress("probe", len(found), len(probes))
        answer = chain.invoke(Question(one.question))
        cites = [(citation.clause.id, citation.clause.address) for citation in answer.citations]
        wanted = f"{draft.document_id}#{one.clause_key}"
        found.append(
            Probed(
                question=one.question,
                clause=_address(look.document, one.clause_key),
                status=answer.status.value,
                answer=answer.text,
                cites=tuple(address for _, address in cites),
                found=wanted in {clause_id for clause_id, _ in cites},
            )
        )
    if prepared.changed:  # else the public is served from the same files
        searcher.snapshot.store.close()
    workshop.probed[draft.id] = (state, tuple(found))
    return tuple(found)


def _address(document: Document | None, key: str) -> str:
    return document.clause(key).address if document else key
