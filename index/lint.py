"""Findings a person should look at before a policy is published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.cleaner import finding
from index.documents import Clause, Finding
from index.metadata import Extracted
from index.sidecar import Sidecar
from index.textmap import MappedText

_PAIRS = {"《": "》", "“": "”", "（": "）", "(": ")", "〔": "〕", "[": "]", "【": "】"}
_LOST_RANGE = re.compile(r"\d [\d]")
_BARE_NUMBER = re.compile(r"[\u4e00-\u9fff]{2}(?:19|20)\d{2}\d{1,3}号")
_ENDS_WELL = re.compile(r"[。！？：；）)》”\]】]\s*$|\d日$|\.\w{3,4}$")


def lint(raw: str, mapped: MappedText, clauses: Sequence[Clause]) -> Iterator[Finding]:
    """Lost range signs, suspicious numbers, unbalanced brackets, cut endings, numbering gaps."""
    for match in _LOST_RANGE.finditer(mapped.text):
        message = f"数字之间可能丢了范围号：“{match[0]}”"
        yield finding(raw, mapped, "lost_range", message, match.start())
    for match in _BARE_NUMBER.finditer(mapped.text):
        yield finding(raw, mapped, "bare_number", f"文号可能丢了括号：“{match[0]}”", match.start())
    for clause in clauses:
        yield from _unbalanced(raw, mapped, clause)
    yield from _cut_ending(raw, mapped, clauses)
    yield from _gaps(raw, mapped, clauses)
    if any(clause.kind == "attachment" for clause in clauses):
        first = next(clause for clause in clauses if clause.kind == "attachment")
        yield finding(raw, mapped, "attachment", "文中列有附件，附件内容未随文收到", first.start)


def disagreements(extracted: Extracted, sidecar: Sidecar) -> Iterator[Finding]:
    """Where the sidecar overrides what the text says."""
    for name in ("title", "number", "issuer", "issued", "published", "target_year"):
        said, given = getattr(extracted, name), getattr(sidecar, name)
        if name in sidecar.model_fields_set and said is not None and said != given:
            yield Finding(
                "metadata", f"{name}：正文为“{said}”，附注文件为“{given}”", 0, 0, str(said)
            )


def _unbalanced(raw: str, mapped: MappedText, clause: Clause) -> Iterator[Finding]:
    for opening, closing in _PAIRS.items():
        numbered = re.sub(r"(^|[\n；;。：:])\s*\d{1,2}[)）]", r"\1", clause.text)
        if numbered.count(opening) != numbered.count(closing):
            place = clause.start + max(clause.text.find(opening), clause.text.find(closing), 0)
            yield finding(
                raw, mapped, "unbalanced", f"{clause.address}：{opening}{closing} 不成对", place
            )


def _cut_ending(raw: str, mapped: MappedText, clauses: Sequence[Clause]) -> Iterator[Finding]:
    if clauses and clauses[-1].kind == "text" and not _ENDS_WELL.search(mapped.text):
        start = max(0, len(mapped.text) - 20)
        yield finding(raw, mapped, "cut_ending", "全文在句子中间结束，可能不完整", start)


def _gaps(raw: str, mapped: MappedText, clauses: Sequence[Clause]) -> Iterator[Finding]:
    previous: dict[str, int] = {}
    for clause in clauses:
        step = re.fullmatch(r"(?:.*\.)?([a-z]?)(\d+)", clause.key)
        if not step:
            continue
        scope = step[1] if step[1] == "a" else f"{clause.parent}{step[1]}"
        number, before = int(step[2]), previous.get(scope)
        if before is not None and number > before + 1:
            message = f"编号从 {before} 跳到 {number}"
            yield finding(raw, mapped, "numbering_gap", message, clause.start)
        previous[scope] = number
