"""``wence documents add|check|publish|retire``: from a received file to a published policy."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bot.commands.index import open_embedder, open_library
from bot.commands.terminal import FAILED, OK, Commands, Stages, os_user, progress, say, show_json
from bot.settings import Settings

if TYPE_CHECKING:
    from index.library.changes import Changes
    from index.library.draft import Draft
    from index.library.drafts import Fault
    from index.library.library import Library
    from index.library.look import Look
    from index.library.publications import Publication


def add_parsers(actions: Commands) -> None:
    """The commands that drafts go through."""
    add = actions.add_parser("add", help="把文件、压缩包或文件夹加为草稿")
    add.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    add.set_defaults(run=_add)
    publish = actions.add_parser("publish", help="检查并发布草稿；也可直接给出文件或文件夹")
    publish.add_argument("what", nargs="*", metavar="ID|PATH", help="草稿编号、文件或文件夹")
    publish.add_argument("--all", action="store_true", help="发布全部草稿")
    publish.add_argument("--note", default="", help="这次发布的说明")
    publish.add_argument("--accept-warnings", metavar="REASON", help="接受全部提醒，写明理由")
    publish.set_defaults(run=_publish)
    retire = actions.add_parser("retire", help="把文件标为废止或失效，或撤下")
    retire.add_argument("id", metavar="ID", help="文件编号")
    retire.add_argument("--reason", required=True, help="依据，如 被某文件废止")
    retire.add_argument("--on", type=date.fromisoformat, help="自哪天起，默认今天")
    retire.add_argument("--status", choices=["废止", "失效"], default="废止")
    retire.add_argument("--withdraw", action="store_true", help="从收录的文件里撤下")
    retire.set_defaults(run=_retire)
    for one in (add, publish, retire):
        one.add_argument("--by", default=os_user(), help="谁操作（默认：系统用户名）")
        one.add_argument("--json", action="store_true", help="输出 JSON")


def _add(arguments: argparse.Namespace, settings: Settings) -> int:
    drafts, faults = add_paths(open_library(settings), arguments.paths, arguments.by)
    if arguments.json:
        show_json({"drafts": [_row(one) for one in drafts], "faults": [_fault(f) for f in faults]})
    else:
        for draft in drafts:
            print(f"{draft.id}  {draft.document_id}  《{draft.title}》")
        print(f"加入 {len(drafts)} 份草稿，{len(faults)} 个文件没有加入")
    return FAILED if faults else OK


def add_paths(library: Library, paths: Sequence[Path], by: str) -> tuple[list[Draft], list[Fault]]:
    """Every file below the paths becomes a draft; a faulty one is reported and left out."""
    from index.errors import CorpusError
    from index.library.drafts import Fault
    from index.library.intake import policy_files, read_received

    files = [file for path in paths for file in policy_files(path)]
    told = progress("读取文件")
    drafts: dict[str, Draft] = {}
    faults: list[Fault] = []
    for done, file in enumerate(files, start=1):
        try:
            added = library.drafts.keep_all(read_received(file), by)
            drafts |= {one.id: one for one in added.drafts}
            faults += added.faults
        except CorpusError as error:
            faults.append(Fault(file.name, str(error)))
        told(done, len(files))
    for fault in faults:
        say(f"wence：没有加入 {fault.filename}：{fault.message}")
    return list(drafts.values()), faults


def _publish(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.library.changes import Changes
    from index.library.versions import find_draft_id

    library = open_library(settings)
    paths = [Path(one) for one in arguments.what if Path(one).exists()]
    names = [one for one in arguments.what if not Path(one).exists()]
    added, faults = add_paths(library, paths, arguments.by) if paths else ([], [])
    ids = {find_draft_id(library, name) for name in names} | {one.id for one in added}
    chosen = [one for one in library.drafts.all() if arguments.all or one.id in ids]
    ready, held_back = sort_out(library, chosen, arguments.accept_warnings, arguments.by)
    publication = None
    if ready:
        changes = Changes(tuple(ready), by=arguments.by, note=arguments.note)
        publication = apply(library, settings, changes)
    if arguments.json:
        rows = [{**_row(look.draft), "obstacles": look.obstacles} for look in held_back]
        body = publication.to_json() if publication else None
        show_json({"published": body, "held_back": rows, "faults": [_fault(f) for f in faults]})
    else:
        _tell(publication, held_back)
    return FAILED if faults or held_back or not publication else OK


def sort_out(
    library: Library, chosen: Sequence[Draft], reason: str | None, by: str
) -> tuple[list[str], list[Look]]:
    """Ids of the drafts that can be published, and those that cannot yet.

    With a reason, the open issues that may be accepted are accepted for it.
    """
    from index.library.look import look_at_all

    told = progress("检查草稿")
    looks = look_at_all(library.drafts, chosen, library.held(), told)
    if reason:
        for look in looks:
            for issue in look.open_issues:
                library.drafts.accept(look.draft.id, issue.id, reason, by)
        looks = tuple(look.again(library.drafts) for look in looks)
    ready = [look.draft.id for look in looks if not look.obstacles]
    return ready, [look for look in looks if look.obstacles]


def apply(library: Library, settings: Settings, changes: Changes) -> Publication:
    """Prepare and publish changes, with a bar for each stage."""
    embedder = open_embedder(settings)
    with Stages() as bars:
        prepared = library.prepare(changes, embedder, bars)
        return library.publish(prepared, bars)


def _tell(publication: Publication | None, held_back: Sequence[Look]) -> None:
    if publication:
        print(f"第 {publication.number} 次发布：{publication.summary}")
    elif not held_back:
        print("没有可以发布的草稿")
    for look in held_back:
        print(f"没有发布 {look.draft.document_id}《{look.draft.title}》（草稿 {look.draft.id}）：")
        for obstacle in look.obstacles:
            print(f"    {obstacle}")


def _retire(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.library.changes import Changes, Retirement

    own, note = arguments.id, arguments.reason
    if arguments.withdraw:
        changes = Changes(withdraw=(own,), by=arguments.by, note=note)
    else:
        on = arguments.on or date.today()
        retirement = Retirement(own, arguments.reason, on, arguments.status)
        changes = Changes(retire=(retirement,), by=arguments.by, note=note)
    publication = apply(open_library(settings), settings, changes)
    if arguments.json:
        show_json(publication.to_json())
    else:
        _tell(publication, ())
    return OK


def _row(draft: Draft) -> dict[str, str]:
    return {"draft": draft.id, "id": draft.document_id, "title": draft.title}


def _fault(fault: Fault) -> dict[str, str]:
    return {"file": fault.filename, "reason": fault.message}
