"""Definitions of gazetteer sources."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from boundaries.errors import DatumNotStatedError, DefinitionError
from boundaries.gazetteer.definition import (
    load_gazetteer_definition,
    parse_gazetteer_definition,
)

Data = dict[str, Any]


@pytest.fixture
def data() -> Data:
    return {
        "gazetteer": {"key": "poi", "name": "兴趣点"},
        "source": {"datum": "gcj02"},
        "edition": {"label": "一版", "valid_from": "2026-01-01"},
        "table": [{"holds": "places", "fields": {"name": "名称"}}],
    }


def test_the_datum_becomes_canonical(data: Data) -> None:
    assert parse_gazetteer_definition(data).source.datum == "GCJ-02"


def test_a_definition_without_a_datum_is_refused(data: Data) -> None:
    del data["source"]["datum"]
    with pytest.raises(DatumNotStatedError):
        parse_gazetteer_definition(data)


def _set(path: str, value: object) -> Callable[[Data], None]:
    def change(data: Data) -> None:
        *way, last = path.split(".")
        for step in way:
            data = data[int(step)] if step.isdigit() else data[step]  # type: ignore[index]
        data[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "key", "words"),
    [
        (_set("gazetteer.key", "POI 1"), "gazetteer.key", "pattern"),
        (_set("gazetteer.grammar", "fr"), "gazetteer.grammar", "zh"),
        (_set("table", []), "table", "at least 1"),
        (_set("table.0.holds", "shops"), "table.0.holds", "places"),
        (_set("table.0.fields", {"kind": "类别"}), "table.0", "need name"),
        (_set("table.0.fields", {"name": "名称", "colour": "色"}), "table.0", "'colour'"),
        (_set("table.0.roles", {"小区": "village"}), "table.0.roles.小区", "estate"),
        (_set("edition.valid_to", "2025-01-01"), "edition", "later than"),
        (_set("extra", {}), "extra", "unknown key"),
    ],
)
def test_a_wrong_value_is_named_with_its_key(
    data: Data, change: Callable[[Data], None], key: str, words: str
) -> None:
    change(data)
    with pytest.raises(DefinitionError) as caught:
        parse_gazetteer_definition(data, "poi.toml")
    assert caught.value.key == key
    assert words in caught.value.problem
    assert str(caught.value).startswith("poi.toml: ")


def test_doors_may_come_as_full_addresses(data: Data) -> None:
    data["table"] = [{"holds": "doors", "fields": {"address": "地址"}}]
    assert parse_gazetteer_definition(data).table[0].fields == {"address": "地址"}


def test_a_file_that_is_not_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "poi.toml"
    path.write_text("[gazetteer", encoding="utf-8")
    with pytest.raises(DefinitionError, match=r"poi\.toml: file: is not TOML"):
        load_gazetteer_definition(path)
