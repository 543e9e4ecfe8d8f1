"""Preparing the carried model, once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import load_settings
from index import prepare
from index.errors import ModelError
from index.modelcache import digests, is_intact
from index.prepare import CARRIED, RECIPE, model_folder, prepare_model, vectors_digest

ROOT = Path(__file__).parent.parent
# What is written under a recipe. When the digest differs, raise RECIPE in index/prepare.py and put
# both here: a cache made by the code of before would otherwise pass for what this code makes.
WRITTEN = ("6", "79b39b9f908359f6d369f5e1f0c4bf526ae7b1a02cc4d59b084c1527b0b08e9b")


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    return load_settings().cache_dir


def test_a_new_layout_of_the_files_asks_for_a_new_folder_and_keeps_every_index(
    monkeypatch, tmp_path
):
    folder, vectors = model_folder(CARRIED, "int8", tmp_path), vectors_digest(CARRIED)
    monkeypatch.setattr(prepare, "RECIPE", "another")
    assert model_folder(CARRIED, "int8", tmp_path) != folder
    assert vectors_digest(CARRIED) == vectors


def test_a_cache_that_cannot_be_written_says_which_setting_to_change(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelError, match=r"无法写入模型缓存目录.*WENCE_CACHE_DIR"):
        prepare_model(CARRIED, "int8", tmp_path / "file")


def test_an_unknown_precision_is_named(tmp_path):
    with pytest.raises(ModelError, match=r"'int4'.*int8 或 fp32"):
        prepare_model(CARRIED, "int4", tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ModelError, match="找不到向量模型文件夹"):
        prepare_model(str(tmp_path / "absent"), "fp32", tmp_path)


def test_preparing_again_imports_no_model_library(cache_dir):
    prepare_model(CARRIED, "int8", cache_dir)
    script = (
        "import sys; from pathlib import Path; from index.prepare import prepare_model\n"
        f"prepare_model({CARRIED!r}, 'int8', Path({str(cache_dir)!r}), print)\n"
        "print(sorted({'torch', 'transformers', 'onnx', 'onnxruntime', 'tokenizers'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_a_half_written_int8_model_is_rebuilt_byte_for_byte_as_its_recipe_says(
    cache_dir, tmp_path, capfd
):
    whole = prepare_model(CARRIED, "int8", cache_dir)
    folder = model_folder(CARRIED, "int8", tmp_path)
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes((whole / "model.onnx").read_bytes()[:1000])
    reports = []
    assert prepare_model(CARRIED, "int8", tmp_path, reports.append) == folder
    assert digests(folder) == digests(whole)
    assert (RECIPE, digests(folder)["model.onnx"]) == WRITTEN
    assert reports == ["正在把向量模型量化为 int8", "向量模型已就绪"]
    assert capfd.readouterr() == ("", "")


@pytest.fixture(scope="module")
def hub_run(cache_dir, tmp_path_factory) -> tuple[Path, str]:
    """Two hub models prepared twice in a process without network: one in the hub cache, one not."""
    folder = tmp_path_factory.mktemp("hub")
    repository = folder / "models--school--e5"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / "abc").symlink_to(prepare_model(CARRIED, "fp32", cache_dir))
    script = (
        "import sys; from pathlib import Path; from index.errors import ModelError\n"
        "from index.prepare import prepare_model\n"
        "for name in ('school/e5', 'school/e5', 'school/absent'):\n"
        "    try: prepare_model(name, 'int8', Path(sys.argv[1]), print)\n"
        "    except ModelError as error: print(error)"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HUB_CACHE": str(folder)}
    command = [sys.executable, "-c", script, str(folder)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return folder, done.stdout


def test_a_hub_model_is_fetched_once_and_one_out_of_reach_says_what_to_do(hub_run):
    assert hub_run[1].splitlines() == [
        "正在下载向量模型 school/e5",
        "正在下载向量模型 school/absent",
        "无法取得向量模型 school/absent（OSError）。请检查名称与网络，或改用本地文件夹，"
        "或把 WENCE_EMBEDDING_MODEL 设回 multilingual-e5-small-wence。",
    ]


def test_a_fetched_model_lies_whole_in_the_cache(hub_run, cache_dir):
    fetched = model_folder("school/e5", "int8", hub_run[0])
    source = model_folder(CARRIED, "fp32", cache_dir)
    assert is_intact(fetched)
    assert digests(fetched)["model.safetensors"] == digests(source)["model.safetensors"]
    assert not model_folder("school/absent", "int8", hub_run[0]).exists()
