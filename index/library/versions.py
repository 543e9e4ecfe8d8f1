"""Which document a person means, and which earlier one it stands beside."""

from __future__ import annotations

from index.documents import Document
from index.errors import CorpusError
from index.library.files import LibraryError
from index.library.shelf import Shelf
from index.versions import family_of, version_day


def find_document(shelf: Shelf, name: str) -> Document:
    """The draft or the held document of this id, the draft first; raises CorpusError."""
    for draft in shelf.drafts.all():
        if name in {draft.id, draft.document_id}:
            return shelf.drafts.document(draft.id)
    held = shelf.held().get(name)
    if held is None:
        raise LibraryError(f"没有编号为 {name[:60]} 的草稿或文件，可用 wence documents 查看")
    return held


def find_earlier(shelf: Shelf, document: Document) -> Document:
    """The held document that this one replaces, or the last version before it; else LibraryError.

    A held document is compared with the version before it, a draft with its own id first.
    """
    held = shelf.held()
    same = held.get(document.id)
    if same is not None and same.text != document.text:
        return same
    family = document.family or family_of(document)
    others = [one for one in held.values() if one.id != document.id]
    kin = [one for one in others if (one.family or family_of(one)) == family]
    day = version_day(document)
    earlier = [one for one in kin if day is None or (version_day(one) or day) <= day]
    if not earlier:
        raise LibraryError(f"没有收录《{document.title}》更早的版本，请写出要对照的文件编号")
    return max(earlier, key=lambda one: (str(version_day(one) or ""), one.id))


def find_draft_id(shelf: Shelf, name: str) -> str:
    """The id of the draft that is called by its own or its document's id; raises CorpusError."""
    for draft in shelf.drafts.all():
        if name in {draft.id, draft.document_id}:
            return draft.id
    raise CorpusError(f"没有编号为 {name[:60]} 的草稿，可用 wence documents check 查看")
