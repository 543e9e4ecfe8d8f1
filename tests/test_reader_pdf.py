"""PDF files: paragraphs, columns, running headers, tables, and what is refused."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from policy_files import BODY, FONT, TITLE, Layout, drawn_pdf, pdf_of
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.platypus import PageBreak, Paragraph, Table

from index.corpus import load_document
from index.errors import UnreadableFile
from index.reader import read_bytes
from index.reading import pdf
from index.reading.limits import Limits, Reading
from index.reading.pdf_worker import read_document
from index.reading.rows import joined, rows_of
from index.reading.sheets import Char

ROOT = Path(__file__).parent.parent
POLICIES = sorted((ROOT / "docs_corpus" / "raw").glob("*.txt"))
LAYOUTS = {
    "one column": Layout(),
    "furnished": Layout(header="某市教育政策汇编", numbered=True),
    "two columns": Layout(columns=2, header="某市教育政策汇编", numbered=True),
    "no indent": Layout(style=ParagraphStyle("plain", BODY, firstLineIndent=0)),
    "ragged": Layout(style=ParagraphStyle("ragged", BODY, alignment=0)),
    "spaced": Layout(2, style=ParagraphStyle("spaced", BODY, firstLineIndent=0, spaceAfter=12)),
}
CELL_STYLE = ParagraphStyle("cell", BODY, firstLineIndent=0, leading=16, alignment=0)
FIGURES = [
    ["学校", "2021年", "2022年", "增幅"],
    ["第一小学", "1,200", "1,350", "12.5％"],
    ["第二小学", "８０", "９０", "3～5所"],
    ["合计", "1280", "1440", "≥90%"],
]
FIGURE_LINES = ["｜".join(row) for row in FIGURES]


def tree(document):
    return [
        (clause.key, "".join(clause.address.split()), "".join(clause.text.split()))
        for clause in document.clauses
    ]


def lines_of(data: bytes) -> list[str]:
    return read_document(data).text.splitlines()


def printed(*lines: tuple[float, float, str]):
    """A page with these texts at these places, points from the lower left."""

    def draw(canvas):
        for x, y, text in lines:
            canvas.drawString(x, y, text)

    return draw


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
@pytest.mark.parametrize("path", POLICIES, ids=lambda path: path.stem)
def test_a_pdf_of_a_policy_gives_the_same_clauses_as_its_text(tmp_path, path, layout):
    sidecar = ROOT / "docs_corpus" / f"{path.stem}.yaml"
    lines = [line for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
    copy = tmp_path / f"{path.stem}.pdf"
    copy.write_bytes(pdf_of(lines, layout))
    assert tree(load_document(copy, sidecar)) == tree(load_document(path, sidecar))


# ---- paragraphs


def test_lines_broken_inside_a_sentence_are_joined_also_over_a_page():
    sentence = "到2025年，全市义务教育学校标准化率达到95％以上，" * 60 + "建成3～5所。"
    assert lines_of(pdf_of(["一、总体目标", sentence, "二、主要任务"])) == [
        "一、总体目标",
        sentence,
        "二、主要任务",
    ]


def test_numbers_on_both_sides_of_a_line_break_stay_apart():
    full = "甲" * 36
    page = printed((72, 700, full + "12"), (72, 680, "34所" + full), (72, 660, "85％。"))
    assert lines_of(drawn_pdf(page)) == [f"{full}12 34所{full}85％。"]


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("建成12", "所", "建成12所"),
        ("建成", "12所", "建成12所"),
        ("12", "34", "12 34"),
        ("１２", "３４", "１２ ３４"),
        ("1,", "200", "1, 200"),
        ("3.", "5所", "3. 5所"),
        ("2018-", "2022年", "2018-2022年"),
        ("3～", "5所", "3～5所"),
        ("85", "％", "85％"),
        ("about", "12", "about 12"),
    ],
)
def test_two_lines_are_joined_without_making_a_number(before, after, whole):
    assert joined(before, after) == whole


def test_a_short_line_an_indent_a_wide_distance_and_a_mark_each_begin_a_paragraph():
    full = "乙" * 36
    page = printed(
        (72, 700, full),
        (72, 680, "短行。"),
        (72, 660, full + "。"),
        (96, 640, full[:34]),
        (72, 620, full),
        (72, 580, full),
        (72, 560, full[:35] + "。"),
        (72, 540, "1．建成12所。"),
    )
    assert lines_of(drawn_pdf(page)) == [
        full + "短行。",
        full + "。",
        full[:34] + full,
        full + full[:35] + "。",
        "1．建成12所。",
    ]


def test_a_large_title_over_two_lines_is_one_line_and_the_number_below_is_another():
    title = Paragraph("嘉兴市人民政府办公室关于推进市区中小学<br/>高质量发展的实施意见", TITLE)
    number = Paragraph("嘉政办发〔2019〕25号", ParagraphStyle("number", TITLE, fontSize=12))
    assert lines_of(pdf_of([title, number, "各区人民政府：", "丙" * 100])) == [
        "嘉兴市人民政府办公室关于推进市区中小学高质量发展的实施意见",
        "嘉政办发〔2019〕25号",
        "各区人民政府：",
        "丙" * 100,
    ]


def test_blanks_are_kept_where_the_page_shows_them():
    page = printed((72, 700, "第一条 比例为 85 % 至 90 %，每班45 — 50人，共1 2所"))
    assert lines_of(drawn_pdf(page)) == ["第一条 比例为 85 % 至 90 %，每班45 — 50人，共1 2所"]


def test_a_raised_digit_does_not_join_the_number_before_it():
    def page(canvas):
        canvas.drawString(72, 700, "共有学校20")
        canvas.setFont(FONT, 7)
        canvas.drawString(133, 705, "1")
        canvas.setFont(FONT, 12)
        canvas.drawString(138, 700, "所")

    assert lines_of(drawn_pdf(page)) == ["共有学校20 1所"]


def test_text_printed_twice_for_boldness_is_read_once():
    page = printed((72, 700, "到2025年建成12所"), (72.3, 700, "到2025年建成12所"))
    assert lines_of(drawn_pdf(page)) == ["到2025年建成12所"]


def test_rows_keep_gaps_of_spread_letters_out_of_words():
    chars = [
        Char(text, 20.0 * at, 20.0 * at + 12, 100, 12) for at, text in enumerate("关于招生的通知")
    ]
    assert rows_of(chars)[0].text == "关于招生的通知"


# ---- running headers, page numbers


def test_headers_and_page_numbers_are_left_out_and_named_in_the_notes():
    reading = read_document(
        pdf_of(["丁" * 900, PageBreak()] * 3, Layout(header="教育政策汇编", numbered=True))
    )
    assert reading == Reading(
        "\n".join(["丁" * 900] * 3),
        (
            "第 1 到 3 页的页眉、页脚或页码没有收入：“教育政策汇编”",
            "第 1 到 3 页的页眉、页脚或页码没有收入：“- … -”",
        ),
    )


def test_numbers_at_the_edge_of_a_page_that_do_not_count_pages_are_kept():
    pages = [
        printed((72, 780, f"附件{n}"), (72, 600, "戊" * 9), (72, 60, str(value)))
        for n, value in ((1, 85), (2, 12), (3, 40))
    ]
    assert lines_of(drawn_pdf(*pages)) == [
        line
        for n, value in ((1, 85), (2, 12), (3, 40))
        for line in (f"附件{n}", "戊" * 9, str(value))
    ]


@pytest.mark.parametrize(
    "form", ["{}", "- {} -", "— {} —", "第 {} 页", "第{}页 共3页", "{}/3", "Page {} of 3"]
)
def test_page_numbers_of_every_form_are_left_out(form):
    pages = [printed((72, 600, f"第{n}条 正文。"), (290, 40, form.format(n))) for n in (1, 2, 3)]
    assert lines_of(drawn_pdf(*pages)) == ["第1条 正文。", "第2条 正文。", "第3条 正文。"]


# ---- columns


def test_a_title_over_two_columns_comes_first_and_a_short_last_column_last():
    title = [(200, 760, "某市义务教育阶段招生入学工作办法")]
    left = [(72, 700 - 20 * n, "左" * 17) for n in range(8)]
    right = [(310, 693 - 20 * n, "右" * 17) for n in range(8)]
    rest = [(72, 760 - 20 * n, "再" * 17) for n in range(8)] + [
        (310, 753, "末二行，"),
        (310, 733, "共12所。"),
    ]
    pages = printed(*title, *left, *right), printed(*rest)
    assert lines_of(drawn_pdf(*pages)) == [
        title[0][2],
        "左" * 17 * 8 + "右" * 17 * 8 + "再" * 17 * 8 + "末二行，",
        "共12所。",
    ]


def test_a_heading_that_fills_its_line_does_not_take_in_the_indented_line_below():
    page = printed(
        (96, 700, "第三章" + "丑" * 31), (96, 680, "第十二条 " + "寅" * 29), (72, 660, "寅" * 36)
    )
    assert lines_of(drawn_pdf(page)) == ["第三章" + "丑" * 31, "第十二条 " + "寅" * 65]


def test_a_line_under_the_words_after_a_number_goes_on_with_them():
    page = printed(
        (72, 700, "1．" + "卯" * 34), (72 + 24, 680, "卯" * 20 + "。"), (72, 660, "2．辰。")
    )
    assert lines_of(drawn_pdf(page)) == ["1．" + "卯" * 54 + "。", "2．辰。"]


# ---- tables


def test_a_ruled_table_gives_a_line_a_row_and_keeps_its_place():
    grid = Table(
        [[Paragraph(word, CELL_STYLE) for word in row] for row in FIGURES],
        colWidths=[60, 50, 50, 60],
        style=[("GRID", (0, 0), (-1, -1), 0.5, "black")],
    )
    assert lines_of(pdf_of(["一、总体目标", grid, "二、保障措施"])) == [
        "一、总体目标",
        *FIGURE_LINES,
        "二、保障措施",
    ]


def test_a_table_without_lines_is_seen_by_its_gaps():
    grid = Table(FIGURES, colWidths=[130, 80, 80, 60], style=[("FONT", (0, 0), (-1, -1), FONT, 12)])
    assert lines_of(pdf_of(["一、总体目标", grid, "二、保障措施"])) == [
        "一、总体目标",
        *FIGURE_LINES,
        "二、保障措施",
    ]


def test_merged_cells_and_words_broken_inside_a_cell():
    rows = [
        ["任务", "指标", ""],
        ["", "2021年", "2022年"],
        [Paragraph("义务教育标准化学校建设", CELL_STYLE), "12", "34"],
    ]
    style = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"),
        ("FONT", (0, 0), (-1, -1), FONT, 12),
        ("SPAN", (1, 0), (2, 0)),
        ("SPAN", (0, 0), (0, 1)),
    ]
    assert lines_of(pdf_of([Table(rows, colWidths=[80, 60, 60], style=style)])) == [
        "任务｜指标",
        "｜2021年｜2022年",
        "义务教育标准化学校建设｜12｜34",
    ]


def test_a_frame_around_text_is_no_table():
    box = Table(
        [[Paragraph("己" * 80, CELL_STYLE)]],
        colWidths=[400],
        style=[("BOX", (0, 0), (-1, -1), 1, "black")],
    )
    assert lines_of(pdf_of([box])) == ["己" * 80]


# ---- turned and strange


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_turned_page_reads_like_an_upright_one(degrees):
    def page(canvas):
        canvas.translate(300, 400)
        canvas.rotate(degrees)
        canvas.drawString(0, 20, "第一条 共12所。")
        canvas.drawString(0, 0, "第二条 共34所。")

    document = pypdfium2.PdfDocument(drawn_pdf(page))
    document[0].set_rotation(degrees)
    out = io.BytesIO()
    document.save(out)
    assert lines_of(out.getvalue()) == ["第一条 共12所。", "第二条 共34所。"]


def test_a_watermark_across_the_page_is_left_out_and_named():
    def page(canvas):
        printed(*((72, 700 - 20 * n, f"第{n}条 共{n + 10}所。") for n in range(1, 9)))(canvas)
        canvas.translate(200, 400)
        canvas.rotate(45)
        canvas.drawString(0, 0, "内部资料")

    assert read_document(drawn_pdf(page)) == Reading(
        "\n".join(f"第{n}条 共{n + 10}所。" for n in range(1, 9)),
        ("第 1 页有转向的文字没有收入：“内部资料”",),
    )


# ---- refusals


def scan(canvas):
    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 200)), 0, 0, 595, 842)


def recognised(canvas):
    scan(canvas)
    text = canvas.beginText(72, 700)
    text.setTextRenderMode(3)
    text.textLine("第一条 共12所。")
    canvas.drawText(text)


def test_recognised_text_behind_a_picture_is_read_with_a_warning():
    assert read_document(drawn_pdf(recognised)) == Reading(
        "第一条 共12所。", ("第 1 页的文字由识别软件得来，请逐字核对，尤其是数字",)
    )


WORDS = printed((72, 700, "第一条 正文。"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7 broken", "不是完好的 PDF 文件，请重新获取"),
        (b"MZ\x90", "不是完好的 PDF 文件，请重新获取"),
        (drawn_pdf(scan), "是扫描件或图片，里面没有文字，请用电子原件，或先做文字识别并逐字核对"),
        (drawn_pdf(WORDS, scan, WORDS, scan), "第 2、4 页是扫描图片，读不出文字"),
        (pdf_of(["一、"], encrypt=StandardEncryption("secret")), "设有密码，请去掉密码后再放入"),
        (drawn_pdf(printed()), "里面没有文字"),
    ],
    ids=["broken", "program", "scan", "pages", "password", "blank"],
)
def test_a_pdf_that_cannot_be_read_says_why_and_what_to_do(data, reason):
    with pytest.raises(UnreadableFile, match=f"^政策.pdf：.*{reason}"):
        read_bytes("政策.pdf", data)


def test_a_file_that_only_forbids_copying_is_read():
    locked = StandardEncryption("", ownerPassword="x", canCopy=0)
    assert lines_of(pdf_of(["一、总体目标"], encrypt=locked)) == ["一、总体目标"]


def test_pages_and_characters_are_limited():
    data = pdf_of(["一、", PageBreak(), "二、", PageBreak(), "三、" * 90])
    with pytest.raises(UnreadableFile, match="超过 2 页，请拆分后再放入"):
        read_document(data, Limits(pages=2))
    with pytest.raises(UnreadableFile, match="第 3 页的字数异常多"):
        read_document(data, Limits(page_characters=50))


def test_a_file_that_takes_too_long_is_stopped():
    with pytest.raises(UnreadableFile, match=r"^a.pdf：读了太久还没有读完"):
        pdf.read_pdf("a.pdf", pdf_of(["一、"]), Limits(seconds=0))


def test_a_reader_process_that_dies_is_a_refusal():
    with pytest.raises(UnreadableFile, match=r"^a.pdf：不是完好的 PDF 文件"):
        pdf.read_pdf("a.pdf", pdf_of(["一、"]), Limits(memory_bytes=1_000_000))


def test_a_page_tree_that_turns_in_a_circle_ends():
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 99999>>endobj\ntrailer<</Root 1 0 R>>"
    )
    with pytest.raises(UnreadableFile, match=r"^a.pdf："):
        read_bytes("a.pdf", data)


def test_a_browser_print_with_its_own_header_reads_like_the_text(tmp_path):
    browser = Path("/usr/bin/chromium")
    if not browser.is_file():
        pytest.skip("no browser to print with")
    lines = [
        f"第{number}条 " + f"到2025年，学位增加{number}％以上，" * 9 + "建成3～5所。"
        for number in range(1, 25)
    ]
    page, out = tmp_path / "a.html", tmp_path / "a.pdf"
    style = "<meta charset=utf-8><title>办法</title><style>p{text-indent:2em;text-align:justify}</style>"
    page.write_text(style + "".join(f"<p>{line}</p>" for line in lines), encoding="utf-8")
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--print-to-pdf={out}",
        page,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    assert lines_of(out.read_bytes()) == lines
