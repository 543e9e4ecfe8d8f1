from pathlib import Path

import pytest

from bot.conversation import Question
from bot.messages import load_messages
from bot.resolve import Resolver
from bot.scoring.expectations import load_expectations
from bot.topic import is_vague, out_of_scope
from bot.understand import understand
from index.english import render
from index.question_types import QuestionType, question_types
from index.words import load_data, normalise
from tests.toys import tiny_corpus

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
RESOLVER = Resolver({document.id: document for document in tiny_corpus()})


@pytest.mark.parametrize(
    ("asked", "rendered"),
    [
        ("What is the class size?", "班额 是多少？"),
        ("What is the tuition?", "学费 多少钱？"),
        ("When must a principal rotate?", "必须 校长 交流轮岗 什么时候？"),
        ("Which schools have a canteen?", "哪些学校 食堂？"),
        ("How many teachers must rotate?", "多少教师 必须 交流轮岗？"),
        ("Who is responsible for school safety?", "校园安全 谁负责？"),
        (
            "Can migrant workers' children attend a public school?",
            "能不能 随迁子女 就读 公办学校？",
        ),
        ("Must a principal rotate?", "必须 校长 交流轮岗吗？"),
        ("teacher rotation", "教师交流轮岗"),
    ],
)
def test_known_words_stand_in_their_order_with_what_is_asked(asked, rendered):
    assert render(asked) == rendered


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("the programme of the school", "a program of schools"),
        ("Do teachers enroll?", "Do teachers enrol?"),
        ("subsidised school meals", "subsidized school meal"),
        ("vice-principal", "vice principals"),
        ("hiring teachers", "hired teacher"),
        ("Can't a teacher transfer?", "Can a teacher transfer?"),
    ],
)
def test_spelling_endings_and_articles_make_no_difference(one, other):
    assert render(one) == render(other) is not None


def test_the_longest_words_win():
    assert render("private schools") == "民办学校"
    assert render("private kindergartens") == "民办幼儿园"
    assert render("head teacher") == "校长"


def test_a_term_inside_another_is_not_repeated():
    assert render("public schools, schools") == "公办学校"


def test_chinese_words_numbers_and_years_are_kept():
    asked = "Does the 幼儿园 percent reach 85% by 2022? And PE teachers 1:220?"
    assert render(asked) == "幼儿园 比例 达到 85% 2022年吗？ 体育教师 1:220"


def test_a_word_that_is_not_known_stays():
    assert render("Do schools and teachers and parents like drones?") == "学校 教师 家长 drones吗？"


@pytest.mark.parametrize(
    "text",
    [
        "Is the moon made of cheese?",
        "schools with hedgehogs and badgers",
        "what is it?",
        "",
        "??",
        "12 34",
        "武汉 AI VR 智慧教室",
        "wuhan jiaoshi lungang",
        "PE 教师比例是多少",
    ],
)
def test_too_little_known_and_chinese_are_not_rendered(text):
    assert render(text) is None


def test_a_statement_asks_nothing():
    assert render("It is a school. We are teachers.") == "学校 教师"


def test_several_sentences_stay_apart():
    asked = "My son is disabled. Where does he go to school?"
    assert render(asked) == "孩子 残疾学生 入学 在哪里？"


@pytest.mark.parametrize(
    ("asked", "kind"),
    [
        ("How much is the tuition?", QuestionType.AMOUNT),
        ("How many years does a principal serve?", QuestionType.DURATION),
        ("What percentage of teachers rotate?", QuestionType.RATIO),
        ("When do schools admit pupils?", QuestionType.DATE),
        ("Who is responsible for school safety?", QuestionType.PERSON),
        ("Are teachers allowed to give homework?", QuestionType.YES_NO),
        ("How are teachers trained?", QuestionType.MANNER),
        ("Why is homework banned?", QuestionType.REASON),
        ("What is the phone number of the education bureau?", QuestionType.PHONE),
    ],
)
def test_what_is_asked_for_can_be_read_off_the_rendering(asked, kind):
    assert kind in question_types(render(asked) or "")


def test_every_cue_says_in_chinese_what_is_asked():
    """A bare 是什么 or 做什么 asks for anything."""
    silent = {"是什么", "做什么", "怎么处理", "几岁", "能做什么", "哪个"}
    cues = {*load_data("english.yaml")["cues"], *load_data("english.yaml")["measured"]}
    read = {cue: question_types(cue.replace("…", "学校").strip("+") + "？") for cue in cues}
    assert {cue for cue, types in read.items() if not types} <= silent


def test_a_rendering_is_read_as_education_and_is_not_vague():
    rendered = render("What is the deadline for school admission?") or ""
    assert not out_of_scope(rendered) and not is_vague(rendered)


def test_an_english_question_is_searched_in_chinese_without_its_region():
    reading = understand(Question("Can a teacher in Jiaxing rotate?"), RESOLVER)
    assert reading.search == "能不能 教师 交流轮岗？"
    assert reading.terms[0] == ("能不能 教师 交流轮岗？", 1.0)
    assert reading.parts == (reading.search,)
    assert reading.types == {QuestionType.YES_NO}
    assert [one.id for one in reading.scope.documents] == ["jia"]
    assert reading.thread.standalone == "Can a teacher in Jiaxing rotate?"


def test_the_earlier_question_of_an_english_follow_up_is_rendered_too():
    asked = Question("And homework?", history=("Can a teacher in Jiaxing rotate?",))
    reading = understand(asked, RESOLVER)
    assert reading.before == "能不能 教师 交流轮岗？"


@pytest.mark.parametrize("name", ["questions.tuning.jsonl", "questions.calibration.jsonl"])
def test_no_chinese_question_is_rendered(name):
    asked = [one for one in load_expectations(DATA / name) if one.kind != "english"]
    texts = [text for one in asked for text in (one.question.text, *one.question.history)]
    assert len(texts) > 150
    assert [text for text in texts if render(RESOLVER.without_regions(normalise(text)))] == []


@pytest.mark.parametrize(
    ("name", "counts", "least_found", "least_kept"),
    [
        ("questions.english.jsonl", (45, 15), 43, 13),
        ("questions.english.check.jsonl", (12, 8), 10, 7),
    ],
)
def test_english_questions_find_their_clause_and_the_others_are_not_answered(
    real_chain, name, counts, least_found, least_kept
):
    asked = load_expectations(DATA / name)
    cited = {one.question.id: real_chain.invoke(one.question).citations for one in asked}
    held = [one for one in asked if one.answerable]
    silent = [one for one in asked if one.abstains]
    found = [
        one
        for one in held
        if any(
            gold.document == citation.document.id and gold.quote in citation.clause.text
            for gold in one.gold
            for citation in cited[one.question.id]
        )
    ]
    kept = [one for one in silent if not cited[one.question.id]]
    assert (len(held), len(silent)) == counts
    assert len(found) >= least_found and len(kept) >= least_kept


def test_the_words_before_a_quote_end_with_a_space_in_english():
    words = load_messages(ROOT / "prompts").words("en").templates
    leads = {key: words[key].template for key in words if key.startswith("lead_")}
    assert {key for key, lead in leads.items() if not lead.endswith(": ")} == set()


def test_a_hukou_is_no_place():
    reading = understand(Question("Is a local hukou required for admission?"), RESOLVER)
    assert reading.search == "本地户籍 要求 招生吗？"
    assert not reading.scope.named
