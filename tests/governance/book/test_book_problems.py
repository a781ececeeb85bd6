"""Everything that is wrong with a rule book is named: file, row, field, value, what is right."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from governance.book.consistency import find_problems
from governance.book.definition import RuleBook
from governance.book.reading import read_book
from governance.book.writing import write_book
from governance.errors import BookFileError, BookProblem

Break = Callable[[str, str, str], tuple[BookProblem, ...]]


@pytest.fixture
def problems_of(small_book: RuleBook, tmp_path: Path) -> Break:
    """Replace text in one file of a sound book and give the problems found."""

    def change(file: str, old: str, new: str) -> tuple[BookProblem, ...]:
        write_book(small_book, tmp_path)
        path = tmp_path / file
        text = path.read_text(encoding="utf-8-sig")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        with pytest.raises(BookFileError) as caught:
            read_book(tmp_path)
        return caught.value.problems

    return change


# File, old text, new text; then row, field, value and a part of the sentence.
CASES = [
    ("rules.csv", "R1,linear,", "R1,lineal,", 2, "step", "lineal", "use one of ruling, asset"),
    ("rules.csv", "R1,linear,", "R1,ruling,", 2, "step", "ruling", "recorded one by one"),
    ("rules.csv", "R1,linear,road", "R1,linear,", 2, "layer", "", "name the layer"),
    ("rules.csv", "R1,linear,road", "R1,linear,Road", 2, "layer", "Road", "lower case"),
    ("rules.csv", "R2,", "R1,", 3, "code", "R1", "first in row 2"),
    ("rules.csv", "@attribute:owner", "@owner", 2, "body", "@owner", "@attribute:NAME"),
    ("rules.csv", "@attribute:owner", "W9", 2, "body", "W9", "no body has this code"),
    ("rules.csv", "@attribute:owner", "#NAME?", 2, "body", "#NAME?", "error of the spreadsheet"),
    ("rules.csv", "@district/parks", "@district/park", 3, "body", "park", "nearest is parks"),
    ("rules.csv", "@district/parks", "@city/parks", 3, "body", "parks", "of the district"),
    ("rules.csv", "@district/parks", "", 3, "body", "", "must not be blank"),
    ("rules.csv", "0402;0401001", "0403", 3, "categories", "0403", "no category of the catalogue"),
    ("rules.csv", "0402;0401001", "402", 3, "categories", "402", "2, 4 or 7 digits"),
    ("rules.csv", "0402;0401001", "*;04", 3, "categories", "*;04", "already means all"),
    ("rules.csv", "0402;0401001", "", 3, "categories", "", "write * for all"),
    ("rules.csv", "0402;0401001", "0402;", 3, "categories", "0402;", "empty entry"),
    ("rules.csv", "0402;0401001", "0402;0402", 3, "categories", "0402;0402", "twice"),
    ("rules.csv", "road_class=trunk;road_class=快速路", "trunk", 2, "where", "trunk", "=value"),
    ("rules.csv", "primary,100,", "primary,-1,", 2, "precedence", "-1", "below 0"),
    ("rules.csv", "primary,100,", "primary,1.5,", 2, "precedence", "1.5", "whole number"),
    ("rules.csv", "primary,100,", "owner,100,", 2, "role", "owner", "primary, co_organiser"),
    ("rules.csv", ",30.5,", ",0,", 2, "reach_m", "0.0", "above 0"),
    ("rules.csv", ",30.5,", ",30 m,", 2, "reach_m", "30 m", "not a number"),
    ("rules.csv", ",30.5,left", ",30.5,links", 2, "side", "links", "left or right"),
    ("rules.csv", "exclusive,,,personal", "exclusive,9,,personal", 3, "reach_m", "9.0", "asset"),
    ("rules.csv", "exclusive,,,personal", "exclusive,,left,personal", 3, "side", "left", "linear"),
    ("rules.csv", ",personal,", ",firm,", 3, "caller", "firm", "personal, enterprise"),
    ("rules.csv", "2027-01-01", "2025-01-01", 2, "valid_to", "2025-01-01", "2026-02-01"),
    ("rules.csv", "2027-01-01", "2027-02-30", 2, "valid_to", "2027-02-30", "2026-01-31"),
    ("rules.csv", "2027-01-01", "1.1.2027", 2, "valid_to", "1.1.2027", "2026-01-31"),
    ("bodies.csv", "T1,甲街道,township,D1,", "T1,甲街道,town,D1,", 7, "kind", "town", "township"),
    ("bodies.csv", "township,D1,", "township,D9,", 7, "parent", "D9", "no body has this code"),
    ("bodies.csv", "township,D1,", "township,T1,", 7, "parent", "T1", "the body itself"),
    ("bodies.csv", "township,D1,990101001", "township,D1,", 7, "area", "", "kind township"),
    ("bodies.csv", "D1,990101,parks", "D1,990101,", 4, "function", "", "needs the key"),
    ("bodies.csv", "T1,甲街道", "T 1,甲街道", 7, "code", "T 1", "no blanks"),
    ("bodies.csv", "T1,甲街道", "T1,", 7, "name", "", "must not be blank"),
    ("bodies.csv", "T1,甲街道", "T1,甲\x07街道", 7, "name", "甲\x07街道", "control character"),
    ("catalogue.csv", "0402003", "402003", 3, "code", "402003", "leading zeros"),
    ("catalogue.csv", "0402003,城市管理", "0402003,城管", 3, "level_1", "城管", "as in 0401001"),
    ("catalogue.csv", "0402003", "0401003", 3, "level_2", "市容环境", "'市政设施', as in 0401001"),
    ("catalogue.csv", "normal", "soon", 3, "response_level", "soon", "normal, urgent, weekdays"),
    ("catalogue.csv", "overlay;township", "overlay;town", 3, "steps", "overlay;town", "'town'"),
    ("catalogue.csv", "overlay;township", "ruling", 3, "steps", "ruling", "leave it out"),
    ("catalogue.csv", "overlay;township", "", 3, "steps", "", "must not be blank"),
    ("catalogue.csv", ",water,city", ",,city", 2, "function", "", "a function is needed"),
    ("catalogue.csv", ",water,city", ",fire,city", 2, "function", "fire", "known are water"),
    ("catalogue.csv", ",water,city", ",water,district", 2, "function", "water", "of the city"),
    ("catalogue.csv", ",water,city", ",water,state", 2, "tier", "state", "district, city"),
    ("catalogue.csv", "manhole", "a;;c", 2, "asset_classes", "a;;c;雨水口", "empty entry"),
    ("catalogue.csv", "asset;function", "function", 2, "needs_asset", "true", "step asset"),
    ("catalogue.csv", "true", "maybe", 2, "needs_asset", "maybe", "true or false"),
    ("catalogue.csv", "@township", "@street", 2, "co_organisers", "@street", "@township"),
    ("agreements.csv", "001,990101002", "001,990101001", 2, "area_b", "990101001", "two"),
    ("agreements.csv", "RD1,25,", "RD1,-25,", 2, "reach_m", "-25.0", "above 0"),
    ("agreements.csv", "RD1,25,", "RD1,,", 2, "reach_m", "", "must not be blank"),
    ("agreements.csv", "25,990101001", "25,990102001", 2, "owner", "990102001", "must be 99"),
    ("posts.csv", "street_chief", "street_boss", 3, "kind", "street_boss", "street_chief"),
    ("posts.csv", "T1,", "T7,", 2, "body", "T7", "no body has this code"),
    ("estates.csv", "业委会", "委员会", 2, "committee", "委员会", "物管会, 业委会"),
    ("estates.csv", "116.4 39.9", "39.9 116.4", 2, "entrances", "39.9 116.4;116.5 40", "longitude"),
    ("estates.csv", "116.4 39.9", "116.4", 2, "entrances", "116.4;116.5 40", "lon lat"),
    ("estates.csv", "PM1", "PM2", 2, "property", "PM2", "nearest is PM1"),
    ("book.toml", '"2026年"', '""', None, "label", "", "must not be blank"),
    ("book.toml", "2026-01-01", "2026-13-01", None, "", "", "not TOML"),
    ("book.toml", "2026-01-01", '"soon"', None, "valid_from", "soon", "2026-01-31"),
    ("book.toml", "valid_from", "valid_form", None, "valid_form", "2026-01-01", "valid_from"),
    ("book.toml", "district =", "bezirk =", None, "layers.bezirk", "district", "township"),
    ("levels.toml", '"2 h"', '"2 hours"', None, "level.urgent.limit", "2 hours", '"2 h"'),
    ("levels.toml", '"2 h"', '"0 h"', None, "level.urgent.limit", "0 h", "no duration"),
    ("levels.toml", '"natural"', '"lunar"', None, "level.normal.clock", "lunar", "working"),
    ("levels.toml", '"17:30"', '"25:00"', None, "level.weekdays.ends_at", "25:00", '"17:30"'),
    ("levels.toml", '"3 d"', '"30 h"', None, "level.weekdays.limit", "1 day, 6:00:00", "whole"),
    ("levels.toml", "pauses", "pause", None, "level.normal.pause", "[]", "pauses"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "row", "field", "value", "part"), CASES)
def test_a_wrong_value_is_named_with_its_place_and_what_would_be_right(
    problems_of: Break,
    file: str,
    old: str,
    new: str,
    row: int | None,
    field: str,
    value: str,
    part: str,
) -> None:
    found = problems_of(file, old, new)
    matching = [p for p in found if (p.file, p.row, p.field, p.value) == (file, row, field, value)]
    assert matching, [str(problem) for problem in found]
    assert part in matching[0].problem
    assert file in str(matching[0])


def test_all_problems_are_collected_and_counted(small_book: RuleBook, tmp_path: Path) -> None:
    write_book(small_book, tmp_path)
    for name, old, new in [
        ("rules.csv", "R1,linear", "R1,line"),
        ("rules.csv", "0402", "0409"),
        ("posts.csv", "grid_worker", "worker"),
        ("bodies.csv", "township,D1", "township,D7"),
    ]:
        path = tmp_path / name
        path.write_text(path.read_text(encoding="utf-8-sig").replace(old, new, 1), "utf-8")
    with pytest.raises(BookFileError) as caught:
        read_book(tmp_path)
    places = [(p.file, p.row, p.field) for p in caught.value.problems]
    assert places == [
        ("bodies.csv", 7, "parent"),
        ("rules.csv", 2, "step"),
        ("rules.csv", 3, "categories"),
        ("posts.csv", 2, "kind"),
    ]
    assert str(caught.value).startswith("bodies.csv row 7 [T1] parent 'D7'")
    assert str(caught.value).endswith("(and 3 more)")


def test_a_row_that_is_refused_may_still_be_named_by_others(problems_of: Break) -> None:
    found = problems_of("bodies.csv", "D1,东湖区政府,district", "D1,东湖区政府,quarter")
    assert [(p.file, p.code, p.field) for p in found] == [("bodies.csv", "D1", "kind")]


def test_a_table_that_cannot_be_read_brings_no_problems_of_others(
    small_book: RuleBook, tmp_path: Path
) -> None:
    write_book(small_book, tmp_path)
    (tmp_path / "bodies.csv").unlink()
    (tmp_path / "catalogue.csv").write_bytes("code,level_1\n0101001,城".encode("gb18030"))
    (tmp_path / "levels.toml").write_text("[level", "utf-8")
    with pytest.raises(BookFileError) as caught:
        read_book(tmp_path)
    found = [(p.file, p.problem.split(";")[0]) for p in caught.value.problems]
    assert [file for file, _ in found] == ["levels.toml", "bodies.csv", "catalogue.csv"]
    assert "not TOML" in found[0][1]
    assert found[1][1] == "the file is missing"
    assert found[2][1] == "the file is not UTF-8"


@pytest.mark.parametrize(
    ("text", "row", "field", "part"),
    [
        ("", None, "", "first row names the columns"),
        ("code;step;body\nR1;grid;C\n", 1, "code;step;body", "separate columns by commas"),
        ("code,step,body,bodys\n", 1, "bodys", "did you mean body"),
        ("code,step\n", 1, "body", "the column is missing"),
        ("code,step,body,code\n", 1, "code", "two columns"),
        ("code,step,body\nR1,grid\n", 2, "", "has 2 fields, the heading has 3"),
        ('code,step,body\n"R1,grid,C\n', None, "", "not CSV"),
    ],
)
def test_a_table_of_another_form_is_refused(
    small_book: RuleBook, tmp_path: Path, text: str, row: int | None, field: str, part: str
) -> None:
    write_book(small_book, tmp_path)
    (tmp_path / "rules.csv").write_text(text, "utf-8")
    with pytest.raises(BookFileError) as caught:
        read_book(tmp_path)
    first = caught.value.problems[0]
    assert (first.file, first.row, first.field) == ("rules.csv", row, field)
    assert part in first.problem


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BookFileError, match="there is no such folder") as caught:
        read_book(tmp_path / "none")
    assert str(tmp_path / "none") in str(caught.value)


def test_a_file_with_a_misspelt_name_is_not_left_out_in_silence(
    small_book: RuleBook, tmp_path: Path
) -> None:
    write_book(small_book, tmp_path)
    (tmp_path / "posts.csv").rename(tmp_path / "post.csv")
    (tmp_path / "README.md").write_text("notes", "utf-8")
    with pytest.raises(BookFileError, match=r"rename it to posts\.csv") as caught:
        read_book(tmp_path)
    assert len(caught.value.problems) == 1


def test_two_bodies_cannot_govern_one_area_on_the_same_days(small_book: RuleBook) -> None:
    second = replace(small_book.bodies[5], code="T2", valid_from=date(2026, 7, 1))
    twice = replace(small_book, bodies=(*small_book.bodies, second))
    (problem,) = find_problems(twice)
    assert (problem.code, problem.field, problem.value) == ("T2", "area", "990101001")
    assert "governed by T1" in problem.problem
    first = replace(small_book.bodies[5], valid_to=date(2026, 7, 1))
    bodies = (*small_book.bodies[:5], first, small_book.bodies[6], second)
    assert find_problems(replace(small_book, bodies=bodies)) == []


def test_a_book_made_in_memory_is_checked_alike(small_book: RuleBook) -> None:
    double = replace(small_book, posts=small_book.posts + small_book.posts[:1])
    (problem,) = find_problems(double)
    assert (problem.file, problem.row, problem.code) == ("posts.csv", None, "P1")
    assert "occurs twice" in problem.problem


def test_a_word_for_the_city_needs_a_city(small_book: RuleBook) -> None:
    bodies = tuple(
        replace(b, parent="" if b.parent == "C" else b.parent) for b in small_book.bodies[1:]
    )
    (problem,) = find_problems(replace(small_book, bodies=bodies))
    assert (problem.field, problem.value) == ("supervising", "@city")
