"""The corpus changes: published, retired, withdrawn, brought back, and never half."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import threading
from datetime import date
from pathlib import Path

import pytest

from bot.chain import PolicyChain
from bot.conversation import AnswerStatus, Question
from bot.settings import load_settings
from index.errors import CorpusError, UnreadableFile
from index.library.changes import Changes, Retirement
from index.library.export import export
from index.library.files import LibraryError, corpus_files
from index.library.intake import Received, read_received
from index.library.library import Library
from index.library.versions import find_document, find_earlier
from index.publish import BuildRunning, build_lock, current_build, read_manifest
from index.search import Query, Searcher
from tests.library_toys import apply, empty_library, fees, policy, publish, received, silent
from tests.toys import ToyEmbedder

ROOT = Path(__file__).parent.parent
SIDECAR = "# 手写\nnicknames: [入学意见]\n"
ASKED = '"1": [几岁入学]\n"1 招生对象": [招谁]\n"2 学校收费": [收费公示吗]\n'
KILLS = ("stage", "store0", "verify0", "prepared", "publish0", "publish1", "settle")


@pytest.fixture(scope="module")
def two_publications(tmp_path_factory) -> Path:
    """A folder with a library in which the fees of one of two policies changed; read only."""
    folder = tmp_path_factory.mktemp("library")
    library = empty_library(folder)
    beside = {"sidecar.yaml": SIDECAR.encode(), "asked.yaml": ASKED.encode()}
    jiaxing = received("嘉兴市", "学校收费要公示。")
    first = Received(jiaxing.filename, jiaxing.data, beside)
    publish(library, first, received("武汉市", "午托不得收费。"), note="第一批")
    publish(library, received("嘉兴市", "学校收费一律公示。"), by="乙")
    return folder


@pytest.fixture
def library(two_publications, tmp_path) -> Library:
    """A copy that a test may change."""
    shutil.copytree(two_publications, tmp_path / "copy")
    return empty_library(tmp_path / "copy")


def answer_about_fees(library: Library) -> str:
    searcher = Searcher.open(library.index_dir, ToyEmbedder())
    hits = searcher.search(Query("嘉兴学校收费", documents=("jiaxing-2024",))).hits
    return hits[0].clause.text.strip()


def corpus_texts(folder: Path) -> dict[str, str]:
    return {name: path.read_text() for name, path in corpus_files(folder).items()}


# ---- publishing


def test_what_was_published_is_served_written_down_and_in_the_corpus_folder(library):
    assert [
        (one.number, one.by, one.note, one.added, one.changed) for one in library.history()
    ] == [
        (2, "乙", "", (), ("jiaxing-2024",)),
        (1, "甲", "第一批", ("jiaxing-2024", "wuhan-2024"), ()),
    ]
    assert fees(library, "jiaxing-2024") == "二、学校收费。学校收费一律公示。"
    assert (library.current(), library.unpublished(), library.drafts.all()) == (2, (), ())
    assert (
        corpus_texts(library.corpus_dir)
        == {
            "jiaxing-2024.asked.yaml": "'1':\n- 几岁入学\n1 招生对象:\n- 招谁\n",  # the other clause has other words now
            "jiaxing-2024.yaml": SIDECAR,
            "raw/jiaxing-2024.txt": policy("嘉兴市", "学校收费一律公示。"),
            "raw/wuhan-2024.txt": policy("武汉市", "午托不得收费。"),
        }
    )


def test_publications_share_the_files_that_did_not_change(two_publications):
    library = empty_library(two_publications)
    one, two = (library.publications.files(number) for number in (1, 2))
    assert one["raw/wuhan-2024.txt"].samefile(two["raw/wuhan-2024.txt"])
    assert not two["raw/wuhan-2024.txt"].samefile(library.corpus_dir / "raw/wuhan-2024.txt")
    assert "要公示" in one["raw/jiaxing-2024.txt"].read_text()


def test_a_prepared_publication_is_asked_before_it_is_served_also_after_a_restart(library):
    draft = library.drafts.keep(received("松阳县", "教师可以住宿舍。"), "甲")
    library.prepare(Changes((draft.id,), by="甲"), ToyEmbedder(), silent)
    prepared = Library(library.corpus_dir, library.index_dir).prepared()
    assert prepared is not None
    preview = Searcher.open(library.index_dir, ToyEmbedder(), prepared.build)
    assert set(preview.documents) == {"jiaxing-2024", "songyang-2024", "wuhan-2024"}
    assert set(library.held()) == {"jiaxing-2024", "wuhan-2024"}
    assert library.publish(prepared, silent).added == ("songyang-2024",)
    assert set(library.held()) == {"jiaxing-2024", "songyang-2024", "wuhan-2024"}
    assert library.prepared() is None


def test_what_was_given_up_is_never_served(library):
    prepared = library.prepare(Changes(withdraw=("wuhan-2024",)), ToyEmbedder(), silent)
    library.discard()
    assert (library.prepared(), prepared.build.exists()) == (None, False)
    with pytest.raises(LibraryError, match="请重新检查后再发布"):
        library.publish(prepared, silent)
    assert [one.number for one in library.history()] == [2, 1]


def test_only_the_last_preparation_can_be_published(library):
    first = library.prepare(Changes(withdraw=("wuhan-2024",)), ToyEmbedder(), silent)
    library.prepare(Changes(withdraw=("jiaxing-2024",)), ToyEmbedder(), silent)
    with pytest.raises(LibraryError, match="又有别的内容发布或准备了"):
        library.publish(first, silent)


def test_a_draft_with_an_open_issue_can_be_previewed_and_not_published(library):
    text = policy("松阳县", "学校收费（要公示。")
    draft = library.drafts.keep(Received("songyang-2024.txt", text.encode()), "甲")
    prepared = library.prepare(Changes((draft.id,)), ToyEmbedder(), silent)
    [issue] = library.look(draft.id).open_issues
    with pytest.raises(LibraryError) as refused:
        library.publish(prepared, silent)
    assert str(refused.value).splitlines() == [
        "还有问题没有处理，不能发布：",
        f"《{draft.title}》：{issue.message}",
    ]
    library.drafts.accept(draft.id, issue.id, "原文如此", "乙")
    assert library.publish(prepared, silent).added == ("songyang-2024",)


def test_a_draft_that_was_edited_after_it_was_prepared_is_prepared_again(library):
    draft = library.drafts.keep(received("松阳县", "学校收费要公示。"), "甲")
    prepared = library.prepare(Changes((draft.id,)), ToyEmbedder(), silent)
    library.drafts.edit(draft.id, {"short_title": "松阳意见"})
    with pytest.raises(LibraryError, match="在准备之后改过"):
        library.publish(prepared, silent)
    assert library.drafts.all() == (library.drafts.get(draft.id),)


def test_a_retired_policy_stays_with_its_day_and_reason(library):
    retirement = Retirement("jiaxing-2024", "被嘉教〔2025〕3号废止", date(2025, 3, 1))
    made = apply(library, Changes(retire=(retirement,), by="甲"))
    assert (made.retired, made.changed) == (("jiaxing-2024",), ())
    held = library.held()["jiaxing-2024"]
    assert (held.validity.status, held.validity.basis, held.expires) == (
        "废止",
        "自2025年3月1日起废止，被嘉教〔2025〕3号废止",
        date(2025, 2, 28),
    )
    assert (library.corpus_dir / "jiaxing-2024.yaml").read_text().startswith(SIDECAR)


def test_a_withdrawn_policy_is_kept_in_the_publications_alone(library):
    made = apply(library, Changes(withdraw=("jiaxing-2024",), by="甲"))
    assert (made.withdrawn, set(library.held())) == (("jiaxing-2024",), {"wuhan-2024"})
    assert list(corpus_texts(library.corpus_dir)) == ["raw/wuhan-2024.txt"]
    assert "raw/jiaxing-2024.txt" in library.publications.files(2)


@pytest.mark.parametrize(
    "changes",
    [
        Changes(withdraw=("nobody",)),
        Changes(retire=(Retirement("nobody", "某因", date(2025, 1, 1)),)),
        Changes(drafts=("0123456789",)),
        Changes(withdraw=("jiaxing-2024", "wuhan-2024")),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_is_left_behind(library, changes):
    with pytest.raises(CorpusError):
        library.prepare(changes, ToyEmbedder(), silent)
    assert library.prepared() is None
    assert sorted(path.name for path in library.publications.folder.iterdir()) == [
        "000001",
        "000002",
        "SYNCED",
    ]


# ---- going back


def test_going_back_is_a_new_publication_and_embeds_nothing(library):
    embedder = ToyEmbedder()
    prepared = library.prepare_rollback(1, "丙", embedder, silent)
    made = library.publish(prepared, silent)
    assert (made.number, made.restores, made.by, made.changed) == (3, 1, "丙", ("jiaxing-2024",))
    assert made.note.startswith("回退到第 1 次发布（")
    assert embedder.embedded == []
    assert answer_about_fees(library) == "二、学校收费。学校收费要公示。"
    assert corpus_texts(library.corpus_dir) == {
        name: path.read_text() for name, path in library.publications.files(1).items()
    }


def test_going_back_to_what_is_served_changes_nothing(library):
    prepared = library.prepare_rollback(2, "丙", ToyEmbedder(), silent)
    assert (prepared.changed, library.publish(prepared, silent).number) == (False, 2)


@pytest.mark.parametrize("number", [0, 3, 99])
def test_there_is_no_going_back_to_what_never_was(library, number):
    with pytest.raises(LibraryError, match="没有第"):
        library.prepare_rollback(number, "丙", ToyEmbedder(), silent)


# ---- the corpus folder


def test_a_folder_is_published_as_it_stands_and_again_only_when_it_changed(tmp_path):
    library = empty_library(tmp_path)
    with pytest.raises(UnreadableFile, match=str(library.corpus_dir)):
        library.prepare_folder("甲", "", ToyEmbedder(), silent)
    raw = library.corpus_dir / "raw" / "jiaxing-2024.txt"
    raw.parent.mkdir(parents=True)
    raw.write_text(policy("嘉兴市", "学校收费要公示。"))
    made = library.publish(library.prepare_folder("甲", "", ToyEmbedder(), silent), silent)
    assert (made.number, made.added, made.from_folder) == (1, ("jiaxing-2024",), True)
    assert not library.prepare_folder("甲", "", ToyEmbedder(), silent).changed
    (library.corpus_dir / "jiaxing-2024.yaml").write_text("# 只是一句注释\n{}\n")
    made = library.publish(library.prepare_folder("甲", "", ToyEmbedder(), silent), silent)
    assert (made.number, made.changed) == (2, ("jiaxing-2024",))


def test_work_in_the_corpus_folder_is_not_written_over(library):
    path = library.corpus_dir / "raw" / "wuhan-2024.txt"
    path.write_text(policy("武汉市", "午托免费。"))
    with pytest.raises(LibraryError, match=r"改动还没有发布（raw/wuhan-2024\.txt）"):
        library.prepare(Changes(withdraw=("jiaxing-2024",)), ToyEmbedder(), silent)
    library.publish(library.prepare_folder("甲", "", ToyEmbedder(), silent), silent)
    apply(library, Changes(withdraw=("jiaxing-2024",)))
    assert fees(library, "wuhan-2024") == "二、学校收费。午托免费。"


def test_files_that_were_there_before_the_first_publication_are_kept_as_one(tmp_path):
    library = empty_library(tmp_path)
    raw = library.corpus_dir / "raw" / "jiaxing-2024.txt"
    raw.parent.mkdir(parents=True)
    raw.write_text(policy("嘉兴市", "学校收费要公示。"))
    publish(library, received("武汉市", "午托不得收费。"))
    assert [(one.number, one.note, one.added) for one in library.history()] == [
        (2, "", ("wuhan-2024",)),
        (1, "启用发布记录之前的文件", ("jiaxing-2024",)),
    ]
    assert set(library.held()) == {"jiaxing-2024", "wuhan-2024"}


def test_a_lost_index_is_built_again_from_the_same_publication(library):
    shutil.rmtree(library.index_dir)
    assert (library.current(), dict(library.held())) == (2, {})
    prepared = library.prepare_folder("甲", "", ToyEmbedder(), silent)
    assert library.publish(prepared, silent).number == 2
    assert answer_about_fees(library) == "二、学校收费。学校收费一律公示。"
    assert read_manifest(current_build(library.index_dir))["publication"] == 2


def test_one_writer_at_a_time(library):
    with build_lock(library.index_dir), pytest.raises(BuildRunning, match="正在进行"):
        library.prepare(Changes(withdraw=("wuhan-2024",)), ToyEmbedder(), silent)


# ---- out again


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_what_is_exported_can_be_taken_in_again(library, tmp_path, name):
    assert export(library.held_files(), tmp_path / name) == 4
    other = empty_library(tmp_path / "other")
    if name == "out.zip":
        drafts = other.drafts.keep_all(read_received(tmp_path / name), "甲").drafts
    else:
        paths = sorted((tmp_path / name / "raw").iterdir())
        drafts = tuple(other.drafts.keep(read_received(path)[0], "甲") for path in paths)
    assert [one.document_id for one in drafts] == ["jiaxing-2024", "wuhan-2024"]
    assert other.drafts.document(drafts[0].id).nicknames == ("入学意见",)


def test_an_export_that_cannot_be_written_is_named(library):
    with pytest.raises(LibraryError, match="写不了"):
        export(library.held_files(), Path("/proc/nowhere"))
    with pytest.raises(LibraryError, match="没有可以导出的"):
        export({}, Path("out"))


def test_a_draft_is_compared_with_the_policy_that_it_replaces(library):
    draft = library.drafts.keep(received("嘉兴市", "学校不得收费。"), "甲")
    new = find_document(library, draft.id)
    assert "不得收费" in new.text
    assert find_earlier(library, new).id == "jiaxing-2024"
    with pytest.raises(LibraryError, match="更早的版本"):
        find_earlier(library, find_document(library, "wuhan-2024"))
    with pytest.raises(LibraryError, match="没有编号为 nobody"):
        find_document(library, "nobody")


# ---- under load, and killed


def test_publishing_and_going_back_under_load_fails_no_question(library):
    chain = PolicyChain(Searcher.open(library.index_dir, ToyEmbedder()), load_settings({}))
    answers, done = [], threading.Event()

    def ask() -> None:
        while not done.wait(0.03):
            answers.append(chain.invoke(Question("嘉兴几岁入学")))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in (1, 2, 1):
        prepared = library.prepare_rollback(number, "甲", ToyEmbedder(), silent)
        assert prepared.changed
        library.publish(prepared, silent)
    done.set()
    for thread in threads:
        thread.join()
    assert {one.status for one in answers} == {AnswerStatus.ANSWERED}
    versions = {one.citations[0].document.text for one in answers}
    assert {"一律" in text for text in versions} == {True, False}
    assert (library.current(), len(versions)) == (5, 2)


def kill(library: Library, stage: str) -> int:
    """Publish the first publication again in another process that kills itself at a stage."""
    command = [sys.executable, "-m", "tests.killed_publish", str(library.corpus_dir.parent), stage]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


@pytest.mark.parametrize("stage", KILLS)
def test_a_killed_publication_is_served_whole_or_not_at_all(library, stage):
    assert kill(library, stage) == -signal.SIGKILL
    served = stage in {"publish1", "settle"}
    assert answer_about_fees(library) == (
        "二、学校收费。学校收费要公示。" if served else "二、学校收费。学校收费一律公示。"
    )
    library.recover()
    number = 3 if served else 2
    assert (library.current(), library.unpublished()) == (number, ())
    made = apply(library, Changes(withdraw=("wuhan-2024",)))
    assert (made.withdrawn, set(library.held())) == (("wuhan-2024",), {"jiaxing-2024"})
    assert library.unpublished() == ()
    assert [one.number for one in library.history()][1:] == list(range(number, 0, -1))
