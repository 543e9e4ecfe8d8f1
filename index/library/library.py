"""The library: every change of what is published, prepared first and then served in one step."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from index.build import BuildReport, PreparedBuild, prepare_build, publish_build
from index.codec import fields_of
from index.corpus import load_corpus
from index.embedder import Embedder
from index.library.changes import Changes, changed_files, is_taken_up
from index.library.files import Contents, LibraryError, get_json, put_json
from index.library.look import Look, look_at, look_at_all
from index.library.publications import Publication, difference, now
from index.library.shelf import Shelf
from index.parsed import ParsedDocuments
from index.publish import MANIFEST
from index.vectors import Progress

PREPARED = "PREPARED"  # what waits to be published


@dataclass(frozen=True, slots=True)
class Prepared:
    """A publication that is ready: its build can be opened and asked, nobody is served it yet.

    ``base`` is the publication served when it was made; not ``changed``: it is served already;
    ``token`` tells it from every other preparation.
    """

    publication: Publication
    build: Path
    base: int
    report: BuildReport
    changed: bool
    token: str


class Library(Shelf):
    """Everything that changes what is published."""

    def prepare(self, changes: Changes, embedder: Embedder, progress: Progress) -> Prepared:
        """A publication of the corpus with these changes, also of drafts with open issues.

        Raises LibraryError, CorpusError or BuildFailed; what is served is untouched.
        """
        with self.writing():
            base = self.base()
            drafts = [self.drafts.get(one) for one in changes.drafts]
            files = changed_files(self.publications.files(base), drafts, changes)
            retired = tuple(one.document_id for one in changes.retire)
            publication = Publication(
                0, now(), changes.by, changes.note, retired=retired, drafts=changes.drafts
            )
            return self._stage(files, publication, embedder, progress)

    def look(self, draft_id: str) -> Look:
        """A draft beside what is held: its document, its issues, what stands in the way."""
        return look_at(self.drafts, self.drafts.get(draft_id), self.held())

    def prepare_folder(
        self, by: str, note: str, embedder: Embedder, progress: Progress
    ) -> Prepared:
        """A publication of what the corpus folder holds, as ``wence index`` makes it."""
        with self.writing():
            publication = Publication(0, now(), by, note, from_folder=True)
            return self._stage(self.folder_files(), publication, embedder, progress)

    def prepare_rollback(
        self, number: int, by: str, embedder: Embedder, progress: Progress
    ) -> Prepared:
        """A publication of what an earlier one held."""
        with self.writing():
            self.base()
            earlier = self.publications.get(number)
            if number > self.current():
                raise LibraryError(f"第 {number} 次发布还没有生效，不能回退到它")
            note = f"回退到第 {number} 次发布（{earlier.at:%Y-%m-%d}）"
            publication = Publication(0, now(), by, note, restores=number)
            return self._stage(self.publications.files(number), publication, embedder, progress)

    def publish(self, prepared: Prepared, progress: Progress) -> Publication:
        """Serve a prepared publication, then bring the corpus folder up to it.

        Raises LibraryError when a draft has open issues or changed since, or when something else
        was published or prepared in the meantime.
        """
        if not prepared.changed:
            return prepared.publication
        with self.writing():
            waiting = self.prepared()
            if waiting is None or waiting.token != prepared.token:
                raise LibraryError("准备之后又有别的内容发布或准备了，请重新检查后再发布")
            publication = replace(prepared.publication, at=now())
            if publication.number != prepared.base:
                self.must_be_clean(publication)
                self._must_be_ready(publication)
                self.publications.record(publication)
            built = PreparedBuild(prepared.build, prepared.report, changed=True)
            publish_build(built, self.index_dir, progress)
            self.settle()
            self._forget()
        return publication

    def prepared(self) -> Prepared | None:
        """What waits to be published, also after a restart; None when nothing does."""
        body = get_json(self.publications.folder / PREPARED)
        if body is None or body["base"] != self.current():
            return None
        build = self.index_dir / "builds" / body["build"]
        if not (build / MANIFEST).is_file():
            return None
        publication = self.publications.get(body["number"])
        report = BuildReport(**body["report"])
        return Prepared(publication, build, body["base"], report, True, body["token"])

    def discard(self) -> None:
        """Give up what waits to be published."""
        with self.writing():
            waiting = self.prepared()
            self._forget()
            if waiting:
                shutil.rmtree(waiting.build, ignore_errors=True)

    def _must_be_ready(self, publication: Publication) -> None:
        """Drafts are as they were prepared, and nothing in them is open."""
        drafts = [self.drafts.get(one) for one in publication.drafts]
        staged = self.publications.files(publication.number)
        for draft in drafts:
            if not is_taken_up(draft, staged):
                raise LibraryError(f"草稿《{draft.title}》在准备之后改过，请重新准备再发布")
        looks = look_at_all(self.drafts, drafts, self.held())
        obstacles = [f"《{look.draft.title}》：{one}" for look in looks for one in look.obstacles]
        if obstacles:
            raise LibraryError("\n".join(["还有问题没有处理，不能发布：", *obstacles]))

    def _stage(
        self, files: Contents, publication: Publication, embedder: Embedder, progress: Progress
    ) -> Prepared:
        """Lay down the files and build from them; without a change, make sure of what is served."""
        base = self.current()
        self._forget()
        number = self.publications.stage(files, self.built())
        try:
            change = difference(self.publications.files(base), self.publications.files(number))
            corpus = load_corpus(self.publications.folder_of(number), self._parsed())
            served = number if change or not base else base
            built = prepare_build(corpus, embedder, self.index_dir, progress, served)
            if served == number:
                self.publications.record(publication.of(number, change))
        finally:
            if not self.publications.holds(number):
                self.publications.discard_after(number - 1)
        made = self.publications.get(served)
        prepared = Prepared(made, built.folder, base, built.report, built.changed, token_hex(8))
        if built.changed:
            self._remember(prepared)
        return prepared

    def _parsed(self) -> ParsedDocuments:
        return ParsedDocuments(self.index_dir / "parsed")

    def _remember(self, prepared: Prepared) -> None:
        body = {
            "number": prepared.publication.number,
            "base": prepared.base,
            "build": prepared.build.name,
            "token": prepared.token,
            "report": fields_of(prepared.report),
        }
        put_json(self.publications.folder / PREPARED, body)

    def _forget(self) -> None:
        (self.publications.folder / PREPARED).unlink(missing_ok=True)
        self.publications.discard_after(self.current())
