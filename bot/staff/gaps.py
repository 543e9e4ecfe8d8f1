"""The gap list: what the public asks and does not find, like questions together.

Two questions are alike when they have enough words in common (bot.likeness). Measured on the 1,067
evaluation questions of one region that have evidence: of the pairs at SIMILAR or above, six in ten
share a clause that answers them. So a group is a help for reading, not a count of one exact wish.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from bot.conversation import AnswerStatus
from bot.likeness import key_words, share
from bot.staff.tables import AskedQuestion, HandledGap

GAPS = (
    AnswerStatus.NOT_STATED,
    AnswerStatus.NOT_COVERED,
    AnswerStatus.CLARIFY,
    AnswerStatus.OUT_OF_SCOPE,
)
SIMILAR = 0.34  # share of words
MOST_TEXTS = 3000  # different questions that are looked at, the most frequent first
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Text:
    """Questions of exactly the same words: how many, the newest, what became of them."""

    id: int
    question: str
    region: str
    topic: str
    status: str
    down: int
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Gap:
    """Questions that are alike, of one region and topic; ``note`` when staff have handled them."""

    texts: tuple[Text, ...]
    note: str = ""
    handled_by: str = ""
    again: bool = False

    @property
    def first(self) -> Text:
        """The most frequent of them."""
        return self.texts[0]

    @property
    def count(self) -> int:
        """How often any of them was asked."""
        return sum(one.count for one in self.texts)

    @property
    def last(self) -> datetime:
        """When one was asked last."""
        return max(one.last for one in self.texts)

    @property
    def down(self) -> int:
        """How many readers said that the answer did not help."""
        return sum(one.down for one in self.texts)

    @property
    def statuses(self) -> tuple[str, ...]:
        """How they were answered, the most frequent first."""
        counts = Counter[str]()
        for one in self.texts:
            counts[one.status] += one.count
        return tuple(status for status, _ in counts.most_common())

    @property
    def is_open(self) -> bool:
        """Whether somebody should look at it: not handled, or asked again since."""
        return not self.note or self.again


def list_gaps(session: Session, since: datetime, region: str = "", topic: str = "") -> list[Gap]:
    """Every gap since a moment, the most frequent first."""
    texts = _texts(session, since)
    wanted = [one for one in texts if region in one.region and topic in {"", one.topic}]
    groups: dict[tuple[str, str], list[Text]] = defaultdict(list)
    for one in wanted:
        groups[one.region, one.topic].append(one)
    handled = session.scalars(select(HandledGap).order_by(HandledGap.at)).all()
    gaps = [Gap(alike) for rows in groups.values() for alike in group_alike(rows)]
    found = [_marked(gap, handled) for gap in gaps] if handled else gaps
    return sorted(found, key=lambda gap: (-gap.count, -gap.last.timestamp()))


def group_alike(texts: Sequence[Text]) -> list[tuple[Text, ...]]:
    """Each text joins the first group whose first text it is like, else begins its own."""
    groups: list[list[Text]] = []
    by_word: dict[str, list[int]] = defaultdict(list)
    keys: list[frozenset[str]] = []
    for text in texts:
        key = words_of(text.question, text.region)
        near = sorted({n for word in key for n in by_word[word]})
        home = next((n for n in near if share(key, keys[n]) >= SIMILAR), None)
        if home is not None:
            groups[home].append(text)
            continue
        for word in key:
            by_word[word].append(len(groups))
        groups.append([text])
        keys.append(key)
    return [tuple(group) for group in groups]


@lru_cache(maxsize=1 << 14)
def words_of(question: str, region: str) -> frozenset[str]:
    """The words of a question without the names of its region."""
    names = region.replace("、", "/")
    return frozenset(word for word in key_words(question) if word not in names)


def handle(session: Session, gap: Text, note: str, actor: str, at: datetime) -> None:
    """Mark what is like this question as dealt with."""
    row = HandledGap(question=gap.question, region=gap.region, topic=gap.topic, note=note)
    row.actor, row.at = actor, at
    session.add(row)


def _texts(session: Session, since: datetime) -> list[Text]:
    """What was not answered or did not help, equal questions counted together."""
    asked = AskedQuestion
    down = func.sum(case((asked.verdict == "down", 1), else_=0))
    missing = or_(asked.status.in_([one.value for one in GAPS]), asked.verdict == "down")
    query = (
        select(
            func.max(asked.id),
            asked.standalone,
            asked.region,
            asked.topic,
            func.max(asked.status),
            down,
            func.count(),
            func.max(asked.at),
        )
        .where(asked.at >= since, missing, asked.standalone != "")
        .group_by(asked.standalone, asked.region, asked.topic)
        .order_by(func.count().desc(), func.max(asked.at).desc())
        .limit(MOST_TEXTS)
    )
    return [Text(*row) for row in session.execute(query)]


def _marked(gap: Gap, handled: Iterable[HandledGap]) -> Gap:
    """The gap with the newest note on a question like it."""
    key = words_of(gap.first.question, gap.first.region)
    for one in handled:
        same_place = (one.region, one.topic) == (gap.first.region, gap.first.topic)
        same = one.question == gap.first.question
        if same_place and (same or share(key, words_of(one.question, one.region)) >= SIMILAR):
            gap = replace(gap, note=one.note, handled_by=one.actor, again=gap.last > one.at)
    return gap
