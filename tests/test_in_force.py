"""Versions of one law, and which of them may answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.as_of import AsOf, AsOfKind
from bot.in_force import Chosen, Held, choose, first_day_without, is_current
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
        (on(1990), Chosen((POLICY,), (), ((OLD, NEW),))),
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
    assert choose([gone], None, TODAY) == Chosen((), (), ((gone, None),))


RETIRED = replace(
    POLICY, validity=Validity("废止", "自2024年9月1日起废止，见新规"), expires=date(2024, 8, 31)
)


@pytest.mark.parametrize(
    ("as_of", "quoted"),
    [
        (None, False),
        (AsOf(AsOfKind.STILL, "", date(2020, 12, 31)), False),
        (AsOf(AsOfKind.EARLIER, ""), True),
        (on(2020), True),
        (AsOf(AsOfKind.DAY, "", date(2024, 8, 31)), True),
        (AsOf(AsOfKind.DAY, "", date(2024, 9, 1)), False),
    ],
)
def test_a_retired_policy_of_unknown_beginning_answers_for_the_days_before_its_end(as_of, quoted):
    pair = ((RETIRED, None),)
    wanted = Chosen((RETIRED,), pair) if quoted else Chosen((), (), pair)
    assert choose([RETIRED], as_of, TODAY) == wanted


@pytest.mark.parametrize(
    ("document", "day"),
    [
        (RETIRED, date(2024, 9, 1)),
        (replace(RETIRED, expires=None), date(2024, 9, 1)),
        (replace(POLICY, validity=Validity("已废止，自2020年1月1日起", "")), date(2020, 1, 1)),
        (replace(POLICY, expires=date(2025, 12, 31)), date(2026, 1, 1)),
        (replace(POLICY, validity=Validity("废止", "文内")), date(2022, 5, 1)),
    ],
)
def test_the_first_day_without_a_policy_is_read_from_what_is_known_of_its_end(document, day):
    assert first_day_without(document, NEW) == day


def test_what_is_withdrawn_from_a_day_to_come_still_holds():
    coming = replace(POLICY, validity=Validity("废止", "自2027年1月1日起废止，见新规"))
    assert is_current(coming, TODAY, {}) and not is_current(coming, date(2027, 1, 1), {})
    stale = replace(POLICY, validity=Validity("废止", "见新规"), expires=date(2028, 1, 1))
    assert not is_current(stale, TODAY, {})


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


def test_which_are_in_force_is_worked_out_once_a_day(monkeypatch):
    asked = []

    def current(document, today, others):
        asked.append((document.id, today))
        return is_current(document, today, others)

    monkeypatch.setattr("bot.in_force.is_current", current)
    held = Held([OLD, NEW])
    chosen = [choose([OLD, NEW], None, TODAY, held) for _ in range(3)]
    assert chosen == [choose([OLD, NEW], None, TODAY)] * 3
    assert asked[:2] == [(OLD.id, TODAY), (NEW.id, TODAY)] and len(asked) == 4  # and without held
    choose([OLD, NEW], None, date(2027, 1, 1), held)
    assert [day for _, day in asked[4:]] == [date(2027, 1, 1)] * 2
