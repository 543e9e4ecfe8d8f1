"""Fixed sentences: complete in both languages, strict about variables, fit for their readers."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

from bot.conversation import AnswerStatus
from bot.messages import KNOWN_EVERYWHERE, LANGUAGES, load_messages
from bot.screen import screen
from index.errors import SettingsError
from index.words import normalise

PROMPTS = Path(__file__).parent.parent / "prompts"
BOT = Path(__file__).parent.parent / "bot"
MESSAGES = load_messages(PROMPTS)
KEYS = sorted(MESSAGES.words("zh").templates)
WORDINGS = yaml.safe_load((Path(__file__).parent / "data" / "screen.yaml").read_text("utf-8"))
LONGEST = {"zh": 60, "en": 140}


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "messages.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_a_sentence_is_filled():
    words = MESSAGES.words("zh")
    assert words("clarify.too_long", max=2000) == "问题太长了，最多2000字。请只留下最想问的一件事。"


def test_a_missing_value_fails():
    with pytest.raises(ValueError, match=r"not_covered: missing \['asked'\], surplus \[\]"):
        MESSAGES.words("zh")("not_covered", held="嘉兴市")


def test_a_surplus_value_fails():
    with pytest.raises(ValueError, match=r"nearest: missing \[\], surplus \['topic'\]"):
        MESSAGES.words("en")("nearest", topic="学费")


def test_what_is_known_everywhere_may_be_left_out():
    words = MESSAGES.words("zh")
    assert words("clarify.thanks", held="嘉兴市", max=1) == "不客气。还有想问的，接着写就好。"


def test_an_unknown_key_fails():
    with pytest.raises(KeyError):
        MESSAGES.words("zh")("no_such_sentence")


def test_an_unknown_language_fails():
    with pytest.raises(SettingsError, match="language must be zh or en, not 'fr'"):
        MESSAGES.words("fr")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("hello: {zh: 你好}", "hello must have exactly zh and en"),
        ("hello: {zh: 你好, en: Hi, fr: Salut}", "hello must have exactly zh and en"),
        ("hello: 你好", "hello must have exactly zh and en"),
        ("hello: {zh: 你好, en: ''}", r"hello \(en\) is not a valid sentence"),
        ("hello: {zh: 你好$, en: Hi}", r"hello \(zh\) is not a valid sentence"),
        ("hello: {zh: 你好$name, en: Hi}", "hello uses name in one language only"),
        ("a: {zh: 甲, en: A}\na: {zh: 乙, en: B}", "key given twice: a"),
        ("- 你好", "must map keys to sentences"),
        ("a: [", "cannot be read"),
    ],
)
def test_a_misshapen_file_is_refused(tmp_path, text, fault):
    with pytest.raises(SettingsError, match=fault):
        load_messages(written(tmp_path, text))


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        load_messages(tmp_path)


def test_every_status_has_its_sentence():
    groups = {key.split(".")[0] for key in KEYS}
    assert {status.value for status in AnswerStatus} - groups == set()


def test_every_verdict_has_its_sentence():
    texts = [text for key in WORDINGS if "." in key for text in WORDINGS[key]]
    reasons = {screen(normalise(text), 2000).reason for text in texts} | {"clarify.too_long"}
    assert reasons - set(KEYS) == set()


def calls_of_words() -> list[tuple[str, frozenset[str]]]:
    """Key and names of the values of every ``words("key", name=…)`` in the answering code."""
    interface = {
        "app.py",
        "api.py",
        "turns.py",
        "pages.py",
        "render.py",
        "message.py",
        "exports.py",
    }
    trees = [
        ast.parse(path.read_text("utf-8"))
        for path in sorted(BOT.glob("*.py"))
        if path.name not in interface and "bot.messages import" in path.read_text("utf-8")
    ]
    return [
        (node.args[0].value, frozenset(str(keyword.arg) for keyword in node.keywords))
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "words"
        and isinstance(node.args[0], ast.Constant)
    ]


def test_every_call_in_the_code_gives_what_its_sentence_names():
    templates = MESSAGES.words("zh").templates
    wrong = [
        (key, sorted(given))
        for key, given in calls_of_words()
        if key not in templates
        or given - KNOWN_EVERYWHERE != set(templates[key].get_identifiers()) - KNOWN_EVERYWHERE
    ]
    assert wrong == []


def test_every_sentence_is_said_somewhere():
    code = "\n".join(path.read_text("utf-8") for path in BOT.rglob("*.py"))
    heads = re.findall(r'f"([a-z]+[._])\{', code)
    unsaid = [key for key in KEYS if f'"{key}"' not in code and not key.startswith(tuple(heads))]
    assert unsaid == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_short(language):
    templates = MESSAGES.words(language).templates
    bare = {key: re.sub(r"\$\w+", "", template.template) for key, template in templates.items()}
    assert [key for key, text in bare.items() if len(text) > LONGEST[language]] == []


def test_chinese_sentences_hold_no_latin_word_and_english_ones_no_han():
    zh, en = (
        {key: re.sub(r"\$\w+", "", template.template) for key, template in words.items()}
        for words in (MESSAGES.words(language).templates for language in LANGUAGES)
    )
    assert [key for key in KEYS if re.search("[A-Za-z]", zh[key])] == []
    assert [key for key in KEYS if re.search(r"[\u3400-\u9fff]", en[key])] == []


def test_the_crisis_sentence_names_the_public_hotlines_and_nothing_else():
    for language in LANGUAGES:
        text = MESSAGES.words(language)("refused.crisis")
        assert sorted(re.findall(r"\d+", text)) == ["110", "12345", "12355", "12356"]


def test_no_other_sentence_holds_a_figure():
    for language in LANGUAGES:
        templates = MESSAGES.words(language).templates
        holders = {key for key in KEYS if re.search(r"\d", templates[key].template)}
        assert holders == {"refused.crisis"}
