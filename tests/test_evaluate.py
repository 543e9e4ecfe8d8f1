import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from bot.bench.tutorial import Chunk, TutorialRag
from bot.conversation import Answer, AnswerStatus, Citation, Question, Quote
from bot.evaluate import (
    as_json_object,
    check_floors,
    evaluate,
    floors_beside,
    with_composer,
    worded_line,
)
from bot.resolve import Resolver
from bot.scoring.baselines import BareSearch, ClauseScores, measure_baselines
from bot.scoring.evaluation import Evaluation, Outcome
from bot.scoring.expectations import Expectation, GoldQuote, load_expectations
from bot.scoring.measures import Ratio, measure_answer
from bot.scoring.scores import as_text, evaluation_to_dict, failure_text, load_floors, write_scores
from bot.scoring.tradeoff import TradeoffPoint, tradeoff
from bot.settings import load_settings
from index.documents import Hit
from index.errors import SettingsError
from tests.toys import ToyEmbedder, tiny_corpus

DATA = Path(__file__).parent / "data"
JIA, WU = tiny_corpus()


def answer_with(document, key, status=AnswerStatus.ANSWERED) -> Answer:
    clause = document.clause(key)
    quote = Quote(clause.text, clause.start, clause.end)
    cited = (Citation(1, document, clause, (quote,)),) if status == "answered" else ()
    hits = (Hit(document, clause, 0.5, {"dense": 0.5}),)
    return Answer(Question("？"), "？", status, clause.text, citations=cited, hits=hits)


@dataclass
class ScriptedChain:
    """Gives prepared answers by question; sections score as told."""

    answers: dict[str, Answer]
    chances: dict[str, float] = field(default_factory=dict)
    documents = {"jia": JIA, "wu": WU}  # noqa: RUF012

    def __post_init__(self) -> None:
        self.resolver = Resolver(self.documents)
        self.retriever = self

    def invoke(self, question: Question) -> Answer:
        return replace(self.answers[question.text], question=question)

    def find(self, reading):
        chance = self.chances[reading.question.text]
        return SimpleNamespace(sections=[SimpleNamespace(probability=p) for p in (0.1, chance)])


def line(number, question, expect="answered", kind="single", quote=None, audience=None):
    gold = [{"document": "jia", "quote": quote}] if quote else []
    return {
        "id": f"q{number}", "question": question, "region": None, "audience": audience,
        "history": [], "kind": kind, "expect": [expect], "regions": ["浙江省/嘉兴市"],
        "gold": gold, "acceptable": [], "facts": [], "forbidden": [],
    }  # fmt: skip


@pytest.fixture
def evaluation(tmp_path) -> Evaluation:
    """One right answer, one from the wrong city, one rightly and one wrongly silent."""
    lines = [
        line(1, "老师轮岗", quote="六年交流", audience="教师"),
        line(2, "上学", quote="就近入学", audience="家长"),
        line(3, "校服多少钱", expect="not_stated", kind="not_stated"),
        line(4, "收费", quote="收费要公示"),
    ]
    path = tmp_path / "q.jsonl"
    path.write_text("\n".join(json.dumps(one, ensure_ascii=False) for one in lines))
    silent = AnswerStatus.NOT_STATED
    answers = {
        "老师轮岗": answer_with(JIA, "2"),
        "上学": answer_with(WU, "1"),
        "校服多少钱": answer_with(JIA, "3", silent),
        "收费": answer_with(JIA, "3", silent),
    }
    chances = {"老师轮岗": 0.9, "上学": 0.8, "校服多少钱": 0.3, "收费": 0.4}
    return evaluate(path, ScriptedChain(answers, chances))


def test_every_question_is_asked_and_measured(evaluation):
    assert [one.expected.question.id for one in evaluation.outcomes] == ["q1", "q2", "q3", "q4"]
    assert [one.chance for one in evaluation.outcomes] == [0.9, 0.8, 0.3, 0.4]
    totals = evaluation.totals
    shown = {name: (totals[name].count, totals[name].total) for name in totals}
    assert shown == {
        "evidence_recall": (1, 3),
        "first_citation": (1, 3),
        "citation_precision": (1, 2),
        "wrong_region": (1, 4),
        "region_recall": (0, 0),
        "status": (3, 4),
        "fact_recall": (0, 0),
        "forbidden": (0, 0),
        "verbatim": (2, 2),
        "numbers": (2, 2),
        "abstained": (1, 1),
        "false_abstention": (1, 3),
        "handled": (0, 0),
    }


