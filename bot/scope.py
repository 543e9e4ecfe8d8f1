"""Where an answer may come from: the regions meant, and the documents that are for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from index.documents import Document, Region
from index.regions import Relation

Share = tuple[Region, tuple[Document, ...]]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an answer may come from.

    ``named`` tells whether a region was meant at all; ``bare`` is the question without region
    words; ``unheld`` are named regions that no document applies to; ``indirect`` pairs a named
    region with its relation to what is held; ``conflict`` is (chosen, named) when they disagree;
    ``nickname`` is the word that stood for a region. ``shares`` are the regions that get a section
    each with the documents that apply there; none: each document's own region. ``above`` are
    named regions without a document of their own, for which those of a higher level apply;
    ``beyond`` are those in whose region a document is held that is not for them.
    """

    documents: tuple[Document, ...]
    named: bool
    bare: str
    asked: tuple[Region, ...] = ()
    unheld: tuple[Region, ...] = ()
    indirect: tuple[tuple[Region, Relation], ...] = ()
    conflict: tuple[Region, Region] | None = None
    nickname: str | None = None
    asked_in_text: bool = False
    shares: tuple[Share, ...] = ()
    above: tuple[Region, ...] = ()
    beyond: tuple[tuple[Region, Document], ...] = ()

    @property
    def groups(self) -> dict[Region, tuple[Document, ...]]:
        """The documents of every section, by its region."""
        if self.shares:
            return dict(self.shares)
        groups: dict[Region, list[Document]] = {}
        for document in self.documents:
            groups.setdefault(document.region, []).append(document)
        return {region: tuple(own) for region, own in groups.items()}

    def only(self, documents: Collection[Document]) -> Scope:
        """The scope without all other documents; a section without any is left out."""
        if documents == self.documents:
            return self
        ids = {one.id for one in documents}
        kept = tuple(one for one in self.documents if one.id in ids)
        cut = [(region, tuple(d for d in own if d.id in ids)) for region, own in self.shares]
        return replace(self, documents=kept, shares=tuple(one for one in cut if one[1]))

    @property
    def regions(self) -> tuple[Region, ...]:
        """Regions of the documents in scope, without repeats."""
        return tuple(dict.fromkeys(document.region for document in self.documents))


def for_any(documents: Iterable[Document], asked: Sequence[Region]) -> tuple[Document, ...]:
    """Documents that are for one of the regions asked that lie in theirs, or that none lies in."""
    return tuple(
        document
        for document in documents
        if all(not document.region.contains(one) for one in asked)
        or any(document.region.contains(one) and document.speaks_for(one) for one in asked)
    )
