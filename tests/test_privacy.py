"""Personal data is masked before anything else sees it; what only looks like it stays."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest
import rjieba
import yaml
from fastapi.testclient import TestClient
from hypothesis import given, strategies

from bot.chain import PolicyChain
from bot.conversation import Answer, AnswerStatus, Question
from bot.messages import load_messages
from bot.public.names import find_names
from bot.public.patterns import kinds, privacy_data
from bot.public.privacy import Masked, mask, mask_question
from bot.settings import load_settings
from bot.web.render import answer_to_dict
from index.corpus import load_documents
from index.regions import load_gazetteer
from index.words import normalise
from tests.questions import evaluation_rows, needed_lay_questions, questions_of_documents
from tests.test_screen import BENIGN, WORDINGS
from tests.web_fake import web_app

DATA = Path(__file__).parent / "data"
NAMES = yaml.safe_load((DATA / "names.yaml").read_text("utf-8"))
CORPUS = load_settings({}).corpus_dir
FRAMES = ["{}今年6岁能上吗", "帮{}问一下", "{}的孩子能入学吗", "我家{}想转学"]
PERSONAL = yaml.safe_load((DATA / "personal.yaml").read_text("utf-8"))
SAMPLES = [(kind, *row) for kind, rows in PERSONAL["personal"].items() for row in rows]
INSERTED = [tuple(pair) for pair in PERSONAL["inserted"]]
LABELS = [*(kind.label for kind in kinds()), privacy_data()["name_label"]]
ENGLISH = {label["zh"]: label["en"] for label in LABELS}


def changed(texts: list[str]) -> dict[str, Masked]:
    found = {text: mask(text) for text in texts}
    return {text: one for text, one in found.items() if one != Masked(text, (), text)}


def left(secret: str, text: str) -> bool:
    """Whether it can still be read, however it is written."""
    return normalise(secret).replace(" ", "") in normalise(text).replace(" ", "")


# ---- what is masked


def test_there_are_enough_samples():
    assert len(SAMPLES) >= 60
    assert len(set(PERSONAL["innocent"])) >= 150
    assert len(INSERTED) >= 20


@pytest.mark.parametrize(("kind", "text", "secret"), SAMPLES)
def test_personal_data_is_masked_and_its_kind_is_told(kind, text, secret):
    masked = mask(text)
    assert not left(secret, masked.text)
    assert not left(secret, masked.bare)
    assert set(masked.kinds) & {kind, ENGLISH[kind]}


@pytest.mark.parametrize(("text", "name"), NAMES["masked"])
def test_a_name_that_nothing_announces_is_masked_where_only_a_person_can_stand(text, name):
    masked = mask(text)
    assert not left(name, masked.text)
    assert set(masked.kinds) == {"姓名" if "姓名" in masked.text else "name"}
    assert mask(masked.text).text == masked.text


def test_what_the_list_of_missed_names_says_is_true():
    assert [name for text, name in NAMES["missed"] if not left(name, mask(text).text)] == []
    assert len(NAMES["masked"]) / (len(NAMES["masked"]) + len(NAMES["missed"])) > 0.85


@pytest.mark.parametrize("frame", FRAMES)
def test_no_place_and_no_word_of_the_policies_is_a_name_wherever_it_stands(frame):
    places = [
        name for name in load_gazetteer()._index if re.fullmatch("[\u4e00-\u9fff]{2,5}", name)
    ]
    surnames = tuple(
        {*"".join(privacy_data()["surnames"].split()), *privacy_data()["double_surnames"]}
    )
    texts = [one.text for one in load_documents(CORPUS)] + questions_of_documents("asked", "gaps")
    words = {word for text in texts for word in rjieba.cut(text, False)}
    words = {word for word in words if 2 <= len(word) <= 4 and word.startswith(surnames)}
    assert (len(places) > 5000, len(words) > 300) == (True, True)
    asked = [frame.format(word) for word in sorted({*places[::20], *words})]
    assert [text for text in asked if find_names(text)] == []


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("身份证号330402201605121234号，嘉兴怎么报名", "嘉兴怎么报名"),
        ("我孩子身份证号是330402201605121234号，能上学吗", "能上学吗"),
        ("我叫王小明，身份证号:330402201605121234号。怎么入学", "怎么入学"),
        ("手机号13812345678，学校让带手机吗", "学校让带手机吗"),
        ("我是周子轩的妈妈，残疾人的孩子能入学吗", "残疾人的孩子能入学吗"),
        ("嘉政办发〔2019〕25号，我身份证号330402201605121234", "嘉政办发〔2019〕25号"),
    ],
)
def test_what_is_searched_for_keeps_the_question_and_no_trace_of_the_data(text, bare):
    assert mask(text).bare == bare


def test_a_placeholder_stands_where_the_data_stood():
    assert mask("我的手机号是13812345678，武汉小学怎么报名？") == Masked(
        "我的手机号是［手机号］,武汉小学怎么报名?", ("手机号",), "武汉小学怎么报名?"
    )


def test_several_kinds_are_masked_each_under_its_label():
    text = "我叫王小明，手机13812345678，身份证330402201605121234，邮箱a1@qq.com"
    assert mask(text) == Masked(
        "我叫［姓名］,手机［手机号］,身份证［身份证号］,邮箱［邮箱］",
        ("姓名", "手机号", "身份证号", "邮箱"),
        "",
    )


def test_an_english_question_has_english_placeholders():
    assert mask("My phone number is 13812345678. Who may enrol?") == Masked(
        "My phone number is ［mobile number］. Who may enrol?", ("mobile number",), "Who may enrol?"
    )


def test_a_masked_text_stays_as_it_is_and_is_searched_without_its_placeholders():
    again = mask("我的手机号是［手机号］，武汉小学怎么报名")
    assert again == Masked("我的手机号是［手机号］，武汉小学怎么报名", (), "武汉小学怎么报名")


@pytest.mark.parametrize(("kind", "text", "secret"), SAMPLES)
def test_masking_twice_changes_nothing(kind, text, secret):
    assert mask(mask(text).text).text == mask(text).text


def test_a_number_with_a_right_checksum_needs_no_context():
    assert mask("4111111111111111").kinds == ("银行卡号",)
    assert mask("4111111111111112").kinds == ("号码",)


@given(strategies.text(max_size=80))
def test_any_text_can_be_masked(text):
    masked = mask(text)
    assert masked.kinds or masked.text == text


# ---- what stays


@pytest.mark.parametrize("text", PERSONAL["innocent"])
def test_what_only_looks_personal_stays(text):
    assert mask(text) == Masked(text, (), text)


def test_honest_questions_stay():
    kept = [text for kind in ("passes", "in_scope", "out_of_scope") for text in WORDINGS[kind]]
    assert changed([*BENIGN, *kept]) == {}


def test_every_question_of_the_evaluation_files_stays():
    texts = [text for row in evaluation_rows() for text in (row["question"], *row["history"])]
    assert len(texts) > 1500
    assert changed(texts) == {}


def test_everyday_questions_of_the_documents_stay():
    texts = questions_of_documents("asked", "gaps")
    assert len(texts) > 10_000
    assert changed(texts) == {}


def test_lay_questions_about_law_stay():
    assert changed(needed_lay_questions()) == {}


def test_masking_is_fast_also_on_long_texts_made_to_be_slow():
    texts = [(unit * 2000)[:2000] for unit in ("1", "1 ", "一", "王", "我叫", "a@", "路1号", "我1")]
    mask("13812345678")
    start = process_time()
    for text in texts:
        mask(text)
    assert process_time() - start < 0.2 * len(texts)


def test_masking_costs_less_than_half_a_millisecond_a_question():
    questions = [Question(text, history=("武汉小学怎么报名",)) for text in BENIGN]
    mask_question(questions[0])
    start = process_time()
    for question in questions:
        mask_question(question)
    assert (process_time() - start) / len(questions) < 0.0005


# ---- what becomes of a question


def test_text_region_and_history_are_masked_together():
    question = Question(
        "那手机13812345678呢", "q1", region="嘉兴 a1@qq.com", history=("我叫王小明，怎么入学",)
    )
    masked = mask_question(question)
    assert masked.shown == Question(
        "那手机［手机号］呢", "q1", region="嘉兴 ［邮箱］", history=("我叫［姓名］,怎么入学",)
    )
    assert masked.bare == Question("那呢", "q1", region="嘉兴", history=("怎么入学",))
    assert masked.kinds == ("手机号", "邮箱", "姓名")


def test_a_question_without_personal_data_is_itself():
    question = Question("武汉小学怎么报名？", history=("你好",))
    masked = mask_question(question)
    assert (masked.shown, masked.bare, masked.kinds) == (question, question, ())


@pytest.fixture(scope="module")
def chain(tiny_searcher) -> PolicyChain:
    return PolicyChain(tiny_searcher, load_settings({}))


def outcome(answer: Answer) -> tuple[object, ...]:
    cited = [(one.clause.id, one.quotes) for one in answer.citations]
    return answer.status, answer.text, cited, answer.regions


def test_the_asker_is_told_what_was_masked(chain):
    words = load_messages(load_settings({}).prompts_dir).words("zh")
    answer = chain.invoke(Question("我叫王小明，手机13812345678，嘉兴的教师多久交流一次"))
    plain = chain.invoke(Question("嘉兴的教师多久交流一次"))
    assert answer.question == Question("我叫［姓名］,手机［手机号］,嘉兴的教师多久交流一次")
    assert answer.notes == (words("note_masked", kinds="姓名、手机号"), *plain.notes)
    assert outcome(answer) == outcome(plain)


def test_an_english_asker_is_told_in_english(chain):
    words = load_messages(load_settings({}).prompts_dir).words("en")
    answer = chain.invoke(Question("My phone number is 13812345678. How do teachers rotate?"))
    assert words("note_masked", kinds="mobile number") in answer.notes


def test_what_words_an_answer_sees_no_personal_data(tiny_searcher):
    seen = []

    class Listening:
        def rewriter(self):
            return None

        def deadline(self):
            return 0.0

        def steps(self, answer, deadline, config=None):
            seen.append(answer)
            yield answer

    chain = PolicyChain(tiny_searcher, load_settings({}), Listening())
    chain.invoke(Question("我叫王小明，嘉兴的教师多久交流一次", history=("打13812345678",)))
    assert [one.question.text for one in seen] == ["我叫［姓名］,嘉兴的教师多久交流一次"]
    assert [one.question.history for one in seen] == [("打［手机号］",)]
    assert [one.standalone_question for one in seen] == ["嘉兴的教师多久交流一次"]


def test_a_failure_keeps_no_personal_data(tiny_searcher, caplog):
    class Broken:
        def find(self, reading):
            raise ValueError(f"cannot read {reading.question.text}")

    chain = PolicyChain(tiny_searcher, load_settings({}))
    chain._current = replace(chain._current, retriever=Broken())
    with caplog.at_level(logging.DEBUG):
        answer = chain.invoke(Question("我叫王小明，嘉兴的教师13812345678多久交流一次"))
    assert answer.status is AnswerStatus.ERROR
    assert answer.question.text == "我叫［姓名］,嘉兴的教师［手机号］多久交流一次"
    told = caplog.text + json.dumps(answer_to_dict(answer), ensure_ascii=False)
    assert not left("13812345678", told) and not left("王小明", told)


@pytest.mark.parametrize(("plain", "personal"), INSERTED)
def test_an_answer_is_as_good_as_without_the_personal_data(real_chain, plain, personal):
    assert outcome(real_chain.invoke(Question(personal))) == outcome(
        real_chain.invoke(Question(plain))
    )


def test_no_sample_is_left_in_an_answer_a_log_or_a_file(tiny_searcher, tmp_path, caplog):
    var = tmp_path / "var"
    app = web_app(
        PolicyChain(tiny_searcher, load_settings({})),
        index_dir=str(var / "index"),
        store_url=f"sqlite:///{var / 'wence.db'}",
    )
    asked = [{"question": text} for _, text, _ in SAMPLES]
    asked += [{"question": "嘉兴呢", "history": [text]} for _, text, _ in SAMPLES]
    with caplog.at_level(logging.DEBUG), TestClient(app) as client:
        replies = [client.post("/api/v1/ask", json=one) for one in asked]
        liked = {"verdict": "up", "status": "answered", "question": SAMPLES[0][1]}
        assert client.post("/api/v1/feedback", json=liked).is_success
    assert {reply.status_code for reply in replies} == {200}
    kept = [path.read_bytes().decode("utf-8", "replace") for path in files_in(tmp_path)]
    assert len(kept) > 1
    seen = "\n".join([*(reply.text for reply in replies), caplog.text, *kept])
    secrets = [secret for _, _, secret in SAMPLES if len(secret) > 1]
    assert [secret for secret in secrets if left(secret, seen)] == []


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]
