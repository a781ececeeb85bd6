"""A rule book goes to files and back without a change; its hash is that of its content."""

import csv
import dataclasses
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.book.definition import (
    Agreement,
    Body,
    BookHead,
    Category,
    Estate,
    Level,
    Post,
    Rule,
    RuleBook,
)
from governance.book.hashing import book_hash
from governance.book.layout import FILES, SHEETS
from governance.book.reading import read_book
from governance.book.terms import BodyKind, Caller, Mode, PostKind, Role, Step
from governance.book.writing import write_book
from governance.errors import BookFileError

START = date(2026, 1, 1)


def test_every_kind_of_row_comes_back_as_it_was(small_book: RuleBook, tmp_path: Path) -> None:
    write_book(small_book, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)
    assert read_book(tmp_path) == small_book


def test_writing_what_was_read_gives_the_same_bytes(small_book: RuleBook, tmp_path: Path) -> None:
    write_book(small_book, tmp_path / "one")
    write_book(read_book(tmp_path / "one"), tmp_path / "two")
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_optional_tables_without_rows_have_no_file(small_book: RuleBook, tmp_path: Path) -> None:
    write_book(small_book, tmp_path)
    bare = dataclasses.replace(small_book, agreements=(), posts=(), estates=())
    written = write_book(bare, tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert names == set(FILES) - {"agreements.csv", "posts.csv", "estates.csv"}
    assert {path.name for path in written} == names
    assert read_book(tmp_path) == bare


def test_columns_in_any_order_and_without_the_optional_ones_are_read(
    small_book: RuleBook, tmp_path: Path
) -> None:
    write_book(small_book, tmp_path)
    lines = ["kind,name,code", "city,市政府,C", "", ",,", "developer, 建设公司 ,D"]
    (tmp_path / "agreements.csv").write_text("code,layer,area_a,area_b,line_layer,line,reach_m\n")
    (tmp_path / "estates.csv").unlink()
    (tmp_path / "posts.csv").unlink()
    (tmp_path / "rules.csv").write_text("code,step,body\n", encoding="utf-8")
    (tmp_path / "catalogue.csv").write_text(
        "code,level_1,level_2,level_3,response_level,steps\n0101001,城,市,路,normal,district\n",
        encoding="utf-8",
    )
    (tmp_path / "bodies.csv").write_text("\r\n".join(lines), encoding="utf-8")
    book = read_book(tmp_path)
    assert [(body.code, body.name) for body in book.bodies] == [("C", "市政府"), ("D", "建设公司")]
    assert book.categories[0].copied == ("@district",)
    assert book.agreements == book.rules == ()


def test_dates_and_flags_as_a_spreadsheet_writes_them_are_read(
    small_book: RuleBook, tmp_path: Path
) -> None:
    write_book(small_book, tmp_path)
    path = tmp_path / "estates.csv"
    text = path.read_text(encoding="utf-8-sig")
    assert "true" in text
    text = text.replace("true", "TRUE").replace("2026-03-01", "2026/3/1")
    path.write_text(text.replace("\n", "\r\n"), encoding="utf-8", newline="")
    assert read_book(tmp_path) == small_book


def test_a_blank_list_of_copied_bodies_means_nobody(small_book: RuleBook, tmp_path: Path) -> None:
    quiet = dataclasses.replace(small_book.categories[0], copied=())
    book = dataclasses.replace(small_book, categories=(quiet, *small_book.categories[1:]))
    write_book(book, tmp_path)
    assert read_book(tmp_path).categories[0].copied == ()


def test_all_columns_of_all_tables_are_the_fields_of_their_rows() -> None:
    kinds = (Body, Category, Rule, Agreement, Post, Estate)
    assert tuple(sheet.row for sheet in SHEETS) == kinds
    for sheet in SHEETS:
        assert [column.name for column in sheet.columns] == [
            field.name for field in dataclasses.fields(sheet.row)
        ]


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"areas": ("a;b",)}, "areas", "read back"),
        ({"note": " blank before"}, "note", "blanks"),
        ({"where": (("a", "b;c"),)}, "where", "attribute=value"),
        ({"note": "bell\a"}, "note", "control character"),
        ({"reach_m": float("nan")}, "reach_m", "not finite"),
    ],
)
def test_what_no_file_can_hold_is_refused_before_anything_is_written(
    small_book: RuleBook, tmp_path: Path, change: dict[str, object], field: str, problem: str
) -> None:
    rule = dataclasses.replace(small_book.rules[0], **change)  # type: ignore[arg-type]
    book = dataclasses.replace(small_book, rules=(rule, *small_book.rules[1:]))
    with pytest.raises(BookFileError) as caught:
        write_book(book, tmp_path / "out")
    assert (caught.value.file, caught.value.field) == ("rules.csv", field)
    assert problem in caught.value.problem
    assert not (tmp_path / "out").exists()


