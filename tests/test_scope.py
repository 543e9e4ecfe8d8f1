"""Where an answer may come from."""

from __future__ import annotations

from dataclasses import replace

from bot.scope import Scope, for_any
from index.documents import Region
from tests.toys import make_document

JIA, SONG = Region.parse("浙江省/嘉兴市"), Region.parse("浙江省/丽水市/松阳县")
NAN, TONG = (Region.parse(f"{JIA}/{name}") for name in ("南湖区", "桐乡市"))
CITY = make_document("city", str(JIA), ["一。"])
DOWNTOWN = replace(make_document("downtown", str(JIA), ["一。"]), applies_to=("南湖区",))
COUNTY = make_document("county", str(SONG), ["一。"])


def test_only_documents_that_are_for_one_of_the_regions_asked_are_kept():
    every = (CITY, DOWNTOWN, COUNTY)
    assert for_any(every, [TONG]) == (CITY, COUNTY)
    assert for_any(every, [NAN]) == every
    assert for_any(every, [TONG, NAN]) == every
    assert for_any(every, [JIA]) == every


def test_sections_are_by_region_or_as_they_were_shared_out():
    scope = Scope((CITY, COUNTY, DOWNTOWN), True, "")
    assert scope.groups == {JIA: (CITY, DOWNTOWN), SONG: (COUNTY,)}
    shared = replace(scope, shares=((NAN, (CITY,)),))
    assert shared.groups == {NAN: (CITY,)}
    assert scope.regions == (JIA, SONG)


def test_a_section_that_loses_all_its_documents_is_left_out():
    scope = Scope((CITY, COUNTY), True, "", shares=((JIA, (CITY,)), (SONG, (COUNTY,))))
    assert scope.only((COUNTY,)).groups == {SONG: (COUNTY,)}
    assert scope.only((COUNTY,)).documents == (COUNTY,)
