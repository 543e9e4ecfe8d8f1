"""The prompt files: whole, in Chinese, with exactly the variables that the code fills."""

from __future__ import annotations

import re
import shutil

import pytest

from bot.prompts import PROMPTS, load_prompts
from bot.settings import load_settings
from index.errors import SettingsError

FOLDER = load_settings({}).prompts_dir


@pytest.fixture
def folder(tmp_path):
    for name in PROMPTS:
        shutil.copy(FOLDER / f"{name}.md", tmp_path)
    return tmp_path


def change(folder, name: str, old: str, new: str) -> None:
    path = folder / f"{name}.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_prompts_of_the_product_load_and_are_written_in_chinese():
    prompts = load_prompts(FOLDER)
    assert set(prompts) == set(PROMPTS)
    for prompt in prompts.values():
        han = len(re.findall(r"[\u4e00-\u9fff]", prompt.wording))
        assert han > len(re.findall(r"(?<!\$)\b[A-Za-z]{2,}\b", prompt.wording))


def test_a_prompt_is_filled_into_its_two_messages(folder):
    (folder / "followup.md").write_text("改写成一句。$$5\n---\n前文：$history\n最后：$question")
    filled = load_prompts(folder)["followup"](history="甲 $question", question="乙")
    assert filled == (("system", "改写成一句。$5"), ("user", "前文：甲 $question\n最后：乙"))


def test_a_value_too_many_or_too_few_is_an_error(folder):
    prompt = load_prompts(folder)["followup"]
    with pytest.raises(ValueError, match=r"missing \['history'\], surplus \['answer'\]"):
        prompt(question="乙", answer="丙")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("$audience", "家长", r"answer\.md: variables missing \['audience'\], unknown \[\]"),
        ("$audience", "$audience $reader", r"unknown \['reader'\]"),
        ("$audience", "$audience 5$", "lone dollar sign"),
        ("\n---\n", "\n", "system and a user part"),
    ],
)
def test_a_misshapen_prompt_stops_the_start_by_name(folder, old, new, said):
    change(folder, "answer", old, new)
    with pytest.raises(SettingsError, match=said):
        load_prompts(folder)


def test_a_missing_prompt_stops_the_start_by_name(folder):
    (folder / "comparison.md").unlink()
    with pytest.raises(SettingsError, match=r"comparison\.md cannot be read"):
        load_prompts(folder)
