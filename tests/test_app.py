"""What citizens see in the chat: views, messages, the first page and exported files."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document as WordDocument
from fastapi.testclient import TestClient

from bot.conversation import Audience, Draft, Question
from bot.web import turns
from bot.web.exchanges import Exchange, read_exchanges, without_last
from bot.web.exports import export_file, export_markdown
from bot.web.headers import first_page
from bot.web.interface import load_interface, preferred_language
from bot.web.turns import (
    Form,
    View,
    messages,
    read_choices,
    read_link,
    respond,
    without_controls,
)
from index.errors import ModelError, SettingsError
from tests.web_fake import ScriptedChain, missing_index, settings, web_app

SETTINGS = settings()
WORDS = load_interface(SETTINGS.prompts_dir)["zh"]


def views(chain: ScriptedChain, text: str, before: tuple[Exchange, ...] = ()) -> list[View]:
    return list(respond(chain, SETTINGS, WORDS, Form(text, "", "家长"), before))


def asked(*texts: str) -> tuple[Exchange, ...]:
    exchanges: tuple[Exchange, ...] = ()
    for text in texts:
        exchanges = views(ScriptedChain(), text, exchanges)[-1].exchanges
    return exchanges


def test_the_stages_come_in_order_and_the_box_empties_only_at_the_end() -> None:
    seen = views(ScriptedChain(), "谁能报名")
    assert [(view.stage, view.text) for view in seen] == [
        ("resolve", "谁能报名"),
        ("resolve", "谁能报名"),
        ("retrieve", "谁能报名"),
        ("verify", "谁能报名"),
        ("", ""),
    ]
    assert [exchange.status for exchange in seen[-1].exchanges] == ["answered"]


@pytest.mark.parametrize(
    ("text", "notice"),
    [("", "问题是空的"), (" \n", "问题是空的"), ("长" * 2001, "问题太长了（2001 字）")],
)
def test_a_question_that_cannot_be_asked_stays_in_the_box(text: str, notice: str) -> None:
    chain = ScriptedChain()
    (view,) = views(chain, text)
    assert (view.text, view.exchanges, chain.asked) == (text, (), [])
    assert notice in view.notice


@pytest.mark.parametrize(
    ("failure", "notice"), [(missing_index(), "wence index"), (ModelError("/secret"), "参考号")]
)
def test_a_failure_keeps_the_question_and_the_conversation(failure: Exception, notice: str) -> None:
    before = asked("谁能报名")
    view = views(ScriptedChain(failure), "午餐多少钱", before)[-1]
    assert (view.text, view.exchanges) == ("午餐多少钱", before)
    assert notice in view.notice
    assert "secret" not in view.notice


def test_an_answer_that_failed_keeps_the_question_in_the_box() -> None:
    assert views(ScriptedChain(), "坏了")[-1].text == "坏了"


def test_a_follow_up_carries_the_last_six_questions() -> None:
    before = asked(*(f"第{n}问" for n in range(8)))
    chain = ScriptedChain()
    views(chain, "那初中呢", before)
    history = tuple(f"第{n}问" for n in range(2, 8))
    assert chain.asked == [Question("那初中呢", "", None, Audience.PARENT, history)]


def test_pasted_control_characters_become_spaces() -> None:
    assert without_controls("甲\x0b乙\x00\ud800\n丙") == "甲 乙  \n丙"


def test_messages_alternate_and_only_the_newest_answer_offers_buttons() -> None:
    exchanges = asked("谁能报名", "谁能报名")
    shown = messages(View(exchanges), WORDS)
    assert [message["role"] for message in shown] == ["user", "assistant"] * 2
    assert [message.get("options") for message in shown] == [
        None, None, None, [
            {"value": "河阳市", "label": "看河阳市的规定"},
            {"value": "河阳市一个班多少人", "label": "河阳市一个班多少人"},
        ],
    ]  # fmt: skip


def test_while_working_the_question_and_the_stage_are_shown() -> None:
    shown = messages(View((), "谁", "retrieve", "谁"), WORDS)
    assert shown == [
        {"role": "user", "content": '<div class="wc-question">谁</div>'},
        {
            "role": "assistant",
            "content": '<div class="wc-working"><ol class="wc-stages"><li class="wc-done">理解问题</li>'
            '<li class="wc-now">查找条款</li><li class="wc-next">核对原文</li></ol></div>',
        },
    ]


def test_what_is_verified_can_be_read_below_the_stages_as_it_comes() -> None:
    class Writing(ScriptedChain):
        def stream(self, question: Question, /) -> Iterator[object]:
            yield "verify"
            yield Draft("可以报名〔1〕。\n\n<b>标识")
            yield self.invoke(question)

    seen = views(Writing(), "谁能报名")
    drafts = [(view.stage, view.draft) for view in seen if view.draft]
    assert drafts == [("verify", "可以报名〔1〕。\n\n<b>标识")]
    (drafted,) = (view for view in seen if view.draft)
    assert str(messages(drafted, WORDS)[-1]["content"]).endswith(
        '</ol><div class="wc-draft"><p class="wc-draft-note">逐句核对后显示，还没有写完</p>'
        "<p>可以报名〔1〕。</p><p>&lt;b&gt;标识</p></div></div>"
    )


def test_editing_the_last_question_takes_its_answer_back() -> None:
    exchanges = asked("谁能报名", "午餐多少钱")
    assert without_last(exchanges) == (exchanges[:1], "午餐多少钱")
    assert without_last(()) == ((), "")


def test_a_conversation_comes_back_from_the_browser_as_it_was() -> None:
    exchanges = asked("谁能报名", "对比")
    stored = json.loads(json.dumps([asdict(exchange) for exchange in exchanges]))
    assert read_exchanges(stored, SETTINGS) == exchanges


@pytest.mark.parametrize(
    "stored",
    [
        None, "x", {"a": 1}, [1, None, []], [{"question": "a"}],
        [asdict(Exchange("长" * 2001, "<div></div>", "", "answered"))],
        [asdict(Exchange("a", "<div>\n\n# x</div>", "", "answered"))],
        [asdict(Exchange("a", "x" * 200_000, "", "answered"))],
        [{**asdict(Exchange("a", "b", "", "answered")), "region": 3}],
    ],
)  # fmt: skip
def test_a_broken_store_is_left_out_and_breaks_nothing(stored: object) -> None:
    assert read_exchanges(stored, SETTINGS) == ()


@pytest.mark.parametrize("offers", [None, "x", [1], [["a"]], [["a", 3]], [["a", "b", "c"]]])
def test_broken_offers_are_left_out_and_their_exchange_stays(offers: object) -> None:
    kept = Exchange("a", "b", "", "answered")
    assert read_exchanges([{**asdict(kept), "offers": offers}], SETTINGS) == (kept,)


@pytest.mark.parametrize("stored", [None, [], {"audience": "boss"}, {"region": 3}])
def test_parents_and_all_regions_are_the_first_choice(stored: object) -> None:
    assert read_choices(stored) == Form("", "", "家长")


def test_choices_are_remembered() -> None:
    assert read_choices({"region": "东江省/河阳市", "audience": "教师"}) == Form(
        "", "东江省/河阳市", "教师"
    )


def test_a_shared_link_gives_question_and_region() -> None:
    assert read_link({"q": "谁", "region": "河阳"}) == ("谁", "河阳")
    assert read_link({}) == ("", "")


def test_the_exported_conversation_has_date_and_disclaimer() -> None:
    text = export_markdown(asked("谁能报名"), WORDS, "2026年1月2日")
    assert text.startswith("# 问策问答记录\n\n生成时间：2026年1月2日\n\n## 谁能报名\n")
    assert text.endswith("---\n\n引文逐字取自所列文件；以发文机关公布的文本为准。\n")


def test_a_table_stays_a_table_in_markdown_and_in_word() -> None:
    exchanges = asked("对比")
    assert "\n| 地区 | 规定 |\n| --- | --- |\n| 河阳 | 可以〔1〕 |\n" in exchanges[0].markdown
    file = export_file("docx", exchanges, WORDS)
    (table,) = WordDocument(BytesIO(base64.b64decode(file["base64"]))).tables
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells == [["地区", "规定"], ["河阳", "可以〔1〕"]]


def test_the_word_file_has_the_same_words_without_marks() -> None:
    file = export_file("docx", asked("谁能报名"), WORDS)
    document = WordDocument(BytesIO(base64.b64decode(file["base64"])))
    lines = {(p.text, p.style.name) for p in document.paragraphs}
    assert file["name"].endswith(".docx")
    assert ("谁能报名", "Heading 1") in lines
    assert ("年满6周岁的儿童可以报名。", "Quote") in lines
    assert (
        "〔1〕《河阳市义务教育<招生>意见》（河政办〔2021〕7号）一、招生办法（一）",
        "Normal",
    ) in lines


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("*", "zh"),
        ("zh-TW,en", "zh"),
        ("ZH", "zh"),
        ("en-GB", "en"),
        ("fr", "en"),
    ],
)
def test_chinese_comes_first_unless_the_reader_names_another_language(
    accepted: str | None, language: str
) -> None:
    assert preferred_language(accepted) == language


def test_both_languages_have_the_same_texts_and_examples_for_every_audience() -> None:
    languages = load_interface(SETTINGS.prompts_dir)
    assert set(languages["zh"].texts) == set(languages["en"].texts)
    for words in languages.values():
        assert set(words.examples) == {audience.value for audience in Audience}
        assert all(words.examples.values())


def test_every_text_is_used_somewhere() -> None:
    folder = Path(turns.__file__).parent.parent
    source = "".join(
        p.read_text("utf-8") for p in [*folder.rglob("*.py"), *folder.rglob("templates/*")]
    )
    made = (
        "status_",
        "stage_",
        "source_",
        "repair_",
        "level_",
        "reason_",
        "only_",
        "api_2",
        "api_4",
        "api_5",
    )  # keys put together in code
    names = [key.removeprefix("error_") for key in WORDS.texts if not key.startswith(made)]
    assert [name for name in names if f'"{name}"' not in source and f"'{name}'" not in source] == []


def test_a_text_without_its_translation_stops_the_start(tmp_path) -> None:
    (tmp_path / "interface.yaml").write_text("texts: {send: {zh: 提问}}\nexamples: {}\n", "utf-8")
    with pytest.raises(SettingsError, match="send must have exactly zh and en"):
        load_interface(tmp_path)


def test_the_first_page_is_ours_before_gradio_starts() -> None:
    html = '<html\n\tlang="en"><meta property="og:image"\n content="https://x" /><gradio-app></gradio-app>'
    assert first_page(html, "zh", ("<p>前</p>", "<p>后</p>")) == (
        '<html\n\tlang="zh-CN"><p>前</p><gradio-app></gradio-app><p>后</p>'
    )


@pytest.fixture(scope="module")
def home() -> Iterator[str]:
    with TestClient(web_app(ScriptedChain())) as client:
        yield client.get("/").text


def test_the_first_page_says_what_is_held_and_names_no_other_host(home: str) -> None:
    assert 'lang="zh-CN"' in home
    assert "文件里找不到的，会直接告诉您" in home
    assert "河阳招生意见" in home
    assert "2021年3月5日 印发" in home
    assert "raw.githubusercontent.com" not in home
    assert "<script>window.gradio_config" in home


def test_the_page_config_asks_for_no_analytics_and_shows_no_errors(home: str) -> None:
    assert '"analytics_enabled":false' in home.replace(" ", "")
    assert '"show_error":false' in home.replace(" ", "")
