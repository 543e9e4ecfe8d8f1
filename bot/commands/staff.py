"""``wence staff``: accounts, the audit log, and what the public asked."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bot.settings import Settings
from index.errors import WenceError

if TYPE_CHECKING:
    from bot.staff.store import Store

OK, FAILED = 0, 1
ACTOR = "命令行"
STATES = {"draft": "待审核", "active": "使用中", "recheck": "要复核", "retired": "已停用"}
ROLES = {"editor": "编辑", "reviewer": "审核"}


class BadInput(WenceError):
    """What was typed cannot be used."""


class Commands(Protocol):
    """What argparse gives for sub-commands."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser:
        """A parser of one command."""


def add_parser(commands: Commands) -> None:
    """The command with its sub-commands."""
    staff = commands.add_parser("staff", help="管理台的账号与审计")
    actions = staff.add_subparsers(required=True, metavar="操作")
    add = actions.add_parser("add", help="新建账号")
    add.add_argument("name", metavar="用户名")
    add.add_argument("--role", choices=list(ROLES), required=True, help="编辑或审核")
    add.set_defaults(run=_add)
    password = actions.add_parser("password", help="更改口令，并让此账号重新登录")
    password.add_argument("name", metavar="用户名")
    password.set_defaults(run=_password)
    for one in (add, password):
        one.add_argument("--password-stdin", action="store_true", help="从标准输入读口令")
    for name, disabled, text in (("disable", True, "停用账号"), ("enable", False, "恢复账号")):
        one = actions.add_parser(name, help=text)
        one.add_argument("name", metavar="用户名")
        one.set_defaults(run=_switch, disabled=disabled)
    listed = actions.add_parser("list", help="列出账号")
    listed.set_defaults(run=_list)
    audit = actions.add_parser("audit", help="核对审计记录，可另存为 CSV")
    audit.add_argument("--csv", type=Path, metavar="OUT", help="把全部记录写到这个文件")
    audit.set_defaults(run=_audit)
    migrate = actions.add_parser("migrate", help="把旧版本的管理数据库升级到本程序的版本")
    migrate.set_defaults(run=_migrate)
    _add_board(actions)


def _add_board(actions: Commands) -> None:
    """The commands of the questions board."""
    for name, run, text in (
        ("questions", _questions, "把公众的提问写成 CSV"),
        ("gaps", _gaps, "把未答的问题写成 CSV，问得多的在前"),
    ):
        one = actions.add_parser(name, help=text)
        one.add_argument("--csv", type=Path, metavar="OUT", required=True, help="写到这个文件")
        one.add_argument("--since", type=_day, metavar="日期", help="从哪天起，如 2026-01-31")
        one.set_defaults(run=run)
    pins = actions.add_parser("pins", help="列出固定回答")
    pins.set_defaults(run=_pins)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"“{text}”不是日期，请写成 2026-01-31 这样") from None


def _add(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.accounts import add_account
    from bot.staff.tables import Role

    password = _read_password(arguments.password_stdin)
    add_account(_store(settings), arguments.name, Role(arguments.role), password, ACTOR)
    print(f"已新建账号 {arguments.name}（{ROLES[arguments.role]}）")
    return OK


def _password(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.accounts import change_password

    password = _read_password(arguments.password_stdin)
    change_password(_store(settings), arguments.name, password, ACTOR)
    print(f"已更改 {arguments.name} 的口令")
    return OK


def _switch(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.accounts import set_disabled

    set_disabled(_store(settings), arguments.name, arguments.disabled, ACTOR)
    print(f"已{'停用' if arguments.disabled else '恢复'}账号 {arguments.name}")
    return OK


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.accounts import accounts

    for one in accounts(_store(settings)):
        used = f"上次登录 {one.signed_in_at:%Y-%m-%d %H:%M} UTC" if one.signed_in_at else "未登录过"
        print(f"{one.name}  {ROLES[one.role]}  {'已停用' if one.disabled else '可用'}  {used}")
    return OK


def _audit(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.audit import AuditFilter, entries, verify_audit
    from bot.staff.csvs import audit_table, csv_text

    with _store(settings).reading() as session:
        state = verify_audit(session)
        if arguments.csv:
            text = csv_text(*audit_table(entries(session, AuditFilter())))
            arguments.csv.write_text("\ufeff" + text, encoding="utf-8", newline="")
    if state.broken_at is not None:
        print(f"第 {state.broken_at} 条对不上：它或它前面的记录被人改动或删除过", file=sys.stderr)
        return FAILED
    print(f"{state.count} 条记录前后相连，没有改动过；最后一条的摘要是 {state.head}")
    return OK


def _migrate(arguments: argparse.Namespace, settings: Settings) -> int:
    done = _store(settings).migrate()
    if done.before == done.after:
        print(f"管理数据库已是版本 {done.after}，不用升级")
    else:
        print(f"管理数据库已从版本 {done.before} 升级到 {done.after}")
    if done.copy:
        print(f"升级前的副本：{done.copy}")
    return OK


def _questions(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.question_filter import QuestionFilter, list_questions
    from bot.staff.questions_page import question_table

    with _store(settings).reading() as session:
        rows = list_questions(session, QuestionFilter(since=arguments.since))
    return _written(arguments.csv, question_table(rows), "个提问")


def _gaps(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.staff.gaps import list_gaps
    from bot.staff.gaps_page import gap_table

    since = datetime.combine(arguments.since or date(2000, 1, 1), time(), UTC)
    with _store(settings).reading() as session:
        found = list_gaps(session, since)
    return _written(arguments.csv, gap_table(found), "组未答的问题")


def _written(path: Path, table: tuple[Sequence[str], list[list[object]]], what: str) -> int:
    from bot.staff.csvs import csv_text

    path.write_text("\ufeff" + csv_text(*table), encoding="utf-8", newline="")
    print(f"已写出 {len(table[1])} {what}：{path}")
    return OK


def _pins(arguments: argparse.Namespace, settings: Settings) -> int:
    from sqlalchemy import select

    from bot.staff.tables import PinnedAnswer

    with _store(settings).reading() as session:
        rows = session.scalars(select(PinnedAnswer).order_by(PinnedAnswer.id)).all()
    for row in rows:
        first = row.pattern.partition("\n")[0]
        print(f"{row.id}  {STATES[row.state]}  {row.region}  复核 {row.review_on}  {first}")
    print(f"共 {len(rows)} 个固定回答")
    return OK


def _store(settings: Settings) -> Store:
    from bot.staff.store import open_store

    return open_store(settings)


def _read_password(from_stdin: bool) -> str:
    """The password, asked for twice without showing it, or the first line of the input."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("口令（至少 12 个字符，不显示）：")
    if password != getpass.getpass("再写一次："):
        raise BadInput("两次写的口令不一样，账号没有改动")
    return password