def test_a_limit_of_seconds_cannot_be_written(small_book: RuleBook, tmp_path: Path) -> None:
    level = dataclasses.replace(small_book.levels[0], limit=timedelta(seconds=90))
    book = dataclasses.replace(small_book, levels=(level, *small_book.levels[1:]))
    with pytest.raises(BookFileError, match="whole number of minutes"):
        write_book(book, tmp_path)


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=24), "1 d"),
        (timedelta(days=7), "7 d"),
        (timedelta(minutes=90), "90 min"),
    ],
)
def test_durations_are_written_in_the_longest_whole_unit(
    small_book: RuleBook, tmp_path: Path, limit: timedelta, text: str
) -> None:
    level = dataclasses.replace(small_book.levels[0], limit=limit)
    book = dataclasses.replace(small_book, levels=(level, *small_book.levels[1:]))
    write_book(book, tmp_path)
    assert f'limit = "{text}"' in (tmp_path / "levels.toml").read_text(encoding="utf-8")
    assert read_book(tmp_path) == book


def test_the_hash_does_not_depend_on_the_order_of_rows(small_book: RuleBook) -> None:
    turned = dataclasses.replace(
        small_book, bodies=small_book.bodies[::-1], rules=small_book.rules[::-1]
    )
    assert book_hash(turned) == book_hash(small_book)


def test_whole_numbers_and_doubles_of_a_reach_have_one_hash(small_book: RuleBook) -> None:
    def with_reach(reach_m: float) -> RuleBook:
        rule = dataclasses.replace(small_book.rules[0], reach_m=reach_m)
        return dataclasses.replace(small_book, rules=(rule,))

    assert book_hash(with_reach(30)) == book_hash(with_reach(30.0))
    assert book_hash(with_reach(30)) != book_hash(with_reach(31))


def test_any_change_of_any_field_changes_the_hash(small_book: RuleBook) -> None:
    others = {
        str: "其他",
        float: 77.5,
        int: 77,
        bool: True,
        date: date(2031, 1, 1),
        tuple: ("其他",),
        frozenset: frozenset({Step.GRID}),
        timedelta: timedelta(days=99),
        dict: {"grid": "other"},
    }
    seen = {book_hash(small_book)}
    n_changes = 0
    for part in dataclasses.fields(small_book):
        value = getattr(small_book, part.name)
        row = value if part.name == "head" else value[0]
        for field in dataclasses.fields(row):
            old = getattr(row, field.name)
            kind = next((k for k in others if isinstance(old, k)), date)
            new = dataclasses.replace(row, **{field.name: others[kind]})
            if new == row:
                new = dataclasses.replace(row, **{field.name: not old})
            changed = new if part.name == "head" else (new, *value[1:])
            seen.add(book_hash(dataclasses.replace(small_book, **{part.name: changed})))
            n_changes += 1
    assert n_changes > 80
    assert len(seen) == n_changes + 1


