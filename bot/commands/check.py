"""``wence documents check``: what was understood of a draft and what a person should look at."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.commands.index import open_embedder, open_library
from bot.commands.terminal import FAILED, OK, Commands, Stages, progress, show_json
from bot.conversation import Question
from bot.settings import Settings

if TYPE_CHECKING:
    from index.documents import Document
    from index.library.library import Library
    from index.library.look import Look

SEVERITIES = {"error": "错误", "warning": "提醒", "note": "说明"}


def add_parser(actions: Commands) -> None:
    """The command with its options."""
    check = actions.add_parser("check", help="检查草稿：问题、元数据、条款、试问")
    check.add_argument("id", nargs="?", metavar="ID", help="草稿编号；不写就列出全部草稿")
    check.add_argument("--no-answers", action="store_true", help="不试问，不建立预览索引")
    check.add_argument("--json", action="store_true", help="输出 JSON")
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.library.versions import find_draft_id

    library = open_library(settings)
    if arguments.id is None:
        return _check_all(library, arguments.json)
    look = library.look(find_draft_id(library, arguments.id))
    if look.document is None or look.review is None:
        print(f"《{look.draft.title}》（草稿 {look.draft.id}）还不能发布：{look.fault}")
        return FAILED
    probes = [] if arguments.no_answers else list(_probed(look, library, settings))
    if arguments.json:
        show_json({**_as_dict(look), "probes": probes})
    else:
        print("\n".join([*_lines(look, look.document), *_probe_lines(probes)]))
    return FAILED if look.obstacles else OK


def _check_all(library: Library, as_json: bool) -> int:
    from index.library.look import look_at_all

    drafts = library.drafts.all()
    looks = look_at_all(library.drafts, drafts, library.held(), progress("检查草稿"))
    if as_json:
        show_json([_as_dict(look) for look in looks])
    for look in () if as_json else looks:
        state = f"{len(look.obstacles)} 个问题待处理" if look.obstacles else "可以发布"
        print(f"{look.draft.id}  {look.draft.document_id}  《{look.draft.title}》  {state}")
    return FAILED if any(look.obstacles for look in looks) else OK


def _probed(look: Look, library: Library, settings: Settings) -> Iterator[dict[str, object]]:
    """Each probe question with the answer that the preview index gives."""
    from bot.chain import load_chain
    from index.library.changes import Changes

    embedder = open_embedder(settings)
    with Stages() as bars:
        prepared = library.prepare(Changes((look.draft.id,)), embedder, bars)
    chain = load_chain(settings, prepared.build)
    for probe in look.review.probes if look.review else ():
        answer = chain.invoke(Question(probe.question))
        cited = [citation.clause.id for citation in answer.citations]
        wanted = f"{look.draft.document_id}#{probe.clause_key}"
        yield {
            "question": probe.question,
            "status": str(answer.status),
            "answer": answer.text,
            "cites": cited,
            "found": wanted in cited,
        }


def _as_dict(look: Look) -> dict[str, object]:
    from bot.web.render import document_to_dict

    open_ids = {issue.id for issue in look.open_issues}
    issues = [
        {
            "id": issue.id,
            "kind": issue.kind,
            "severity": issue.severity,
            "message": issue.message,
            "line": issue.line,
            "excerpt": issue.excerpt,
            "open": issue.id in open_ids,
        }
        for issue in (look.review.issues if look.review else ())
    ]
    document = look.document
    return {
        "draft": look.draft.id,
        "document": document_to_dict(document) if document else None,
        "fault": look.fault,
        "issues": issues,
        "clauses": [
            {"key": one.key, "address": one.address, "level": one.level, "text": one.text}
            for one in (document.clauses if document else ())
        ],
    }


def _lines(look: Look, document: Document) -> Iterator[str]:
    yield f"《{document.title}》  编号 {document.id}  草稿 {look.draft.id}"
    number = document.number or "未载明"
    yield f"  地区 {document.region}；发文机关 {document.issuer}；文号 {number}"
    yield f"  成文 {document.issued or '未载明'}  {document.issued_basis}".rstrip()
    yield f"  施行 {document.effective or '未载明'}；失效 {document.expires or '未载明'}"
    yield f"  效力 {document.validity.status}：{document.validity.basis}"
    if document.repeals:
        yield f"  废止的文件 {'、'.join(document.repeals)}"
    open_ids = {issue.id for issue in look.open_issues}
    issues = look.review.issues if look.review else ()
    yield f"问题 {len(issues)} 个，待处理 {len(open_ids)} 个"
    for issue in issues:
        reason = look.draft.reasons.get(issue.id)
        state = "待处理" if issue.id in open_ids else f"已接受：{reason}" if reason else "备查"
        place = f"第 {issue.line} 行 " if issue.line else ""
        yield f"  [{SEVERITIES[issue.severity]}·{state}] {place}{issue.message}  ({issue.id})"
    yield f"条款 {len(document.clauses)} 条"
    for clause in document.clauses:
        words = " ".join(clause.text.split())
        yield f"  {'  ' * clause.level}{clause.address}｜{words[:40]}{'…' if words[40:] else ''}"


def _probe_lines(probes: list[dict[str, object]]) -> Iterator[str]:
    if probes:
        yield "试问（预览索引的回答）"
    for probe in probes:
        yield f"  问：{probe['question']}"
        found = "引到了应引的条款" if probe["found"] else "没有引到应引的条款，请核对"
        yield f"  答（{probe['status']}，{found}）：{probe['answer']}"
