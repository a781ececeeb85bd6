"""Layers that the benchmarks run on, and the files that hand them to peers."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely

from geo.arrays import GeometryArray, IntArray

DEFAULT_SHARED_DATA = Path("../shared/data")
LEVELS = ("district", "township", "community", "grid")
CODE_LENGTHS = {"district": 6, "township": 9, "community": 12, "grid": 15}


@dataclass(frozen=True)
class BenchLayer:
    """Areas of one layer in ascending order of their codes.

    Parameters
    ----------
    name
        Name of the layer in reports.
    shapes
        Shape (n,), valid polygons and multipolygons; lon, lat degrees, EPSG:4490.
    codes
        Their codes, ascending, so that a row number is the ordinal of the location index.
    """

    name: str
    shapes: GeometryArray
    codes: tuple[str, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all areas."""
        west, south, east, north = (float(edge) for edge in shapely.total_bounds(self.shapes))
        return west, south, east, north

    def save(self, path: Path) -> None:
        """Write the layer as Parquet with columns code and wkb."""
        table = pa.table(
            {"code": list(self.codes), "wkb": pa.array(shapely.to_wkb(self.shapes), pa.binary())},
            metadata={"layer": self.name},
        )
        pq.write_table(table, path)

    @classmethod
    def open(cls, path: str | Path) -> "BenchLayer":
        """Read a layer that ``save`` wrote."""
        table = pq.read_table(path)
        shapes = shapely.from_wkb(table["wkb"].to_numpy(zero_copy_only=False))
        name = (table.schema.metadata or {})[b"layer"].decode()
        return cls(name, shapes, tuple(table["code"].to_pylist()))


def build_layer(name: str, shapes: GeometryArray, codes: list[str]) -> BenchLayer:
    """Sort areas by code and repair invalid shapes the same way for every peer.

    Parameters
    ----------
    name
        Name of the layer.
    shapes
        Shape (n,), polygonal shapes.
    codes
        Shape (n,), a code for each.

    Returns
    -------
    BenchLayer
        With valid shapes: invalid ones went through ``shapely.make_valid`` and kept their
        polygonal parts.
    """
    order = np.argsort(np.asarray(codes), kind="stable")
    valid = np.asarray(shapes, dtype=object)[order]
    for row in np.flatnonzero(~shapely.is_valid(valid)):
        parts = shapely.get_parts(shapely.make_valid(valid[row]))
        is_polygonal = np.isin(shapely.get_type_id(parts), [3, 6])
        valid[row] = shapely.union_all(parts[is_polygonal])
    return BenchLayer(name, valid, tuple(codes[row] for row in order))


def chain_table(layers: dict[str, BenchLayer]) -> IntArray:
    """Look up the ordinals of all four levels for each unit grid, from the codes.

    Parameters
    ----------
    layers
        The four partition layers by level.

    Returns
    -------
    chain
        Shape (n_grids, 4), int32, columns as ``LEVELS``.

    Raises
    ------
    ValueError
        A grid's code names a parent that is not there.
    """
    grid = layers["grid"]
    chain = np.empty((len(grid.codes), len(LEVELS)), dtype=np.int32)
    for column, level in enumerate(LEVELS):
        codes = np.asarray(layers[level].codes)
        wanted = np.asarray([code[: CODE_LENGTHS[level]] for code in grid.codes])
        found = np.searchsorted(codes, wanted)
        if not np.array_equal(codes[np.minimum(found, codes.size - 1)], wanted):
            raise ValueError(f"layer {level!r} lacks the code of a parent of a grid")
        chain[:, column] = found
    return chain


def shared_data() -> Path | None:
    """Return the folder of the real data sets, or None where it is absent."""
    folder = Path(os.environ.get("XIAQU_SHARED_DATA", DEFAULT_SHARED_DATA))
    return folder if folder.is_dir() else None


@dataclass(frozen=True)
class RealSet:
    """Where one real layer lies in the shared data."""

    name: str
    path: str
    overlaps: bool


REAL_SETS = (
    RealSet("tianhe streets", "guangzhou_tianhe_streets/streets_21.geojson", overlaps=True),
    RealSet("baltimore neighbourhoods", "baltimore_areas/neighborhoods.geojson", overlaps=True),
    RealSet("baltimore police", "baltimore_areas/police_districts.geojson", overlaps=False),
    RealSet("baltimore council", "baltimore_areas/council_districts.geojson", overlaps=False),
    RealSet("baltimore city", "baltimore_areas/baltimore_city.geojson", overlaps=False),
    RealSet("tianhe outline", "guangzhou_tianhe_streets/tianhe_district.json", overlaps=False),
    RealSet("beijing districts", "beijing_districts_gcj02/110000.json", overlaps=False),
    RealSet("shanghai districts", "shanghai_poi/shanghai_districts_16.geojson", overlaps=False),
    RealSet("shanghai gcj02", "shanghai_poi/shanghai_districts_gcj02.json", overlaps=False),
)


def open_real_set(real: RealSet, folder: Path) -> BenchLayer:
    """Read one real layer in file coordinates; its codes are the row numbers.

    Parameters
    ----------
    real
        Which layer.
    folder
        The shared data.

    Returns
    -------
    BenchLayer
        All polygonal features; nothing is projected.
    """
    _, _, wkb, _ = pyogrio.raw.read(folder / real.path, columns=[])
    shapes = shapely.force_2d(shapely.from_wkb(wkb))
    shapes = shapes[np.isin(shapely.get_type_id(shapes), [3, 6])]
    return build_layer(real.name, shapes, [f"{row:05d}" for row in range(shapes.size)])


def write_json(path: Path, content: object) -> None:
    """Write JSON as UTF-8 with an indent of two."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2), encoding="utf-8")
