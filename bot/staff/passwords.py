"""Passwords: hashed with argon2, long enough, and not among those that everybody guesses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from index.errors import WenceError

SHORTEST, LONGEST = 12, 64  # characters
LEAST_SCORE = 3  # of zxcvbn: 0 guessed at once … 4 not guessed
AT_ONCE = 4  # each verification takes 64 MiB for a moment
HASHER = PasswordHasher()
NOBODY = HASHER.hash("nobody has this password")


class WeakPassword(WenceError):
    """A password that is too short, too long or too common."""


class TooBusy(WenceError):
    """More people are signing in at this moment than there is memory for."""


def check_password(password: str, name: str) -> None:
    """Raise WeakPassword, saying why, unless a password is fit for an account."""
    if len(password) < SHORTEST:
        raise WeakPassword(f"口令太短，至少要 {SHORTEST} 个字符")
    if len(password) > LONGEST:
        raise WeakPassword(f"口令太长，最多 {LONGEST} 个字符")
    from zxcvbn import zxcvbn  # its word lists take a while to load

    if zxcvbn(password, user_inputs=[name, "wence", "问策"])["score"] < LEAST_SCORE:
        raise WeakPassword("口令太常见、太容易猜，请换一个，例如几个不相干的词连在一起")


def hash_password(password: str) -> str:
    """The argon2id hash, with its salt and costs."""
    return HASHER.hash(password)


class Verifier:
    """Compares passwords, a few at a time; a name without an account takes the same time."""

    def __init__(self) -> None:
        self._places = BoundedSemaphore(AT_ONCE)

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Whether the password is the one that was hashed; raises TooBusy."""
        with self._place():
            try:
                HASHER.verify(password_hash or NOBODY, password[:LONGEST])
            except (VerificationError, InvalidHashError):
                return False
        return password_hash is not None

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise TooBusy("此刻登录的人太多，请过几秒再试")
        try:
            yield
        finally:
            self._places.release()


def outdated(password_hash: str) -> bool:
    """Whether a hash was made with lower costs than today's."""
    return HASHER.check_needs_rehash(password_hash)
