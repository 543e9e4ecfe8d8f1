"""``wence evaluate`` and ``wence bench``: how good and how fast the answers are."""

from __future__ import annotations

import argparse
from pathlib import Path

from bot.commands.terminal import Commands
from bot.settings import Settings


def add_parser(commands: Commands) -> None:
    """Both commands with their options."""
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


def _add_bench(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("what", nargs="?", choices=["speed", "retrieval", "model"], default="speed")
    bench.add_argument("--articles", type=Path, help="检索测试的条文文件")
    bench.add_argument("--queries", type=Path, help="检索测试的问题文件")
    bench.add_argument("--qrels", type=Path, help="BEIR 格式的相关性文件")
    bench.add_argument("--seen", type=Path, help="训练问题文件，用来区分没见过的问题")
    sizes = "规模：five（收录的文件，默认）、laws（加 75 部法律）或条款数，如 10000（慢）"
    bench.add_argument("--sizes", nargs="+", default=["five"], metavar="SIZE", help=sizes)
    bench.add_argument("--keep", type=Path, help="索引留在这个文件夹；已有的不再重建，只重新提问")
    bench.add_argument("--python", type=Path, help="装有小模型的 Python，用来测模型回答")
    bench.add_argument("--weights", type=Path, help="小模型的权重文件，没有就现拼")
    bench.set_defaults(run=_bench)


def _evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.evaluate import run_evaluate, with_composer

    settings = with_composer(settings, arguments.composer)
    return run_evaluate(arguments.files, settings, arguments.write, arguments.json, print)


def _bench(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.what == "retrieval":
        from bot.bench.retrieval import run_bench_retrieval

        return run_bench_retrieval(arguments, settings, print)
    if arguments.what == "model":
        from bot.bench.worded import run_bench_model

        return run_bench_model(settings, arguments.python, arguments.weights, print)
    from bot.bench.run import run_bench

    return run_bench(settings, arguments.sizes, print, arguments.keep)
