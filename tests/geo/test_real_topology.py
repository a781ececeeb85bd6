"""The checks on real layers, with the figures known for them."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.arrays import GeometryArray
from geo.datum import from_cgcs2000, geometries_to_cgcs2000
from geo.topology import find_gaps, find_invalid, find_overlaps, repair, union_of

pytestmark = pytest.mark.realdata


def _read(path: Path) -> tuple[GeometryArray, list[str]]:
    features = json.loads(path.read_bytes())["features"]
    shapes = np.empty(len(features), dtype=object)
    shapes[:] = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return shapes, [feature["properties"]["name"] for feature in features]


@pytest.fixture(scope="module")
def tianhe_streets(shared_data: Path) -> GeometryArray:
    return _read(shared_data / "guangzhou_tianhe_streets" / "streets_21.geojson")[0]


def test_the_overlaps_of_the_tianhe_streets_are_found(tianhe_streets: GeometryArray) -> None:
    assert find_invalid(tianhe_streets) == []
    overlaps = find_overlaps(tianhe_streets)
    assert len(overlaps) == 40
    # 440.8 m2 on the ellipsoid; the 443 m2 known for the file count 111,320 m for a degree of
    # latitude, which is half a percent too much here.
    assert sum(overlap.area_m2 for overlap in overlaps) == pytest.approx(440.8, abs=0.1)
    assert all(overlap.sliver for overlap in overlaps)
    for overlap in overlaps:
        inside = shapely.Point(overlap.lon, overlap.lat)
        # The thinnest are narrower than the spacing of doubles: the point may miss by rounding.
        assert tianhe_streets[overlap.first].distance(inside) < 1e-12
        assert tianhe_streets[overlap.second].distance(inside) < 1e-12


def test_the_gaps_of_the_tianhe_streets_are_found_in_file_coordinates(
    tianhe_streets: GeometryArray,
) -> None:
    gaps = find_gaps(tianhe_streets)
    assert len(gaps) == 8
    for gap in gaps:
        assert len(gap.neighbours) >= 2
    projected = shapely.transform(
        tianhe_streets, lambda lonlat: from_cgcs2000(lonlat, "EPSG:32649")
    )
    parts = shapely.get_parts(shapely.union_all(projected))
    assert shapely.get_num_interior_rings(parts).sum() > 100, "projecting invents gaps"


@pytest.mark.parametrize("name", ["datav_440106_gcj02.json", "tianhe_district.json"])
def test_the_tianhe_streets_fill_the_district_after_conversion_of_its_datum(
    shared_data: Path, tianhe_streets: GeometryArray, name: str
) -> None:
    outline = repair(_read(shared_data / "guangzhou_tianhe_streets" / name)[0]).geometries
    streets = shapely.union_all(tianhe_streets)

    def likeness(district: GeometryArray) -> float:
        whole = union_of(district)
        return float(streets.intersection(whole).area / streets.union(whole).area)

    assert likeness(outline) < 0.86
    assert likeness(geometries_to_cgcs2000(outline, "GCJ-02")) >= 0.98


def test_the_one_broken_district_of_beijing_is_named_and_repaired(shared_data: Path) -> None:
    shapes, names = _read(shared_data / "beijing_districts_gcj02" / "110000.json")
    (invalid,) = find_invalid(shapes)
    assert names[invalid.index] == "顺义区"
    assert invalid.reason == "Self-intersection"
    assert (invalid.lon, invalid.lat) == pytest.approx((116.610, 40.031), abs=1e-3)
    repaired = repair(shapes)
    (entry,) = repaired.repairs
    assert entry.index == invalid.index
    assert abs(entry.change_m2) < 1.0
    assert find_overlaps(repaired.geometries) == []
    assert find_gaps(repaired.geometries) == []


def test_the_neighbourhoods_of_baltimore_overlap_by_slivers_only(shared_data: Path) -> None:
    shapes, _ = _read(shared_data / "baltimore_areas" / "neighborhoods.geojson")
    overlaps = find_overlaps(shapes)
    assert len(overlaps) == 14
    assert all(overlap.sliver for overlap in overlaps)
    assert sum(overlap.area_m2 for overlap in overlaps) == pytest.approx(85.7, abs=0.1)
