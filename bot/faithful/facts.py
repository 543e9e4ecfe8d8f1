"""Numbers, regions, document names and quotations that a sentence has and its clauses have not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from bot.faithful.amounts import (
    based,
    ends_told,
    unknown_counts,
    unknown_plans,
    wrong_bounds,
    wrong_ranges,
)
from bot.faithful.company import stands_alike
from bot.faithful.counting import counts_a_list, english_numbers
from bot.faithful.edges import wrong_edges, wrong_ranks, wrong_scopes
from bot.faithful.english import missing_counterparts
from bot.faithful.grounds import Source
from bot.faithful.lexicon import data, patterns
from bot.faithful.spelling import written_figures
from bot.faithful.wording import Reading, english_terms, has_any, read
from index.documents import Region
from index.numbers import Number, NumberKind, find_numbers
from index.numerals import HAN_NUMERALS
from index.regions import Gazetteer, load_gazetteer
from index.words import normalise

_TITLE = re.compile(r"《([^《》]+)》")
# what a document is said to be about: 25号是关于推进…的意见
_ENTITLED = re.compile(
    r"号(?:文件?)?[是为,，]{0,2}(关于[^《》,，。;；]{4,40}的(?:实施)?(?:意见|通知|方案|决定|办法|规定|计划))"
)
# what a document is called that speaks: 办法鼓励, 这份意见要求
_SPEAKER = re.compile(
    r"(?:^|[,，。:：])(?:按照|根据)?(?:这[份个部项]|本|该|此)?(办法|意见|方案|条例|细则|通知|规划)"
    r"(?=[的里中]?(?:鼓励|要求|规定|提出|明确|支持|强调|指出|写|说))"
)
_DOCUMENT = re.compile(r"([一-鿿]*)\s?〔(\d{4})〕\s?第?(\d+)\s?号")
_QUOTED = re.compile('“([^”]+)”|"([^"]+)"|「([^」]+)」|『([^』]+)』')
_BRACKETS = str.maketrans("[]()", "〔〕〔〕")
_MARKS = re.compile(r"[\s“”\"'‘’「」『』《》<>〈〉,.;:!?，。；：！？、·—()（）\[\]〔〕-]+")
_ISSUED = re.compile("[印下签]发|发[布文出]|成文|出台|公布|落款|日期|issued|published|dated")
_SENTENCE = re.compile(r"[。;；\n]")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?=年)")
BEYOND = 2  # characters after a number of a title that must be those of the title
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


def wrong_facts(text: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """What a normalised text states that stands in none of the sources, by kind."""
    clauses = [written_figures(normalise(one.text)) for one in sources]
    plain = _without_titles(text, sources)
    faults = [
        *(f"number:{one}" for one in _unknown_numbers(text, sources)),
        *(f"number:{one}" for one in unknown_counts(text, clauses)),
        *(f"bound:{one}" for one in wrong_bounds(text, clauses)),
        *(f"time:{one}" for one in wrong_edges(text, clauses)),
        *(f"range:{one}" for one in wrong_ranges(text, clauses)),
        *(f"plan:{one}" for one in unknown_plans(text, "\n".join(map(known_text, sources)))),
        *(f"region:{one}" for one in _unknown_regions(text, sources)),
        *(f"region:{one}" for one in wrong_scopes(plain, clauses, [one.region for one in sources])),
        *(f"region:{one}" for one in wrong_ranks(text, clauses, [one.region for one in sources])),
        *(f"title:{one}" for one in _unknown_titles(text, sources)),
        *(f"document:{one}" for one in _unknown_documents(text, sources)),
        *(f"quote:{one}" for one in _unknown_quotes(text, sources)),
        *(f"term:{one}" for one in _unknown_terms(text, sources)),
    ]
    return tuple(dict.fromkeys(faults))


def _without_titles(text: str, sources: Sequence[Source]) -> str:
    """A text without the titles of its sources, which may stand there without brackets."""
    for source in sources:
        text = text.replace(normalise(source.title), "")
    return text


def known_text(source: Source) -> str:
    """Everything that is known of a clause, normalised: metadata and text."""
    facts = (source.region, source.title, source.document_number or "", source.issued)
    return normalise("\n".join((*facts, source.text)))


def plain_claim(text: str, sources: Sequence[Source]) -> str:
    """A normalised text without its sources' own regions and without words to the reader."""
    own = tuple(Region.parse(one.region) for one in sources)
    for mention in reversed(_gazetteer(own).find(text)):
        if set(mention.regions) & set(own):
            text = text[: mention.start] + text[mention.end :]
    return patterns("address").sub("", text)


