"""Automatic numbering of Word files -> the marks that a person sees before each paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from index.numbering import CIRCLED, han_written
from index.reading.ooxml import Element, attribute, children, descend, is_on, value

LEVELS = 9
_FORMAL = str.maketrans("零一二三四五六七八九十百千", "零壹贰叁肆伍陆柒捌玖拾佰仟")
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_NO_BLANK_AFTER = tuple("、.．）)：:》】" + CIRCLED)


def _roman(number: int) -> str:
    out = ""
    for size, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I"),
        strict=True,
    ):
        out += sign * (number // size)
        number %= size
    return out


def _letter(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)


def _of(signs: str) -> Callable[[int], str]:
    return lambda number: signs[number - 1] if 0 < number <= len(signs) else str(number)


_FORMATS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda number: f"{number:02}",
    "decimalFullWidth": lambda number: str(number).translate(_FULL_WIDTH),
    "decimalFullWidth2": lambda number: str(number).translate(_FULL_WIDTH),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "upperLetter": _letter,
    "lowerLetter": lambda number: _letter(number).lower(),
    "chineseLegalSimplified": lambda number: han_written(number).translate(_FORMAL),
    "ideographDigital": lambda number: str(number).translate(_DIGITS),
    "japaneseDigitalTenThousand": lambda number: str(number).translate(_DIGITS),
    "ideographTraditional": _of("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _of("子丑寅卯辰巳午未申酉戌亥"),
    "bullet": lambda number: "",
    "none": lambda number: "",
    **dict.fromkeys(
        (
            "chineseCounting",
            "chineseCountingThousand",
            "japaneseCounting",
            "taiwaneseCounting",
            "taiwaneseCountingThousand",
            "ideographLegalTraditional",
        ),
        han_written,
    ),
    **dict.fromkeys(
        (
            "decimalEnclosedCircle",
            "decimalEnclosedCircleChinese",
            "ideographEnclosedCircle",
        ),
        _of(CIRCLED),
    ),
}


@dataclass(frozen=True, slots=True)
class Level:
    """How one level is counted and written; ``restart`` is the level that begins it again."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    glued: bool = False
    restart: int | None = None
    legal: bool = False
    style: str | None = None


@dataclass(frozen=True, slots=True)
class Numbering:
    """What numbering.xml and styles.xml say: lists by id, and lists that styles belong to."""

    levels: Mapping[str, Mapping[int, Level]]
    shared: Mapping[str, str]
    restarted: Mapping[str, frozenset[int]]
    styles: Mapping[str, tuple[str, int]]


def load_numbering(numbering: Element | None, styles: Element | None) -> Numbering:
    """Read the numbering definitions; without any, nothing is numbered."""
    linked = {
        attribute(one, "styleId") or "": value(one, "pPr", "numPr", "numId")
        for one in children(styles, "style")
    }
    abstract = {attribute(one, "abstractNumId"): one for one in children(numbering, "abstractNum")}
    numbers = {attribute(one, "numId") or "": one for one in children(numbering, "num")}
    shared = {num: value(one, "abstractNumId") or "" for num, one in numbers.items()}
    for num, base in shared.items():
        link = value(abstract.get(base), "numStyleLink")
        if link is not None:
            shared[num] = shared.get(linked.get(link) or "", base)
    levels, afresh = dict[str, dict[int, Level]](), dict[str, frozenset[int]]()
    for num, base in shared.items():
        levels[num] = _levels(abstract.get(base))
        afresh[num] = _override(levels[num], numbers[num])
    return Numbering(levels, shared, afresh, _style_lists(styles, levels))


def _levels(parent: Element | None) -> dict[int, Level]:
    return {_number(attribute(one, "ilvl")): _level(one) for one in children(parent, "lvl")}


