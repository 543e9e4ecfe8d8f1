"""Word files: order, automatic numbering, revisions, notes, and what is refused."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from policy_files import docx_of, saved, with_part, zip_of

from index.corpus import load_document
from index.errors import UnreadableFile
from index.reader import read_bytes

ROOT = Path(__file__).parent.parent
POLICIES = sorted((ROOT / "docs_corpus" / "raw").glob("*.txt"))
W = nsdecls("w")
LEVELS = (
    ("chineseCounting", "%1、"),
    ("chineseCounting", "（%2）"),
    ("decimal", "%3."),
    ("decimal", "（%4）"),
    ("decimalEnclosedCircleChinese", "%5"),
)


def tree(document):
    return [
        (clause.key, "".join(clause.address.split()), "".join(clause.text.split()))
        for clause in document.clauses
    ]


def text_of(document) -> str:
    return read_bytes("a.docx", saved(document)).text


def paragraph(document, xml: str) -> None:
    """Add a paragraph from the XML inside its ``w:p``."""
    document.element.body.insert(-1, parse_xml(f"<w:p {W}>{xml}</w:p>"))


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def define(document, levels, number="7", overrides="") -> None:
    """Put a list definition of these (format, text) levels into the numbering part."""
    numbering = document.part.numbering_part.element
    rows = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(levels)
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="9{number}">{rows}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(
            f'<w:num {W} w:numId="{number}"><w:abstractNumId w:val="9{number}"/>{overrides}</w:num>'
        )
    )


def listed(document, depth: int, text: str, number: str = "7") -> None:
    properties = (
        f'<w:pPr><w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
    )
    paragraph(document, properties + run(text))


@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_word_file_of_a_policy_gives_the_same_clauses_as_its_text(tmp_path, path):
    sidecar = ROOT / "docs_corpus" / f"{path.stem}.yaml"
    copy = tmp_path / f"{path.stem}.docx"
    copy.write_bytes(docx_of(path.read_text(encoding="utf-8-sig").splitlines()))
    assert tree(load_document(copy, sidecar)) == tree(load_document(path, sidecar))


def test_automatic_numbering_is_written_out_in_every_form():
    document = docx.Document()
    define(document, LEVELS)
    for depth, text in [
        (0, "总体目标"),
        (0, "主要任务"),
        (1, "扩大学位"),
        (2, "2025年前建成12所。"),
        (2, "改造老校。"),
        (3, "先易后难"),
        (4, "逐校登记"),
        (1, "强化师资"),
        (2, "交流轮岗。"),
        (0, "保障措施"),
        (1, "加强领导"),
    ]:
        listed(document, depth, text)
    assert text_of(document).splitlines() == [
        "一、总体目标",
        "二、主要任务",
        "（一）扩大学位",
        "1. 2025年前建成12所。",
        "2.改造老校。",
        "（1）先易后难",
        "①逐校登记",
        "（二）强化师资",
        "1.交流轮岗。",
        "三、保障措施",
        "（一）加强领导",
    ]


def test_articles_numbered_by_word_become_clauses(tmp_path):
    document = docx.Document()
    document.add_paragraph("嘉兴市学前教育办法")
    define(document, [("chineseCounting", "第%1条")])
    for text in (
        "为了规范学前教育，制定本办法。",
        "本办法适用于本市。",
        "本办法自2024年1月1日起施行。",
    ):
        listed(document, 0, text)
    path = tmp_path / "a.docx"
    path.write_bytes(saved(document))
    clauses = load_document(path, tmp_path / "a.yaml").clauses
    assert [(clause.address, clause.text.strip()) for clause in clauses] == [
        ("标题", "嘉兴市学前教育办法"),
        ("第一条", "第一条 为了规范学前教育，制定本办法。"),
        ("第二条", "第二条 本办法适用于本市。"),
        ("第三条", "第三条 本办法自2024年1月1日起施行。"),
    ]


@pytest.mark.parametrize(
    ("form", "first", "eleventh"),
    [
        ("decimal", "1", "11"),
        ("decimalZero", "01", "11"),
        ("decimalFullWidth", "１", "１１"),
        ("chineseCounting", "一", "十一"),
        ("chineseCountingThousand", "一", "十一"),
        ("chineseLegalSimplified", "壹", "拾壹"),
        ("ideographDigital", "一", "一一"),
        ("ideographTraditional", "甲", "11"),
        ("ideographZodiac", "子", "戌"),
        ("decimalEnclosedCircle", "①", "⑪"),
        ("upperRoman", "I", "XI"),
        ("lowerRoman", "i", "xi"),
        ("upperLetter", "A", "K"),
        ("lowerLetter", "a", "k"),
        ("aFormOfTomorrow", "1", "11"),
    ],
)
def test_a_number_format_is_written_as_word_shows_it(form, first, eleventh):
    document = docx.Document()
    define(document, [(form, "%1、")])
    for _ in range(11):
        listed(document, 0, "甲方")
    lines = text_of(document).splitlines()
    assert (lines[0], lines[10]) == (f"{first}、甲方", f"{eleventh}、甲方")


def test_a_list_that_starts_afresh_begins_at_its_own_number():
    document = docx.Document()
    define(document, [("decimal", "%1.")])
    again = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'
    document.part.numbering_part.element.append(
        parse_xml(f'<w:num {W} w:numId="8"><w:abstractNumId w:val="97"/>{again}</w:num>')
    )
    for number in "778878":
        listed(document, 0, "款", number)
    assert text_of(document).splitlines() == ["1.款", "2.款", "5.款", "6.款", "7.款", "8.款"]


def test_numbering_that_a_style_brings_is_seen_and_can_be_turned_off():
    document = docx.Document()
    define(document, [("chineseCounting", "%1、")])
    style = document.styles["Heading 1"].element
    style.get_or_add_pPr().append(parse_xml(f'<w:numPr {W}><w:numId w:val="7"/></w:numPr>'))
    document.add_paragraph("总体目标", style="Heading 1")
    paragraph(
        document,
        '<w:pPr><w:pStyle w:val="Heading1"/><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>'
        + run("前言"),
    )
    document.add_paragraph("主要任务", style="Heading 1")
    assert text_of(document).splitlines() == ["一、总体目标", "前言", "二、主要任务"]


def test_bullets_have_no_number_and_nonsense_in_the_numbering_does_no_harm():
    document = docx.Document()
    define(document, [("bullet", "\uf0b7")])
    define(document, [("decimal", "%1.")], "8")
    listed(document, 0, "要点")
    listed(document, 5, "没有这一级", "8")
    listed(document, 0, "没有这个编号", "99")
    bad = "<w:pPr><w:numPr><w:ilvl w:val='多'/><w:numId w:val='8'/></w:numPr></w:pPr>"
    paragraph(document, bad + run("坏的级别"))
    assert text_of(document).splitlines() == ["要点", "没有这一级", "没有这个编号", "1.坏的级别"]


def test_tables_stand_where_they_stand_and_cells_do_not_merge():
    document = docx.Document()
    document.add_paragraph("一、学位计划")
    table = document.add_table(rows=2, cols=3)
    for row, words in zip(
        table.rows, [("学校", "2021年", "2022年"), ("一小", "1,200", "35")], strict=True
    ):
        for cell, word in zip(row.cells, words, strict=True):
            cell.text = word
    table.cell(1, 2).add_paragraph("40")
    document.add_paragraph("二、保障措施")
    assert text_of(document).splitlines() == [
        "一、学位计划",
        "学校｜2021年｜2022年",
        "一小｜1,200｜35 40",
        "二、保障措施",
    ]


def test_a_frame_of_one_cell_keeps_its_paragraphs():
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "一、目标"
    cell.add_paragraph("二、任务")
    assert text_of(document).splitlines() == ["一、目标", "二、任务"]


def test_deleted_text_is_gone_inserted_text_stays_and_comments_are_dropped():
    document = docx.Document()
    paragraph(
        document,
        run("共建成")
        + "<w:del w:id='1' w:author='x'><w:r><w:delText>12</w:delText></w:r></w:del>"
        + f"<w:ins w:id='2' w:author='x'>{run('21')}</w:ins>"
        + "<w:commentRangeStart w:id='0'/>"
        + run("所")
        + "<w:commentRangeEnd w:id='0'/><w:r><w:commentReference w:id='0'/></w:r>"
        + f"<w:moveFrom w:id='3' w:author='x'>{run('（旧处）')}</w:moveFrom>"
        + run("看不见", "<w:vanish/>")
        + run("。"),
    )
    assert text_of(document) == "共建成21所。"


def test_a_paragraph_whose_end_is_deleted_runs_into_the_next_and_is_not_counted():
    document = docx.Document()
    define(document, [("decimal", "%1.")])
    number = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="7"/></w:numPr>'
    gone = f"<w:pPr>{number}<w:rPr><w:del w:id='1' w:author='x'/></w:rPr></w:pPr>"
    paragraph(
        document,
        gone + "<w:del w:id='2' w:author='x'><w:r><w:delText>旧款</w:delText></w:r></w:del>",
    )
    listed(document, 0, "新款")
    assert text_of(document) == "1.新款"


def test_marks_that_are_no_letters_are_kept():
    document = docx.Document()
    paragraph(
        document,
        run("2018")
        + "<w:r><w:noBreakHyphen/></w:r>"
        + run("2022年")
        + "<w:r><w:br/></w:r>"
        + run("10")
        + run("3", '<w:vertAlign w:val="superscript"/>')
        + run("米，比例")
        + '<w:r><w:sym w:font="Symbol" w:char="F0B3"/><w:sym w:font="Wingdings" w:char="F0A8"/></w:r>'
        + run("85％"),
    )
    assert text_of(document).splitlines() == ["2018-2022年", "10^3米，比例≥□85％"]


def test_field_codes_are_dropped_and_their_results_kept():
    document = docx.Document()
    paragraph(
        document,
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>HYPERLINK "http://x"</w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        + run("附件")
        + '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
        + f"<w:sdt><w:sdtContent>{run('1')}</w:sdtContent></w:sdt>",
    )
    assert text_of(document) == "附件1"


def test_a_table_of_contents_is_left_out():
    document = docx.Document()
    paragraph(document, '<w:pPr><w:pStyle w:val="TOC1"/></w:pPr>' + run("一、目标\t1"))
    document.add_paragraph("一、目标")
    assert text_of(document) == "一、目标"


def test_a_text_box_is_read_once_after_its_paragraph():
    document = docx.Document()
    box = f"<w:txbxContent><w:p>{run('嘉兴市文件')}</w:p></w:txbxContent>"
    spaces = (
        'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:v="urn:schemas-microsoft-com:vml"'
    )
    paragraph(
        document,
        run("正文")
        + f"<w:r><mc:AlternateContent {spaces}><mc:Choice Requires='wps'><w:drawing><wps:txbx>{box}"
        f"</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{box}</v:textbox>"
        "</w:pict></mc:Fallback></mc:AlternateContent></w:r>",
    )
    assert text_of(document).splitlines() == ["正文", "嘉兴市文件"]


def test_a_footnote_stands_below_its_paragraph_and_never_in_a_number():
    document = docx.Document()
    paragraph(document, run("共20") + '<w:r><w:footnoteReference w:id="3"/></w:r>' + run("所。"))
    document.add_paragraph("二、任务")
    notes = f"<w:footnotes {W}><w:footnote w:id='3'><w:p>{run('含分校5所。')}</w:p></w:footnote></w:footnotes>"
    data = with_part(saved(document), "word/footnotes.xml", notes)
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        links = container.read("word/_rels/document.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    link = f'<Relationship Id="rId99" Type="{kind}" Target="footnotes.xml"/></Relationships>'
    links = links.replace("</Relationships>", link)
    data = with_part(data, "word/_rels/document.xml.rels", links)
    assert read_bytes("a.docx", data).text.splitlines() == [
        "共20〔注1〕所。",
        "〔注1〕含分校5所。",
        "二、任务",
    ]


def test_fractions_and_powers_in_formulas_stay_apart():
    document = docx.Document()
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    number = "<m:r><m:t>{}</m:t></m:r>".format
    fraction = f"<m:f><m:num>{number(1)}</m:num><m:den>{number(2)}</m:den></m:f>"
    power = f"<m:sSup><m:e>{number(10)}</m:e><m:sup>{number(4)}</m:sup></m:sSup>"
    paragraph(
        document,
        run("按") + f"<m:oMath {m}>{fraction}</m:oMath>" + f"<m:oMath {m}>{power}</m:oMath>",
    )
    assert text_of(document) == "按1/210^4"


# ---- refusals


def bomb(part: str, megabytes: int) -> bytes:
    return with_part(docx_of(["一、目标"]), part, b" " * megabytes * 1_000_000)


def recompressed(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        return zip_of({name: container.read(name) for name in container.namelist()})


ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"not a zip", "不是完好的 Word 文件，请重新另存为 .docx"),
        (zip_of({"a.txt": b"x"}), "不是完好的 Word 文件，请重新另存为 .docx"),
        (docx_of(["一、目标"])[:-40], "不是完好的 Word 文件，请重新另存为 .docx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" * 99, "旧版 Word 文件或设有密码"),
        (recompressed(bomb("word/media/a.bin", 30)), "压缩比异常"),
        (docx_of(["", " "]), "文件里没有文字"),
        *(
            (
                with_part(
                    docx_of([""]),
                    "word/document.xml",
                    f"{declared}<w:document {W}><w:body><w:p>"
                    f"<w:r><w:t>&{name};</w:t></w:r></w:p></w:body></w:document>",
                ),
                "不允许的实体声明",
            )
            for declared, name in ((ENTITY, "a"), (LAUGHS, "b"))
        ),
        (
            with_part(
                docx_of([""]),
                "word/document.xml",
                f"<w:document {W}><w:body><w:altChunk/></w:body></w:document>",
            ),
            "嵌入了另一个文件",
        ),
    ],
    ids=["text", "other zip", "cut", "old", "bomb", "blank", "entity", "laughs", "chunk"],
)
def test_a_word_file_that_cannot_be_read_says_why(data, reason):
    with pytest.raises(UnreadableFile, match=f"政策.docx：.*{reason}"):
        read_bytes("政策.docx", data)


def test_an_entity_hidden_in_another_encoding_is_refused_too():
    xml = f"<?xml version='1.0' encoding='utf-16'?>{ENTITY}<w:document {W}><w:body/></w:document>"
    data = with_part(docx_of([""]), "word/document.xml", xml.encode("utf-16"))
    with pytest.raises(UnreadableFile, match="不允许的实体声明"):
        read_bytes("政策.docx", data)


def test_a_deeply_nested_word_file_is_refused_or_read_but_never_breaks():
    deep = (
        "<w:tbl><w:tr><w:tc>" * 80 + f"<w:p>{run('第一条')}</w:p>" + "</w:tc></w:tr></w:tbl>" * 80
    )
    data = with_part(
        docx_of([""]), "word/document.xml", f"<w:document {W}><w:body>{deep}</w:body></w:document>"
    )
    assert read_bytes("政策.docx", data).text == "第一条"
    worse = with_part(
        docx_of([""]),
        "word/document.xml",
        f"<w:document {W}><w:body>{'<w:sdt>' * 5000}{'</w:sdt>' * 5000}</w:body></w:document>",
    )
    with pytest.raises(UnreadableFile, match=r"政策.docx："):
        read_bytes("政策.docx", worse)


def test_a_part_outside_the_file_is_never_followed():
    data = docx_of(["一、目标"])
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        links = container.read("word/_rels/document.xml.rels").decode()
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    outside = (
        f'<Relationship Id="r98" Type="{kind}" Target="../../../../etc/passwd"/>'
        f'<Relationship Id="r99" Type="{kind}" Target="http://127.0.0.1:1/x" TargetMode="External"/>'
    )
    links = links.replace("</Relationships>", outside + "</Relationships>")
    assert (
        read_bytes("a.docx", with_part(data, "word/_rels/document.xml.rels", links)).text
        == "一、目标"
    )
