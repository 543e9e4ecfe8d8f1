"""Canonical text -> clauses that partition it, each with an address a person would cite."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.blocks import Block, blocks_of, closing_start, line_kind
from index.documents import Clause, ClauseKind, Part
from index.numbering import Form, Mark, numbering_data, written
from index.outline import Node, inline_items, outline

LONGEST_HEADING = 45
BLOCK_ADDRESSES: dict[ClauseKind, tuple[str, str]] = {
    "title": ("title", "标题"),
    "preamble": ("preamble", "引言"),
    "signature": ("signature", "落款"),
    "attachment": ("attachment", "附件"),
    "note": ("note", "题注"),
}
NOTICE_ADDRESSES: dict[ClauseKind, tuple[str, str]] = {
    "title": ("notice-title", "通知标题"),
    "preamble": ("notice", "通知正文"),
}


def parse_clauses(document_id: str, text: str) -> tuple[Clause, ...]:
    """Cut a canonical text into its clauses; joined, they give the text back exactly."""
    nodes = outline(text, _breaks(text))
    first = nodes[0].mark.start if nodes else len(text)
    first = text.rfind("\n", 0, first) + 1 if _only_blank_before(text, first) else first
    clauses = _front(document_id, text, first)
    parents = {node.above[-1].start for node in nodes if node.above}
    for index, node in enumerate(nodes):
        start = first if index == 0 else node.mark.start
        stop = nodes[index + 1].mark.start if index + 1 < len(nodes) else len(text)
        end = closing_start(text, start, stop)
        clauses.append(_numbered(document_id, text, node, (start, end, node.mark.start in parents)))
        clauses.extend(
            _block_clause(document_id, text, block) for block in blocks_of(text, end, stop)
        )
    return _unique(clauses)


def _only_blank_before(text: str, position: int) -> bool:
    return not text[text.rfind("\n", 0, position) + 1 : position].strip()


def _breaks(text: str) -> frozenset[int]:
    """Line starts after a signature block or attachment mark where an attached text begins."""
    starts: set[int] = set()
    closed = False
    for match in re.finditer(r"[^\n]+", text):
        kind = line_kind(match[0])
        if kind == "title" and closed:
            starts.add(match.start())
        closed = (closed and kind in {"title", "signature", None}) or kind in {
            "signature",
            "attachment",
        }
    return frozenset(starts)


def _front(document_id: str, text: str, end: int) -> list[Clause]:
    blocks = blocks_of(text, 0, end)
    signed = [index for index, block in enumerate(blocks) if block.kind == "signature"]
    titles = [index for index, block in enumerate(blocks) if block.kind == "title"]
    notice_ends = next((index for index in titles if signed and index > signed[0]), 0)
    return [
        _block_clause(document_id, text, block, index < notice_ends)
        for index, block in enumerate(blocks)
    ]


def _block_clause(document_id: str, text: str, block: Block, in_notice: bool = False) -> Clause:
    names = NOTICE_ADDRESSES if in_notice and block.kind in NOTICE_ADDRESSES else BLOCK_ADDRESSES
    key, address = names[block.kind]
    span = text[block.start : block.end]
    return Clause(
        document_id, key, address, "", (), block.kind, 0, None, block.start, block.end, span
    )


@dataclass(frozen=True, slots=True)
class _Label:
    key: str
    address: str
    heading: str


def _numbered(document_id: str, text: str, node: Node, span: tuple[int, int, bool]) -> Clause:
    start, end, has_children = span
    chain = [
        _label(text, mark, _end_of_heading_zone(text, mark)) for mark in (*node.above, node.mark)
    ]
    own_heading = _heading(text, node.mark, end)
    address = _address(
        (*node.above, node.mark), [*[label.heading for label in chain[:-1]], own_heading]
    )
    return Clause(
        document_id=document_id,
        key=_key((*node.above, node.mark)),
        address=address,
        heading=own_heading,
        path=tuple(label.heading for label in chain[:-1] if label.heading)
        + ((own_heading,) if own_heading else ()),
        kind="heading" if has_children else "text",
        level=len(node.above) + 1,
        parent=_key(node.above) if node.above else None,
        start=start,
        end=end,
        text=text[start:end],
        parts=_parts(text, node.mark, address, end),
    )


def _end_of_heading_zone(text: str, mark: Mark) -> int:
    cut = text.find("\n", mark.end)
    return len(text) if cut < 0 else cut


def _label(text: str, mark: Mark, end: int) -> _Label:
    return _Label(
        _key((mark,)), written(mark.form, mark.number, mark.sub), _heading(text, mark, end)
    )


def _heading(text: str, mark: Mark, end: int) -> str:
    """The heading after a mark: a short line, a topic sentence, or a glued section title."""
    if mark.form is Form.ARTICLE:
        return ""
    rest = text[mark.end : min(end, _end_of_heading_zone(text, mark))].strip()
    if mark.form < Form.ARTICLE:
        return rest
    glued = next(
        (title for title in numbering_data()["section_titles"] if rest.startswith(title)), None
    )
    if glued and rest[len(glued) : len(glued) + 1] not in set("。，,；;：:、和及与的"):
        return str(glued)
    head, stop, tail = rest.partition("。")
    if stop and len(head) <= LONGEST_HEADING and (tail.strip() or "，" not in head):
        return head
    if not stop and len(rest) <= LONGEST_HEADING + 15 and not rest.endswith(("；", ";", "，", ",")):
        return rest.rstrip("：:")
    return ""


def _key(marks: tuple[Mark, ...]) -> str:
    """``2.4`` for 二、（四）; an article is ``a12`` wherever it stands; chapters are ``c3``."""
    letters = {Form.PART: "b", Form.CHAPTER: "c", Form.SECTION: "s", Form.ARTICLE: "a"}
    steps = [
        f"{letters.get(mark.form, '')}{mark.number}" + (f"-{mark.sub}" if mark.sub else "")
        for mark in marks
    ]
    return steps[-1] if marks[-1].form is Form.ARTICLE else ".".join(steps)


def _address(marks: tuple[Mark, ...], headings: list[str]) -> str:
    if marks[-1].form is Form.ARTICLE:
        return written(Form.ARTICLE, marks[-1].number, marks[-1].sub)
    out = ""
    for mark, heading in zip(marks, headings, strict=True):
        label = written(mark.form, mark.number, mark.sub)
        if mark.form <= Form.SECTION:
            out += f"{label} {heading}".rstrip() + (" " if mark is not marks[-1] else "")
        elif mark.form is Form.HAN:
            out += label + heading if heading else label.rstrip("、")
        else:
            out += label
    return out.strip()


def _parts(text: str, mark: Mark, address: str, end: int) -> tuple[Part, ...]:
    paragraphs = [
        (match.start(), match.end())
        for match in re.finditer(r"[^\n]+", text[:end])
        if match.end() > mark.end
    ]
    paragraphs = [(max(start, mark.start), stop) for start, stop in paragraphs]
    if not paragraphs:
        return ()
    items = inline_items(text, mark.end, end)
    if mark.form is Form.ARTICLE:
        return _article_parts(address, paragraphs, items)
    body = paragraphs if text[mark.end : paragraphs[0][1]].count("。") else paragraphs[1:]
    parts = [
        Part(f"{address}第{number}段", start, stop)
        for number, (start, stop) in enumerate(body, 1)
        if len(body) > 1
    ]
    stops = [*(item.start for item in items[1:]), end]
    parts.extend(
        Part(f"{address}{written(item.form, item.number)}", item.start, stop)
        for item, stop in zip(items, stops, strict=False)
    )
    return tuple(parts)


def _article_parts(
    address: str, paragraphs: list[tuple[int, int]], items: list[Mark]
) -> tuple[Part, ...]:
    """Paragraphs (款) are numbered without the items (项) that stand on lines of their own."""
    item_starts = {item.start for item in items}
    paras = [span for span in paragraphs if span[0] not in item_starts]
    parts: list[Part] = []
    for number, (start, stop) in enumerate(paras, 1):
        own = f"{address}第{_han(number)}款" if len(paras) > 1 else address
        until = paras[number][0] if number < len(paras) else paragraphs[-1][1]
        if len(paras) > 1:
            parts.append(Part(own, start, max(stop, min(until, paragraphs[-1][1]))))
        inner = [item for item in items if start <= item.start < until]
        stops = [*(item.start for item in inner[1:]), until]
        parts.extend(
            Part(f"{own}第{written(item.form, item.number)}项", item.start, item_stop)
            for item, item_stop in zip(inner, stops, strict=False)
        )
    return tuple(parts)


def _han(number: int) -> str:
    return written(Form.HAN, number).rstrip("、")


def _unique(clauses: list[Clause]) -> tuple[Clause, ...]:
    """Number repeated keys and addresses (a notice with an attached regulation may repeat both)."""
    keys: dict[str, int] = {}
    addresses: dict[str, int] = {}
    out: list[Clause] = []
    renamed: dict[str, str] = {}
    for clause in clauses:
        key_count = keys[clause.key] = keys.get(clause.key, 0) + 1
        count = addresses[clause.address] = addresses.get(clause.address, 0) + 1
        key = clause.key if key_count == 1 else f"{clause.key}~{key_count}"
        renamed[clause.key] = key
        address = clause.address if count == 1 else f"{clause.address}（附文{_han(count - 1)}）"
        parts = tuple(
            replace(part, address=part.address.replace(clause.address, address, 1))
            for part in clause.parts
        )
        parent = renamed.get(clause.parent) if clause.parent else None
        out.append(replace(clause, key=key, address=address, parts=parts, parent=parent))
    return tuple(out)
