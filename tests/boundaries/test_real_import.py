"""Real files: streets of Tianhe and districts of Beijing."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely

from boundaries.definition import LayerDefinition
from boundaries.importer import check_layer, import_layer
from boundaries.locator import load_locator
from boundaries.store import BoundaryStore

pytestmark = pytest.mark.realdata

Define = Callable[..., LayerDefinition]


@pytest.fixture
def tianhe(embedded: BoundaryStore, define: Define, shared_data: Path) -> BoundaryStore:
    path = shared_data / "guangzhou_tianhe_streets" / "streets_21.geojson"
    definition = define(
        "township",
        source__datum="WGS-84",
        fields__code="area_code",
        fields__population="常住人",
    )
    report = import_layer(embedded, path, definition)
    assert (report.outcome, report.n_areas) == ("active", 21)
    assert report.counts == {"overlap": 40, "gap": 8}
    # 443 m2 by metres per degree; on the ellipsoid, as everything here, a little less.
    assert report.total_m2("overlap") == pytest.approx(440.8, abs=0.1)
    assert report.total_m2("gap") == pytest.approx(54.3, abs=0.1)
    return embedded


def test_tianhe_has_its_overlaps_and_gaps_in_file_coordinates(tianhe: BoundaryStore) -> None:
    report = check_layer(tianhe, "township")
    assert report.counts == {"overlap": 40, "gap": 8}
    assert all(finding.sliver for finding in report.findings)
    west, south, east, north = load_locator(tianhe).bounds
    for finding in report.findings:
        assert finding.lon is not None
        assert finding.lat is not None
        assert west < finding.lon < east
        assert south < finding.lat < north


def test_overlaps_and_gaps_of_tianhe_are_found_again_by_lookup(tianhe: BoundaryStore) -> None:
    report, locator = check_layer(tianhe, "township"), load_locator(tianhe)
    checked: Counter[str] = Counter()
    shapes = tianhe.areas(tianhe.active_edition("township").id).require_geometries()
    for finding in report.findings:
        assert finding.lon is not None
        assert finding.lat is not None
        found = locator.locate(finding.lon, finding.lat)
        # The middle of the largest gap is further from every street than the tolerance.
        assert found.chain[0]["code"] in {*finding.codes, None if finding.code == "gap" else ""}
        covering = shapely.covers(shapes, shapely.Point(finding.lon, finding.lat)).sum()
        # The place named in the thinnest slivers lies on their border.
        checked[finding.code] += covering != 1
        assert bool({"gap", "outside"} & set(found.flags)) == (covering == 0)
        if covering > 1:
            assert {"overlap", "on_border"} & set(found.flags)
    assert checked["overlap"] >= 30
    assert checked["gap"] >= 7


def test_the_invalid_polygon_of_beijing_is_named(
    embedded: BoundaryStore, define: Define, shared_data: Path
) -> None:
    path = shared_data / "beijing_districts_gcj02" / "110000.json"
    definition = define(source__datum="GCJ-02", fields__code="adcode")
    report = import_layer(embedded, path, definition)
    assert (report.outcome, report.n_areas) == ("active", 16)
    (finding,) = report.findings
    assert finding.code == "invalid_shape"
    assert "顺义区 (110113)" in finding.message
    assert report.total_m2("overlap") == 0.0
    refused = import_layer(embedded, path, definition, invalid="refuse")
    assert refused.outcome == "refused"
