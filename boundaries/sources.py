"""Read a file of areas: GeoJSON, GeoPackage, Shapefile (zipped too), GeoParquet or KML."""

import hashlib
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FieldError
from pyproj import CRS
from pyproj.exceptions import CRSError

from boundaries.definition import SourceSection
from boundaries.errors import SourceCrsError, SourceError, SourceFieldError
from geo.arrays import GeometryArray
from geo.datum import Datum, parse_datum
from geo.errors import DatumError

PARQUET_SUFFIXES = frozenset({".parquet", ".geoparquet"})
GEOJSON_SUFFIXES = frozenset({".geojson", ".json"})
READABLE_SUFFIXES = PARQUET_SUFFIXES | GEOJSON_SUFFIXES | {".gpkg", ".zip", ".shp", ".kml", ".kmz"}
"""Suffixes of files that can be read."""


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The features of a file, in its own order, coordinates as they are in the file."""

    path: Path
    columns: Mapping[str, NDArray[Any]]
    geometries: GeometryArray
    crs: str | None
    """What the file itself says; None when it says nothing."""

    def __len__(self) -> int:
        """Count the features."""
        return len(self.geometries)

    def column(self, field: str) -> NDArray[Any]:
        """Give a field by name; upper and lower case matter only if several names differ by it.

        Raises
        ------
        SourceFieldError
            The file has no such field; the message lists those it has.
        """
        if field in self.columns:
            return self.columns[field]
        folded = [name for name in self.columns if name.casefold() == field.casefold()]
        if len(folded) == 1:
            return self.columns[folded[0]]
        raise SourceFieldError(self.path, field, tuple(self.columns))


def read_source(path: Path, section: SourceSection) -> SourceTable:
    """Read a file and check that what it says of its coordinates fits the stated datum.

    Parameters
    ----------
    path
        The file; a Shapefile may be zipped.
    section
        Datum, layer inside the file, and encoding as the definition states them.

    Returns
    -------
    SourceTable
        Shapes without heights; None where a feature has no shape.

    Raises
    ------
    SourceError
        No such file, a suffix that is not known, or a content that cannot be read.
    SourceCrsError
        The file declares another coordinate reference system.
    """
    if not path.is_file():
        raise SourceError(path, "no such file")
    suffix = path.suffix.lower()
    if suffix not in READABLE_SUFFIXES:
        known = ", ".join(sorted(READABLE_SUFFIXES))
        raise SourceError(path, f"unknown format {suffix!r}; use one of {known}")
    table = _read_parquet(path) if suffix in PARQUET_SUFFIXES else _read_with_gdal(path, section)
    _check_crs(table, section.datum)
    return table


def checksum(path: Path) -> str:
    """Compute the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_with_gdal(path: Path, section: SourceSection) -> SourceTable:
    try:
        with warnings.catch_warnings():
            # GDAL repairs open rings and the like by itself and warns; find_invalid has the
            # last word on every shape.
            warnings.simplefilter("ignore", RuntimeWarning)
            meta, _, wkb, values = pyogrio.raw.read(
                path, layer=section.layer or None, encoding=section.encoding or None
            )
    except DataLayerError as error:
        raise SourceError(path, f"no layer {section.layer!r} in the file ({error})") from error
    except (DataSourceError, FieldError, UnicodeDecodeError, LookupError, ValueError) as error:
        raise SourceError(path, f"cannot be read: {' '.join(str(error).split())}") from error
    if wkb is None:
        raise SourceError(path, "holds a table without shapes")
    # By the standard GeoJSON is always WGS-84, and so says the reader of every such file: that
    # tells nothing about what is in it. Another system was written into the file on purpose.
    is_default = path.suffix.lower() in GEOJSON_SUFFIXES and meta["crs"] == "EPSG:4326"
    crs = None if is_default else meta["crs"]
    fields = [str(name) for name in meta["fields"]]
    return SourceTable(path, dict(zip(fields, values, strict=True)), _shapes(wkb), crs)


def _read_parquet(path: Path) -> SourceTable:
    try:
        frame = gpd.read_parquet(path)
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise SourceError(path, f"cannot be read as GeoParquet: {reason}") from error
    shape_name = frame.geometry.name
    columns = {
        str(name): frame[name].to_numpy(dtype=object)
        for name in frame.columns
        if name != shape_name
    }
    shapes = shapely.force_2d(frame.geometry.to_numpy().astype(object))
    return SourceTable(path, columns, shapes, None if frame.crs is None else frame.crs.to_string())


def _shapes(wkb: NDArray[Any]) -> GeometryArray:
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    return np.asarray(shapely.force_2d(shapes), dtype=object)


def _check_crs(table: SourceTable, datum: str) -> None:
    if table.crs is None:
        return
    try:
        crs = CRS.from_user_input(table.crs)
    except CRSError:
        return  # the file says something that nobody understands, which is nothing
    epsg = crs.to_epsg(min_confidence=25)
    said = crs.name if epsg is None else f"EPSG:{epsg} ({crs.name})"
    if isinstance(parsed := parse_datum(datum), Datum):
        # Shifted coordinates travel in files that say WGS-84, so that passes for all datums.
        fits = _is_plain_degrees(epsg)
    else:
        fits = crs.equals(CRS.from_user_input(parsed), ignore_axis_order=True) or (
            epsg is not None and f"EPSG:{epsg}" == parsed
        )
    if not fits:
        raise SourceCrsError(table.path, said, datum)


def _is_plain_degrees(epsg: int | None) -> bool:
    if epsg is None:
        return False
    try:
        return isinstance(parse_datum(f"EPSG:{epsg}"), Datum)
    except DatumError:
        return False