def test_measures_are_grouped_by_kind_region_and_audience(evaluation):
    kinds = {kind: row["status"] for kind, row in evaluation.by("kind").items()}
    assert kinds == {"not_stated": Ratio(1, 1), "single": Ratio(2, 3)}
    audiences = {one: row["status"] for one, row in evaluation.by("audience").items()}
    assert audiences == {"none": Ratio(1, 2), "家长": Ratio(1, 1), "教师": Ratio(1, 1)}
    assert list(evaluation.by("region")) == ["浙江省/嘉兴市"]


@pytest.mark.parametrize(
    ("expect", "regions", "groups"),
    [
        ("not_covered", ("浙江省/杭州市",), ["not held"]),
        ("refused", (), ["none"]),
        ("answered", ("浙江省/嘉兴市", "湖北省/武汉市"), ["浙江省/嘉兴市", "湖北省/武汉市"]),
    ],
)
def test_unheld_regions_are_one_group(expect, regions, groups):
    expected = Expectation(Question("？"), "single", (AnswerStatus(expect),), regions)
    answer = answer_with(JIA, "2")
    outcome = Outcome(expected, answer, measure_answer(expected, answer), 1.0, 1.0)
    assert list(Evaluation("q", (outcome,)).by("region")) == groups


def test_a_failure_says_what_is_wrong_and_which_hits_led_there(evaluation):
    assert [one.expected.question.id for one in evaluation.failures] == ["q2", "q4"]
    assert evaluation.failures[0].reasons == (
        "evidence not cited",
        "first citation without evidence",
        "wrong region",
    )
    assert failure_text(evaluation.failures[1]) == (
        "- **q4** (single) 收费\n"
        "  - wrong: status not_stated, expected answered; evidence not cited; "
        "first citation without evidence\n"
        "  - expected: jia 收费要公示\n"
        "  - not_stated, score 0.40, cited: -\n"
        "  - hit +jia#3 第3条: dense 0.500"
    )


def test_a_measure_below_its_floor_is_named(evaluation):
    floors = {"status": 0.75, "verbatim": 1, "wrong_region": 0.25, "false_abstention": 0.3}
    assert check_floors(evaluation, floors) == ["q.jsonl false_abstention: 0.333 (1/3), floor 0.3"]
    assert check_floors(evaluation, {"evidence_recall": 0.34}) == [
        "q.jsonl evidence_recall: 0.333 (1/3), floor 0.34"
    ]
    assert check_floors(evaluation, {"handled": 1}) == [
        "q.jsonl handled: not measured (0/0), floor 1"
    ]
    assert check_floors(evaluation, {"forbidden": 0}) == []


def test_worded_answers_are_counted_with_the_reasons_for_the_others(evaluation):
    assert worded_line(evaluation) == "q.jsonl worded: 0/2"
    first, *others = evaluation.outcomes
    worded = replace(first, answer=replace(first.answer, composer="llm"))
    quoted = [
        replace(one, answer=replace(one.answer, staff_notes=("ModelFailure: cut",)))
        for one in others
    ]
    mixed = replace(evaluation, outcomes=(worded, *quoted))
    assert worded_line(mixed) == "q.jsonl worded: 1/2 (1 x ModelFailure: cut)"


def test_the_composer_of_an_evaluation_is_chosen_whatever_the_settings_say():
    plain = load_settings({})
    model = replace(plain, model_url="http://127.0.0.1:1/v1", model_name="qwen")
    assert with_composer(model, "extractive") == with_composer(plain, "extractive") == plain
    assert with_composer(model, "llm") == model
    with pytest.raises(SettingsError, match="WENCE_MODEL_URL"):
        with_composer(plain, "llm")


