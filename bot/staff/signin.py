"""Signing in and out: random tokens of which only the digest is kept, and waits after failures.

A try is counted before its password is compared, so that guesses made at the same moment count
too. Names without an account are treated and counted like those with one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from bot.staff.accounts import NAME, held_account, plain_name
from bot.staff.audit import record
from bot.staff.passwords import Verifier, hash_password, outdated
from bot.staff.store import Store
from bot.staff.tables import Account, Role, SignInFailure, StaffSession
from index.errors import WenceError

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=12)
NOTED = timedelta(minutes=1)  # how exactly the last use of a session is kept
SKEW = timedelta(minutes=2)  # that the clocks of two machines may differ
FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
MOST_DOUBLINGS = 10


class SignInRefused(WenceError):
    """Wrong name or password, or too many tries: then ``wait`` says for how long."""

    def __init__(self, wait: timedelta = timedelta()) -> None:
        super().__init__("signing in was refused")
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Member:
    """Who is signed in, with the role of this moment."""

    name: str
    role: Role


class SignIns:
    """Checks passwords and keeps the sessions of staff."""

    def __init__(
        self, store: Store, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store, self._clock = store, clock
        self._verifier = Verifier()

    def sign_in(self, name: str, password: str, old_token: str = "") -> str:
        """The token of a new session; raises SignInRefused, TooBusy, StoreDown."""
        name = plain_name(name)
        self.check(name, password)
        return self._open(name, password, old_token)

    def check(self, name: str, password: str) -> None:
        """Raise SignInRefused unless this is the password of an open account."""
        name, now = plain_name(name), self._clock()
        with self._store.writing() as session:
            wait = _wait_left(session, name, now)
            if not wait:
                _count_try(session, name, now)
            account = session.get(Account, name) if NAME.fullmatch(name) else None
            known = account.password_hash if account and not account.disabled else None
        if wait:
            raise SignInRefused(wait)
        if not self._verifier.matches(known, password):
            self._note_lock(name, now)
            raise SignInRefused
        with self._store.writing() as session:
            session.execute(delete(SignInFailure).where(SignInFailure.name == _key(name)))

    def member(self, token: str) -> Member | None:
        """Who holds this token; None when nobody does or it has expired."""
        if not token:
            return None
        now = self._clock()
        with self._store.reading() as session:
            held = session.get(StaffSession, digest(token))
            account = session.get(Account, held.account) if held else None
        if held is None or account is None or account.disabled or _expired(held, now):
            return None
        if now - held.seen_at > NOTED:
            self._note_use(held.token_digest, now)
        return Member(account.name, Role(account.role))

    def sign_out(self, token: str) -> None:
        """End a session."""
        with self._store.writing() as session:
            held = session.get(StaffSession, digest(token))
            if held:
                session.delete(held)
                record(session, held.account, "sign_out", held.account)

    def _open(self, name: str, password: str, old_token: str) -> str:
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._store.writing() as session:
            account = held_account(session, name)
            if outdated(account.password_hash):
                account.password_hash = hash_password(password)
            account.signed_in_at = now
            _end_old(session, old_token, now)
            session.add(
                StaffSession(token_digest=digest(token), account=name, created_at=now, seen_at=now)
            )
            record(session, name, "sign_in", name)
        return token

    def _note_use(self, token_digest: str, now: datetime) -> None:
        with self._store.writing() as session:
            held = session.get(StaffSession, token_digest)
            if held:
                held.seen_at = now

    def _note_lock(self, name: str, now: datetime) -> None:
        """Staff see in the audit log when somebody guesses at an account."""
        with self._store.writing() as session:
            tries = session.get(SignInFailure, _key(name))
            known = NAME.fullmatch(name) and session.get(Account, name)
            if known and tries and tries.count >= FREE_TRIES:
                record(session, name, "sign_in_locked", name, {"failures": tries.count})


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf_token(token: str) -> str:
    """What every form of a session carries; without the session's token it cannot be made."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()


def csrf_matches(token: str, given: str) -> bool:
    """Whether a form carries the token of its session."""
    return bool(token) and hmac.compare_digest(csrf_token(token).encode(), given.encode())


def _key(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def _expired(held: StaffSession, now: datetime) -> bool:
    """Whether it is over; one begun or used in the future is of before a clock was set back."""
    if max(held.created_at, held.seen_at) > now + SKEW:
        return True
    return now - held.seen_at > IDLE or now - held.created_at > LONGEST


def _end_old(session: Session, token: str, now: datetime) -> None:
    """The session that this browser had, and every one that has expired."""
    session.execute(
        delete(StaffSession).where(
            (StaffSession.token_digest == digest(token))
            | (StaffSession.seen_at < now - IDLE)
            | (StaffSession.created_at < now - LONGEST)
            | (StaffSession.created_at > now + SKEW)
            | (StaffSession.seen_at > now + SKEW)
        )
    )


def _wait_left(session: Session, name: str, now: datetime) -> timedelta:
    """How long this name must wait; nothing below the fifth failure.

    A failure in the future, from before a clock was set back, counts as one of now.
    """
    tries = session.get(SignInFailure, _key(name))
    if tries is None or tries.count < FREE_TRIES:
        return timedelta()
    if tries.last_at > now + SKEW:
        tries.last_at = now
    doublings = min(tries.count - FREE_TRIES, MOST_DOUBLINGS)
    wait: timedelta = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return max(tries.last_at + wait - now, timedelta())


def _count_try(session: Session, name: str, now: datetime) -> None:
    session.execute(delete(SignInFailure).where(SignInFailure.last_at < now - FORGOTTEN))
    tries = session.get(SignInFailure, _key(name))
    if tries is None:
        session.add(SignInFailure(name=_key(name), count=1, last_at=now))
    else:
        tries.count, tries.last_at = tries.count + 1, now
