"""Layer definitions: what is accepted, and what is refused with which words."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from boundaries.definition import LayerDefinition, LegalStatus, Role, load_definition
from boundaries.errors import DatumNotStatedError, DefinitionError

Define = Callable[..., LayerDefinition]

FULL = """
[layer]
key = "estate"
name = "居住小区"
kind = "estate"
role = "overlay"
parent = ""
[source]
path = "estates.gpkg"
layer = "estates"
datum = "gcj02"
encoding = "GB18030"
[fields]
code = "编码"
name = "名称"
parent = "社区"
population = "人口"
extra = ["物业", "建成年份"]
[edition]
label = "2026 年第一版"
valid_from = 2026-01-01
valid_to = "2027-01-01"
date = 2025-12-15
authority = "示范市规划局"
licence = "内部资料"
source = "普查"
legal_status = "管理"
secrecy = "秘密"
review_number = "审图号 000"
generated = true
[overlay]
precedence = "级别"
"""


def test_a_full_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "estate.toml"
    path.write_text(FULL, encoding="utf-8")
    definition = load_definition(path)
    assert definition.layer.role is Role.OVERLAY
    assert definition.source.datum == "GCJ-02"
    assert definition.fields.extra == ("物业", "建成年份")
    assert definition.edition.valid_to == date(2027, 1, 1)
    assert definition.edition.legal_status is LegalStatus.MANAGED
    assert definition.overlay.precedence == "级别"


def test_what_is_left_out_is_careful(define: Define) -> None:
    definition = define()
    assert definition.edition.secrecy == "内部"
    assert definition.edition.review_number == ""
    assert definition.edition.valid_to is None
    assert not definition.edition.generated


@pytest.mark.parametrize(
    ("written", "meant"),
    [("法定", "statutory"), ("managed", "managed"), (" 推定 ", "derived")],
)
def test_legal_status_is_taken_in_both_languages(define: Define, written: str, meant: str) -> None:
    assert define(edition__legal_status=written).edition.legal_status == meant


@pytest.mark.parametrize("datum", ["", "  ", None])
def test_a_definition_without_datum_is_refused(define: Define, datum: str | None) -> None:
    with pytest.raises(DatumNotStatedError, match="never guessed"):
        define(source__datum=datum or "")


@pytest.mark.parametrize(
    ("changes", "key", "problem"),
    [
        ({"edition__valid_form": "2026-01-01"}, "edition.valid_form", "unknown key"),
        ({"edition__valid_from": "2026-02-30"}, "edition.valid_from", "day value"),
        ({"edition__valid_from": 20260101}, "edition.valid_from", "20260101 is not a date"),
        ({"edition__valid_to": "2025-12-31"}, "edition", "must be later"),
        ({"edition__legal_status": "官方"}, "edition.legal_status", "'statutory', 'managed'"),
        ({"edition__secrecy": " "}, "edition.secrecy", "must not be blank"),
        ({"layer__role": "region"}, "layer.role", "'partition', 'overlay'"),
        ({"layer__key": "Town ship"}, "layer.key", "pattern"),
        ({"layer__parent": "district"}, "definition", "cannot be its own parent"),
        ({"overlay__precedence": 3}, "definition", "is for overlays"),
        ({"source__datum": "北京54"}, "source.datum", "transformation parameters"),
        ({"source__datum": "mars"}, "source.datum", "'mars'"),
        ({"source__encoding": "klingon"}, "source.encoding", "'klingon'"),
        ({"fields__code": ""}, "fields.code", "must not be blank"),
        ({"colour__red": 1}, "colour", "unknown key"),
    ],
)
def test_what_is_wrong_is_named_with_its_key(
    define: Define, changes: dict[str, object], key: str, problem: str
) -> None:
    with pytest.raises(DefinitionError, match=problem) as caught:
        define("district", **changes)
    assert caught.value.key == key


def test_files_that_are_no_definitions_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read"):
        load_definition(tmp_path / "missing.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[layer", encoding="utf-8")
    with pytest.raises(DefinitionError, match="is not TOML"):
        load_definition(broken)
    broken.write_bytes("[layer]\nname = '街'".encode("gb18030"))
    with pytest.raises(DefinitionError, match="UTF-8"):
        load_definition(broken)
    broken.write_text("[source]\ndatum='WGS-84'", encoding="utf-8")
    with pytest.raises(DefinitionError, match="layer: is required"):
        load_definition(broken)
