"""House numbers as text."""

import pytest

from boundaries.gazetteer.doors import parse_door, split_address


@pytest.mark.parametrize(
    ("text", "door"),
    [
        ("12", (12, "")),
        ("12号", (12, "")),
        ("１２号", (12, "")),
        ("甲12号", (12, "甲")),
        ("12甲号", (12, "甲")),
        ("12号-2", (12, "-2")),
        ("12-2号", (12, "-2")),
        ("12之1号", (12, "之1")),
        ("12a", (12, "A")),
        ("3号楼", (3, "")),
        ("0号", None),
        ("无", None),
        ("号", None),
        ("12号楼3单元", None),
    ],
)
def test_a_house_number_is_read(text: str, door: tuple[int, str] | None) -> None:
    assert parse_door(text) == door


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("柳林街道红岭路12号", ("柳林街道红岭路", 12, "")),
        ("红岭路甲12号", ("红岭路", 12, "甲")),
        ("东四十条１２号", ("东四十条", 12, "")),
        ("红岭路12号-2", ("红岭路", 12, "-2")),
        ("红岭路", None),
    ],
)
def test_an_address_is_split_at_its_house_number(
    text: str, parts: tuple[str, int, str] | None
) -> None:
    assert split_address(text) == parts
