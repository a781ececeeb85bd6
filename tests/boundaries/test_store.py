"""The contract of the store, on SQLite and on PostGIS."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pytest
import shapely
from pyproj import Geod

from boundaries.definition import LayerDefinition
from boundaries.errors import (
    DateOutsideValidityError,
    EditionStateError,
    NoActiveEditionError,
    StoreConflictError,
    UnknownAreaError,
    UnknownEditionError,
    UnknownLayerError,
)
from boundaries.records import AreaTable
from boundaries.store import BoundaryStore

Define = Callable[..., LayerDefinition]
Fill = Callable[[BoundaryStore], BoundaryStore]


def squares(n: int, first: int = 0, suffix: str = "") -> AreaTable:
    shapes = [shapely.box(i / 100, 0, (i + 1) / 100, 0.01) for i in range(first, first + n)]
    codes = [f"{i:03d}{suffix}" for i in range(first, first + n)]
    return AreaTable.build(codes, [f"区{code}" for code in codes], np.array(shapes))


def test_shapes_come_back_bit_by_bit(store: BoundaryStore, define: Define) -> None:
    rng = np.random.default_rng(7)
    triangles = [shapely.Polygon(rng.uniform(116, 117, (3, 2))) for _ in range(20)]
    islands = shapely.MultiPolygon([shapely.box(1, 1, 2, 2), shapely.box(3, 3, 4, 4)])
    hole = shapely.Polygon(shapely.box(5, 5, 8, 8).exterior, [shapely.box(6, 6, 7, 7).exterior])
    shapes = np.array([*triangles, islands, hole])
    table = AreaTable.build([f"{i:02d}" for i in range(22)], ["名"] * 22, shapes)
    edition = store.import_rows(define(), table)
    found = store.areas(edition.id)
    stored = found.require_geometries()
    assert shapely.to_wkb(stored).tolist() == shapely.to_wkb(table.require_geometries()).tolist()
    assert shapely.get_srid(stored).tolist() == [0] * 22
    assert found.shapes_hash() == edition.shapes_hash == table.shapes_hash()


def test_facts_come_back(store: BoundaryStore, city: Fill) -> None:
    area = city(store).area("township", "990101002")
    assert (area.name, area.parent_code, area.population) == ("乙街道", "990101", 200)
    assert area.attributes == {"级别": "街道"}
    assert area.valid_from == date(2026, 1, 1)
    assert area.valid_to is None
    assert area.geometry is not None
    by_proj, _ = Geod(ellps="GRS80").geometry_area_perimeter(area.geometry)
    assert area.area_m2 == pytest.approx(abs(by_proj), rel=1e-6)
    assert shapely.covers(area.geometry, shapely.Point(area.lon, area.lat))
    assert store.area("township", "990102001").population is None


def test_columns_are_sorted_by_code_and_come_without_shapes_on_request(
    store: BoundaryStore, define: Define
) -> None:
    codes = ["乙", "b", "A", "10", "9", "甲"]
    shapes = np.array([shapely.box(i, 0, i + 1, 1) for i in range(6)])
    edition = store.import_rows(define(), AreaTable.build(codes, codes, shapes))
    table = store.areas(edition.id, geometry=False)
    assert table.codes == tuple(sorted(codes))
    assert table.geometries is None
    with pytest.raises(ValueError, match="without shapes"):
        table.require_geometries()


def test_layers_are_listed_from_coarse_to_fine(store: BoundaryStore, define: Define) -> None:
    for key, parent, role in [
        ("grid", "community", "partition"),
        ("estate", "", "overlay"),
        ("district", "", "partition"),
        ("community", "township", "partition"),
        ("township", "district", "partition"),
    ]:
        store.import_rows(define(key, layer__parent=parent, layer__role=role), squares(1))
    keys = [layer.key for layer in store.layers()]
    assert keys == ["district", "township", "community", "grid", "estate"]
    assert store.layer("grid").parent == "community"


def test_an_area_keeps_its_uid_when_its_code_stays(store: BoundaryStore, define: Define) -> None:
    first = store.areas(store.import_rows(define(), squares(3)).id)
    second = store.areas(store.import_rows(define(), squares(3, first=1)).id)
    assert second.uids[:2] == first.uids[1:]
    assert second.uids[2] not in first.uids


def test_activation_retires_the_edition_before(store: BoundaryStore, define: Define) -> None:
    old = store.import_rows(define(edition__label="旧"), squares(2))
    new = store.import_rows(define(edition__label="新"), squares(2))
    assert [e.state for e in store.editions("district")] == ["retired", "active"]
    assert store.active_edition("district").id == new.id
    assert store.edition(old.id).retired_at is not None
    again = store.activate(old.id)
    assert again.state == "active"
    assert again.retired_at is None
    assert store.edition(new.id).state == "retired"


def test_a_draft_does_not_answer(store: BoundaryStore, define: Define) -> None:
    draft = store.import_rows(define(), squares(2), activate=False)
    assert draft.state == "draft"
    assert store.active_editions() == []
    with pytest.raises(NoActiveEditionError, match="district"):
        store.area("district", "000")


def test_the_token_changes_with_each_activation(store: BoundaryStore, define: Define) -> None:
    empty = store.token()
    first = store.import_rows(define(), squares(2))
    one = store.token()
    second = store.import_rows(define(), squares(2), activate=False)
    assert store.token() == one
    store.activate(second.id)
    two = store.token()
    assert len({empty, one, two}) == 3
    store.activate(first.id)
    assert store.token() == one


def test_activations_at_the_same_time_leave_one_active(
    store: BoundaryStore, define: Define
) -> None:
    ids = [store.import_rows(define(), squares(1), activate=False).id for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.activate, ids * 3))
    states = [edition.state for edition in store.editions("district")]
    assert states.count("active") == 1
    assert states.count("draft") == 0


def test_a_failed_import_leaves_nothing_behind(store: BoundaryStore, define: Define) -> None:
    store.import_rows(define(), squares(2))
    token = store.token()

    def fail(stage: str, done: int, total: int) -> None:
        raise RuntimeError(stage, done, total)

    with pytest.raises(RuntimeError):
        store.import_rows(define(), squares(3), progress=fail)
    assert store.token() == token
    assert len(store.editions("district")) == 1


def test_repeated_codes_are_refused(store: BoundaryStore, define: Define) -> None:
    shapes = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    with pytest.raises(StoreConflictError, match="'7' occurs more than once"):
        store.import_rows(define(), AreaTable.build(["7", "7"], ["a", "b"], shapes))


def test_a_layer_cannot_change_its_role(store: BoundaryStore, define: Define) -> None:
    store.import_rows(define(), squares(1))
    with pytest.raises(StoreConflictError, match="stored as partition"):
        store.import_rows(define(layer__role="overlay"), squares(1))


def test_an_empty_edition_is_not_activated(store: BoundaryStore, define: Define) -> None:
    with pytest.raises(EditionStateError, match="is empty"):
        store.import_rows(define(), squares(0))


def test_unknown_names_are_errors(store: BoundaryStore, city: Fill) -> None:
    city(store)
    with pytest.raises(UnknownLayerError, match="loaded layers: district, township, estate"):
        store.area("street", "1")
    with pytest.raises(UnknownLayerError):
        store.editions("street")
    with pytest.raises(UnknownAreaError, match="'990109'"):
        store.area("district", "990109")
    with pytest.raises(UnknownEditionError, match="'nope'"):
        store.areas("nope")
    with pytest.raises(UnknownEditionError):
        store.activate("nope")


def test_validity_is_half_open(store: BoundaryStore, define: Define) -> None:
    store.import_rows(define(edition__valid_to="2026-07-01"), squares(1))
    assert store.area("district", "000", date(2026, 1, 1)).code == "000"
    assert store.area("district", "000", date(2026, 6, 30)).code == "000"
    for outside in (date(2025, 12, 31), date(2026, 7, 1)):
        with pytest.raises(DateOutsideValidityError, match="2026-01-01, before 2026-07-01"):
            store.area("district", "000", outside)
        assert store.active_editions(outside) == []


def test_children_come_from_the_layers_below(store: BoundaryStore, city: Fill) -> None:
    children = city(store).children("district", "990102")
    assert [(child.layer, child.code) for child in children] == [
        ("township", "990102001"),
        ("township", "990102002"),
    ]
    assert store.children("township", "990101001") == []


def test_neighbours_share_a_border_or_a_corner(store: BoundaryStore, define: Define) -> None:
    shapes = [
        shapely.box(x / 100, y / 100, (x + 1) / 100, (y + 1) / 100)
        for y in (0, 1)
        for x in (0, 1, 2)
    ]
    shapes[5] = shapely.Polygon([(0.02, 0.01), (0.03, 0.01), (0.03, 0.02), (0.0199, 0.02)])
    codes = ["a", "b", "c", "d", "e", "f"]
    store.import_rows(define(), AreaTable.build(codes, codes, np.array(shapes)))
    found = {n.code: n.length_m for n in store.neighbours("district", "a")}
    assert set(found) == {"b", "d", "e"}
    assert found["b"] == pytest.approx(1105.7, abs=1)
    assert found["d"] == pytest.approx(1113.2, abs=1)
    assert found["e"] == 0.0
    sliver = {n.code: n.length_m for n in store.neighbours("district", "e")}
    assert sliver["f"] == pytest.approx(1105.7, rel=0.01)
    assert [n.code for n in store.neighbours("district", "a")][-1] == "e"


def test_runs_of_imports_are_kept(store: BoundaryStore, define: Define) -> None:
    edition = store.import_rows(define(), squares(1))
    now = edition.recorded_at
    values = {
        "layer_key": "district",
        "edition_id": edition.id,
        "outcome": "active",
        "started_at": now,
        "finished_at": now,
        "source_file": "a.gpkg",
        "source_checksum": "00",
        "report": {"findings": [{"message": "重叠", "area_m2": None}]},
    }
    store.record_import(values)
    (run,) = store.import_runs("district")
    assert run["report"] == values["report"]
    assert run["started_at"] == now
    assert store.import_runs("township") == []
