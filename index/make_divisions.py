"""Make the division tables of ``index/data`` from the published sources (a developer's tool).

Usage: ``python -m index.make_divisions DIVISIONS_JSON HISTORY_JSON CEDICT_GZ``. The product
never imports this module; ``index/data/README.md`` names the sources and their licences.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pypinyin import lazy_pinyin

DATA = Path(__file__).parent / "data"
SINCE = 1990  # names given up earlier are no longer said, and the older events are noisy
Steps = tuple[str, ...]

# A stem of at least two characters, then the names of peoples.
PEOPLES = re.compile(
    "^(.{2,}?)(?:(?:满|蒙古|回|藏|苗|彝|壮|布依|朝鲜|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|"
    "景颇|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|怒|普米|鄂温克|保安|裕固|独龙|各)族|"
    "蒙古|维吾尔|哈萨克|柯尔克孜|锡伯|塔吉克|族)*$"
)
UNITS = "county|district|city|prefecture|province|autonomous|banner|municipality"
# Characters read in place names otherwise than in most words -> one with that reading.
PLACE_READINGS = {"长": "昌", "都": "督", "朝": "潮"}
SUFFIXES = ("特别行政区", "新区", "林区", "矿区", "地区", "省", "市", "县", "区", "盟")


def stems(name: str) -> tuple[str, ...]:
    """Short forms of a full name: 松阳县 -> 松阳; 延边朝鲜族自治州 -> 延边, 延边州."""
    self_governing = re.fullmatch(r"(.+)自治([区州县旗])", name)
    if self_governing:
        stem, unit = PEOPLES.sub(r"\1", self_governing[1]), self_governing[2]
        return (stem,) if unit == "区" else (stem, stem + unit)
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return (name.removesuffix(suffix),)
    return ()


def _lines(cedict: Path) -> list[str]:
    return gzip.decompress(cedict.read_bytes()).decode("utf-8").splitlines()


def ordinary_words(cedict: Path) -> set[str]:
    """Headwords that CC-CEDICT also lists as common nouns (pinyin in lower case)."""
    words = set()
    for line in _lines(cedict):
        entry = re.match(r"\S+ (\S+) \[([a-z][^]]*)\] /(?!(?:old )?variant of|see )", line)
        if entry:
            words.add(entry[1])
    return words


def readings(cedict: Path) -> dict[str, str]:
    """Pinyin of the place names in CC-CEDICT (capitalised entries glossed as divisions)."""
    found: dict[str, str] = {}
    for line in _lines(cedict):
        entry = re.match(rf"\S+ (\S+) \[([A-Z][^]]*)\] /.*(?:{UNITS})", line)
        if entry:
            syllables = [re.sub(r"\d", "", s).lower().replace("u:", "v") for s in entry[2].split()]
            found.setdefault(entry[1], "".join(syllables[: len(entry[1])]))
    return found


def spelled(full: str, short: str, known: dict[str, str]) -> str:
    """Pinyin of a short form; the dictionary first, then the usual readings in place names."""
    if full in known and len(full) == len(short) + 1:
        return re.sub(r"(sheng|shi|xian|qu)$", "", known[full])
    characters = "".join(PLACE_READINGS.get(c, c) for c in short)
    return known.get(short) or "".join(lazy_pinyin(characters)).replace("ü", "v")


def paths(divisions: dict[str, Any]) -> Iterator[Steps]:
    """Every division, depth first, in the order of the source."""
    for province, below in divisions["provinces"].items():
        yield (province,)
        for city, inside in below["cities"].items():
            above = (province, city) if city else (province,)
            if city:
                yield above
            for county in inside["counties"]:
                yield (*above, county)


def _shown(forms: Iterable[str], ordinary: set[str]) -> str:
    """Forms of a name, everyday words marked: ``~鼓楼``."""
    return ",".join(f"~{form}" if form in ordinary else form for form in forms)


def division_line(path: Steps, ordinary: set[str], known: dict[str, str]) -> str:
    """One row: tabs for depth, then ``full name|short forms|pinyin of the first short form``."""
    short = stems(path[-1])
    latin = spelled(path[-1], short[0], known) if short else ""
    full, forms = _shown(path[-1:], ordinary), _shown(short, ordinary)
    return "\t" * (len(path) - 1) + f"{full}|{forms}|{latin}"


def former_names(events: list[dict[str, Any]], now: set[Steps]) -> dict[str, tuple[str, int]]:
    """Full names given up since 1990 -> (present path, year), where one division took over."""
    onward = {tuple(e["old_path"]): e for e in events if e["old_path"] and e["new_path"]}
    current = {path[-1] for path in now} | {stem for path in now for stem in stems(path[-1])}
    former: dict[str, set[tuple[str, int]]] = {}
    for old, event in onward.items():
        name, target = old[-1], _present(tuple(event["new_path"]), onward, now)
        recent = event["year"] >= SINCE and (len(name) > 2 or not name.endswith("区"))
        if target and recent and name not in current and not set(stems(name)) & current:
            former.setdefault(name, set()).add(("/".join(target), event["year"]))
    return {
        name: max(found, key=lambda item: item[1])
        for name, found in former.items()
        if len({path for path, _ in found}) == 1
    }


def _present(path: Steps, onward: dict[Steps, dict[str, Any]], now: set[Steps]) -> Steps | None:
    """Follow later changes until a division of today is reached."""
    seen: set[Steps] = set()
    while path not in now and path in onward and path not in seen:
        seen.add(path)
        path = tuple(onward[path]["new_path"])
    return path if path in now else None


def main(divisions_json: str, history_json: str, cedict_gz: str) -> None:
    """Write ``divisions.tsv`` and ``divisions_former.tsv``."""
    all_paths = list(paths(json.loads(Path(divisions_json).read_text(encoding="utf-8"))))
    events = json.loads(Path(history_json).read_text(encoding="utf-8"))["events"]
    ordinary = ordinary_words(Path(cedict_gz))
    known = readings(Path(cedict_gz))
    rows = [division_line(path, ordinary, known) for path in all_paths]
    (DATA / "divisions.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    former = former_names(events, set(all_paths))
    lines = [
        f"{_shown((name,), ordinary)}|{_shown(stems(name), ordinary)}|{path}|{year}"
        for name, (path, year) in sorted(former.items(), key=lambda item: item[1])
    ]
    (DATA / "divisions_former.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
