"""Labelled points tell which datum they are in."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.arrays import FloatArray, GeometryArray, IntArray, LonLatArray
from geo.datum import Datum, from_cgcs2000, geometries_to_cgcs2000
from geo.errors import CoordinateError, DatumError
from geo.suggest import suggest_datum


class TreeLayer:
    """Areas that locate by a tree of their shapes; the smallest ordinal wins."""

    def __init__(self, shapes: GeometryArray) -> None:
        self._tree = shapely.STRtree(shapes)

    def locate_many(self, lonlat: LonLatArray) -> IntArray:
        """Give the ordinal that covers each place, -1 where none does."""
        ordinals = np.full(len(lonlat), np.iinfo(np.int32).max, dtype=np.int32)
        finite = np.flatnonzero(np.isfinite(lonlat).all(axis=1))
        row, ordinal = self._tree.query(shapely.points(lonlat[finite]), predicate="covered_by")
        np.minimum.at(ordinals, finite[row], ordinal.astype(np.int32))
        ordinals[ordinals == np.iinfo(np.int32).max] = -1
        return ordinals


NAMES = [f"{row}-{column}" for row in range(10) for column in range(10)]


@pytest.fixture(scope="module")
def board() -> TreeLayer:
    """Lay out a hundred squares of about a kilometre in Beijing."""
    west, south = np.meshgrid(116.3 + np.arange(10) * 0.01, 39.8 + np.arange(10) * 0.01)
    return TreeLayer(shapely.box(west, south, west + 0.01, south + 0.01).ravel())


@pytest.fixture(scope="module")
def places() -> LonLatArray:
    """Draw three hundred places on the board, away from its rim."""
    generator = np.random.default_rng(5)
    return generator.uniform((116.32, 39.82), (116.38, 39.88), (300, 2))


@pytest.fixture(scope="module")
def labels(board: TreeLayer, places: LonLatArray) -> Sequence[str]:
    """Name the true square of each place."""
    return [NAMES[ordinal] for ordinal in board.locate_many(places)]


@pytest.mark.parametrize("datum", [Datum.WGS84, Datum.GCJ02, Datum.BD09])
def test_the_datum_the_points_are_in_agrees_with_every_label(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str], datum: Datum
) -> None:
    suggestion = suggest_datum(from_cgcs2000(places, datum), labels, board, NAMES)
    assert suggestion.best == datum
    assert suggestion.agreement[datum] >= 299  # a place on a border may move by a rounding
    assert sum(hits < 250 for hits in suggestion.agreement.values()) == 2
    assert not suggestion.declared_is_worse
    assert f"agree best as {datum}" in suggestion.message


@pytest.mark.parametrize("declared", ["wgs84", "CGCS2000", "EPSG:4326"])
def test_a_wrong_declaration_is_doubted_and_the_better_datum_named(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str], declared: str
) -> None:
    points = from_cgcs2000(places, Datum.BD09)
    suggestion = suggest_datum(points, labels, board, NAMES, declared=declared)
    assert suggestion.declared_is_worse
    assert suggestion.p_value < 1e-9
    assert suggestion.message.startswith(f"declared {suggestion.declared}, but ")
    assert "look like BD-09" in suggestion.message


def test_a_right_declaration_is_left_in_peace(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str]
) -> None:
    points = from_cgcs2000(places, Datum.CGCS2000)
    suggestion = suggest_datum(points, labels, board, NAMES, declared="CGCS2000")
    assert (suggestion.best, suggestion.declared_is_worse) == (Datum.CGCS2000, False)
    assert Datum.WGS84 not in suggestion.agreement
    assert suggestion.message.startswith("nothing speaks against CGCS2000")


def test_a_projected_declaration_is_compared_in_its_own_numbers(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str]
) -> None:
    points = from_cgcs2000(places, "EPSG:4548")
    suggestion = suggest_datum(points, labels, board, NAMES, declared="EPSG:4548")
    assert suggestion.best == "EPSG:4548"
    assert suggestion.agreement[Datum.WGS84] == 0


def test_a_few_points_are_no_ground_for_doubt(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str]
) -> None:
    points = from_cgcs2000(places, Datum.BD09)
    suggestion = suggest_datum(points[:5], labels[:5], board, NAMES, declared="wgs84")
    assert not suggestion.declared_is_worse
    assert suggestion.p_value == pytest.approx(0.5**5), "five wins, no loss"


def test_labels_that_agree_with_nothing_are_no_ground_for_doubt(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str]
) -> None:
    points = from_cgcs2000(places, Datum.BD09)
    mostly_wrong = [label if row % 3 == 0 else NAMES[0] for row, label in enumerate(labels)]
    suggestion = suggest_datum(points, mostly_wrong, board, NAMES, declared="wgs84")
    assert suggestion.best == Datum.BD09
    assert suggestion.p_value < 0.001
    assert not suggestion.declared_is_worse


def test_a_gain_below_the_minimum_is_no_ground_for_doubt(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str]
) -> None:
    points = from_cgcs2000(places, Datum.GCJ02)
    suggestion = suggest_datum(points, labels, board, NAMES, declared="wgs84", minimum_gain=1.0)
    assert suggestion.p_value < 0.001
    gain = suggestion.agreement[Datum.GCJ02] - suggestion.agreement[Datum.WGS84]
    assert gain < len(places), "some labels must agree by chance for this to test anything"
    assert not suggestion.declared_is_worse


def test_rows_without_label_name_or_coordinate_are_left_out_and_counted(
    board: TreeLayer, places: LonLatArray, labels: Sequence[str]
) -> None:
    points = places[:6].copy()
    points[0] = np.nan
    some: list[str | None] = [labels[0], None, "", "elsewhere", f" {labels[4]}　", labels[5]]
    suggestion = suggest_datum(points, some, board, NAMES)
    assert (suggestion.n_compared, suggestion.n_left_out) == (2, 4)
    assert suggestion.agreement[Datum.WGS84] == 2


def test_areas_of_one_name_count_as_one(board: TreeLayer, places: LonLatArray) -> None:
    same = ["东湖区"] * len(NAMES)
    suggestion = suggest_datum(places, ["东湖区"] * len(places), board, same)
    assert suggestion.agreement[Datum.WGS84] == len(places)


def test_no_rows_give_no_doubt(board: TreeLayer) -> None:
    suggestion = suggest_datum(np.empty((0, 2)), [], board, NAMES, declared="gcj02")
    assert (suggestion.best, suggestion.declared_is_worse) == (Datum.GCJ02, False)


def test_bad_arguments_are_refused(board: TreeLayer, places: LonLatArray) -> None:
    with pytest.raises(CoordinateError, match="300 points need as many labels"):
        suggest_datum(places, ["1-1"], board, NAMES)
    with pytest.raises(DatumError, match="parameters of the city"):
        suggest_datum(places, ["1-1"] * 300, board, NAMES, declared="EPSG:4214")


def _stations(folder: Path) -> tuple[FloatArray, list[str], TreeLayer, list[str]]:
    with (folder / "shanghai_stations_1603.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    features = json.loads((folder / "shanghai_districts_gcj02.json").read_bytes())["features"]
    shapes = np.empty(len(features), dtype=object)
    shapes[:] = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    layer = TreeLayer(geometries_to_cgcs2000(shapes, Datum.GCJ02))
    points = np.array([(float(row["lon"]), float(row["lat"])) for row in rows])
    names = [feature["properties"]["name"] for feature in features]
    return points, [row["area"] for row in rows], layer, names


@pytest.mark.realdata
def test_the_shanghai_stations_are_told_to_be_bd09(shared_data: Path) -> None:
    points, labels, layer, names = _stations(shared_data / "shanghai_poi")
    doubted = suggest_datum(points, labels, layer, names, declared="WGS-84")
    assert doubted.n_compared == 1603
    assert doubted.agreement[Datum.BD09] == 1567
    assert (doubted.best, doubted.declared_is_worse) == (Datum.BD09, True)
    right = suggest_datum(points, labels, layer, names, declared="BD-09")
    assert not right.declared_is_worse
