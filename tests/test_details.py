"""Which details a question asks about, and whether a text speaks of them."""

from __future__ import annotations

import pytest

from bot.settings import load_settings
from index.corpus import load_corpus
from index.details import asked_details, speaks_of
from index.words import normalise


@pytest.mark.parametrize(
    ("question", "details"),
    [
        ("当全员导师另外发津贴吗", {"pay"}),
        ("出国培训要不要个人掏钱", {"cost"}),
        ("超过十年不走会不会受处分", {"sanction"}),
        ("心理辅导室周末开不开门", {"hours"}),
        ("转回来上学要不要考试", {"exam"}),
        ("家长的课怎么报名,要不要钱", {"application", "cost"}),
        ("学区长怎么选出来", {"selection"}),
        ("占体育课可以举报吗", {"complaint"}),
        ("督导报告哪里能查到", {"publication"}),
        ("心理测评没过可以复核吗", {"review"}),
        ("手机丢了学校赔不赔", {"damages"}),
        ("并校之后有没有校车", {"transport"}),
        ("同步课堂用哪个软件", {"software"}),
        ("述职评成几个等次", {"grades"}),
    ],
)
def test_a_question_names_the_details_it_asks_about(question, details):
    assert asked_details(question) == details


@pytest.mark.parametrize(
    "question",
    [
        "孩子在别处被开除了,还能上公办小学吗",
        "受过处分了评高级要不要下乡经历",
        "收费不贵的民办幼儿园要占多少",
        "学校几点要求是什么",
        "考核怎么算",
    ],
)
def test_what_a_question_only_tells_is_not_asked(question):
    assert asked_details(question) == frozenset()


def test_a_text_speaks_of_a_detail_in_other_words():
    assert speaks_of("在职称评审中严格落实师德失范“一票否决”制度。", "sanction")
    assert speaks_of("保障“优绩优酬”，适当增加绩效工资总量。", "pay")
    assert not speaks_of("推行中小学全员导师制。", "pay")
    assert not speaks_of("校长在同一所学校连续任职一般不超过10年。", "sanction")


def test_no_clause_lacks_a_detail_that_its_everyday_questions_ask_about():
    corpus = load_corpus(load_settings().corpus_dir)
    asked, lacking = 0, []
    for document in corpus.documents:
        texts = {clause.key: clause.text for clause in document.clauses}
        for key, questions in corpus.asked[document.id].items():
            text = texts[key.split(" ")[0]]  # some stand under the words of a sentence
            for question in questions:
                details = asked_details(normalise(question))
                asked += len(details)
                lacking += [(question, one) for one in details if not speaks_of(text, one)]
    assert asked > 50
    assert lacking == []
