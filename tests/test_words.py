from index.words import WordFinder, content_words, normalise, stopwords, word_spans


def test_traditional_characters_become_simplified():
    assert normalise("外地戶口，孩子怎麼上學？") == "外地户口,孩子怎么上学?"


def test_full_width_digits_and_letters_become_plain():
    assert normalise("１：２２０　ＡＩ") == "1:220 AI"


def test_a_form_that_would_add_a_digit_to_a_number_is_kept():
    assert normalise("10² 1½ 第①2项 50㎡") == "10² 1½ 第①2项 50㎡"


def test_numbers_keep_what_separates_them():
    assert normalise("1 2所") == "1 2所"
    assert normalise("3😀5人") == "3 5人"
    assert normalise("1\x002") == "1 2"
    assert normalise("5️⃣3️⃣") == "5 3"


def test_invisible_characters_inside_a_word_vanish_without_a_gap():
    assert normalise("户\u200b口\u202e\ufeff择\u0336校\u0336") == "户口择校"


def test_a_lone_surrogate_is_dropped():
    assert normalise("\ud83d学校") == "学校"


def test_white_space_is_collapsed():
    assert normalise(" \u3000学校\r\n\t招生 ") == "学校 招生"


def test_a_text_of_emoji_alone_is_empty():
    assert normalise("😀👨‍👩‍👧🇨🇳❤️") == ""


def test_plain_simplified_text_is_unchanged():
    assert normalise("校长连续任职一般不超过10年。") == "校长连续任职一般不超过10年。"


def test_normalising_twice_changes_nothing_more():
    once = normalise("（Ⅲ）㈠臺灣１０％…「國中」")
    assert normalise(once) == once


def test_the_longest_known_word_wins():
    finder = WordFinder(["择校", "择校费"])
    assert [(found.word, found.start, found.end) for found in finder.find("交择校费吗")] == [
        ("择校费", 1, 4)
    ]


def test_a_word_that_cuts_two_dictionary_words_is_not_found():
    finder = WordFinder(["高职", "特色课"])
    assert finder.find("最高职务和特色课程") == []
    assert [found.word for found in finder.find("读高职")] == ["高职"]


def test_a_latin_word_is_found_between_borders_and_in_any_case():
    finder = WordFinder(["ai"])
    assert [found.start for found in finder.find("AI课 paid ai")] == [0, 9]


def test_word_spans_cover_the_text():
    assert word_spans("户藉在abc") == [(0, 1), (1, 2), (2, 3), (3, 6)]


def test_content_words_leave_out_courtesy_and_grammar():
    assert content_words("请问校长一般要轮岗吗") == ("校长", "轮岗")


def test_every_stop_word_is_text():
    assert {type(word) for word in stopwords()} == {str}
    assert {"no", "on"} <= stopwords()
