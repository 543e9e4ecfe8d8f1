"""A draft as a reviewer sees it: the document it would be, what is open, what stands in the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from index.checks.review import Issue, Review, review
from index.documents import Document
from index.errors import CorpusError
from index.library.draft import Draft
from index.library.drafts import Drafts


@dataclass(frozen=True, slots=True)
class Look:
    """A draft with its document and review; ``fault`` says why there is none."""

    draft: Draft
    document: Document | None = None
    review: Review | None = None
    fault: str = ""

    @property
    def open_issues(self) -> tuple[Issue, ...]:
        """What must be settled, or accepted with a reason, before it is published."""
        return self.review.open_issues(self.draft.reasons) if self.review else ()

    @property
    def obstacles(self) -> tuple[str, ...]:
        """Why it cannot be published yet, a sentence each; empty when it can."""
        return (self.fault,) if self.fault else tuple(one.message for one in self.open_issues)

    def again(self, drafts: Drafts) -> Look:
        """The same look after issues were accepted."""
        return replace(self, draft=drafts.get(self.draft.id))


def look_at(drafts: Drafts, draft: Draft, held: Mapping[str, Document]) -> Look:
    """Read a draft and review it beside the documents held."""
    try:
        document = drafts.document(draft.id)
    except CorpusError as error:
        return Look(draft, fault=str(error))
    return Look(draft, document, review(document, list(held.values())))


def look_at_all(
    drafts: Drafts,
    chosen: Sequence[Draft],
    held: Mapping[str, Document],
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Look, ...]:
    """Review drafts that are published together: each also beside those before it.

    ``progress`` is told how many are done and how many there are.
    """
    beside = dict(held)
    looks: list[Look] = []
    for draft in chosen:
        looks.append(look_at(drafts, draft, beside))
        if looks[-1].document:
            beside[draft.document_id] = looks[-1].document
        if progress:
            progress(len(looks), len(chosen))
    return tuple(looks)
