"""``wence documents watch``: a folder whose new and changed files become drafts."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.drafts import apply, sort_out
from bot.commands.index import open_library
from bot.commands.terminal import OK, Commands, os_user, say
from bot.settings import Settings
from index.errors import WenceError

if TYPE_CHECKING:
    from index.library.draft import Draft

POLL_SECONDS = 5.0


def add_parser(actions: Commands) -> None:
    """The command with its options."""
    watch = actions.add_parser("watch", help="看着一个文件夹，新文件自动加为草稿")
    watch.add_argument("folder", type=Path, metavar="FOLDER")
    watch.add_argument("--publish", action="store_true", help="没有问题的草稿直接发布")
    watch.add_argument("--every", type=float, default=POLL_SECONDS, help="隔几秒看一次")
    watch.add_argument("--once", action="store_true", help="处理完现有的文件就停")
    watch.add_argument("--by", default=os_user(), help="谁加入（默认：系统用户名）")
    watch.set_defaults(run=_watch)


def _watch(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.library.watch import Watch

    library = open_library(settings)
    watch = Watch(arguments.folder, library.drafts, arguments.by)
    say(f"正在看着 {arguments.folder}（按 Ctrl+C 停止）")
    waiting: list[Draft] = []
    while True:
        for path, added in watch.look():
            waiting += added.drafts
            for draft in added.drafts:
                print(f"加入 {path.name}：草稿 {draft.id}  {draft.document_id}", flush=True)
            for fault in added.faults:
                say(f"wence：没有加入 {fault.filename}：{fault.message}")
        if waiting and arguments.publish:
            published = _publish([draft.id for draft in waiting], arguments.by, settings)
            waiting = [] if published else waiting
        if arguments.once and not watch.waits():
            return OK
        time.sleep(arguments.every)


def _publish(ids: list[str], by: str, settings: Settings) -> bool:
    """Publish what has no open issue; what goes wrong is told, and tried again at the next look."""
    from index.library.changes import Changes

    library = open_library(settings)
    try:
        drafts = [one for one in library.drafts.all() if one.id in ids]
        ready, held_back = sort_out(library, drafts, None, by)
        for look in held_back:
            say(f"wence：没有发布 {look.draft.document_id}：{'；'.join(look.obstacles)}")
        if ready:
            made = apply(library, settings, Changes(tuple(ready), by=by, note="自动加入"))
            print(f"第 {made.number} 次发布：{made.summary}", flush=True)
    except WenceError as error:
        say(f"wence：没有发布：{error}")
        return False
    return True
