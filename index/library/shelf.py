"""What is served and what lies in the corpus folder, and keeping the two together.

What is served is decided by the pointer of the index alone; the build that it names says which
publication it was made from. Everything else (corpus folder, drafts taken up) follows after, and
what a stop left undone there is done by :meth:`Shelf.recover`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from index.build import explained
from index.decoded import Documents
from index.documents import Document
from index.errors import IndexCorrupt, IndexMissing, UnreadableFile
from index.library.drafts import Drafts
from index.library.files import RAW, LibraryError, corpus_files, different, get_json
from index.library.publications import Publication, Publications, difference, now
from index.lines import open_lines
from index.publish import MANIFEST, BuildRunning, build_lock, current_build, read_manifest
from index.reader import READERS

BASELINE = "启用发布记录之前的文件"
SHOWN = 5  # names of files in one sentence


class Shelf:
    """The corpus folder, the drafts and the publications that belong to one index."""

    def __init__(self, corpus_dir: Path, index_dir: Path) -> None:
        self.corpus_dir, self.index_dir = corpus_dir, index_dir
        self.publications = Publications(index_dir.parent / "publications")
        self.drafts = Drafts(index_dir.parent / "drafts", self)

    def held(self) -> Mapping[str, Document]:
        """The documents that are served, by id; none before the first publication."""
        try:
            build = current_build(self.index_dir)
            ids = tuple(row["id"] for row in read_manifest(build)["documents"])
            return Documents(open_lines(build / "documents.jsonl"), ids)
        except (IndexMissing, IndexCorrupt, OSError, ValueError):
            return {}

    def held_files(self) -> Mapping[str, Path]:
        """The corpus files of the publication that is served, by name."""
        return self.publications.files(self.current())

    def current(self) -> int:
        """The number of the publication that is served; 0 before the first."""
        number = self.built()
        return number if self.publications.holds(number) else self.publications.synced()

    def built(self) -> int:
        """The number that the served build has; its publication may be lost."""
        try:
            manifest = get_json(current_build(self.index_dir) / MANIFEST) or {}
        except (IndexMissing, IndexCorrupt):
            manifest = {}
        return int(manifest.get("publication") or 0)

    def history(self) -> tuple[Publication, ...]:
        """Everything that was published, the newest first."""
        return self.publications.up_to(self.current())

    def unpublished(self) -> tuple[str, ...]:
        """Names of corpus files that a person changed in the folder and nobody published."""
        number = self.publications.synced()
        return different(self.publications.files(number), corpus_files(self.corpus_dir))

    def folder_files(self) -> Mapping[str, Path]:
        """The files of the corpus folder, by name; raises UnreadableFile when there are none."""
        files = corpus_files(self.corpus_dir)
        if not any(name.startswith(f"{RAW}/") for name in files):
            kinds = "、".join(READERS)
            raise UnreadableFile(
                f"政策文件夹 {self.corpus_dir} 里没有文件，请在 raw 里放入 {kinds} 文件"
            )
        return files

    def recover(self) -> None:
        """Finish what a stop left undone; nothing happens while somebody else publishes."""
        if self.publications.synced() != self.current():
            with suppress(BuildRunning), self.writing():
                pass

    @contextmanager
    def writing(self) -> Iterator[None]:
        """The only right to change anything, after an earlier stop has been made good."""
        with explained(), build_lock(self.index_dir):
            self.settle()
            yield

    def base(self) -> int:
        """The publication to change; the first is what the folder held before any was kept."""
        number = self.current()
        files = corpus_files(self.corpus_dir)
        if not number and files:
            self.publications.discard_after(0)
            number = self.publications.stage(files, self.built())
            added = difference({}, files).added
            baseline = Publication(number, now(), "", BASELINE, added, from_folder=True)
            self.publications.record(baseline)
            self.publications.mark_synced(number)
        self.must_be_clean(None)
        return number

    def must_be_clean(self, publication: Publication | None) -> None:
        """Nobody's work in the corpus folder is written over."""
        if publication and publication.from_folder:
            return
        changed = self.unpublished()
        if changed:
            names = "、".join(changed[:SHOWN]) + ("等" if len(changed) > SHOWN else "")
            raise LibraryError(
                f"政策文件夹里有改动还没有发布（{names}），请先运行 wence index 发布它们，或改回去"
            )
        if self.corpus_dir.exists() and not os.access(self.corpus_dir, os.W_OK):
            raise LibraryError(f"政策文件夹 {self.corpus_dir} 不能写入，请检查权限")

    def settle(self) -> None:
        """Bring the corpus folder and the drafts up to the publication that is served."""
        number = self.current()
        if number == self.publications.synced():
            return
        self.publications.sync(self.corpus_dir, number)
        for draft in self.publications.get(number).drafts:
            with suppress(LibraryError):  # removed before the stop
                self.drafts.remove(draft)
        self.publications.mark_synced(number)