def _unknown_numbers(text: str, sources: Sequence[Source]) -> Iterator[str]:
    clauses = [read(written_figures(normalise(one.text))) for one in sources]
    held = [one.text for one in clauses]
    forms = {form for one in held for number in find_numbers(one) for form in _forms(number)}
    based_forms = set(map(based, forms))
    digits = {digit for form in forms for digit in _DIGITS.findall(form)}
    said = read(text)
    for number in said.numbers:
        loose = number.kind is NumberKind.BARE or said.english
        if based(number.form) in based_forms or (
            loose and set(_DIGITS.findall(number.form)) <= digits
        ):
            continue
        if not (
            any(_stands(text[number.start : number.end], one) for one in held)
            or ends_told(number, text, held)
            or any(stands_alike(number, said, one, clauses) for one in _other_counters(number))
            or any(_is_metadata(text, number, one) for one in sources)
            or counts_a_list(text, number, "\n".join(held))
        ):
            yield number.form
    if said.english:
        yield from (one for one in english_numbers(text) if one not in digits)
        yield from (one for one in english_numbers(text) if not _year_fits(one, text, clauses))


def _year_fits(value: str, text: str, clauses: Sequence[Reading]) -> bool:
    """Whether no sentence with another year has as many of the terms of an English text."""
    terms = english_terms(text)
    best: defaultdict[str, int] = defaultdict(int)
    for sentence in (part for one in clauses for part in _SENTENCE.split(one.text)):
        for year in _YEAR.findall(sentence):
            best[year] = max(best[year], sum(has_any(words, sentence) for words in terms))
    rivals = [count for year, count in best.items() if year != value]
    return value not in best or not rivals or best[value] > max(rivals)


def _stands(words: str, text: str) -> bool:
    """Whether a clause writes a number just so, also inside a word: 九年 in 九年一贯制."""
    return bool(re.search(rf"(?<![\d.{HAN_NUMERALS}]){re.escape(words)}(?!\d)", text))


def _is_metadata(text: str, number: Number, source: Source) -> bool:
    """Whether a number is of the title, the 文号 or the day of issue, and is said of them."""
    around = text[number.start : number.end + BEYOND]
    title = normalise(f"{source.title}\n{source.document_number or ''}")
    if _bare(around) in _bare(title) or number.kind is NumberKind.DOCUMENT:
        return number.form in {form for one in read(title).numbers for form in _forms(one)}
    issued = {form for one in read(normalise(source.issued)).numbers for form in _forms(one)}
    return number.form in issued and bool(_ISSUED.search(text))


def _forms(number: Number) -> Iterator[str]:
    """What may be said where a clause has this number: the year of a date, the parts of a ratio."""
    yield number.form
    if number.kind is NumberKind.DATE:
        parts = re.findall(r"\d+[年月日]", number.form)
        yield from ("".join(parts[:end]) for end in range(1, len(parts)))
        yield "".join(parts[1:])
        if "~" in number.form:
            yield from (f"{year}年" for year in re.findall(r"\d{4}", number.form))
    elif number.kind is NumberKind.RATIO:
        for value in number.form.split(":"):
            yield from (f"{value}{unit}" for unit in ("人", "个"))


def _other_counters(number: Number) -> tuple[str, ...]:
    """The number with other measure words for the same things: 14所 for 14家."""
    groups = data()["counters"] if number.unit else ()
    value = number.form.removesuffix(number.unit)
    units = (unit for group in groups if number.unit in group for unit in group)
    return tuple(f"{value}{unit}" for unit in units if unit != number.unit)


def _unknown_regions(text: str, sources: Sequence[Source]) -> Iterator[str]:
    own = tuple(Region.parse(one.region) for one in sources)
    known = "\n".join(normalise(f"{one.title}\n{one.text}") for one in sources)
    for mention in _gazetteer(own).find(text):
        if mention.text not in known and not set(mention.regions) & set(own):
            yield mention.text


@lru_cache(maxsize=64)
def _gazetteer(held: tuple[Region, ...]) -> Gazetteer:
    return load_gazetteer().with_held(held)


def _unknown_titles(text: str, sources: Sequence[Source]) -> Iterator[str]:
    known = "\n".join(_bare(known_text(one)) for one in sources)
    named = (*_TITLE.findall(text), *_SPEAKER.findall(text), *_ENTITLED.findall(text))
    return (name for name in named if _bare(name) not in known)


def _unknown_documents(text: str, sources: Sequence[Source]) -> Iterator[str]:
    known = [found for one in sources for found in _documents(known_text(one))]
    for body, year, number in _documents(text):
        same = (k for k, *rest in known if rest == [year, number])
        if not any(body.endswith(k) or (len(body) > 1 and k.endswith(body)) for k in same):
            yield f"{body}〔{year}〕{number}号"


def _unknown_terms(text: str, sources: Sequence[Source]) -> Iterator[str]:
    known = "\n".join(map(known_text, sources))
    return missing_counterparts(text, known) if read(text).english else iter(())


def _documents(text: str) -> list[tuple[str, str, str]]:
    return _DOCUMENT.findall(text.translate(_BRACKETS))


def _unknown_quotes(text: str, sources: Iterable[Source]) -> Iterator[str]:
    known = [_bare(known_text(one)) for one in sources]
    for groups in _QUOTED.findall(text):
        quote = "".join(groups)
        if not any(_bare(quote) in one for one in known):
            yield quote


def _bare(text: str) -> str:
    """Letters, characters and digits alone."""
    return _MARKS.sub("", text)
