"""The command ``wence``: the front door; each command has its module in ``bot.commands``."""

from __future__ import annotations

import argparse
import io
import logging
import sys
from collections.abc import Callable, Sequence

from bot.commands import ask, documents, index, measure, staff
from bot.commands.terminal import FAILED, OK, Commands, say
from bot.settings import SETTINGS, Settings, load_settings
from index.errors import WenceError
from index.store_server import use_server


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; errors are one clear line and an exit code of 1."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a question may hold broken bytes
    arguments = _parser().parse_args(argv)
    command: Callable[[argparse.Namespace, Settings], int] = arguments.run
    try:
        settings = load_settings()
        use_server(settings.chroma_url.get_secret_value())
        return command(arguments, settings)
    except WenceError as error:
        say(f"wence：{error}")
        return FAILED
    except BrokenPipeError:
        return OK
    except KeyboardInterrupt:
        say("wence：已停止")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="wence",
        description="问策：用官方教育政策的原文回答问题",
        epilog="设置（环境变量）： " + ", ".join(f"WENCE_{one.name.upper()}" for one in SETTINGS),
    )
    commands = parser.add_subparsers(required=True, metavar="命令")
    for command in (ask, index, documents, measure, staff):
        command.add_parser(commands)
    _add_serve(commands)
    return parser


def _add_serve(commands: Commands) -> None:
    serve = commands.add_parser("serve", help="启动网页和接口服务")
    serve.add_argument("--host", help="监听地址")
    serve.add_argument("--port", type=int, help="监听端口")
    serve.set_defaults(run=_serve)


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.serve import serve

    return serve(
        settings,
        arguments.host or settings.host,
        settings.port if arguments.port is None else arguments.port,
        print,
    )


if __name__ == "__main__":
    sys.exit(main())
