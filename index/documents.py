"""Nouns of the index: Region, Document, Clause, Passage, Hit, and what is known about a text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

SourceKind = Literal["official", "repost", "anonymised"]
Level = Literal[
    "law",  # 法律
    "administrative_regulation",  # 行政法规
    "departmental_rule",  # 部门规章
    "local_regulation",  # 地方性法规
    "local_rule",  # 地方政府规章
    "normative",  # 规范性文件
]
ClauseKind = Literal["title", "preamble", "heading", "text", "signature", "attachment", "note"]
PassageKind = Literal["sentences", "clause", "asked"]


@dataclass(frozen=True, slots=True, order=True)
class Region:
    """An administrative division as a path from the province down."""

    path: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Region:
        """Read ``浙江省/嘉兴市``."""
        return cls(tuple(part for part in text.split("/") if part))

    def __str__(self) -> str:
        return "/".join(self.path)

    @property
    def name(self) -> str:
        """The last step of the path, e.g. ``嘉兴市``."""
        return self.path[-1] if self.path else ""

    def contains(self, other: Region) -> bool:
        """Whether the other division is this one or lies inside it."""
        return other.path[: len(self.path)] == self.path


@dataclass(frozen=True, slots=True)
class Finding:
    """One lint finding: something in a raw file that was repaired or that a person should check."""

    kind: str
    message: str
    line: int
    raw_start: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class Repair:
    """One applied editorial repair, with its place in the canonical text (characters)."""

    kind: Literal["replace", "move", "note"]
    original: str
    repaired: str
    reason: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether a policy is in force, as far as its text or a named source says."""

    status: str
    basis: str


@dataclass(frozen=True, slots=True)
class Part:
    """An addressable paragraph (款, 段) or item (项) inside a clause; document offsets."""

    address: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """The smallest numbered unit a person would cite; clauses partition the canonical text.

    ``key`` is unique in its document and safe in a link (``2.4``, ``a12``, ``title``);
    ``path`` holds the headings from the outermost to the clause's own; ``start`` and ``end``
    are character offsets into the canonical text and ``text`` is exactly that span.
    """

    document_id: str
    key: str
    address: str
    heading: str
    path: tuple[str, ...]
    kind: ClauseKind
    level: int
    parent: str | None
    start: int
    end: int
    text: str
    parts: tuple[Part, ...] = ()

    @property
    def id(self) -> str:
        """Identity in the whole corpus: ``wuhan-2018-4#2.4``."""
        return f"{self.document_id}#{self.key}"


@dataclass(frozen=True, slots=True)
class Document:
    """One policy: canonical text, clauses and everything known about it.

    ``effective`` and ``expires`` are the first and the last day in force, ``level`` its authority,
    ``family`` what the versions of one policy share, ``superseded_by`` the id of the version held
    that took its place (empty: none), ``repeals`` titles that its text repeals, ``applies_to``
    the only divisions of its region that it is for (empty: all).
    """

    id: str
    title: str
    short_title: str
    number: str | None
    number_note: str
    issuer: str
    region: Region
    issued: date | None
    issued_basis: str
    published: date | None
    validity: Validity
    target_year: int | None
    source_kind: SourceKind
    source_note: str
    completeness: str
    text: str
    raw_digest: str
    clauses: tuple[Clause, ...]
    offsets: tuple[int, ...] = ()
    findings: tuple[Finding, ...] = ()
    repairs: tuple[Repair, ...] = ()
    aliases: tuple[str, ...] = ()
    target_basis: str = ""
    nicknames: tuple[str, ...] = ()
    effective: date | None = None
    expires: date | None = None
    level: Level = "normative"
    family: str = ""
    superseded_by: str = ""
    repeals: tuple[str, ...] = ()
    applies_to: tuple[str, ...] = ()

    def speaks_for(self, region: Region) -> bool:
        """Whether a region that it lies in or that lies in its own may be answered with it."""
        inside = region.path[len(self.region.path) :] if self.region.contains(region) else ()
        return not (inside and self.applies_to) or inside[0] in self.applies_to

    def clause(self, key: str) -> Clause:
        """The clause with this key; raises KeyError."""
        for clause in self.clauses:
            if clause.key == key:
                return clause
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Passage:
    """What is embedded: whole sentences of one clause (``start``:``end`` in the canonical text).

    ``text`` carries the short title and heading path in front. ``kind`` ``asked`` is an everyday
    question that the clause answers; its span is the run of sentences that does, or all of it.
    """

    id: str
    clause_id: str
    document_id: str
    region: str
    kind: PassageKind
    start: int
    end: int
    text: str
    digest: str


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage that matched, with its raw scores (``dense`` cosine, ``keyword`` BM25)."""

    passage: Passage
    dense: float
    keyword: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A clause that retrieval found, kept with every score, also when it is rejected."""

    document: Document
    clause: Clause
    score: float
    scores: Mapping[str, float] = field(default_factory=dict)
    passages: tuple[PassageHit, ...] = ()
    rejected: str | None = None
