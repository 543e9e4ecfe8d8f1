"""The order above a text that promulgates it: 中华人民共和国教育部令 第49号."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.days import half_width
from index.documents import Clause

_QUOTED = re.compile(r"《.*?》", re.DOTALL)
_HEAD = re.compile(
    r"^(?:中华人民共和国)?(?P<body>[\u4e00-\u9fff、 ]{2,30}?)(?P<kind>令|公告)\s*"
    r"(?P<session>[〔（(\[][^〕）)\]\n]{1,8}[〕）)\]])?\s*"
    r"第\s*(?P<n>[\d零〇一二三四五六七八九十百]+)\s*号\s*$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Order:
    """Who gave the order, its number, and all words above the text without quoted titles."""

    body: str
    number: str
    words: str


def order_of(clauses: Sequence[Clause]) -> Order | None:
    """The order that stands before the first article or section."""
    head: list[str] = []
    for clause in clauses:
        if clause.kind in {"text", "heading"}:
            break
        head.append(clause.text)
    text = half_width("".join(head))
    match = _HEAD.search(text)
    if not match:
        return None
    number = f"{match['body']}{match['kind']}{match['session'] or ''}第{match['n']}号"
    return Order(match["body"].strip(), number, _QUOTED.sub("", text))
