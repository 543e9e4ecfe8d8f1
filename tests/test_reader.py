"""Text, Markdown, web pages, old Word files and zips: what is read and what is refused."""

from __future__ import annotations

import hashlib
import io
import stat
import time
import zipfile
from pathlib import Path

import pytest
from policy_files import docx_of, zip_of

from index.cleaner import clean
from index.corpus import load_document
from index.errors import UnreadableFile
from index.reader import READERS, RawFile, read_bytes, read_file
from index.reading import legacy
from index.reading.archive import unpack_archive
from index.reading.limits import Limits

TEXT = "一、总体目标\n到２０２５年，学位增加12％以上，建成3～5所。\n"


# ---- text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le"])
def test_the_encoding_of_an_upload_is_detected(encoding):
    data = (TEXT * 20).encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    assert read_bytes("政策.txt", data).text == TEXT * 20


def test_line_ends_of_every_system_become_one():
    data = "一、目标\r\n共12所。\r二、任务\n".encode()
    assert read_bytes("a.txt", data).text == "一、目标\n共12所。\n二、任务\n"


def test_the_digest_is_of_the_bytes_received_and_a_file_reads_like_an_upload(tmp_path):
    data = TEXT.encode("gb18030")
    path = tmp_path / "政策.TXT"
    path.write_bytes(data)
    raw = read_file(path)
    assert raw == RawFile(path, TEXT, hashlib.sha256(data).hexdigest())
    upload = read_bytes("政策.TXT", data)
    assert (upload.text, upload.digest) == (raw.text, raw.digest)


@pytest.mark.parametrize(
    "name", ["../../etc/政策.txt", "C:\\temp\\政策.txt", "/root/政策.txt", "政策.txt"]
)
def test_the_name_of_an_upload_is_never_a_path(name):
    assert read_bytes(name, TEXT.encode()).path == Path("政策.txt")


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b" \n", "文件是空的，请重新获取"),
        (
            "a.xls",
            b"x",
            "不支持这种文件类型，请转换为 .txt、.md、.html、.htm、.docx、.doc、.pdf 之一",
        ),
        ("没有后缀", b"x", "不支持这种文件类型"),
        ("a.txt", b"x" * 50_000_001, "超过 50 MB，请拆分后再放入"),
        ("a.txt", ("共12所。" * 500_000).encode(), "超过 200 万字，请拆分后再放入"),
        ("a.html", b"<p>x" * 3_000_000, "网页超过 10 MB，请只保存正文部分"),
        ("a.html", "<p hidden>看不见</p>".encode(), "文件里没有文字"),
    ],
    ids=["empty", "xls", "no suffix", "bytes", "characters", "page", "hidden"],
)
def test_an_upload_that_cannot_be_read_says_why_and_what_to_do(name, data, reason):
    with pytest.raises(UnreadableFile, match=f"^{name}：.*{reason}"):
        read_bytes(name, data)


def test_every_kind_of_file_has_one_reader():
    assert list(READERS) == [".txt", ".md", ".html", ".htm", ".docx", ".doc", ".pdf"]


# ---- web pages


def page(body: str, head: str = "") -> list[str]:
    html = f"<!DOCTYPE html><html><head><title>某网</title>{head}</head><body>{body}</body></html>"
    return read_bytes("a.html", html.encode()).text.splitlines()


def test_paragraphs_are_lines_and_words_inside_them_stay_together():
    assert page(
        "<p>一、<b>总体</b>目标</p><div>共<span>1</span><span>2</span>所<br>，其中\n  新建3所</div>"
    ) == [
        "一、总体目标",
        "共12所",
        "，其中新建3所",
    ]


def test_what_a_reader_of_the_page_does_not_see_is_left_out():
    unseen = (
        "<script>var a='1所'</script><style>p{}</style><nav>首页</nav><footer>版权</footer>"
        "<div style='display: none'>隐藏</div><p hidden>隐藏</p><p aria-hidden='true'>隐藏</p>"
        "<div role='navigation'>导航</div><!-- 注释 --><noscript>请开启</noscript>"
        "<select><option>选项</option></select><template>模板</template><iframe>框</iframe>"
    )
    assert page(f"{unseen}<p>正文12所。</p>{unseen}") == ["正文12所。"]


def test_a_link_is_its_words_and_a_handler_is_nothing():
    assert page("<p onclick='x()'>见<a href='javascript:x()'>附件1</a>。</p>") == ["见附件1。"]


