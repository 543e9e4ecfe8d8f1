"""What is known about a document, not known, or contradicts itself; what was done to its text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from re import search
from string import Template

from index.checks.kinds import Spot, checks_data, kinds
from index.documents import Document

MISSING = "metadata_missing"
PASSED_ON = (MISSING, "metadata_unsure", "metadata_inferred", "metadata", "version_order")
UNNAMED_ISSUER = "发文机关未载明"
TITLE, REGION, ISSUER = "标题：", "地区：", "发文机关："
DATES = ("发布日期：", "施行日期：")


def known(document: Document) -> Iterator[Spot]:
    """Missing or contradicting metadata, and every doubt that reading it left."""
    said = [finding.message for finding in document.findings if finding.kind == MISSING]
    yield from _missing(document, said)
    for finding in document.findings:
        if finding.kind in PASSED_ON and not finding.message.startswith((TITLE, REGION)):
            yield Spot(finding.kind, 0, 0, finding.message, finding.message)
    yield from _contradicting(document)


def done(document: Document) -> Iterator[Spot]:
    """What cleaning took out, counted, and every editorial repair at its place."""
    counts = Counter(finding.kind for finding in document.findings)
    for kind, words in checks_data()["cleaned"].items():
        if counts[kind]:
            yield Spot("cleaned", 0, 0, Template(words).substitute(count=counts[kind]), kind)
    for repair in document.repairs:
        yield Spot("repaired", repair.start, repair.end, repair.reason)


def _missing(document: Document, said: list[str]) -> Iterator[Spot]:
    untitled = document.title.strip() in ("", document.id)
    if untitled or any(message.startswith(TITLE) for message in said):
        yield Spot("no_title", 0, 0, "")
    if not document.region.path:
        yield Spot("no_region", 0, 0, "")
    if not any(clause.kind == "text" for clause in document.clauses):
        yield Spot("no_clause", 0, 0, "")
    unnamed = document.issuer.strip() in ("", UNNAMED_ISSUER)
    if unnamed and not any(message.startswith(ISSUER) for message in said):
        yield Spot("no_issuer", 0, 0, "")
    undated = document.issued is None and document.effective is None
    if undated and not any(message.startswith(DATES) for message in said):
        yield Spot("no_date", 0, 0, "")
    if document.number is None and document.level == "normative":
        yield Spot("no_number", 0, 0, "")


def _contradicting(document: Document) -> Iterator[Spot]:
    year = search(r"[〔\[（(](\d{4})[〕\]）)]", document.number or "")
    if year and document.issued and int(year[1]) != document.issued.year:
        detail = f"文号“{document.number}”与成文日期 {document.issued} 的年份不同"
        yield Spot("years_differ", 0, 0, detail)
    start = document.effective or document.issued
    if start and document.expires and document.expires < start:
        detail = f"失效日期 {document.expires} 早于 {start}"
        yield Spot("dates_reversed", 0, 0, detail)


def settled(kind: str, document: Document) -> bool:
    """Whether a person has explained this kind of issue in the metadata."""
    return kinds()[kind].is_settled(document)
