from pathlib import Path

import pytest

from index.make_readings import lines
from index.readings import DATA_FILE, readings, word_reading
from index.sound_index import sound_vocabulary
from index.sounds import Correction, correct_sounds
from index.syllables import blur, syllables, word_sounds
from index.words import normalise

WORDS = frozenset(
    [
        "户籍",
        "轮岗",
        "择校费",
        "随迁子女",
        "骨干教师",
        "职业教育",
        "名额分配生",
        "党组织",
        "音乐老师",
    ]
)
RAW = Path(__file__).parent.parent / "docs_corpus" / "raw"


def test_a_homophone_in_a_short_word_is_corrected_at_its_place():
    assert correct_sounds("孩子户藉在外地", WORDS) == (
        "孩子户籍在外地",
        (Correction("户藉", "户籍", 2, 4, "homophone"),),
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("随钱子女入学", "随迁子女入学"),
        ("骨干教室评选", "骨干教师评选"),
        ("择小费多少", "择校费多少"),
        ("名额分配升", "名额分配生"),
        ("骨干叫师和轮港", "骨干教师和轮岗"),
    ],
)
def test_words_of_equal_sound_are_recognised(written, meant):
    assert correct_sounds(written, WORDS)[0] == meant


def test_confused_sounds_are_a_weaker_grade_for_longer_words():
    text, (correction,) = correct_sounds("骨干教司", WORDS)
    assert (text, correction.grade) == ("骨干教师", "near")


def test_a_character_of_like_shape_is_a_slip():
    text, (correction,) = correct_sounds("骨干教帅", WORDS)
    assert (text, correction.grade) == ("骨干教师", "slip")


def test_any_wrong_character_inside_a_long_word_is_a_slip():
    text, (correction,) = correct_sounds("名额分踢生", WORDS)
    assert (text, correction.grade) == ("名额分配生", "slip")


@pytest.mark.parametrize(
    "text",
    [
        "骨干教师",
        "户籍",
        "当组织者",  # 当 stands alone freely
        "工作之城",
        "教师在教室里",
        "他们职业教育人",  # 职业教育 as written is right
        "音乐老是播放",  # 老是 is a word of plain speech
        "migrant children 1:220",
        "",
    ],
)
def test_right_text_is_left_alone(text):
    assert correct_sounds(text, WORDS) == (text, ())


def test_the_length_of_a_text_never_changes():
    text = "请问随钱子女,户藉和轮港呢"
    assert len(correct_sounds(text, WORDS)[0]) == len(text)


def test_two_wrong_words_are_corrected_in_order():
    _, corrections = correct_sounds("户藉与轮港", WORDS)
    assert [(found.meant, found.start) for found in corrections] == [("户籍", 0), ("轮岗", 3)]


def test_a_word_outside_the_vocabulary_is_no_target():
    assert correct_sounds("户藉", frozenset(["轮岗"])) == ("户藉", ())


@pytest.mark.parametrize("path", sorted(RAW.glob("*.txt")), ids=lambda path: path.stem)
def test_no_word_of_a_published_policy_is_corrected(path):
    lines = [normalise(line) for line in path.read_text("utf-8").splitlines()]
    assert [found for line in lines for found in correct_sounds(line, sound_vocabulary())[1]] == []


def test_sounds_that_are_mixed_up_blur_into_one():
    assert [blur(sound) for sound in ("zhang", "chen", "nan", "hui", "ming", "zhong")] == [
        "zan",
        "cen",
        "lan",
        "fei",
        "min",
        "zong",
    ]


def test_a_word_has_one_reading_and_a_character_its_common_ones():
    assert word_sounds("校长") == ("xiao", "zhang")
    assert syllables("长") == ("zhang", "chang")
    assert syllables("a") == ()


def test_the_table_of_readings_is_the_one_that_is_made():
    assert DATA_FILE.read_text("utf-8").splitlines() == lines()


def test_a_character_has_its_readings_the_commonest_first():
    assert readings("长") == ("zhang3", "chang2")
    assert readings("a") == readings("") == readings("长大") == ()


def test_a_listed_word_is_read_as_a_whole_also_inside_another():
    assert word_reading("音乐教师") == ("yin", "yue", "jiao", "shi")
    assert word_reading("快乐") == ("kuai", "le")
    assert word_reading("A班") == ("A", "ban")
    assert word_reading("校对") == ("jiao", "dui")
    assert word_reading("学校对外") == ("xue", "xiao", "dui", "wai")


def test_every_domain_word_is_read_as_pypinyin_reads_it():
    pypinyin = pytest.importorskip("pypinyin")
    wrong = {
        word for word in sound_vocabulary() if list(word_sounds(word)) != pypinyin.lazy_pinyin(word)
    }
    assert wrong == set()
