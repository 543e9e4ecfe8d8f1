"""``wence ask``: one question, or a file of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.commands.terminal import FAILED, OK, USAGE, Commands, progress, say, show_json
from bot.conversation import Answer, AnswerStatus, Audience, Question
from bot.settings import Settings


def add_parser(commands: Commands) -> None:
    """The command with its options."""
    ask = commands.add_parser("ask", help="问一个问题，或成批回答")
    ask.add_argument("question", nargs="?", help="要问的问题")
    ask.add_argument("--region", help="地区，如 嘉兴")
    ask.add_argument("--audience", choices=[one.value for one in Audience], help="提问者")
    ask.add_argument("--history", action="append", default=[], help="上一问，可写多次")
    ask.add_argument("--json", action="store_true", help="输出 JSON")
    ask.add_argument("--batch", type=Path, metavar="IN", help="每行一个 JSON 问题的文件")
    ask.add_argument("--out", type=Path, metavar="OUT", help="成批回答写到哪里")
    ask.set_defaults(run=_ask)


def _ask(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.batch import answer_batch
    from bot.chain import load_chain
    from bot.web.render import answer_to_dict

    if (arguments.question is None) == (arguments.batch is None):
        say("wence：请写一个问题，或用 --batch 给出问题文件，二选一")
        return USAGE
    if arguments.out and not arguments.batch:
        say("wence：--out 只能和 --batch 一起用")
        return USAGE
    chain = load_chain(settings)
    if arguments.batch:
        return answer_batch(chain, arguments.batch, arguments.out, progress("回答"))
    question = Question(
        arguments.question,
        region=arguments.region,
        audience=Audience(arguments.audience) if arguments.audience else None,
        history=tuple(arguments.history),
    )
    answer = chain.invoke(question)
    if arguments.json:
        show_json(answer_to_dict(answer))
    else:
        print(as_text(answer))
    return FAILED if answer.status is AnswerStatus.ERROR else OK


def as_text(answer: Answer) -> str:
    """The answer as lines of a terminal."""
    lines = [answer.text]
    for citation in answer.related:
        quotes = "……".join(quote.text for quote in citation.quotes)
        lines.append(f"· 《{citation.document.title}》{citation.clause.address}：{quotes}")
    if answer.notes:
        lines += ["", *(f"注：{note}" for note in answer.notes)]
    if answer.suggestions:
        lines += ["", f"可以只看：{'、'.join(answer.suggestions)}"]
    return "\n".join(lines)