def test_floors_are_read_from_beside_the_questions(tmp_path):
    (tmp_path / "floors.yaml").write_text("q.jsonl: {status: 0.9}\n")
    assert floors_beside(tmp_path / "q.jsonl") == {"status": 0.9}
    assert floors_beside(tmp_path / "other.jsonl") == {}
    assert floors_beside(tmp_path / "elsewhere" / "q.jsonl") == {}


@pytest.mark.parametrize("text", ["q.jsonl: {stauts: 0.9}", "[1]", "q.jsonl: 1", "{"])
def test_a_faulty_file_of_floors_is_refused(tmp_path, text):
    (tmp_path / "floors.yaml").write_text(text)
    with pytest.raises(SettingsError, match=r"floors\.yaml: "):
        load_floors(tmp_path / "floors.yaml")


def test_the_tradeoff_counts_what_each_threshold_keeps_silent(evaluation):
    # answerable: .9, .8 and .4; not stated: .3
    assert tradeoff(evaluation) == (
        TradeoffPoint(0.0, 0.0, 0.0),
        TradeoffPoint(0.3, 0.0, 0.0),
        TradeoffPoint(0.4, 1.0, 0.0),
        TradeoffPoint(0.8, 1.0, 1 / 3),
        TradeoffPoint(0.9, 1.0, 2 / 3),
        TradeoffPoint(1.01, 1.0, 1.0),
    )


def test_the_page_has_every_table_and_a_well_formed_plot_beside_it(evaluation, tmp_path):
    write_scores([evaluation], tmp_path / "scores.md")
    page = (tmp_path / "scores.md").read_text()
    assert "| evidence_recall | 0.333 | 1/3 |" in page
    assert "### By kind" in page
    assert failure_text(evaluation.failures[0]) in page
    assert "![abstention trade-off](scores.svg)" in page
    plot = ElementTree.fromstring((tmp_path / "scores.svg").read_text())
    [curve] = plot.findall(".//{*}polyline")
    points = [tuple(map(float, point.split(","))) for point in curve.get("points").split()]
    assert (points[0], points[-1]) == ((56.0, 304.0), (424.0, 56.0))
    [ring] = plot.findall(".//{*}circle")  # one of three answerable, and the only other, silent
    assert (ring.get("cx"), ring.get("cy")) == ("178.7", "56.0")


def test_the_json_has_counts_groups_failures_and_the_tradeoff(evaluation):
    body = json.loads(json.dumps(evaluation_to_dict(evaluation), ensure_ascii=False))
    assert body["measures"]["status"] == {"value": 0.75, "count": 3, "total": 4}
    assert body["by"]["kind"]["not_stated"]["abstained"]["count"] == 1
    assert [one["id"] for one in body["failures"]] == ["q2", "q4"]
    assert body["failures"][1]["hits"] == [{"clause": "jia#3", "scores": {"dense": 0.5}}]
    assert body["tradeoff"][2] == [0.4, 1.0, 0.0]
    assert body["baselines"] == []


def test_the_json_says_what_fell_and_with_a_model_how_many_answers_it_worded(evaluation):
    quoted = as_json_object(evaluation, ["q.jsonl status: 0.750 (3/4), floor 1"], worded=False)
    assert quoted == {
        **evaluation_to_dict(evaluation),
        "fell": ["q.jsonl status: 0.750 (3/4), floor 1"],
    }
    told = as_json_object(evaluation, [], worded=True)
    assert (told["fell"], told["worded"]) == ([], "q.jsonl worded: 0/2")


def test_an_answer_that_is_right_is_no_failure():
    clause = JIA.clause("2")
    expected = Expectation(
        Question("？"),
        "single",
        (AnswerStatus.ANSWERED,),
        ("浙江省/嘉兴市",),
        (GoldQuote("jia", clause.text),),
    )
    answer = answer_with(JIA, "2")
    outcome = Outcome(expected, answer, measure_answer(expected, answer), 1.0, 1.0)
    assert outcome.reasons == ()


@pytest.fixture(scope="module")
def scores(tiny_searcher) -> ClauseScores:
    return ClauseScores(tiny_searcher)


