"""The location index on real boundaries, slivers and overlaps included."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.index import LocationIndex
from geo.topology import repair

pytestmark = [pytest.mark.realdata, pytest.mark.long]

FILES = {
    "baltimore_areas/neighborhoods.geojson": 278,
    "baltimore_areas/police_districts.geojson": 9,
    "baltimore_areas/council_districts.geojson": 14,
    "beijing_districts_gcj02/110000.json": 16,
    "guangzhou_tianhe_streets/streets_21.geojson": 21,
    "shanghai_poi/shanghai_districts_16.geojson": 16,
    "shanghai_poi/shanghai_districts_gcj02.json": 16,
}


@pytest.mark.parametrize("file", FILES)
def test_every_vertex_has_the_covering_set_and_owner_of_shapely(
    shared_data: Path, file: str
) -> None:
    frame = gpd.read_file(shared_data / file)
    shapes = repair(frame.geometry.to_numpy()).geometries
    assert len(shapes) == FILES[file]
    index = LocationIndex.build(shapes, [f"{i:04d}" for i in range(len(shapes))])
    corners = np.unique(shapely.get_coordinates(shapes), axis=0)
    middles = (corners[1:] + corners[:-1]) / 2
    points = np.concatenate([corners, np.nextafter(corners, np.inf), middles])
    # This way round shapely prepares the areas, not each point: the same pairs, far sooner.
    found, rows = shapely.STRtree(shapely.points(points)).query(shapes, predicate="intersects")
    order = np.lexsort((found, rows))
    covering = index.covering_many(points)
    np.testing.assert_array_equal(
        np.diff(covering.indptr), np.bincount(rows, minlength=len(points))
    )
    np.testing.assert_array_equal(covering.ordinals, found[order])
    np.testing.assert_array_equal(covering.owner, index.locate_many(points))
    assert covering.on_border[: len(corners)].all()
