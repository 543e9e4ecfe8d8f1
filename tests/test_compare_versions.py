"""Two versions side by side: aligned by their words, not by their numbers."""

from dataclasses import replace

from index.clauses import parse_clauses
from index.compare_versions import changed_spans, compare_versions, count_kinds
from tests.toys import make_document


def law(*articles):
    text = "\n".join(
        f"第{n}条 {words}" for n, words in zip("一二三四五六七八", articles, strict=False)
    )
    document = make_document("law", "全国", ["甲"])
    return replace(document, text=text, clauses=parse_clauses("law", text))


def table(old, new):
    return [
        (row.kind, row.old and row.old.address, row.new and row.new.address)
        for row in compare_versions(old, new)
    ]


AIM = "为了保障适龄儿童接受教育的权利，制定本法。"
FREE = "国家实行义务教育制度，不收学费、杂费。"
NEAR = "适龄儿童、少年免试就近入学。"
TERM = "本法自2006年9月1日起施行。"


def test_a_text_beside_itself_is_the_same_throughout():
    assert {row.kind for row in compare_versions(law(AIM, FREE), law(AIM, FREE))} == {"same"}


def test_articles_after_one_put_in_are_renumbered_not_changed():
    meals = "学校食堂实行陪餐制度。"
    assert table(law(AIM, FREE, TERM), law(AIM, meals, FREE, TERM)) == [
        ("same", "第一条", "第一条"),
        ("added", None, "第二条"),
        ("moved", "第二条", "第三条"),
        ("moved", "第三条", "第四条"),
    ]


def test_a_removed_article_stands_where_it_stood():
    assert table(law(AIM, FREE, TERM), law(AIM, TERM)) == [
        ("same", "第一条", "第一条"),
        ("removed", "第二条", None),
        ("moved", "第三条", "第二条"),
    ]


def test_an_article_that_changed_places_is_found_again():
    assert table(law(AIM, FREE, NEAR, TERM), law(AIM, NEAR, TERM, FREE)) == [
        ("same", "第一条", "第一条"),
        ("moved", "第三条", "第二条"),
        ("moved", "第四条", "第三条"),
        ("moved", "第二条", "第四条"),
    ]


def test_an_article_written_anew_under_its_number_is_changed():
    old = law(AIM, "县级政府应当建立协调机制，指导有关部门做好未成年人保护工作。", TERM)
    new = law(AIM, "各级政府重视未成年人保护工作，负责妇女儿童工作的机构予以指导。", TERM)
    assert count_kinds(compare_versions(old, new)) == {"same": 2, "changed": 1}


def test_what_was_taken_out_and_put_in_is_shown_word_by_word():
    old, new = law("对违反规定的学校处以一万元罚款。"), law("对违反规定的学校处以五万元罚款。")
    (row,) = compare_versions(old, new)
    assert [row.old.text[start:end] for start, end in row.deleted] == ["一万元"]
    assert [row.new.text[start:end] for start, end in row.inserted] == ["五万元"]
    assert not row.is_renumbered


def test_blanks_are_no_change():
    assert {row.kind for row in compare_versions(law("附　则"), law("附 则"))} == {"same"}
    assert changed_spans("总则 规定", "总则　规定") == ((), ())


def test_words_joined_again_give_both_texts():
    old, new = "学校应当公示收费项目和标准。", "学校必须每学期公示收费的项目、标准和依据。"
    deleted, inserted = changed_spans(old, new)
    kept_old = "".join(c for i, c in enumerate(old) if not any(a <= i < b for a, b in deleted))
    kept_new = "".join(c for i, c in enumerate(new) if not any(a <= i < b for a, b in inserted))
    assert kept_old == kept_new


def test_an_empty_version_has_only_additions():
    assert table(replace(law(AIM), clauses=()), law(AIM)) == [("added", None, "第一条")]