@pytest.mark.parametrize(
    ("name", "first"), [("bare BM25", "wu#1"), ("bare vectors", "jia#1"), ("plain fusion", "jia#1")]
)
def test_bare_searches_rank_clauses_by_their_own_score_alone(scores, name, first):
    # jia#1 is short and about 入学 alone; wu#1 shares the rarer 随迁子女; ranks 1 and 2 tie
    ranked = BareSearch(scores, name).rank("随迁子女入学", None)
    assert (len(ranked), ranked[0].clause.id) == (3, first)
    inside = BareSearch(scores, name).rank("随迁子女入学", frozenset({"jia"}))
    assert inside[0].clause.id == "jia#1"
    assert {one.document.id for one in inside} == {"jia"}


def test_bare_searches_know_no_everyday_questions(scores):
    # 老师多久换一次学校 was written for jia#2; no clause itself says 老师 or 多久
    assert scores.keywords("老师多久").tolist() == [0, 0, 0, 0, 0]
    assert scores.keywords("学校").tolist()[:2] == [0, 0]


def test_baselines_are_measured_at_every_depth_over_all_and_right_documents(scores):
    gold = (GoldQuote("jia", "就近入学"),)
    asked = Question("入学", history=("随迁子女",))
    expected = Expectation(asked, "single", (AnswerStatus.ANSWERED,), ("浙江省/嘉兴市",), gold)
    rows = measure_baselines([expected], [BareSearch(scores, "bare BM25", (1, 2))])
    shown = [
        (row.scope, row.depth, row.measures["evidence_recall"], row.measures["wrong_region"])
        for row in rows
    ]
    assert shown == [
        ("all", 1, Ratio(0, 1), Ratio(1, 1)),
        ("all", 2, Ratio(1, 1), Ratio(1, 1)),
        ("right document", 1, Ratio(1, 1), Ratio(0, 1)),
        ("right document", 2, Ratio(1, 1), Ratio(0, 1)),
    ]


def test_a_chunk_holds_a_quote_by_the_places_of_its_characters():
    moved = replace(JIA, offsets=tuple(range(100, 100 + len(JIA.text))))
    quote = GoldQuote("jia", "就近入学")  # characters 4 to 8
    assert Chunk(moved, 104, 108).holds(quote) is True
    assert Chunk(moved, 105, 200).holds(quote) is False
    assert Chunk(moved, 0, 107).holds(quote) is False
    assert Chunk(WU, 0, 999).holds(quote) is False


def test_the_tutorial_rag_returns_its_nearest_chunks():
    raw = {"jia": JIA.text, "wu": WU.text}
    rag = TutorialRag(ToyEmbedder(), {"jia": JIA, "wu": WU}, raw)
    chunks = rag.rank("教师收费", None)
    assert [(one.document.id, one.start, one.end) for one in chunks] == [
        ("jia", 0, len(JIA.text) - 1),
        ("wu", 0, len(WU.text) - 1),
    ]
    assert [one.document.id for one in rag.rank("教师", frozenset({"wu"}))] == ["wu"]
    row = evaluation_row(rag)
    assert "| tutorial RAG | 1 | all | 1.00 (1/1) | 1.00 (1/1) | 1.00 (1/1) |" in row


def evaluation_row(baseline) -> str:
    answer = answer_with(JIA, "2")
    gold = (GoldQuote("jia", "六年交流"),)
    asked = Question("教师交流")
    expected = Expectation(asked, "single", (AnswerStatus.ANSWERED,), ("浙江省/嘉兴市",), gold)
    outcome = Outcome(expected, answer, measure_answer(expected, answer), 1.0, 1.0)
    return as_text(Evaluation("q", (outcome,), measure_baselines([expected], [baseline])))


@pytest.mark.parametrize("path", sorted(DATA.glob("questions*.jsonl")), ids=lambda one: one.name)
def test_question_files_are_well_formed_with_an_id_of_their_own(path):
    loaded = load_expectations(path)
    ids = [one.question.id for one in loaded]
    assert len(ids) == len(set(ids))
    assert [one.question.id for one in loaded if one.answerable and not one.regions] == []


@pytest.mark.parametrize("name", sorted(load_floors(DATA / "floors.yaml")))
def test_no_measure_has_fallen_below_its_recorded_floor(real_chain, name):
    path = DATA / name
    assert check_floors(evaluate(path, real_chain), floors_beside(path)) == []