def test_table_cells_are_parted_and_rows_are_lines():
    rows = "<tr><th>学校</th><th>2021年</th><th>2022年</th></tr>\n<tr>\n<td>一<b>小</b></td>\n<td><p>1,200</p></td><td>35<br>40</td></tr>"
    assert page(f"<table>{rows}</table>") == ["学校｜2021年｜2022年", "一小｜1,200｜35 40"]


def test_a_table_that_lays_out_a_page_keeps_its_paragraphs():
    body = "".join(f"<p>{number}、第{number}项任务，建成12所。</p>" for number in range(1, 30))
    assert page(f"<table><tr><td>左栏</td><td>{body}</td></tr></table>") == [
        "左栏",
        *(f"{number}、第{number}项任务，建成12所。" for number in range(1, 30)),
    ]


def test_a_raised_digit_does_not_join_the_number_before_it():
    assert page("<p>面积100<sup>2</sup>，5m<sup>2</sup>，20<sup>[1]</sup></p>") == [
        "面积100^2，5m2，20^[1]"
    ]


def test_list_items_carry_the_numbers_that_a_browser_shows():
    assert page("<ol start='3'><li>2025年建成</li><li>改造</li></ol>") == [
        "3. 2025年建成",
        "4. 改造",
    ]
    assert page("<ol><li>（一）自带编号</li></ol><ul><li>要点</li></ul>") == [
        "（一）自带编号",
        "要点",
    ]


def test_the_declared_encoding_counts():
    html = "<html><meta charset='big5'><p>教育政策一覽，共十二所。</p></html>"
    assert read_bytes("a.htm", html.encode("big5")).text == "教育政策一覽，共十二所。"


def test_a_page_nested_beyond_reason_is_read_in_good_time():
    html = "<div>" * 30_000 + "共12所" + "</div>" * 30_000 + "<p>款" * 30_000
    begun = time.perf_counter()
    text = read_bytes("a.html", html.encode()).text
    assert (text.count("款"), "共12所" in text) == (30_000, True)
    assert time.perf_counter() - begun < 30


def test_a_web_page_of_a_policy_gives_the_clauses_of_its_text(tmp_path):
    lines = [
        "嘉兴市招生办法",
        "一、总体目标",
        "到2025年建成12所。",
        "二、工作任务",
        "招收85%以上。",
    ]
    (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "b.html").write_text("".join(f"<p>{line}</p>" for line in lines), encoding="utf-8")
    first, second = (
        load_document(tmp_path / name, tmp_path / "x.yaml") for name in ("a.txt", "b.html")
    )
    assert [(one.key, one.text) for one in second.clauses] == [
        (one.key, one.text) for one in first.clauses
    ]


def test_cleaning_keeps_the_parting_of_table_cells():
    text = "\n".join(["学校 名称｜12｜34"] * 30)
    assert clean(text).mapped.text.splitlines()[0].endswith("｜12｜34")


# ---- old Word files


