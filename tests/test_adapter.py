"""The adapter: what it adds to the carried encoder, and what a damaged file leads to."""

import io
from dataclasses import replace

import numpy as np
import pytest

from bot.settings import load_settings
from index.adapter import ENTAILMENT, QUESTIONS, AdapterFile, read_head, with_adapter
from index.carrier import (
    BLOCK_BYTES,
    Carrier,
    Sizes,
    Tensor,
    Vocabulary,
    carrier_path,
    read_carrier,
)
from index.embedder import load_embedder
from index.errors import ModelError
from index.prepare import ADAPTED, CARRIED, as_published, prepare_model

LAY = "孩子爸妈都不在身边，跟着奶奶，上学谁来签字？"
RIGHT = "未成年人的父母或者其他监护人因外出务工不能履行监护职责的，应当委托他人代为照护。"
WRONG = "学校应当按照规定配备校医，定期组织学生体检。"


def test_an_update_is_added_to_its_matrix_and_to_no_other():
    sizes = Sizes(width=32, layers=0, heads=0, inner=32, rows=1, positions=0, types=0, epsilon=0)
    block = np.zeros(BLOCK_BYTES, np.uint8)
    block[:2] = np.frombuffer(np.float16(1).tobytes(), np.uint8)
    block[2:] = 0x99  # level 1 everywhere
    entry = Tensor(kind=1, count=32, offset=0, size=BLOCK_BYTES)
    update = (np.array([[2.0]], np.float32), np.arange(32, dtype=np.float32)[None])
    vocabulary = Vocabulary((), (), begin=0, end=0, pad=0, unknown=0)
    carrier = Carrier(
        sizes, vocabulary, {"l0.q.w": entry, "l0.k.w": entry}, block, {"l0.q.w": update}
    )
    assert carrier.tensor("l0.q.w").tolist() == [[1 + 2 * n for n in range(32)]]
    assert carrier.tensor("l0.k.w").tolist() == [[1] * 32]


def test_the_matrices_of_the_upper_six_layers_are_updated():
    carrier = with_adapter(read_carrier(carrier_path()))
    names = {f"l{n}.{one}.w" for n in range(6, 12) for one in ("q", "k", "v", "ao", "fi", "fo")}
    assert set(carrier.updates) == names
    shapes = {(up.shape[1], down.shape[0]) for up, down in carrier.updates.values()}
    assert shapes == {(32, 32)}


@pytest.mark.parametrize("content", [b"", b"PK", "cut"])
def test_a_damaged_file_says_what_to_do(tmp_path, content):
    path = tmp_path / "adapter.npz"
    path.write_bytes(QUESTIONS.path.read_bytes()[:-1] if content == "cut" else content)
    with pytest.raises(ModelError, match=r"适配文件 .*adapter\.npz 已损坏.*恢复这个文件"):
        with_adapter(read_carrier(carrier_path()), replace(QUESTIONS, path=path))


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(ModelError, match=r"无法读取.*absent\.npz.*恢复这个文件"):
        with_adapter(read_carrier(carrier_path()), AdapterFile(tmp_path / "absent.npz", ""))


@pytest.mark.parametrize("file", [QUESTIONS, ENTAILMENT])
def test_no_code_is_run_by_reading_a_file(file):
    with np.load(io.BytesIO(file.path.read_bytes()), allow_pickle=False) as arrays:
        assert {arrays[name].dtype for name in arrays.files} == {np.dtype(np.float16)}


def test_the_other_adapter_updates_every_layer_and_has_a_head():
    carrier = with_adapter(read_carrier(carrier_path()), ENTAILMENT)
    names = {f"l{n}.{one}.w" for n in range(12) for one in ("q", "k", "v", "ao", "fi", "fo")}
    assert set(carrier.updates) == names
    head = read_head()
    assert (head.side.shape, head.weights.shape, head.bias.shape) == ((384,), (768,), (1,))


def test_baselines_take_the_model_as_it_is_published():
    assert [as_published(name) for name in (ADAPTED, CARRIED, "school/e5")] == [
        CARRIED,
        CARRIED,
        "school/e5",
    ]


@pytest.fixture(scope="module")
def leads() -> dict[str, float]:
    """How far the right text is ahead of the wrong one for a lay question, by model."""
    found = {}
    for name in (CARRIED, ADAPTED):
        for precision in ("int8", "fp32"):
            cache = load_settings().cache_dir
            prepare_model(name, precision, cache)
            embedder = load_embedder(name, precision, cache)
            right, wrong = embedder.embed_documents_array([RIGHT, WRONG])
            question = embedder.embed_query_array([LAY])[0]
            found[f"{name}:{precision}"] = float(question @ right - question @ wrong)
    return found


def test_the_adapted_model_tells_a_lay_question_s_answer_from_another_text_more_clearly(leads):
    assert leads[f"{ADAPTED}:int8"] > leads[f"{CARRIED}:int8"] > 0
    assert leads[f"{ADAPTED}:fp32"] > leads[f"{CARRIED}:fp32"] > 0


def test_quantising_the_adapted_model_changes_little(leads):
    assert leads[f"{ADAPTED}:int8"] == pytest.approx(leads[f"{ADAPTED}:fp32"], abs=0.01)
