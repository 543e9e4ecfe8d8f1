"""Review of one document before it is published: issues to settle and questions to try."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from string import Template

from index.checks.held import against
from index.checks.kinds import Kind, Severity, Spot, checks_data, kinds
from index.checks.known import done, known, settled
from index.checks.probes import Probe, probes
from index.checks.text import text_spots
from index.documents import Document

MOST_OF_A_KIND = 8
CONTEXT = 6  # characters around a short place that tell it apart
SHOWN = 60  # characters of an excerpt
_ORDER: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that a person should settle or accept.

    ``id`` stays the same as long as the kind and the words at the place do; ``line`` (from 1),
    ``start`` and ``end`` are of the canonical text, all 0 when the whole document is meant.
    """

    id: str
    kind: str
    severity: Severity
    message: str
    line: int
    start: int
    end: int
    excerpt: str


@dataclass(frozen=True, slots=True)
class Review:
    """Everything found in one document, the gravest first, and its probe questions."""

    issues: tuple[Issue, ...]
    probes: tuple[Probe, ...]

    def open_issues(self, accepted: Mapping[str, str]) -> tuple[Issue, ...]:
        """Errors, and warnings that nobody accepted with a reason (issue id -> reason)."""
        return tuple(
            issue
            for issue in self.issues
            if issue.severity == "error"
            or (issue.severity == "warning" and not accepted.get(issue.id, "").strip())
        )


def review(document: Document, held: Sequence[Document]) -> Review:
    """Look at a document and at those that it would stand beside."""
    spots = [
        *known(document),
        *against(document, held),
        *text_spots(document.text, document.clauses),
        *done(document),
    ]
    issues = _gathered(_issues(document, spots))
    ordered = sorted(issues, key=lambda issue: (_ORDER.index(issue.severity), issue.start))
    return Review(tuple(ordered), probes(document))


def _issues(document: Document, spots: Iterable[Spot]) -> Iterator[Issue]:
    seen: Counter[str] = Counter()
    for spot in spots:
        kind = kinds()[spot.kind]
        place = spot.place or _place(document.text, spot)
        seen[f"{spot.kind}\0{place}"] += 1
        yield Issue(
            id=_digest(spot.kind, place, str(seen[f"{spot.kind}\0{place}"])),
            kind=spot.kind,
            severity=_severity(document, spot, kind),
            message=_message(document, spot, kind),
            line=document.text.count("\n", 0, spot.start) + 1 if spot.end else 0,
            start=spot.start,
            end=spot.end,
            excerpt=" ".join(document.text[spot.start : spot.end].split())[:SHOWN],
        )


def _severity(document: Document, spot: Spot, kind: Kind) -> Severity:
    return "note" if kind.severity == "warning" and _explained(document, spot) else kind.severity


def _message(document: Document, spot: Spot, kind: Kind) -> str:
    """What is suspicious and what to do, or that a person has said it already."""
    then = _explained(document, spot) or kind.advice
    return f"{kind.says(spot.detail)}。" + (f"{then}。" if then else "")


def _explained(document: Document, spot: Spot) -> str:
    """Where a person has explained this place or this kind of issue; empty: nowhere."""
    words = checks_data()["explained"]
    if _is_repaired(document, spot):
        return str(words["repairs"])
    return str(words["fields"]) if settled(spot.kind, document) else ""


def _is_repaired(document: Document, spot: Spot) -> bool:
    """Whether an editorial repair or note speaks of this place."""
    return spot.kind != "repaired" and any(
        repair.start < spot.end and spot.start < repair.end for repair in document.repairs
    )


def _place(text: str, spot: Spot) -> str:
    around = 0 if spot.end - spot.start >= CONTEXT else CONTEXT
    return text[max(0, spot.start - around) : spot.end + around]


def _digest(*parts: str) -> str:
    return blake2b("\0".join(parts).encode(), digest_size=6).hexdigest()


def _gathered(issues: Iterable[Issue]) -> Iterator[Issue]:
    """Many warnings of one kind: the first few, the rest as one."""
    by_kind: defaultdict[tuple[str, Severity], list[Issue]] = defaultdict(list)
    for issue in issues:
        by_kind[issue.kind, issue.severity].append(issue)
    for (_, severity), found in by_kind.items():
        few = len(found) <= MOST_OF_A_KIND or severity != "warning"
        yield from found if few else found[: MOST_OF_A_KIND - 1]
        if not few:
            yield _rest(found[MOST_OF_A_KIND - 1 :])


def _rest(issues: Sequence[Issue]) -> Issue:
    lines = "、".join(str(line) for line in sorted({issue.line for issue in issues}))
    detail = Template(checks_data()["many"]).substitute(count=len(issues), lines=lines)
    kind = kinds()["many"]
    return Issue(
        id=_digest(*(issue.id for issue in issues)),
        kind=issues[0].kind,
        severity=kind.severity,
        message=f"{issues[0].message}{kind.says(detail)}。{kind.advice}。",
        line=issues[0].line,
        start=issues[0].start,
        end=issues[0].end,
        excerpt=issues[0].excerpt,
    )
