"""Write the active edition of a layer to a file."""

import shutil
import tempfile
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pandas as pd

from boundaries.columns import SRID
from boundaries.errors import ExportFormatError
from boundaries.records import AreaTable, EditionInfo
from boundaries.sources import GEOJSON_SUFFIXES, PARQUET_SUFFIXES
from boundaries.store import BoundaryStore

_WGS84 = 4326


def export_layer(
    store: BoundaryStore, layer: str, path: Path, *, at: date | None = None
) -> EditionInfo:
    """Write the active edition of a layer to a file.

    Parameters
    ----------
    store
        The store.
    layer
        Key of the layer.
    path
        ``.geojson``, ``.gpkg``, ``.parquet``, ``.kml`` or ``.zip`` (a zipped Shapefile); an
        existing file is replaced.
    at
        Date on which the edition must be valid.

    Returns
    -------
    EditionInfo
        What was written. The file carries no licence or secrecy level by itself: hand both on.

    Raises
    ------
    ExportFormatError
        Another suffix.
    UnknownLayerError, NoActiveEditionError, DateOutsideValidityError
        There is nothing to write.

    Notes
    -----
    Coordinates are CGCS2000 lon, lat. GeoJSON and KML know WGS-84 only and are written as such,
    with the same numbers.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise ExportFormatError(path, tuple(_WRITERS))
    edition = store.active_edition(layer, at)
    frame = _frame(store.areas(edition.id), edition)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    write(frame, path)
    return edition


def _frame(table: AreaTable, edition: EditionInfo) -> gpd.GeoDataFrame:
    columns = {
        "code": table.codes,
        "name": table.names,
        "parent_code": table.parent_codes,
        "uid": table.uids,
        "precedence": table.precedence,
        "population": pd.array(table.populations).astype("Int64"),
        "area_m2": table.area_m2,
        "edition": [edition.label] * len(table),
        "generated": [edition.generated] * len(table),
    }
    extra = pd.DataFrame(list(table.attributes), index=range(len(table)))
    extra = extra[[name for name in extra.columns if name not in columns]]
    frame = pd.concat([pd.DataFrame(columns), extra], axis=1)
    return gpd.GeoDataFrame(frame, geometry=table.require_geometries(), crs=SRID)


def _write_geojson(frame: gpd.GeoDataFrame, path: Path) -> None:
    # set_crs, not to_crs: the numbers are the same by the rule of geo.datum. 15 digits keep
    # every vertex of a partition on its neighbour's.
    relabelled = frame.set_crs(_WGS84, allow_override=True)
    relabelled.to_file(path, driver="GeoJSON", COORDINATE_PRECISION=15)


def _write_kml(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.set_crs(_WGS84, allow_override=True).to_file(path, driver="LIBKML")


def _write_geopackage(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_file(path, driver="GPKG", layer=path.stem)


def _write_parquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    frame.to_parquet(path)


def _write_shapefile(frame: gpd.GeoDataFrame, path: Path) -> None:
    # Shapefile names have at most ten letters.
    short = frame.rename(columns={"parent_code": "parent", "precedence": "rank"})
    with tempfile.TemporaryDirectory() as folder:
        with warnings.catch_warnings():
            # GDAL shortens the names of further fields and says so.
            warnings.simplefilter("ignore")
            short.to_file(
                Path(folder) / f"{path.stem}.shp", driver="ESRI Shapefile", encoding="UTF-8"
            )
        shutil.make_archive(str(path.with_suffix("")), "zip", folder)


_WRITERS: dict[str, Callable[[gpd.GeoDataFrame, Path], None]] = (
    dict.fromkeys(sorted(GEOJSON_SUFFIXES), _write_geojson)
    | {".gpkg": _write_geopackage, ".kml": _write_kml, ".zip": _write_shapefile}
    | dict.fromkeys(sorted(PARQUET_SUFFIXES), _write_parquet)
)
