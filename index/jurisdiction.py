"""Where a policy holds, as far as its title, its issuer and its level show."""

from __future__ import annotations

import re

from index.documents import Region
from index.guesses import Guess
from index.metadata import Extracted
from index.regions import load_gazetteer

NATIONAL = Region(("全国",))
NATIONAL_LEVELS = {"law", "administrative_regulation", "departmental_rule"}
_NATIONAL_ISSUER = re.compile(
    r"全国人民代表大会|国务院|教育部|中共中央|国家[\u4e00-\u9fff]{2,8}(?:委员会|总局|局|委)"
)
_ADDRESSES_PROVINCES = re.compile(r"省、自治区、直辖市")
_OWN_PLACE = re.compile(r"[我本全][省市县区]")


def guess_region(title: str, extracted: Extracted, text: str) -> Guess[Region] | None:
    """The region that the title or the issuer names, else the country where something shows it."""
    issuer = extracted.issuer or ""
    if title.startswith("中华人民共和国"):
        return Guess("region", NATIONAL, "read", "标题冠“中华人民共和国”")
    for named, basis in ((title, "标题"), (issuer, "发文机关")):
        region = _only_region(named)
        if region:
            return Guess("region", region, "read", f"{basis}写明")
    if _NATIONAL_ISSUER.match(title) or _NATIONAL_ISSUER.match(issuer):
        return Guess("region", NATIONAL, "read", "由国家机关发布")
    level = extracted.guess("level")
    if level.value in NATIONAL_LEVELS:
        return Guess("region", NATIONAL, level.confidence, level.basis)
    if _ADDRESSES_PROVINCES.search(text) and not _OWN_PLACE.search(text):
        basis = "标题没有地名，正文面向各省、自治区、直辖市"
        return Guess("region", NATIONAL, "inferred", basis)
    return None


def _only_region(text: str) -> Region | None:
    """The first region that the text names, when it can only be one."""
    mentions = load_gazetteer().find(text)
    return mentions[0].regions[0] if mentions and len(mentions[0].regions) == 1 else None
