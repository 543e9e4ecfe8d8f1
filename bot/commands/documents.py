"""``wence documents``: what is held, what was published, exporting and comparing."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.commands import check, drafts, watch
from bot.commands.index import open_embedder, open_library
from bot.commands.terminal import OK, Commands, Stages, os_user, show_json
from bot.settings import Settings

KINDS = {
    "same": "未变",
    "changed": "修改",
    "moved": "移位",
    "added": "新增",
    "removed": "删除",
}


def add_parser(commands: Commands) -> None:
    """The command with its sub-commands; alone it lists what the corpus folder holds."""
    documents = commands.add_parser("documents", help="列出、检查、发布、废止、对照、导出文件")
    documents.add_argument("--lint", action="store_true", help="列出每一处清洗、修复和疑点")
    documents.add_argument("--json", action="store_true", help="输出 JSON")
    documents.set_defaults(run=_list)
    actions = documents.add_subparsers(metavar="操作")
    drafts.add_parsers(actions)
    check.add_parser(actions)
    watch.add_parser(actions)
    _add_diff(actions)
    export = actions.add_parser("export", help="导出正在使用的文件和附注")
    export.add_argument("--out", type=Path, required=True, help="文件夹，或 .zip 文件")
    export.set_defaults(run=_export)
    history = actions.add_parser("history", help="列出每次发布")
    history.add_argument("--json", action="store_true", help="输出 JSON")
    history.set_defaults(run=_history)
    rollback = actions.add_parser("rollback", help="回退到以前的一次发布")
    rollback.add_argument("number", type=int, metavar="N", help="第几次发布")
    rollback.add_argument("--by", default=os_user(), help="谁回退（默认：系统用户名）")
    rollback.set_defaults(run=_rollback)


def _add_diff(actions: Commands) -> None:
    diff = actions.add_parser("diff", help="新旧对照")
    diff.add_argument("id", metavar="ID", help="草稿或文件的编号")
    diff.add_argument("other", metavar="OTHER", nargs="?", help="旧的一份；不写就找它替换的那份")
    diff.add_argument("--json", action="store_true", help="输出 JSON")
    diff.set_defaults(run=_diff)


def _list(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.web.render import document_to_dict
    from index.corpus import load_documents

    documents = load_documents(settings.corpus_dir)
    if arguments.json:
        show_json([document_to_dict(one) for one in documents])
        return OK
    for document in documents:
        number = document.number or document.number_note
        print(f"{document.id}  《{document.title}》  {number}  {document.region}")
        count = len(document.clauses)
        print(f"    {count} 条；{document.validity.status}；{document.completeness}")
        for finding in document.findings if arguments.lint else ():
            place = f"第 {finding.line} 行" if finding.line else "附注"
            print(f"    [{finding.kind}] {place}：{finding.message}  “{finding.excerpt}”")
    return OK


def _history(arguments: argparse.Namespace, settings: Settings) -> int:
    publications = open_library(settings).history()
    if arguments.json:
        show_json([one.to_json() for one in publications])
        return OK
    for one in publications:
        by = f"  {one.by}" if one.by else ""
        print(f"第 {one.number} 次  {one.at:%Y-%m-%d %H:%M} UTC{by}  {one.note}".rstrip())
        print(f"    {one.summary}")
    if not publications:
        print("还没有发布过")
    return OK


def _rollback(arguments: argparse.Namespace, settings: Settings) -> int:
    library, embedder = open_library(settings), open_embedder(settings)
    with Stages() as bars:
        prepared = library.prepare_rollback(arguments.number, arguments.by, embedder, bars)
        publication = library.publish(prepared, bars)
    told = publication.summary if prepared.changed else "现在用的就是这些内容，没有变化"
    print(f"第 {publication.number} 次发布：{told}")
    return OK


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.library.export import export

    count = export(open_library(settings).held_files(), arguments.out)
    print(f"已导出 {count} 个文件到 {arguments.out}")
    return OK


def _diff(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.compare_versions import Row, compare_versions
    from index.library.versions import find_document, find_earlier

    library = open_library(settings)
    new = find_document(library, arguments.id)
    old = find_document(library, arguments.other) if arguments.other else find_earlier(library, new)
    rows = compare_versions(old, new)

    def as_dict(row: Row) -> dict[str, object]:
        sides = {"old": row.old, "new": row.new}
        found = {
            side: {"clause": one.address, "text": one.text.strip()} if one else None
            for side, one in sides.items()
        }
        return {"kind": row.kind, "renumbered": row.is_renumbered, **found}

    if arguments.json:
        show_json({"old": old.id, "new": new.id, "rows": [as_dict(row) for row in rows]})
        return OK
    print(f"旧：{old.id}《{old.title}》\n新：{new.id}《{new.title}》")
    for row in rows:
        if row.kind != "same":
            print(f"\n[{KINDS[row.kind]}{'，条号变了' if row.is_renumbered else ''}]")
            for mark, clause in (("-", row.old), ("+", row.new)):
                if clause:
                    print(f"{mark} {clause.address}｜{clause.text.strip()}")
    return OK
