"""Files as they come in: names, archives, folders, drafts, fields, accepted issues, watching."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest

from index.errors import BadSidecar, CorpusError, UnreadableFile
from index.library.files import LibraryError
from index.library.intake import Received, policy_files, read_received, unpacked
from index.library.names import free_stem, is_document_id, plain_name, stem_for
from index.library.sidecars import change_sidecar, with_fields
from index.library.watch import Watch
from tests.library_toys import empty_library, policy, received


@pytest.fixture
def library(tmp_path):
    return empty_library(tmp_path)


def archive(**files: str | bytes) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return body.getvalue()


# ---- names


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\文件\\实施方案.TXT", "实施方案.txt"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (".hidden.md", "hidden.md"),
        ("甲\n乙:丙.txt", "甲-乙-丙.txt"),
        ("长" * 90 + ".docx", "长" * 60 + ".docx"),
        ("", "document"),
    ],
)
def test_a_name_as_it_was_sent_becomes_one_safe_step_of_a_path(sent, kept):
    assert str(plain_name(sent)) == kept


@pytest.mark.parametrize(
    ("filename", "stem"),
    [
        ("wuhan-2018-4.txt", "wuhan-2018-4"),
        ("教师法(2009-08-27).md", "教师法(2009-08-27)"),
        ("1.docx", "嘉兴市招生办法"),
        ("IMG_0001.pdf", "嘉兴市招生办法"),
    ],
)
def test_a_file_name_that_says_nothing_gives_way_to_the_title(filename, stem):
    assert stem_for(filename, "嘉兴市招生办法") == stem


def test_a_title_with_dots_and_slashes_is_a_safe_name():
    assert stem_for("1.txt", "关于1.5倍/2倍标准的通知") == "关于1.5倍-2倍标准的通知"
    assert stem_for("1.txt", "") == "1"


def test_a_taken_name_gets_a_number():
    assert free_stem("a-plan", {"a-plan", "a-plan-2"}) == "a-plan-3"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [("jiaxing-2024", True), ("嘉兴", False), ("a/b", False), ("2024", False), ("a" * 61, False)],
)
def test_a_person_may_give_a_plain_id(text, allowed):
    assert is_document_id(text) == allowed


# ---- what comes in


def test_an_archive_gives_its_files_with_the_sidecars_beside_them():
    data = archive(**{"raw/a.txt": "甲", "a.yaml": "title: 甲", "b/c.txt": "丙", "c.yaml": "x: 1"})
    assert unpacked("包.ZIP", data) == (
        Received("raw/a.txt", "甲".encode(), {"sidecar.yaml": b"title: \xe7\x94\xb2"}),
        Received("b/c.txt", "丙".encode(), {}),
    )


def test_a_folder_gives_what_can_be_read_and_leaves_the_rest(tmp_path):
    for name in ("raw/a.txt", "b.docx", "c.exe", ".d.txt", "~$e.docx", "a.yaml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("甲")
    found = [path.relative_to(tmp_path).as_posix() for path in policy_files(tmp_path)]
    assert found == ["b.docx", "raw/a.txt"]
    [one] = read_received(tmp_path / "raw" / "a.txt")
    assert one.beside == {"sidecar.yaml": "甲".encode()}


def test_a_path_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UnreadableFile, match="没有找到"):
        policy_files(tmp_path / "nothing")


def test_a_faulty_file_of_an_archive_stops_none_of_the_others(library):
    good = policy("嘉兴市", "学校收费要公示。")
    data = archive(**{"jiaxing-2024.txt": good, "空.txt": "", "程序.exe": "MZ"})
    added = library.drafts.add("包.zip", data, "甲")
    assert [one.document_id for one in added.drafts] == ["jiaxing-2024"]
    assert [one.filename for one in added.faults] == ["空.txt", "程序.exe"]
    assert "文件是空的" in added.faults[0].message


# ---- drafts


def test_a_draft_keeps_the_file_byte_for_byte_and_what_is_known_of_it(library):
    data = policy("嘉兴市", "学校收费要公示。").encode("gb18030")
    draft = library.drafts.keep(Received("jiaxing-2024.txt", data), "甲")
    assert draft.source.read_bytes() == data
    assert (draft.document_id, draft.title, draft.by, draft.filename) == (
        "jiaxing-2024",
        "嘉兴市教育局关于做好义务教育入学工作的意见",
        "甲",
        "jiaxing-2024.txt",
    )
    document = library.drafts.document(draft.id)
    assert (str(document.region), document.issued) == ("浙江省/嘉兴市", date(2024, 5, 1))
    assert library.drafts.all() == (draft,)


def test_the_same_file_again_is_the_same_draft(library):
    one = library.drafts.keep(received("嘉兴市", "学校收费要公示。"), "甲")
    assert library.drafts.keep(received("嘉兴市", "学校收费要公示。"), "乙") == one


def test_a_corrected_file_takes_the_place_of_its_draft_with_what_was_said_of_it(library):
    first = library.drafts.keep(received("嘉兴市", "学校收费要公示。"), "甲")
    library.drafts.edit(first.id, {"nicknames": ["入学意见"]})
    second = library.drafts.keep(received("嘉兴市", "学校收费一律公示。"), "甲")
    assert [one.id for one in library.drafts.all()] == [second.id]
    assert library.drafts.document(second.id).nicknames == ("入学意见",)


def test_another_policy_of_the_same_file_name_is_another_draft(library):
    texts = [policy("嘉兴市", "学校收费要公示。", year) for year in (2023, 2024)]
    other = "武汉市教育局关于学校午餐的通知\n\n一、学校办好食堂，午餐不得外包。\n"
    for text in (*texts, other):
        library.drafts.keep(Received("notice.txt", text.encode()), "甲")
    assert sorted(one.document_id for one in library.drafts.all()) == [
        "notice",
        "notice-2",
        "notice-3",
    ]


def test_a_file_of_unknown_region_is_kept_for_staff_to_say(library):
    text = "关于学校午餐的通知\n\n一、学校办好食堂。\n二、午餐不得外包。\n"
    draft = library.drafts.keep(Received("lunch-1.txt", text.encode()), "甲")
    look = library.look(draft.id)
    assert look.document is None
    assert look.obstacles == (look.fault,) and "地区" in look.fault
    library.drafts.edit(draft.id, {"region": "浙江省/嘉兴市"})
    document = library.look(draft.id).document
    assert document is not None and str(document.region) == "浙江省/嘉兴市"


def test_a_field_that_is_wrong_changes_nothing(library):
    draft = library.drafts.keep(received("嘉兴市", "学校收费要公示。"), "甲")
    with pytest.raises(BadSidecar, match="不认识的字段 colour"):
        library.drafts.edit(draft.id, {"colour": "red"})
    for name in ("../x", "大写ID", "A"):
        with pytest.raises(LibraryError, match="文件编号"):
            library.drafts.edit(draft.id, {"document_id": name, "region": "湖北省"})
    assert sorted(path.name for path in draft.folder.iterdir()) == ["draft.json", "raw"]


def test_a_new_id_keeps_what_only_the_file_name_told(library):
    text = policy("嘉兴市", "学校收费要公示。").replace("2024年5月1日", "")
    draft = library.drafts.keep(Received("招生意见(2024-05-01).txt", text.encode()), "甲")
    before = library.drafts.document(draft.id)
    draft = library.drafts.edit(draft.id, {"document_id": "jiaxing-24"})
    after = library.drafts.document(draft.id)
    assert (after.id, draft.document_id) == ("jiaxing-24", "jiaxing-24")
    assert before.issued == date(2024, 5, 1) or before.effective == date(2024, 5, 1)
    assert (after.issued, after.effective) == (before.issued, before.effective)
    library.drafts.keep(received("武汉市", "学校收费要公示。"), "甲")
    with pytest.raises(LibraryError, match="另一份草稿已经用了编号 wuhan-2024"):
        library.drafts.edit(draft.id, {"document_id": "wuhan-2024"})


def test_an_issue_is_accepted_for_a_reason_by_a_person(library):
    text = policy("嘉兴市", "学校收费（要公示。")
    draft = library.drafts.keep(Received("jiaxing-2024.txt", text.encode()), "甲")
    [issue] = library.look(draft.id).open_issues
    assert library.look(draft.id).obstacles == (issue.message,)
    with pytest.raises(LibraryError, match="为什么"):
        library.drafts.accept(draft.id, issue.id, "  ", "乙")
    accepted = library.drafts.accept(draft.id, issue.id, "原文如此", "乙").accepted
    assert [(key, one.reason, one.by) for key, one in accepted.items()] == [
        (issue.id, "原文如此", "乙")
    ]
    assert library.look(draft.id).obstacles == ()


@pytest.mark.parametrize("draft_id", ["0123456789", "../../etc", ""])
def test_a_draft_that_is_not_there_is_named(library, draft_id):
    with pytest.raises(LibraryError, match="没有编号为"):
        library.drafts.get(draft_id)


def test_a_draft_whose_making_was_stopped_is_no_draft(library):
    draft = library.drafts.keep(received("嘉兴市", "学校收费要公示。"), "甲")
    (draft.folder / "draft.json").unlink()
    assert library.drafts.all() == ()
    again = library.drafts.keep(received("嘉兴市", "学校收费要公示。"), "甲")
    assert (again.id, again.document_id) == (draft.id, "jiaxing-2024")
    library.drafts.remove(again.id)
    assert not again.folder.exists()


# ---- sidecars


def test_a_field_is_changed_and_the_rest_stays_as_it_was_written():
    text = "# 手写\ntitle: 甲\nvalidity:\n  status: 现行\n  basis: 文内\nregion: 全国 # 国\n"
    fields = {"validity": {"status": "废止", "basis": "新规"}, "title": None}
    assert with_fields(text, fields) == (
        "# 手写\nregion: 全国 # 国\nvalidity:\n  status: 废止\n  basis: 新规\n"
    )


def test_a_sidecar_is_checked_before_it_is_replaced(tmp_path):
    path = tmp_path / "a.yaml"
    change_sidecar(path, {"issued": date(2024, 5, 1)})
    with pytest.raises(CorpusError):
        change_sidecar(path, {"issued": "五月"})
    assert path.read_text() == "issued: 2024-05-01\n"
    assert list(tmp_path.iterdir()) == [path]


# ---- watching


def look(watch: Watch) -> list[tuple[str, int, int]]:
    return [(path.name, len(added.drafts), len(added.faults)) for path, added in watch.look()]


def test_a_file_is_taken_in_once_it_has_stopped_growing_and_only_once(library, tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    path = folder / "jiaxing-2024.txt"
    whole = policy("嘉兴市", "学校收费要公示。")
    path.write_text(whole[:40])
    watch = Watch(folder, library.drafts, "甲")
    assert look(watch) == []
    path.write_text(whole)  # the copy went on between two looks
    assert (look(watch), watch.waits()) == ([], True)
    assert look(watch) == [("jiaxing-2024.txt", 1, 0)]
    assert (look(watch), watch.waits()) == ([], False)
    again = Watch(folder, library.drafts, "甲")  # after a restart
    assert (look(again), look(again)) == ([], [])


def test_a_changed_file_is_taken_in_again_and_a_faulty_one_reported_once(library, tmp_path):
    folder = tmp_path / "drop"
    folder.mkdir()
    path = folder / "jiaxing-2024.txt"
    path.write_text(policy("嘉兴市", "学校收费要公示。"))
    (folder / "空.txt").write_text(" ")
    watch = Watch(folder, library.drafts, "甲")
    assert (look(watch), look(watch)) == ([], [("jiaxing-2024.txt", 1, 0), ("空.txt", 0, 1)])
    path.write_text(policy("嘉兴市", "学校收费一律公示。"))
    os.utime(path, (2e9, 2e9))
    assert (look(watch), look(watch)) == ([], [("jiaxing-2024.txt", 1, 0)])
    [draft] = library.drafts.all()
    assert "一律公示" in library.drafts.document(draft.id).text


def test_a_watched_folder_that_is_gone_is_named(library, tmp_path):
    with pytest.raises(UnreadableFile, match="没有找到"):
        look(Watch(Path(tmp_path / "gone"), library.drafts, "甲"))
