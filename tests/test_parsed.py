"""A file is read once; its record is believed only while file, sidecar and program stay as they are."""

import pytest

from index import parsed as module
from index.corpus import load_corpus, load_document
from index.parsed import ParsedDocuments

POLICY = "杭州市入学办法\n\n第一条 适龄儿童年满六周岁入学。\n\n第二条 学校不得收取择校费。\n"


@pytest.fixture
def corpus(tmp_path):
    raw = tmp_path / "corpus" / "raw"
    raw.mkdir(parents=True)
    for name in ("办法", "细则"):
        (raw / f"{name}.txt").write_text(POLICY.replace("办法", name), "utf-8")
        (raw.parent / f"{name}.yaml").write_text("region: 浙江省/杭州市\n", "utf-8")
    return raw.parent


@pytest.fixture
def records(tmp_path):
    return tmp_path / "index" / "parsed"


@pytest.fixture
def reads(monkeypatch):
    """Names of the files that were really read."""
    names = []

    def read(path, sidecar):
        names.append(path.name)
        return load_document(path, sidecar)

    monkeypatch.setattr("index.corpus.load_document", read)
    return names


def load(corpus, records):
    return load_corpus(corpus, ParsedDocuments(records)).documents


def test_a_file_that_stayed_as_it_was_is_not_read_again(corpus, records, reads):
    first = load(corpus, records)
    assert reads == ["办法.txt", "细则.txt"]
    assert load(corpus, records) == first == load_corpus(corpus).documents
    assert reads == ["办法.txt", "细则.txt"] * 2  # the second time without records


@pytest.mark.parametrize("name", ["raw/办法.txt", "办法.yaml"])
def test_a_changed_file_or_sidecar_is_read_anew_and_only_that(corpus, records, reads, name):
    load(corpus, records)
    reads.clear()
    file = corpus / name
    file.write_text(
        file.read_text("utf-8").replace("六周岁", "七周岁").replace("杭州市\n", "宁波市\n"), "utf-8"
    )
    documents = load(corpus, records)
    assert reads == ["办法.txt"]
    assert documents == load_corpus(corpus).documents


def test_a_new_program_reads_everything_anew(corpus, records, reads, monkeypatch):
    load(corpus, records)
    reads.clear()
    monkeypatch.setattr(module, "_program", lambda: b"another")
    load(corpus, records)
    assert reads == ["办法.txt", "细则.txt"]


@pytest.mark.parametrize("damage", [b"", b"x" * 40, None])
def test_a_damaged_record_costs_a_reading_and_nothing_else(corpus, records, reads, damage):
    first = load(corpus, records)
    reads.clear()
    for file in records.iterdir():
        body = file.read_bytes()
        file.write_bytes(
            body.replace("六周岁".encode(), "八周岁".encode()) if damage is None else damage
        )
    assert load(corpus, records) == first
    assert reads == ["办法.txt", "细则.txt"]


def test_where_no_record_can_be_written_the_corpus_is_loaded_all_the_same(corpus, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    assert load(corpus, blocked / "parsed") == load_corpus(corpus).documents


def test_records_of_files_that_are_gone_are_removed(corpus, records):
    load(corpus, records)
    assert len(list(records.iterdir())) == 2
    (corpus / "raw" / "细则.txt").unlink()
    (corpus / "细则.yaml").unlink()
    load(corpus, records)
    assert len(list(records.iterdir())) == 1
