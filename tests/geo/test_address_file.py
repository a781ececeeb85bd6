"""The file of a gazetteer: damage is seen, writing is one step, bad tables are named."""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from geo.address.gazetteer import Gazetteer
from geo.address.tables import GazetteerTables, Role
from geo.errors import GazetteerFileError, GazetteerTableError, GeoError


def places_of(*names: str) -> pd.DataFrame:
    rows = [(n, n, int(Role.ROAD), "", 120.0, 30.0, 10.0, "") for n in names]
    return pd.DataFrame(rows, columns=list(GazetteerTables().places.columns))


def areas_of(*rows: tuple[str, str]) -> pd.DataFrame:
    full = [(uid, uid, 3, "", parent, 120.0, 30.0, 10.0, True) for uid, parent in rows]
    return pd.DataFrame(full, columns=list(GazetteerTables().areas.columns))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "city.gaz"
    Gazetteer.build(GazetteerTables(places=places_of("重阳路", "柳林街")), place, edition="one")
    return place


def test_a_file_opens_as_it_was_written(path: Path) -> None:
    gazetteer = Gazetteer.open(path)
    gazetteer.verify()
    assert (gazetteer.edition, gazetteer.grammar, gazetteer.n_entities) == ("one", "zh", 2)
    assert gazetteer.scan("重阳路")[1].tolist() == [3]
    assert not gazetteer.lon.flags.writeable


def test_the_same_tables_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.gaz"
    Gazetteer.build(GazetteerTables(places=places_of("重阳路", "柳林街")), again, edition="one")
    assert again.read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:0], "cannot be read"),
        (lambda data: b"no" + data[2:], "not a gazetteer"),
        (lambda data: data[:-64], "bytes instead of"),
        (lambda data: data[:8] + b"\x63" + data[9:], "this program reads"),
        (lambda data: data[:80] + bytes([data[80] ^ 1]) + data[81:], "damaged header"),
    ],
)
def test_a_damaged_file_is_refused(
    path: Path, damage: Callable[[bytes], bytes], message: str
) -> None:
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(GazetteerFileError, match=message) as caught:
        Gazetteer.open(path)
    assert caught.value.path == str(path)
    assert isinstance(caught.value, GeoError)


def test_damaged_contents_are_found_by_verify(path: Path) -> None:
    data = bytearray(path.read_bytes())
    at = bytes(data).index("重阳路".encode())
    data[at] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(GazetteerFileError, match="damaged contents"):
        Gazetteer.open(path).verify()


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(GazetteerFileError, match="cannot be read"):
        Gazetteer.open(tmp_path / "none.gaz")


def test_readers_see_the_old_file_or_the_new_one(path: Path) -> None:
    new = GazetteerTables(places=places_of("重阳路"))
    old = Gazetteer.open(path)
    done = threading.Event()
    seen: set[str] = set()

    def read() -> None:
        while not done.is_set():
            gazetteer = Gazetteer.open(path)
            gazetteer.verify()
            seen.add(gazetteer.edition)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(3):
        Gazetteer.build(new, path, edition="two")
    done.set()
    reader.join()
    assert seen <= {"one", "two"}
    assert seen
    assert old.scan("柳林街")[1].tolist() == [3]
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - hidden files count


def test_nothing_is_written_where_a_table_is_bad(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(GazetteerTableError):
        Gazetteer.build(GazetteerTables(places=places_of("甲路", "甲路")), path, edition="two")
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - hidden files count


def test_progress_is_told_stage_by_stage(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    Gazetteer.build(
        GazetteerTables(),
        tmp_path / "x.gaz",
        edition="x",
        progress=lambda stage, done, total: told.append((stage, done, total)),
    )
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert all(total == len(told) for _, _, total in told)


PLACES = GazetteerTables(places=places_of("甲路", "乙路"))
BAD = [
    (replace(PLACES, places=places_of("甲路", "甲路")), ("places", 1, "uid", "甲路")),
    (
        replace(PLACES, places=places_of("甲路").assign(lat=[91.0])),
        ("places", 0, "lat", 91.0),
    ),
    (replace(PLACES, places=places_of("甲路").assign(role=[0])), ("places", 0, "role", 0)),
    (replace(PLACES, places=places_of("甲路").assign(name=[" "])), ("places", 0, "name", " ")),
    (
        replace(PLACES, places=places_of("甲路").assign(parent_uid=["丙"])),
        ("places", 0, "parent_uid", "丙"),
    ),
    (
        replace(PLACES, memberships=pd.DataFrame([("甲路", "乙路")], columns=["uid", "area_uid"])),
        ("memberships", 0, "area_uid", "乙路"),
    ),
    (
        replace(PLACES, areas=areas_of(("a", "b"), ("b", "a"))),
        ("areas", 0, "parent_uid", "b"),
    ),
    (
        replace(
            PLACES,
            names=pd.DataFrame(
                [("甲路", "旧路", "former", "", "")], columns=list(GazetteerTables().names.columns)
            ),
        ),
        ("names", 0, "status", "former"),
    ),
    (replace(PLACES, grammar="fr"), ("gazetteer", None, "grammar", "fr")),
]


@pytest.mark.parametrize(("tables", "where"), BAD, ids=[f"{w[0]}-{w[2]}" for _, w in BAD])
def test_a_bad_table_is_refused_by_row_and_field(
    tables: GazetteerTables, where: tuple[str, int | None, str, object], tmp_path: Path
) -> None:
    with pytest.raises(GazetteerTableError) as caught:
        Gazetteer.build(tables, tmp_path / "bad.gaz", edition="bad")
    error = caught.value
    assert (error.table, error.row, error.field, error.value) == where
    assert list(tmp_path.iterdir()) == []
