"""The drafts: added, edited, accepted, removed; every change is made in one step."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from index.checks.held import share
from index.corpus import WHOLE_DOCUMENT, load_document
from index.disk import flush
from index.documents import Document, Region
from index.errors import CorpusError
from index.library.draft import Draft, change_record, document_in, read_draft
from index.library.files import RAW, LibraryError
from index.library.intake import ASKED, GAPS, SIDECAR, Received, unpacked
from index.library.names import free_stem, is_document_id, plain_name, stem_for
from index.library.sidecars import Fields, change_sidecar
from index.naming import document_id
from index.reader import read_file
from index.sidecar import load_asked, load_sidecar

ID_BYTES = 5
SAME_TEXT = 0.7  # share of the words of a policy that its corrected file still has
_DRAFT_ID = re.compile(r"[0-9a-f]{10}")
_FROM_NAME = ("title", "region", "issued", "effective", "expires", "level")


class Published(Protocol):
    """What is published at this moment."""

    def held(self) -> Mapping[str, Document]:
        """Documents by id."""

    def held_files(self) -> Mapping[str, Path]:
        """Corpus files by name."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that could not be taken in, and why."""

    filename: str
    message: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the files of one upload."""

    drafts: tuple[Draft, ...] = ()
    faults: tuple[Fault, ...] = ()


class Drafts:
    """The drafts of one folder, beside what is published."""

    def __init__(self, folder: Path, published: Published) -> None:
        self.folder, self._published = folder, published

    def all(self) -> tuple[Draft, ...]:
        """Every draft, the oldest first."""
        folders = (path for path in self.folder.glob("*") if _DRAFT_ID.fullmatch(path.name))
        found = [draft for draft in map(read_draft, folders) if draft]
        return tuple(sorted(found, key=lambda draft: (draft.at, draft.id)))

    def get(self, draft_id: str) -> Draft:
        """The draft with this id; raises LibraryError."""
        draft = read_draft(self.folder / draft_id) if _DRAFT_ID.fullmatch(draft_id) else None
        if draft is None:
            raise LibraryError(f"没有编号为 {draft_id[:40]} 的草稿，也许已经发布或删除")
        return draft

    def add(self, filename: str, data: bytes, by: str) -> Added:
        """Keep a file, or every file of an archive; a faulty one stops none of the others."""
        try:
            return self.keep_all(unpacked(filename, data), by)
        except CorpusError as error:
            return Added(faults=(Fault(filename, str(error)),))

    def keep_all(self, received: tuple[Received, ...], by: str) -> Added:
        """Keep what was received; a faulty file stops none of the others."""
        drafts: list[Draft] = []
        faults: list[Fault] = []
        for one in received:
            try:
                drafts.append(self.keep(one, by))
            except CorpusError as error:
                faults.append(Fault(one.filename, str(error)))
        return Added(tuple(drafts), tuple(faults))

    def keep(self, received: Received, by: str) -> Draft:
        """Keep one file as a draft; the same file again is the same draft.

        A file of a policy that is a draft or held already takes its id and what staff said of it.
        Raises CorpusError when it cannot be read; one of unknown region is kept for staff to say.
        """
        digest = blake2b(received.filename.encode() + b"\0" + received.data, digest_size=ID_BYTES)
        for name, content in sorted(received.beside.items()):
            digest.update(name.encode() + b"\0" + content)
        folder = self.folder / digest.hexdigest()
        known = read_draft(folder)
        if known:
            return known
        making = self.folder / f".{folder.name}.{os.getpid()}"
        shutil.rmtree(making, ignore_errors=True)
        try:
            self._make(making, received)
            change_record(making, _record(making, folder.name, received.filename, by))
            shutil.rmtree(folder, ignore_errors=True)
            making.replace(folder)
        except OSError as error:
            raise CorpusError(
                f"没有地方存放这个文件（{error.strerror}），请检查磁盘，再传一次。"
            ) from error
        finally:
            shutil.rmtree(making, ignore_errors=True)
        flush(self.folder)
        return self._alone(self.get(folder.name))

    def edit(self, draft_id: str, fields: Fields) -> Draft:
        """Change fields of the sidecar; ``document_id`` renames; None takes a field out.

        Raises LibraryError or BadSidecar, and then nothing has changed.
        """
        draft = self.get(draft_id)
        name = str(fields.get("document_id", draft.document_id))
        if name != draft.document_id:
            self._must_be_free(name)
        given = {key: value for key, value in fields.items() if key != "document_id"}
        if given:
            change_sidecar(draft.sidecar, given)
        if name != draft.document_id:
            _rename(draft, name)
        draft = self.get(draft_id)
        document = document_in(draft.source, draft.sidecar)
        change_record(draft.folder, {"title": document.title if document else draft.source.stem})
        return self.get(draft_id)

    def accept(self, draft_id: str, issue_id: str, reason: str, by: str) -> Draft:
        """Note why an issue is no obstacle; raises LibraryError without a reason."""
        if not reason.strip():
            raise LibraryError("请写明为什么可以接受这个问题")
        draft = self.get(draft_id)
        accepted = {
            issue: {"reason": one.reason, "by": one.by, "at": one.at.isoformat()}
            for issue, one in draft.accepted.items()
        }
        accepted[issue_id] = {"reason": reason.strip(), "by": by, "at": _now()}
        change_record(draft.folder, {"accepted": accepted})
        return self.get(draft_id)

    def remove(self, draft_id: str) -> None:
        """Delete a draft; raises LibraryError when there is none."""
        shutil.rmtree(self.get(draft_id).folder)

    def document(self, draft_id: str) -> Document:
        """The draft as the document that it would be; raises CorpusError with what is missing."""
        draft = self.get(draft_id)
        document = load_document(draft.source, draft.sidecar)
        texts = {clause.key: clause.text for clause in document.clauses}
        load_asked(draft.folder / ASKED, texts)
        load_asked(draft.folder / GAPS, dict.fromkeys([*texts, WHOLE_DOCUMENT], ""))
        return document

    def _make(self, making: Path, received: Received) -> None:
        """Lay the file down under its name with what staff said of it earlier."""
        name = plain_name(received.filename)
        source = making / RAW / name
        source.parent.mkdir(parents=True)
        source.write_bytes(received.data)
        for part, content in received.beside.items():
            (making / part).write_bytes(content)
        text = read_file(source).text
        load_sidecar(making / SIDECAR)
        document = document_in(source, making / SIDECAR)
        wanted = stem_for(name.name, document.title if document else "")
        stem, earlier = self._place(wanted, document, text)
        if earlier and SIDECAR not in received.beside:
            shutil.copyfile(earlier, making / SIDECAR)
        source.rename(source.with_name(f"{stem}{source.suffix}"))

    def _place(self, stem: str, document: Document | None, text: str) -> tuple[str, Path | None]:
        """The stem of a new draft, and the sidecar of the policy that it takes the place of."""
        own = document_id(stem)
        drafts = {draft.document_id: draft for draft in self.all()}
        held = self._published.held()
        older = drafts.get(own)
        twin = document_in(older.source, older.sidecar) if older else held.get(own)
        if twin and _is_same_policy(twin, document, text):
            names = self._published.held_files()
            sidecar = older.sidecar if older else names.get(f"{stem}.yaml")
            return stem, sidecar if sidecar and sidecar.exists() else None
        return free_stem(stem, drafts.keys() | held.keys()), None

    def _alone(self, draft: Draft) -> Draft:
        """The draft, without earlier ones of the same policy."""
        for other in self.all():
            if other.document_id == draft.document_id and other.id != draft.id:
                shutil.rmtree(other.folder)
        return draft

    def _must_be_free(self, name: str) -> None:
        if not is_document_id(name):
            raise LibraryError("文件编号要以小写字母或数字开头，只用小写字母、数字和连字符")
        if any(one.document_id == name for one in self.all()):
            raise LibraryError(f"另一份草稿已经用了编号 {name}，请换一个")


def _rename(draft: Draft, name: str) -> None:
    """Give the document another id; what only the old file name told becomes a field."""
    before = document_in(draft.source, draft.sidecar)
    source = draft.source.rename(draft.source.with_name(f"{name}{draft.source.suffix}"))
    after = document_in(source, draft.sidecar)
    told = {key: getattr(before, key, None) for key in _FROM_NAME}
    lost = {key: told[key] for key in _FROM_NAME if told[key] != getattr(after, key, None)}
    if before and lost:
        plain = {key: str(one) if isinstance(one, Region) else one for key, one in lost.items()}
        change_sidecar(draft.sidecar, plain)


def _record(making: Path, draft_id: str, filename: str, by: str) -> dict[str, object]:
    [source] = (making / RAW).iterdir()
    document = document_in(source, making / SIDECAR)
    title = document.title if document else source.stem
    return {
        "id": draft_id,
        "filename": filename,
        "title": title,
        "by": by,
        "at": _now(),
        "accepted": {},
    }


def _is_same_policy(held: Document, new: Document | None, text: str) -> bool:
    """Whether a file of the same name holds this policy, perhaps corrected; not next year's."""
    said = ((held.number, new.number), (held.issued, new.issued)) if new else ()
    agree = all(not left or not right or left == right for left, right in said)
    return agree and share(held.text, text) >= SAME_TEXT


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
