"""A web page -> the lines that a person sees: blocks are lines, cells and numbers stay apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PageElement

from index.errors import UnreadableFile
from index.reading.limits import CELL, LIMITS, Reading
from index.reading.plain import decode
from index.yaml_text import parse_yaml

MARKUP_FILE = Path(__file__).parent.parent / "data" / "markup.yaml"
LONGEST_CELL = 200  # characters; a longer cell of several lines lays out a page
_SHIFTED = {"sup": "^", "sub": "_"}
_OPEN, _CLOSE = "\x1e", "\x1f"  # around each cell until the rows are joined
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\n\f\x1c-\x1f]+")
_WIDE = "\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”‘’…—"
_SOFT_BREAK = re.compile(rf"(?<=[{_WIDE}])[ \t\r\f]*\n[ \t\r\n\f]*(?=[{_WIDE}])")
_ROW = re.compile(f"(?:{_OPEN}[^{_OPEN}{_CLOSE}]*{_CLOSE} *)+")
_NUMBERED = re.compile(
    r"\s*(?:第[^\s]{1,6}[条章]|[（(]?[\d〇零一二三四五六七八九十]{1,3}[)）、．.])"
)


def read_html(name: str, data: bytes) -> Reading:
    """The visible text of a page; scripts, navigation and hidden elements are left out."""
    if len(data) > LIMITS.markup_bytes:
        size = LIMITS.markup_bytes // 1_000_000
        raise UnreadableFile(f"{name}：网页超过 {size} MB，请只保存正文部分")
    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    declared = "gb18030" if declared in {"gb2312", "gbk"} else declared
    soup = BeautifulSoup(decode(name, data, declared), "html.parser")
    text = _ROW.sub(_row, "".join(_visible(soup)))
    lines = (line.strip() for line in re.split(f"[\n{_OPEN}{_CLOSE}]", text))
    return Reading("\n".join(line for line in lines if line))


@cache
def _names() -> dict[str, frozenset[str]]:
    rows = parse_yaml(MARKUP_FILE.read_text(encoding="utf-8"))
    return {name: frozenset(str(words).split()) for name, words in rows.items()}


def _visible(soup: BeautifulSoup) -> Iterator[str]:
    """Pieces of text with line breaks and cell marks; no recursion, however deep the page is."""
    todo: list[PageElement | str] = [soup]
    numbers: dict[int, str] = {}
    last = ""
    while todo:
        node = todo.pop()
        if isinstance(node, Tag):
            if _unseen(node):
                continue
            if node.name == "ol":
                numbers |= _item_numbers(node)
            before, after = _around(node, last)
            todo += [after, *reversed(node.contents), before + numbers.pop(id(node), "")]
            continue
        if type(node) is NavigableString:
            node = _collapsed(node)
        if type(node) is str:  # comments and the like are other kinds of strings
            last = node or last
            yield node


def _unseen(tag: Tag) -> bool:
    return (
        tag.name in _names()["unseen"]
        or tag.has_attr("hidden")
        or tag.get("aria-hidden") == "true"
        or tag.get("role") in _names()["roles"]
        or bool(_HIDDEN.search(str(tag.get("style", ""))))
    )


def _around(tag: Tag, last: str) -> tuple[str, str]:
    """What stands before and after an element; a raised digit must not run into a number."""
    if tag.name in {"td", "th"}:
        return _OPEN, _CLOSE
    if tag.name in _names()["blocks"]:
        return "\n", "\n"
    if tag.name == "br":
        return "\n", ""
    return (_SHIFTED[tag.name], "") if tag.name in _SHIFTED and last[-1:].isdigit() else ("", "")


def _collapsed(text: NavigableString) -> str:
    """Line breaks of the markup are blanks, and between Chinese characters nothing."""
    if text.parent is not None and text.parent.name == "pre":
        return f"\n{text}\n"
    return _BLANKS.sub(" ", _SOFT_BREAK.sub("", text))


def _item_numbers(items: Tag) -> dict[int, str]:
    """The numbers that a browser shows before list items, unless the items bring their own."""
    own = items.find_all("li", recursive=False)
    unmarked = "none" in str(items.get("style", ""))
    if unmarked or any(_NUMBERED.match(next(item.stripped_strings, "")) for item in own):
        return {}
    start = str(items.get("start", ""))
    first = int(start) if start.isascii() and start.isdigit() else 1
    return {id(item): f"{number}. " for number, item in enumerate(own, first)}


def _row(match: re.Match[str]) -> str:
    """A row of short cells as one line; a lone cell or a laid-out page keeps its own lines."""
    cells = [cell.strip() for cell in re.findall(f"{_OPEN}([^{_CLOSE}]*){_CLOSE}", match[0])]
    if len(cells) == 1 or any(len(cell) > LONGEST_CELL and "\n" in cell for cell in cells):
        return "\n".join(["", *cells, ""])
    return CELL.join(" ".join(cell.split()) for cell in cells)
