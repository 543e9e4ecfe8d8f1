"""A policy that staff retired: what is said of it afterwards, and when it is still quoted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.chain import PolicyChain
from bot.conversation import Question
from bot.settings import load_settings
from index.library.changes import Changes, Retirement
from index.library.intake import Received
from tests.library_toys import apply, empty_library, publish
from tests.toys import open_searcher

OLD = """嘉兴市学校收费管理办法
嘉政令〔2012〕3号

第一条 为了规范学校收费，制定本办法。
第二条 学校收费应当在校门口公示。
第三条 学校不得收取借读费。

嘉兴市人民政府
2012年5月1日
"""
NEW = """嘉兴市教育事业性收费规定
嘉政令〔2025〕8号

第一条 为了减轻家庭负担，根据国家有关法律，作出本规定。
第二条 各类学校的事业性收费实行目录清单管理，清单以外不得立项。

嘉兴市人民政府
2025年3月1日
"""
SIDECAR = "region: 浙江省/嘉兴市\n".encode()
ENDED = "《嘉兴市学校收费管理办法》（嘉政令〔2012〕3号）自2025年4月1日起废止，不能作为现在的依据。"
HOW_TO_SEE = "想看当时是怎么规定的，请在问题里写明“旧的规定”。"
ASKED = "《嘉兴市学校收费管理办法》第二条怎么说"


def library_in(folder, *more):
    library = empty_library(folder)
    texts = {"old.txt": OLD, **dict(more)}
    rows = [
        Received(name, text.encode(), {"sidecar.yaml": SIDECAR}) for name, text in texts.items()
    ]
    publish(library, *rows)
    return library


@pytest.fixture
def library(tmp_path):
    return library_in(tmp_path)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """A library whose only policy is retired."""
    library = library_in(tmp_path_factory.mktemp("alone"))
    retire(library, "任务已经完成。")
    return library


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """A library with a retired policy and another one."""
    library = library_in(tmp_path_factory.mktemp("beside"), ("new.txt", NEW))
    retire(library, "任务已经完成")
    return library


def retire(library, reason, on=date(2025, 4, 1)):
    apply(library, Changes(retire=(Retirement("old", reason, on),), by="甲"))


def ask(library, text):
    chain = PolicyChain(open_searcher(library.index_dir), load_settings({}))
    return chain.invoke(Question(text))


def quotes(answer):
    return [quote.text for one in answer.citations for quote in one.quotes]


@pytest.mark.parametrize(
    "question", ["嘉兴的学校怎么收费", ASKED, "《嘉兴市学校收费管理办法》现在还有效吗"]
)
def test_a_retired_policy_is_not_quoted_and_its_end_is_told(alone, question):
    answer = ask(alone, question)
    assert (answer.status, answer.citations) == ("not_stated", ())
    assert answer.text == f"{ENDED}原因：任务已经完成。\n\n{HOW_TO_SEE}"


@pytest.mark.parametrize("when", ["旧的规定里", "2020年的时候，"])
def test_asked_for_the_old_rule_it_is_quoted_as_no_longer_in_force(alone, when):
    answer = ask(alone, f"{when}{ASKED}")
    assert quotes(answer) == ["第二条 学校收费应当在校门口公示。"]
    assert answer.text.splitlines()[0] == (
        "下面引的《嘉兴市学校收费管理办法》已经不再有效，只说明当时的规定，现在不能作为办事依据。"
    )
    assert answer.notes[0] == f"{ENDED}原因：任务已经完成。"


def test_asked_for_a_day_after_its_end_it_is_not_quoted(alone):
    answer = ask(alone, f"去年12月31日的时候，{ASKED}")
    assert answer.citations == () and answer.text.startswith(ENDED)


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("由《嘉兴市教育事业性收费规定》取代", "这份新的文件已经收录，可以接着问。"),
        (
            "由嘉政令[2025]8号取代",
            "现在的规定请看《嘉兴市教育事业性收费规定》（嘉政令〔2025〕8号）。",
        ),
        ("由嘉政令〔2024〕9号取代", ""),
    ],
)
def test_the_policy_that_took_its_place_is_pointed_to_when_it_is_held(tmp_path, reason, told):
    library = library_in(tmp_path, ("new.txt", NEW))
    retire(library, reason)
    answer = ask(library, ASKED)
    assert answer.citations == ()
    assert answer.text == f"{ENDED}原因：{reason}。{told}\n\n{HOW_TO_SEE}"


def test_a_policy_holds_until_the_day_from_which_it_is_retired(library):
    tomorrow = date.today() + timedelta(days=1)
    retire(library, "到期", on=tomorrow)
    assert library.held()["old"].expires == date.today()
    answer = ask(library, ASKED)
    assert (answer.status, quotes(answer)) == ("answered", ["第二条 学校收费应当在校门口公示。"])


def test_of_two_policies_named_the_retired_one_is_told_and_the_other_quoted(beside):
    answer = ask(beside, "《嘉兴市学校收费管理办法》和《嘉兴市教育事业性收费规定》第二条怎么说")
    assert answer.status == "partial"
    assert quotes(answer) == ["第二条 各类学校的事业性收费实行目录清单管理，清单以外不得立项。"]
    assert f"{ENDED}原因：任务已经完成。" in answer.notes


def test_an_unanswered_question_about_a_region_hears_of_its_retired_policy(beside):
    answer = ask(beside, "嘉兴的学校食堂午托谁来管")
    assert (answer.status, answer.citations) == ("not_stated", ())
    assert answer.notes[-2:] == (f"{ENDED}原因：任务已经完成。", HOW_TO_SEE)