def _override(levels: dict[int, Level], num: Element) -> frozenset[int]:
    """Put the list's own levels and starts in place; gives the levels that begin afresh."""
    afresh: set[int] = set()
    for one in children(num, "lvlOverride"):
        levels |= _levels(one)
        depth, start = _number(attribute(one, "ilvl")), value(one, "startOverride")
        if start is not None:
            levels[depth] = replace(levels.get(depth, Level()), start=_number(start))
            afresh.add(depth)
    return frozenset(afresh)


def _number(text: str | None) -> int:
    """A count in a file that may hold anything; 0 for what is none."""
    return int(text) if text and re.fullmatch("[0-9]{1,4}", text) else 0


def _level(element: Element) -> Level:
    restart = value(element, "lvlRestart")
    return Level(
        start=_number(value(element, "start")),
        format=value(element, "numFmt") or "decimal",
        text=value(element, "lvlText") or "",
        glued=value(element, "suff") == "nothing",
        restart=None if restart is None else _number(restart),
        legal=is_on(element, "isLgl"),
        style=value(element, "pStyle"),
    )


def _style_lists(
    styles: Element | None, levels: Mapping[str, Mapping[int, Level]]
) -> dict[str, tuple[str, int]]:
    """Style id -> list and level, inherited from the style that it is based on."""
    own = {attribute(one, "styleId") or "": one for one in children(styles, "style")}
    found: dict[str, tuple[str, int]] = {}
    for name in own:
        at: str | None = name
        for _ in range(len(own)):
            num = value(own.get(at or ""), "pPr", "numPr", "numId")
            if num is not None:
                stated = value(own.get(at or ""), "pPr", "numPr", "ilvl")
                tied = [depth for depth, level in levels.get(num, {}).items() if level.style == at]
                found[name] = (num, _number(stated) if stated else (tied or [0])[0])
                break
            at = value(own.get(at or ""), "basedOn")
            if at is None:
                break
    return found


@dataclass(slots=True)
class Counter:
    """Counts the numbered paragraphs of one document in their order."""

    numbering: Numbering
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def label(self, properties: Element | None) -> str:
        """The mark before the paragraph with these ``w:pPr``; empty when it is not numbered."""
        num, depth = self._place(properties)
        levels = self.numbering.levels.get(num, {})
        if depth not in levels:
            return ""
        counts = self._count(num, depth, levels)
        return _written(depth, levels, counts)

    def _place(self, properties: Element | None) -> tuple[str, int]:
        style = value(properties, "pStyle")
        inherited = self.numbering.styles.get(style or "", ("0", 0))
        own = descend(properties, "numPr")
        num, depth = value(own, "numId"), value(own, "ilvl")
        place = _number(depth) if depth or num is not None else inherited[1]
        return num if num is not None else inherited[0], place

    def _count(self, num: str, depth: int, levels: Mapping[int, Level]) -> dict[int, int]:
        counts = self._counts.setdefault(self.numbering.shared[num], {})
        if num not in self._begun:
            self._begun.add(num)
            for level in self.numbering.restarted[num]:
                counts.pop(level, None)
        for above in range(depth):
            if above in levels:
                counts.setdefault(above, levels[above].start)
        counts[depth] = counts.get(depth, levels[depth].start - 1) + 1
        for below in range(depth + 1, LEVELS):
            restart = levels[below].restart if below in levels else None
            if restart is None or depth < restart:
                counts.pop(below, None)
        return counts


def _written(depth: int, levels: Mapping[int, Level], counts: Mapping[int, int]) -> str:
    def number(match: re.Match[str]) -> str:
        at = int(match[1]) - 1
        level = levels.get(at, Level())
        plain = levels[depth].legal and level.format not in {"bullet", "none"}
        write = str if plain else _FORMATS.get(level.format, str)
        return write(counts.get(at, level.start))

    level = levels[depth]
    if level.format == "bullet":
        return ""
    label = re.sub(r"%([1-9])", number, level.text)
    return label if level.glued or not label or label.endswith(_NO_BLANK_AFTER) else f"{label} "
