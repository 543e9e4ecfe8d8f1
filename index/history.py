"""What the note under a title tells of a statute: when it was adopted, amended and published."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from index.days import DAY, half_width, read_day
from index.documents import Clause
from index.orders import Order

EventKind = Literal["adopted", "approved", "published", "amended", "effective"]

# the first that stands in the words of an event decides what it is
_KINDS: tuple[tuple[str, EventKind], ...] = (
    ("修订|修正|修改", "amended"),
    ("公布|发布|颁布", "published"),
    ("批准", "approved"),
    ("通过", "adopted"),
    ("施行|实施", "effective"),
)
_EVENT = re.compile(rf"(?P<day>{DAY})(?P<words>.*?)(?={DAY}|$)", re.DOTALL)
_QUOTED = re.compile(r"《.*?》", re.DOTALL)
_CONGRESS = re.compile(
    r"(?P<place>[\u4e00-\u9fff]{2,9}?)?第?[一二三四五六七八九十]+届(?P<all>全国)?"
    r"(?P<body>人民代表大会常务委员会|人民代表大会)"
)
_ORDER = re.compile(
    r"[\u4e00-\u9fff]{2,20}?(?:令|公告)\s*第?[\d零〇一二三四五六七八九十百]+号"
    r"(?:、[\u4e00-\u9fff]{2,20}?令\s*第?\d+号)*"
)
_BODY_OF_ORDER = re.compile(
    r"([\u4e00-\u9fff]{2,20}?)(?:令|公告)\s*第?[\d零〇一二三四五六七八九十百]+号"
)


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the note: a day, what happened, and the words without titles quoted in them."""

    day: date
    kind: EventKind
    words: str


def history_of(clauses: Sequence[Clause]) -> tuple[Event, ...]:
    """The events that the notes tell, in their order."""
    text = "".join(clause.text for clause in clauses if clause.kind == "note")
    events: list[Event] = []
    for match in _EVENT.finditer(half_width(_QUOTED.sub("", text))):
        words = match["words"].strip(" \t\u3000\n（）()")
        day, kind = read_day(match["day"]), _kind(words)
        if day and kind:
            events.append(Event(day, kind, words))
    return tuple(events)


def version_event(events: Sequence[Event]) -> Event | None:
    """The latest event that made this version: adoption, approval, publication or amendment."""
    made = [event for event in events if event.kind != "effective"]
    return max(made, key=lambda event: event.day, default=None)


def order_number(events: Sequence[Event]) -> str | None:
    """The number of the last order or announcement: ``国务院令第741号``."""
    found = [match[0] for event in events for match in _ORDER.finditer(event.words)]
    return found[-1].removeprefix("中华人民共和国") if found else None


def enacting_body(events: Sequence[Event], order: Order | None = None) -> str | None:
    """The body that adopted the text, or revised it as a whole; else the one that published it."""
    whole = [one.words for one in events if one.kind == "adopted" or "修订" in one.words]
    whole += [order.words] if order and not whole else []
    congress = [match for words in whole for match in [_CONGRESS.search(words)] if match]
    named = [match for match in congress if match["place"] or match["all"]]
    if named:
        return f"{'全国' if named[-1]['all'] else named[-1]['place']}{named[-1]['body']}"
    if order:
        return order.body
    for event in events:
        bodies = [
            name.removeprefix("中华人民共和国") for name in _BODY_OF_ORDER.findall(event.words)
        ]
        if bodies:
            return "、".join(bodies)
    return "国务院" if any(event.words.startswith("国务院") for event in events) else None


def _kind(words: str) -> EventKind | None:
    return next((kind for pattern, kind in _KINDS if re.search(pattern, words)), None)
