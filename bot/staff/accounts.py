"""Accounts of staff: made, changed and disabled; every change is in the audit log."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.staff.audit import record
from bot.staff.passwords import check_password, hash_password
from bot.staff.store import Store
from bot.staff.tables import Account, Role, StaffSession
from index.errors import WenceError

NAME = re.compile(r"[\w.-]{2,40}")


class AccountProblem(WenceError):
    """An account that cannot be made or found."""


def plain_name(name: str) -> str:
    """A name as it is kept: one form of every character, no capitals, nothing around it."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def add_account(store: Store, name: str, role: Role, password: str, actor: str) -> None:
    """Make an account; raises AccountProblem, WeakPassword, StoreDown."""
    name = plain_name(name)
    if not NAME.fullmatch(name):
        raise AccountProblem("用户名要 2 到 40 个字，只用汉字、字母、数字和 . _ -")
    check_password(password, name)
    hashed, now = hash_password(password), datetime.now(UTC)
    with store.writing() as session:
        if session.get(Account, name):
            raise AccountProblem(f"已有账号 {name}，请换一个用户名，或用 password 改它的口令")
        session.add(
            Account(
                name=name, role=role.value, password_hash=hashed, created_at=now, changed_at=now
            )
        )
        record(session, actor, "account_add", name, {"role": role.value})


def change_password(store: Store, name: str, password: str, actor: str) -> None:
    """Give an account a new password; whoever is signed in with it is signed out."""
    name = plain_name(name)
    check_password(password, name)
    hashed = hash_password(password)
    with store.writing() as session:
        account = held_account(session, name)
        account.password_hash, account.changed_at = hashed, datetime.now(UTC)
        _end_sessions(session, name)
        record(session, actor, "account_password", name)


def set_disabled(store: Store, name: str, disabled: bool, actor: str) -> None:
    """Shut an account, signing it out, or open it again."""
    with store.writing() as session:
        account = held_account(session, plain_name(name))
        account.disabled = disabled
        _end_sessions(session, account.name)
        record(session, actor, "account_disable" if disabled else "account_enable", account.name)


def accounts(store: Store) -> Sequence[Account]:
    """Every account, by name."""
    with store.reading() as session:
        return session.scalars(select(Account).order_by(Account.name)).all()


def held_account(session: Session, name: str) -> Account:
    """The account with this name; raises AccountProblem."""
    account = session.get(Account, name)
    if account is None:
        raise AccountProblem(f"没有账号 {name}，用 wence staff list 看有哪些")
    return account


def _end_sessions(session: Session, name: str) -> None:
    session.execute(delete(StaffSession).where(StaffSession.account == name))