WORDS = st.text(
    st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), exclude_characters=";="),
    min_size=1,
    max_size=12,
).filter(lambda text: text == text.strip() and not text.startswith("#"))
CODES = st.text("ABC019_-路", min_size=1, max_size=8)
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
SPANS = st.one_of(
    st.just((None, None)),
    DAYS.map(lambda day: (day, None)),
    DAYS.map(lambda day: (day, day + timedelta(days=30))),
)
FREE = st.one_of(st.just(""), WORDS, st.builds('{}\n{},"{}"'.format, WORDS, WORDS, WORDS))


@st.composite
def books(draw: st.DrawFn) -> RuleBook:
    codes = draw(st.lists(CODES, min_size=2, max_size=6, unique=True).map(sorted))
    bodies = []
    for code in codes:
        valid_from, valid_to = draw(SPANS)
        bodies.append(
            Body(
                code=code,
                name=draw(WORDS),
                kind=BodyKind.PUBLIC_SERVICE,
                parent=draw(st.sampled_from(["", *(c for c in codes if c != code)])),
                phone=draw(FREE),
                valid_from=valid_from,
                valid_to=valid_to,
            )
        )
    rules = []
    for code in draw(st.lists(CODES, max_size=5, unique=True).map(sorted)):
        valid_from, valid_to = draw(SPANS)
        rules.append(
            Rule(
                code=code,
                step=Step.LINEAR,
                layer="road",
                areas=tuple(draw(st.lists(WORDS, max_size=3, unique=True))),
                where=tuple(draw(st.lists(st.tuples(WORDS, WORDS), max_size=3, unique=True))),
                body=draw(st.sampled_from([*codes, "@area", "@attribute:owner"])),
                role=draw(st.sampled_from(Role)),
                precedence=draw(st.integers(0, 10**6)),
                mode=draw(st.sampled_from(Mode)),
                reach_m=draw(
                    st.one_of(st.none(), st.floats(0, 1e6, exclude_min=True, allow_subnormal=False))
                ),
                side=draw(st.sampled_from(["", "left", "right"])),
                caller=draw(st.sampled_from(Caller)),
                valid_from=valid_from,
                valid_to=valid_to,
                note=draw(FREE),
            )
        )
    numbers = st.floats(-90, 90, allow_nan=False)
    points = st.lists(st.tuples(numbers, numbers), max_size=3, unique_by=repr)
    estates = [
        Estate(code=code, entrances=tuple(draw(points)), is_unmanaged=draw(st.booleans()))
        for code in draw(st.lists(CODES, max_size=3, unique=True).map(sorted))
    ]
    level = Level(key="normal", name=draw(WORDS), name_en=draw(FREE), limit=timedelta(days=7))
    category = Category(
        code="0101001",
        level_1=draw(WORDS),
        level_2=draw(WORDS),
        level_3=draw(WORDS),
        response_level="normal",
        steps=frozenset(draw(st.sets(st.sampled_from([Step.GRID, Step.TOWNSHIP]), min_size=1))),
        copied=tuple(draw(st.lists(st.sampled_from(codes), max_size=2, unique=True))),
    )
    return RuleBook(
        head=BookHead(label=draw(WORDS), valid_from=draw(DAYS), source=draw(FREE)),
        levels=(level,),
        bodies=tuple(bodies),
        categories=(category,),
        rules=tuple(rules),
        posts=tuple(
            Post(code=code, kind=draw(st.sampled_from(PostKind)), layer="grid", area=draw(CODES))
            for code in draw(st.lists(CODES, max_size=3, unique=True).map(sorted))
        ),
        estates=tuple(estates),
    )


@given(books())
def test_any_book_comes_back_from_files_as_it_was(book: RuleBook) -> None:
    with tempfile.TemporaryDirectory() as folder:
        write_book(book, Path(folder))
        again = read_book(Path(folder))
    assert again == book
    assert book_hash(again) == book_hash(book)


def test_files_open_in_a_spreadsheet_as_utf_8(small_book: RuleBook, tmp_path: Path) -> None:
    write_book(small_book, tmp_path)
    for sheet in SHEETS:
        data = (tmp_path / sheet.file).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf")
        rows = list(csv.reader(data.decode("utf-8-sig").splitlines()))
        assert rows[0] == [column.name for column in sheet.columns]
