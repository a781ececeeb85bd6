"""One spelling for names and texts, and the reading of numerals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.address.normal import (
    normalise,
    other_spelling,
    parse_number,
    spell_number,
    strip_marks,
)


@given(st.text(max_size=60))
def test_each_character_stays_in_its_place(text: str) -> None:
    once = normalise(text)
    assert len(once) == len(text)
    assert [normalise(character) for character in text] == list(once)
    assert normalise(once) == once


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ＡＢ大厦１２号", "ab大厦12号"),
        ("和平里三區五號樓", "和平里3区5号楼"),
        ("红岭里（二期）", "红岭里(2期)"),
        ("12—14号", "12-14号"),
        ("二〇一路", "201路"),
        ("貳拾号", "2十号"),
        ("两百号", "两百号"),
    ],
)
def test_spellings_are_unified(text: str, expected: str) -> None:
    assert normalise(text) == expected


@pytest.mark.parametrize(
    ("text", "value", "end"),
    [
        ("12号", 12, 2),
        ("十二号楼", 12, 2),
        ("十号", 10, 1),
        ("二十", 20, 2),
        ("二十一单元", 21, 3),
        ("一百零八号", 108, 4),
        ("一百一十", 110, 4),
        ("两百三十号", 230, 4),
        ("一千零五号", 1005, 4),
        ("两号楼", 2, 1),
        ("壹佰贰拾叁号", 123, 5),
        ("〇", 0, 1),
    ],
)
def test_arabic_and_chinese_numerals_are_read(text: str, value: int, end: int) -> None:
    assert parse_number(normalise(text), 0) == (value, end)


@pytest.mark.parametrize("text", ["号", "", "东", "1234567890123"])
def test_what_is_no_numeral_is_not_read(text: str) -> None:
    assert parse_number(text, 0) is None


@given(st.integers(1, 9999))
def test_spelt_numbers_are_read_back(value: int) -> None:
    spelt = spell_number(value)
    assert parse_number("第" + spelt + "号", 1) == (value, 1 + len(spelt))


def test_a_numeral_ends_where_its_units_no_longer_fall() -> None:
    assert parse_number(normalise("三十五百"), 0) == (35, 3)
    assert parse_number("12十", 0) == (12, 2)


def test_a_name_with_a_number_has_the_other_spelling() -> None:
    assert other_spelling(normalise("十二里河路")) == "12里河路"
    assert other_spelling("45中学") == "4十5中学"
    assert other_spelling(normalise("百货大楼")) is None
    assert other_spelling("3里屯") is None
    assert other_spelling("2003广场") is None


def test_marks_go_where_the_name_reads_the_same_without_them() -> None:
    assert strip_marks("红岭里(2期)") == "红岭里2期"
    assert strip_marks("3-1号楼") == "3-1号楼"
    assert strip_marks("e north ave") == "e north ave"
    assert strip_marks("马可·波罗广场") == "马可波罗广场"
