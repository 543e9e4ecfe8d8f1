"""The command ``wence``: ask, index, documents, serve, evaluate, bench, prepare."""

from __future__ import annotations

import argparse
import io
import json
import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bot.conversation import Answer, AnswerStatus, Audience, Question
from bot.settings import SETTINGS, Settings, load_settings
from index.errors import WenceError

OK, FAILED, USAGE = 0, 1, 2
BUILD_STAGES = {"embed": "计算向量", "store": "写入索引", "verify": "检查索引", "publish": "发布"}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors are one clear line and an exit code of 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a question may hold broken bytes
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace, Settings], int] = arguments.run
    try:
        return command(arguments, load_settings())
    except WenceError as error:
        print(f"wence：{error}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        return OK
    except KeyboardInterrupt:
        print("wence：已停止", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wence",
        description="问策：用官方教育政策的原文回答问题",
        epilog="设置（环境变量）：" + "，".join(f"WENCE_{one.name.upper()}" for one in SETTINGS),
    )
    commands = parser.add_subparsers(required=True, metavar="命令")
    _add_ask(commands.add_parser("ask", help="问一个问题，或成批回答"))
    index = commands.add_parser("index", help="读取政策文件夹，建立并发布索引")
    index.set_defaults(run=_index)
    documents = commands.add_parser("documents", help="列出收录的文件")
    documents.add_argument("--lint", action="store_true", help="列出每一处清洗、修复和疑点")
    documents.add_argument("--json", action="store_true", help="输出 JSON")
    documents.set_defaults(run=_documents)
    serve = commands.add_parser("serve", help="启动网页和接口服务")
    serve.add_argument("--host", help="监听地址")
    serve.add_argument("--port", type=int, help="监听端口")
    serve.set_defaults(run=_serve)
    evaluate = commands.add_parser("evaluate", help="用标注过的问题打分")
    evaluate.add_argument("files", nargs="+", type=Path, metavar="FILE")
    evaluate.add_argument("--json", action="store_true", help="输出 JSON")
    evaluate.add_argument("--write", type=Path, help="把结果写成 Markdown 页面")
    evaluate.add_argument(
        "--composer",
        choices=["extractive", "llm"],
        default="extractive",
        help="评测引文回答，或所设语言模型写的回答",
    )
    evaluate.set_defaults(run=_evaluate)
    _add_bench(commands.add_parser("bench", help="测速度，并与基线对照"))
    prepare = commands.add_parser("prepare", help="准备向量模型（只需一次）")
    prepare.set_defaults(run=_prepare)
    return parser


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("question", nargs="?", help="要问的问题")
    ask.add_argument("--region", help="地区，如 嘉兴")
    ask.add_argument("--audience", choices=[one.value for one in Audience], help="提问者")
    ask.add_argument("--history", action="append", default=[], help="上一问，可写多次")
    ask.add_argument("--json", action="store_true", help="输出 JSON")
    ask.add_argument("--batch", type=Path, metavar="IN", help="每行一个 JSON 问题的文件")
    ask.add_argument("--out", type=Path, metavar="OUT", help="成批回答写到哪里")
    ask.set_defaults(run=_ask)


def _add_bench(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("what", nargs="?", choices=["speed", "retrieval"], default="speed")
    bench.add_argument("--articles", type=Path, help="检索测试的条文文件")
    bench.add_argument("--queries", type=Path, help="检索测试的问题文件")
    bench.add_argument("--qrels", type=Path, help="BEIR 格式的相关性文件")
    bench.add_argument("--seen", type=Path, help="训练问题文件，用来区分没见过的问题")
    sizes = "规模：five（收录的文件，默认）、laws（加 75 部法律）或条款数，如 10000（慢）"
    bench.add_argument("--sizes", nargs="+", default=["five"], metavar="SIZE", help=sizes)
    bench.set_defaults(run=_bench)


def _ask(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.batch import answer_batch
    from bot.chain import load_chain
    from bot.web.render import answer_to_dict

    if (arguments.question is None) == (arguments.batch is None):
        print("wence：请写一个问题，或用 --batch 给出问题文件，二选一", file=sys.stderr)
        return USAGE
    if arguments.out and not arguments.batch:
        print("wence：--out 只能和 --batch 一起用", file=sys.stderr)
        return USAGE
    chain = load_chain(settings)
    if arguments.batch:
        return answer_batch(chain, arguments.batch, arguments.out, _progress("回答"))
    question = Question(
        arguments.question,
        region=arguments.region,
        audience=Audience(arguments.audience) if arguments.audience else None,
        history=tuple(arguments.history),
    )
    answer = chain.invoke(question)
    if arguments.json:
        print(json.dumps(answer_to_dict(answer), ensure_ascii=False, indent=2))
    else:
        print(_as_text(answer))
    return FAILED if answer.status is AnswerStatus.ERROR else OK


def _as_text(answer: Answer) -> str:
    lines = [answer.text]
    for citation in answer.related:
        quotes = "……".join(quote.text for quote in citation.quotes)
        lines.append(f"· 《{citation.document.title}》{citation.clause.address}：{quotes}")
    if answer.notes:
        lines += ["", *(f"注：{note}" for note in answer.notes)]
    if answer.suggestions:
        lines += ["", f"可以只看：{'、'.join(answer.suggestions)}"]
    return "\n".join(lines)


def _index(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.build import build_index
    from index.corpus import load_corpus
    from index.embedder import load_embedder
    from index.prepare import prepare_model

    corpus = load_corpus(settings.corpus_dir)
    name, precision = settings.embedding_model, settings.embedding_precision
    prepare_model(name, precision, settings.cache_dir, _say)
    embedder = load_embedder(name, precision, settings.cache_dir)
    bars = _Stages(BUILD_STAGES)
    try:
        report = build_index(
            corpus.documents, corpus.asked, embedder, settings.index_dir, bars, gaps=corpus.gaps
        )
    finally:
        bars.close()
    print(report)
    return OK


def _documents(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.web.render import document_to_dict
    from index.corpus import load_documents

    documents = load_documents(settings.corpus_dir)
    if arguments.json:
        listed = [document_to_dict(one) for one in documents]
        print(json.dumps(listed, ensure_ascii=False, indent=2))
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


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.serve import serve

    return serve(
        settings,
        arguments.host or settings.host,
        settings.port if arguments.port is None else arguments.port,
        print,
    )


def _evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.evaluate import run_evaluate, with_composer

    settings = with_composer(settings, arguments.composer)
    return run_evaluate(arguments.files, settings, arguments.write, arguments.json, print)


def _bench(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.what == "retrieval":
        from bot.bench.retrieval import run_bench_retrieval

        return run_bench_retrieval(arguments, settings, print)
    from bot.bench.run import run_bench

    return run_bench(settings, arguments.sizes, print)


def _prepare(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.prepare import prepare_model

    folder = prepare_model(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir, _say
    )
    print(f"向量模型已就绪：{folder.name}")
    return OK


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _progress(label: str) -> Callable[[int, int], None]:
    stages = _Stages({"": label})
    return lambda done, total: stages("", done, total)


class _Stages:
    """One progress bar a stage."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._bars: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int) -> None:
        if stage not in self._bars:
            self.close()
            name = self._names.get(stage, stage)
            self._bars[stage] = tqdm(total=total, desc=name, file=sys.stderr)
        self._bars[stage].update(done - self._bars[stage].n)

    def close(self) -> None:
        """End the current bar."""
        for bar in self._bars.values():
            bar.close()


if __name__ == "__main__":
    sys.exit(main())
