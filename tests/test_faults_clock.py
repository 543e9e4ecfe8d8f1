"""The clock of the machine jumps a day while staff are signed in: no session grows, none is shut out."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from pathlib import Path

import pytest

from bot.staff.audit import AuditFilter, entries, verify_audit
from bot.staff.signin import IDLE, LONGEST, LONGEST_WAIT, SKEW, SignInRefused, SignIns
from bot.staff.store import Store
from tests.staff_toys import PASSWORD, REVIEWER, Clock, toy_store, with_accounts

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return with_accounts(toy_store(tmp_path))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(store: Store, clock: Clock) -> SignIns:
    return SignIns(store, clock)


def used_until(door: SignIns, clock: Clock, token: str) -> timedelta:
    """For how long a session that is used all the time is still one."""
    begun = clock.now
    while door.member(token) and clock.now - begun < 3 * LONGEST:
        clock.turn(minutes=20)
    return clock.now - begun


def test_a_session_of_before_a_jump_forward_is_over(door: SignIns, clock: Clock) -> None:
    token = door.sign_in(REVIEWER, PASSWORD)
    clock.now += DAY
    assert door.member(token) is None
    assert door.member(door.sign_in(REVIEWER, PASSWORD))


def test_a_session_begun_a_day_ahead_is_over_when_the_clock_is_right_again(
    door: SignIns, clock: Clock
) -> None:
    clock.now += DAY
    token = door.sign_in(REVIEWER, PASSWORD)
    assert door.member(token)
    clock.now -= DAY
    assert door.member(token) is None
    fresh = door.sign_in(REVIEWER, PASSWORD)
    clock.now += DAY  # the old one does not come back to life
    assert (door.member(token), door.member(fresh)) == (None, None)


def test_a_clock_that_is_a_day_late_lengthens_no_session(door: SignIns, clock: Clock) -> None:
    token = door.sign_in(REVIEWER, PASSWORD)
    clock.now -= DAY
    assert door.member(token) is None
    assert used_until(door, clock, door.sign_in(REVIEWER, PASSWORD)) <= LONGEST + IDLE


def test_small_differences_between_machines_end_no_session(door: SignIns, clock: Clock) -> None:
    token = door.sign_in(REVIEWER, PASSWORD)
    clock.now -= SKEW
    assert door.member(token)


@pytest.mark.parametrize("jump", [DAY, -DAY])
def test_who_had_to_wait_waits_no_longer_than_ever(
    door: SignIns, clock: Clock, jump: timedelta
) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            door.sign_in(REVIEWER, "不是这个口令-不是-不是")
    clock.now += jump
    begun = clock.now
    while clock.now - begun <= 2 * LONGEST_WAIT:
        try:
            door.sign_in(REVIEWER, PASSWORD)
            break
        except SignInRefused as refused:
            assert refused.wait <= LONGEST_WAIT
            clock.turn(minutes=1)
    assert clock.now - begun <= LONGEST_WAIT


def test_the_audit_log_keeps_its_order_and_its_chain(
    door: SignIns, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Turned(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return clock.now

    monkeypatch.setattr("bot.staff.audit.datetime", Turned)
    for jump in (DAY, -DAY, -DAY, DAY):
        clock.now += jump
        door.sign_out(door.sign_in(REVIEWER, PASSWORD))
    with store.reading() as session:
        state, rows = verify_audit(session), entries(session, AuditFilter())
    assert (state.count, state.broken_at) == (2 + 2 * 4, None)
    assert [row.n for row in rows] == list(range(state.count, 0, -1))
    days = [row.at.day for row in reversed(rows)][2:]
    assert days == [2, 2, 1, 1, 28, 28, 1, 1]