def converter(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """An empty folder as the only place where converters are looked for."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def test_an_old_word_file_without_a_converter_is_refused_with_the_way_out(programs):
    with pytest.raises(
        UnreadableFile,
        match=r"^旧.doc：这台服务器读不了旧版 Word，请用 Word 或 WPS 打开后另存为 .docx$",
    ):
        read_bytes("旧.doc", OLD)


def test_an_old_word_file_goes_through_a_converter_of_text(programs):
    converter(programs, "catdoc", "echo '一、总体目标'; echo \"共$(/usr/bin/wc -c < $4)字节\"")
    raw = read_bytes("旧.doc", OLD)
    assert raw.text == "一、总体目标\n共608字节\n"
    assert raw.notes == ("由旧版 Word 转换而来，自动编号和表格请对照原件核对",)


def test_an_old_word_file_goes_through_an_office_program_first(programs):
    (programs / "made.docx").write_bytes(docx_of(["一、总体目标", "共12所。"]))
    converter(programs, "soffice", f'/bin/cp "{programs}/made.docx" "$6/source.docx"')
    converter(programs, "catdoc", "echo 不该用到")
    assert read_bytes("旧.doc", OLD).text == "一、总体目标\n共12所。"


@pytest.mark.parametrize("script", ["exit 3", "true"])
def test_a_conversion_that_fails_is_refused(programs, script):
    converter(programs, "soffice", script)
    with pytest.raises(UnreadableFile, match=r"^旧.doc：转换没有成功"):
        read_bytes("旧.doc", OLD)


def test_a_conversion_that_hangs_is_stopped(programs, monkeypatch):
    monkeypatch.setattr(legacy, "LIMITS", Limits(seconds=1))
    converter(programs, "catdoc", "exec /bin/sleep 60")
    with pytest.raises(UnreadableFile, match=r"^旧.doc：转换没有成功"):
        read_bytes("旧.doc", OLD)


def test_a_page_or_a_new_file_under_the_old_name_is_read_as_what_it_is(programs):
    assert read_bytes("假.doc", docx_of(["一、目标"])).text == "一、目标"
    assert read_bytes("假.doc", "<html><p>一、目标</p></html>".encode()).text == "一、目标"


# ---- zips


def test_a_zip_gives_its_files_in_order_without_litter():
    files = {
        "2021/市区.txt": b"1",
        "__MACOSX/._市区.txt": b"x",
        "2021/.DS_Store": b"x",
        "2021/~$市区.docx": b"x",
        "县.docx": b"2",
    }
    assert unpack_archive(zip_of(files)) == [("2021/市区.txt", b"1"), ("县.docx", b"2")]


def test_a_zip_is_read_from_a_file_as_well(tmp_path):
    path = tmp_path / "政策.zip"
    path.write_bytes(zip_of({"a.txt": b"1"}))
    assert unpack_archive(path) == [("a.txt", b"1")]
    with pytest.raises(UnreadableFile, match=r"^没有.zip：读不出来"):
        unpack_archive(tmp_path / "没有.zip")


def named_in_gbk(name: str) -> bytes:
    """A zip as Chinese Windows makes it: the name in GBK, without the UTF-8 mark."""
    raw = name.encode("gb18030")
    stand_in = "n" * len(raw)
    return zip_of({stand_in: b"1"}).replace(stand_in.encode(), raw)


def test_names_in_gbk_are_understood():
    assert unpack_archive(named_in_gbk("关于招生的意见.txt")) == [("关于招生的意见.txt", b"1")]


def linked() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("a.txt")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def locked() -> bytes:
    data = bytearray(zip_of({"a.txt": b"1"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def damaged() -> bytes:
    data = bytearray(zip_of({"a.txt": bytes(range(256))}))
    data[40] ^= 0xFF
    return bytes(data)


def packed(method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.txt", "1")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK but not a zip", "文件已损坏或不是压缩格式"),
        (zip_of({}), "压缩包里没有文件"),
        (zip_of({"../a.txt": b"1"}), "有指向别处的文件名"),
        (zip_of({"a/../../b.txt": b"1"}), "有指向别处的文件名"),
        (zip_of({"/etc/a.txt": b"1"}), "有指向别处的文件名"),
        (zip_of({"C:\\a.txt": b"1"}), "有指向别处的文件名"),
        (zip_of({"..\\a.txt": b"1"}), "有指向别处的文件名"),
        (zip_of({"a\u202etxt.docx": b"1"}), "有指向别处的文件名"),
        (linked(), "a.txt 是链接"),
        (locked(), "设有密码"),
        (damaged(), "里的 a.txt：里面的内容已损坏"),
        (packed(zipfile.ZIP_LZMA), "不支持的压缩方式"),
        (zip_of({"内.zip": zip_of({"a.txt": b"1"})}), "还有压缩包 内.zip"),
        (zip_of({"内.RAR": b"1"}), "还有压缩包 内.RAR"),
        (zip_of({"a.txt": bytes(20_000_000)}), "压缩比异常"),
    ],
)
def test_a_zip_that_cannot_be_trusted_is_refused(data, reason):
    with pytest.raises(UnreadableFile, match=f"^压缩包.*{reason}"):
        unpack_archive(data)


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(file_bytes=100), "超过 0 MB"),
        (Limits(entries=2), "超过 2 个文件"),
        (Limits(unpacked_bytes=2_000_000), "展开后超过 2 MB"),
    ],
)
def test_the_limits_of_a_zip_are_kept(limits, reason):
    data = zip_of({f"{number}.txt": b"1" * 900_000 for number in range(3)})
    with pytest.raises(UnreadableFile, match=reason):
        unpack_archive(data, limits)
