"""Versions of one law, and which of them may answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.as_of import AsOf, AsOfKind
from bot.in_force import Chosen, choose, is_current
from index.documents import Document, Validity
from tests.toys import make_document

TODAY = date(2026, 11, 22)


def version(name: str, begun: int, newer: str = "", **changes: object) -> Document:
    document = make_document(name, "全国", ["教师。"])
    made = date(begun, 5, 1)
    return replace(
        document, effective=made, issued=made, family="法", superseded_by=newer, **changes
    )


OLD, NEW = version("old", 1996, "new"), version("new", 2022)
POLICY = make_document("jia", "浙江省/嘉兴市", ["教师。"])
HELD = [NEW, POLICY, OLD]


def on(year: int) -> AsOf:
    return AsOf(AsOfKind.DAY, "", date(year, 12, 31))


@pytest.mark.parametrize(
    ("as_of", "chosen"),
    [
        (None, Chosen((NEW, POLICY))),
        (on(2023), Chosen((NEW, POLICY))),
        (on(2021), Chosen((POLICY, OLD), ((OLD, NEW),))),
        (on(1990), Chosen((POLICY,), (), (OLD,))),
        (AsOf(AsOfKind.DAY, "", date(2022, 4, 30)), Chosen((POLICY, OLD), ((OLD, NEW),))),
        (AsOf(AsOfKind.DAY, "", date(2022, 5, 1)), Chosen((NEW, POLICY))),
        (AsOf(AsOfKind.EDITION, "", date(1996, 12, 31)), Chosen((POLICY, OLD), ((OLD, NEW),))),
        (AsOf(AsOfKind.EDITION, "", date(2000, 12, 31)), Chosen((POLICY, OLD), ((OLD, NEW),))),
        (AsOf(AsOfKind.EARLIER, ""), Chosen((POLICY, OLD), ((OLD, NEW),))),
        (AsOf(AsOfKind.STILL, "", date(1996, 12, 31)), Chosen((NEW, POLICY), (), (), (NEW,))),
    ],
)
def test_a_question_gets_the_version_of_its_day_and_a_policy_without_days_always(as_of, chosen):
    assert choose(HELD, as_of, TODAY) == chosen


def test_without_an_earlier_version_the_present_one_answers_for_it():
    assert choose([NEW], AsOf(AsOfKind.EARLIER, ""), TODAY) == Chosen((NEW,))


@pytest.mark.parametrize(
    "gone",
    [
        replace(POLICY, validity=Validity("废止", "文内")),
        replace(POLICY, validity=Validity("已失效", "文内")),
        replace(POLICY, expires=date(2025, 12, 31)),
        replace(POLICY, effective=date(2027, 1, 1)),
        replace(POLICY, superseded_by="another"),
    ],
)
def test_what_was_repealed_has_expired_or_has_not_begun_does_not_answer(gone):
    assert choose([gone], None, TODAY) == Chosen((), (), (gone,))


def test_a_policy_that_was_confirmed_still_answers():
    confirmed = replace(POLICY, validity=Validity("继续有效（2021年清理，未废止）", "清单"))
    assert choose([confirmed], None, TODAY) == Chosen((confirmed,))


def test_an_old_version_holds_until_the_day_the_new_one_begins():
    coming = replace(NEW, effective=date(2027, 1, 1))
    assert [is_current(OLD, day, {"new": coming}) for day in (TODAY, date(2027, 1, 1))] == [
        True,
        False,
    ]
    assert choose([OLD, coming], None, TODAY) == Chosen((OLD,))
