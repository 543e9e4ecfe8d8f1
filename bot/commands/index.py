"""``wence index`` and ``wence prepare``: the corpus folder becomes the published index."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.commands.terminal import OK, Commands, Stages, os_user, say
from bot.settings import Settings

if TYPE_CHECKING:
    from index.embedder import Embedder
    from index.library.library import Library


def add_parser(commands: Commands) -> None:
    """Both commands."""
    index = commands.add_parser("index", help="读取政策文件夹，建立并发布索引")
    index.add_argument("--note", default="", help="这次发布的说明")
    index.add_argument("--by", default=os_user(), help="谁发布（默认：系统用户名）")
    index.set_defaults(run=_index)
    prepare = commands.add_parser("prepare", help="准备向量模型（只需一次）")
    prepare.set_defaults(run=_prepare)


def _index(arguments: argparse.Namespace, settings: Settings) -> int:
    library = open_library(settings)
    library.folder_files()  # nothing is loaded for a folder that is not there
    embedder = open_embedder(settings)
    with Stages() as bars:
        prepared = library.prepare_folder(arguments.by, arguments.note, embedder, bars)
        library.publish(prepared, bars)
    print(replace(prepared.report, published=prepared.changed))
    return OK


def _prepare(arguments: argparse.Namespace, settings: Settings) -> int:
    from index.prepare import prepare_entailment, prepare_model

    folder = prepare_model(
        settings.embedding_model, settings.embedding_precision, settings.cache_dir, say
    )
    if settings.has_model:  # what it writes is checked by another
        prepare_entailment(settings.cache_dir, say)
    print(f"向量模型已就绪：{folder.name}")
    return OK


def open_library(settings: Settings) -> Library:
    """The library, after making good what an earlier stop left undone."""
    from index.library.library import Library

    library = Library(settings.corpus_dir, settings.index_dir)
    library.recover()
    return library


def open_embedder(settings: Settings) -> Embedder:
    """The embedding model, prepared when it is not."""
    from index.embedder import load_embedder
    from index.prepare import prepare_model

    name, precision = settings.embedding_model, settings.embedding_precision
    prepare_model(name, precision, settings.cache_dir, say)
    return load_embedder(name, precision, settings.cache_dir)
