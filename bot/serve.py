"""Start the web service, or say in one line for each fault why it cannot start."""

from __future__ import annotations

import errno
import faulthandler
import io
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from bot.api import create_app
from bot.chain import load_chain
from bot.memory import share_memory
from bot.public.draining import Connection, Server
from bot.public.logs import set_up_logs
from bot.public.startup import faults
from bot.settings import Settings
from index.errors import SettingsError
from index.library.library import Library

LAST_PORT = 65535


def serve(settings: Settings, host: str, port: int, echo: Callable[[str], None]) -> int:
    """Serve until stopped; raises WenceError with one line for everything that is not ready."""
    share_memory()
    with suppress(io.UnsupportedOperation):  # standard error that is no file
        faulthandler.enable()  # where the system ends the process, the log says at which line
    with _listening(settings, host, port) as listener:
        set_up_logs(settings.log_format)
        Library(settings.corpus_dir, settings.index_dir).recover()
        chain = load_chain(settings)
        chain.warm_up()  # before the first reader waits
        app = create_app(chain, settings)
        echo(f"问策已启动：http://{host}:{listener.getsockname()[1]} （按 Ctrl+C 停止）")
        # addresses hold questions, so there is no log of them; the door alone believes a proxy
        config = uvicorn.Config(
            app,
            http=Connection,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
        Server(config, app.state.desk, settings).run(sockets=[listener])
    return 0


def _listening(settings: Settings, host: str, port: int) -> socket.socket:
    """A bound socket, taken before anything slow is loaded; SettingsError names every fault."""
    found = faults(settings)
    try:
        listener = _bound(host, port)
    except SettingsError as fault:
        raise SettingsError("\n".join([str(fault), *found])) from fault
    if found:
        listener.close()
        raise SettingsError("\n".join(found))
    return listener


def _bound(host: str, port: int) -> socket.socket:
    if not 0 <= port <= LAST_PORT:
        raise SettingsError(f"端口 {port} 不对，应在 0 到 {LAST_PORT} 之间")
    try:
        return socket.create_server((host, port), backlog=512)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"端口 {port} 已被占用，请停掉占用它的程序，或换一个端口：WENCE_PORT={port + 1}"
            ) from error
        raise SettingsError(f"不能在 {host}:{port} 监听（{error.strerror}），请检查地址") from error
