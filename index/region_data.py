"""Reads the tables of divisions and the words around them (``index/data``) into lookup tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from index.documents import Region
from index.yaml_text import parse_yaml

DATA = Path(__file__).resolve().parent / "data"
MUNICIPALITIES = ("北京市", "天津市", "上海市", "重庆市")

NameKind = Literal["full", "short", "alias"]


@dataclass(frozen=True, slots=True)
class Name:
    """What a name may mean, the highest division first; ``ordinary``: also an everyday word."""

    regions: tuple[Region, ...]
    kind: NameKind
    ordinary: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """``region_words.yaml``, ready for matching at a position."""

    not_region: re.Pattern[str]
    school: re.Pattern[str]
    proof_after: re.Pattern[str]
    cue_before: re.Pattern[str]
    cue_after: re.Pattern[str]
    origin_before: re.Pattern[str]
    origin_after: re.Pattern[str]
    surnames: frozenset[str]
    tails: frozenset[str]
    joints: frozenset[str]
    latin_not_before: frozenset[str]
    latin_units: frozenset[str]
    latin_words: frozenset[str]
    latin_pairs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Tables:
    """Names in Chinese, names in Latin letters, every region's own names, and the words."""

    names: Mapping[str, Name]
    latin: Mapping[str, tuple[Region, ...]]
    forms: Mapping[Region, tuple[str, ...]]
    words: Words


def rank(region: Region) -> int:
    """0 province, 1 city, 2 county; districts of a municipality are counties."""
    steps = len(region.path)
    return 2 if steps == 2 and region.path[0] in MUNICIPALITIES else steps - 1


def load_tables(folder: Path = DATA) -> Tables:
    """Read the three files; about 10 ms."""
    raw = parse_yaml((folder / "region_words.yaml").read_text(encoding="utf-8"))
    rows = [*_division_rows(folder), *_former_rows(folder), *_extra_rows(raw["names"])]
    return Tables(
        names=_names(rows, frozenset(raw["ordinary"]), frozenset(raw["places_first"])),
        latin=_latin(rows, raw),
        forms=_forms(rows),
        words=_words(raw),
    )


class _Row(NamedTuple):
    """One line of a table: a full name, its short forms (``~`` marks a word), its pinyin."""

    region: Region
    full: str
    short: tuple[str, ...]
    latin: str = ""


def _division_rows(folder: Path) -> Iterator[_Row]:
    above: list[str] = []
    for line in (folder / "divisions.tsv").read_text(encoding="utf-8").splitlines():
        row = line.lstrip("\t")
        full, short, latin = row.split("|")
        above[len(line) - len(row) :] = [full.removeprefix("~")]
        yield _Row(Region(tuple(above)), full, tuple(filter(None, short.split(","))), latin)


def _former_rows(folder: Path) -> Iterator[_Row]:
    for line in (folder / "divisions_former.tsv").read_text(encoding="utf-8").splitlines():
        full, short, path, _year = line.split("|")
        yield _Row(Region.parse(path), full, tuple(filter(None, short.split(","))))


def _extra_rows(names: Mapping[str, str]) -> Iterator[_Row]:
    return (_Row(Region.parse(path), name, ()) for name, path in names.items())


def _names(
    rows: Iterable[_Row], ordinary: frozenset[str], places: frozenset[str]
) -> dict[str, Name]:
    names: dict[str, Name] = {}
    for row in rows:
        for form in (row.full, *row.short):
            kind: NameKind = "full" if form is row.full else "short"
            text = form.removeprefix("~")
            is_word = (text != form or text in ordinary) and text not in places
            known = names.get(text)
            if known is None:
                names[text] = Name((row.region,), kind, is_word)
            elif row.region not in known.regions:
                names[text] = _merged(known, row.region, kind, is_word)
    return names


def _merged(known: Name, region: Region, kind: NameKind, is_word: bool) -> Name:
    """One more meaning; a county adds none to its city's short name or to a province's."""
    ranked = sorted((*known.regions, region), key=rank)
    top = [r for r in ranked if rank(r) < 2]
    regions = [r for r in ranked if rank(r) < 2 or not any(_covers(t, r) for t in top)]
    kinds = {known.kind, kind}
    return Name(tuple(regions), "full" if "full" in kinds else "short", known.ordinary or is_word)


def _covers(top: Region, county: Region) -> bool:
    return rank(top) == 0 or top.contains(county)


def _latin(rows: Iterable[_Row], raw: Mapping[str, Any]) -> dict[str, tuple[Region, ...]]:
    """Pinyin to the divisions that it spells, the highest first; fixed spellings win."""
    found: dict[str, list[Region]] = {}
    for row in rows:
        if row.latin:
            found.setdefault(row.latin, []).append(row.region)
    ranked = {word: tuple(sorted(regions, key=rank)) for word, regions in found.items()}
    return ranked | {word: (Region.parse(path),) for word, path in raw["latin"].items()}


def _forms(rows: Iterable[_Row]) -> dict[Region, tuple[str, ...]]:
    forms: dict[Region, tuple[str, ...]] = {}
    for row in rows:
        forms.setdefault(row.region, tuple(f.removeprefix("~") for f in (row.full, *row.short)))
    return forms


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _words(raw: Mapping[str, Any]) -> Words:
    kinds, heads = _any(raw["institution_kinds"]), _any(raw["institution_heads"])
    return Words(
        not_region=re.compile(f"(?:{'|'.join(raw['not_region_before'])})|(?:{kinds})+(?:{heads})"),
        school=re.compile(_any(raw["schools"])),
        proof_after=re.compile(_any(raw["proof_after"])),
        cue_before=re.compile(f"(?:^|[，。？！、；：,.?!;:\\s]|{_any(raw['cue_before'])})$"),
        cue_after=re.compile(_any(raw["cue_after"])),
        origin_before=re.compile(f"(?:{_any(raw['origin_before'])})$"),
        origin_after=re.compile(_any(raw["origin_after"])),
        surnames=frozenset("".join(raw["surnames"].split())),
        tails=frozenset(raw["tails"]),
        joints=frozenset(raw["joints"]),
        latin_not_before=frozenset(raw["latin_not_before"]),
        latin_units=frozenset(raw["latin_units"]),
        latin_words=frozenset(raw["latin_words"]),
        latin_pairs=frozenset(raw["latin_pairs"]),
    )
