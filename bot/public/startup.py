"""What would keep the service from answering, found before it starts: one line for each fault."""

from __future__ import annotations

import os
from collections.abc import Callable

from bot.messages import load_messages
from bot.public.clients import read_networks
from bot.public.limits import open_shared
from bot.public.traces import check_traces
from bot.settings import Settings
from bot.web.interface import load_interface
from index.errors import ModelError, SettingsError, WenceError
from index.modelcache import MARKER
from index.prepare import is_folder, model_folder
from index.publish import current_build, read_manifest


def faults(settings: Settings) -> list[str]:
    """Every fault in Chinese, each with what to do; nothing is loaded and nothing is asked."""
    found = []
    for check in CHECKS:
        try:
            check(settings)
        except WenceError as fault:
            found.append(str(fault))
    return found


def _index(settings: Settings) -> None:
    read_manifest(current_build(settings.index_dir))


def _model(settings: Settings) -> None:
    name, precision = settings.embedding_model, settings.embedding_precision
    folder = model_folder(name, precision, settings.cache_dir)
    if not is_folder(name) and not (folder / MARKER).is_file():
        raise ModelError(f"向量模型 {name} 还没有准备好，请先运行 wence prepare。")


def _sentences(settings: Settings) -> None:
    if not settings.prompts_dir.is_dir():
        raise SettingsError(f"找不到语句文件夹 {settings.prompts_dir}，请检查 WENCE_PROMPTS_DIR。")
    load_messages(settings.prompts_dir)
    load_interface(settings.prompts_dir)


def _folder(settings: Settings) -> None:
    """Feedback and, without another store, the staff console are kept beside the index."""
    folder = settings.index_dir.parent
    kept = not settings.store_url.get_secret_value()
    if kept and folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
        raise SettingsError(
            f"文件夹 {folder} 不能写入：请改它的权限，或用 WENCE_STORE_URL 另设管理台的数据库。"
        )


def _limits(settings: Settings) -> None:
    open_shared(settings.limits_url.get_secret_value())


def _proxies(settings: Settings) -> None:
    read_networks(settings.trusted_proxies)


def _traces(settings: Settings) -> None:
    check_traces(settings.trace_url)


CHECKS: tuple[Callable[[Settings], None], ...] = (
    _index,
    _model,
    _sentences,
    _folder,
    _limits,
    _proxies,
    _traces,
)
