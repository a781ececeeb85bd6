"""SQL that reads the store; nothing above the store builds a statement."""

from datetime import date
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, Row, select, type_coerce
from sqlalchemy.types import NullType

from boundaries.models import AreaVersion, Edition, Layer
from boundaries.records import AreaRecord, AreaTable, EditionInfo, LayerInfo

_FACTS = (
    AreaVersion.edition_id,
    AreaVersion.area_uid,
    AreaVersion.code,
    AreaVersion.name,
    AreaVersion.parent_code,
    AreaVersion.precedence,
    AreaVersion.valid_from,
    AreaVersion.valid_to,
    AreaVersion.population,
    AreaVersion.attributes,
    AreaVersion.area_m2,
    AreaVersion.length_m,
    AreaVersion.lon,
    AreaVersion.lat,
)
# The bytes as the driver gives them: shapes are read many at once.
_RAW_GEOMETRY = type_coerce(AreaVersion.geometry, NullType())

Extent = tuple[float, float, float, float]
"""west, south, east, north in degrees."""


def read_layers(connection: Connection) -> list[LayerInfo]:
    """Read all layers, partitions from coarse to fine, then overlays, linear layers and assets."""
    columns = (Layer.key, Layer.name, Layer.kind, Layer.role, Layer.parent)
    rows = connection.execute(select(*columns).order_by(Layer.id)).all()
    parents = {row.key: row.parent for row in rows}
    roles = ["partition", "overlay", "linear", "asset"]

    ranks = {row.key: (roles.index(row.role), _depth(row.key, parents)) for row in rows}
    ordered = sorted(rows, key=lambda row: ranks[row.key])
    return [
        LayerInfo(row.key, row.name, row.kind, row.role, order, row.parent)
        for order, row in enumerate(ordered)
    ]


def _depth(key: str, parents: dict[str, str]) -> int:
    seen = {key}
    while (key := parents.get(key, "")) and key not in seen:
        seen.add(key)
    return len(seen)


def read_editions(
    connection: Connection,
    *,
    layer: str | None = None,
    state: str | None = None,
    edition_id: str | None = None,
) -> list[EditionInfo]:
    """Read editions, oldest first, of all layers or of one, in all states or in one."""
    table = Edition.__table__
    query = select(table, Layer.key.label("layer")).join(Layer, Layer.id == Edition.layer_id)
    if layer is not None:
        query = query.where(Layer.key == layer)
    if state is not None:
        query = query.where(Edition.state == state)
    if edition_id is not None:
        query = query.where(Edition.id == edition_id)
    rows = connection.execute(query.order_by(Edition.recorded_at, Edition.id)).mappings()
    return [
        EditionInfo(**{name: value for name, value in row.items() if name != "layer_id"})
        for row in rows
    ]


def read_areas(connection: Connection, edition_id: str, *, geometry: bool) -> AreaTable:
    """Read all areas of an edition in the order of their codes."""
    columns = (*_FACTS, _RAW_GEOMETRY.label("shape")) if geometry else _FACTS
    query = select(*columns).where(AreaVersion.edition_id == edition_id)
    # Sorted here: databases disagree on the order of text, Python does not.
    rows = sorted(connection.execute(query).all(), key=_code_of)
    populations = [np.nan if row.population is None else row.population for row in rows]
    return AreaTable(
        codes=tuple(row.code for row in rows),
        names=tuple(row.name for row in rows),
        parent_codes=tuple(row.parent_code for row in rows),
        precedence=np.array([row.precedence for row in rows], dtype=np.int32),
        populations=np.array(populations, dtype=np.float64),
        attributes=tuple(row.attributes for row in rows),
        area_m2=np.array([row.area_m2 for row in rows], dtype=np.float64),
        length_m=np.array([row.length_m for row in rows], dtype=np.float64),
        points=np.array([(row.lon, row.lat) for row in rows], dtype=np.float64).reshape(-1, 2),
        geometries=_read_shapes(rows) if geometry else None,
        uids=tuple(row.area_uid for row in rows),
    )


def _code_of(row: Row[Any]) -> str:
    return str(row.code)


def _read_shapes(rows: list[Row[Any]]) -> Any:  # noqa: ANN401 - an array of objects
    raw = np.empty(len(rows), dtype=object)
    raw[:] = [row.shape for row in rows]
    return shapely.set_srid(shapely.from_wkb(raw), 0)


def read_records(
    connection: Connection,
    layer: str,
    edition_id: str,
    *,
    code: str | None = None,
    parent_code: str | None = None,
    extent: Extent | None = None,
    geometry: bool = False,
) -> list[AreaRecord]:
    """Read areas of an edition by code, by parent code or by bounding box, ordered by code."""
    columns = (*_FACTS, _RAW_GEOMETRY.label("shape")) if geometry else _FACTS
    query = select(*columns).where(AreaVersion.edition_id == edition_id)
    if code is not None:
        query = query.where(AreaVersion.code == code)
    if parent_code is not None:
        query = query.where(AreaVersion.parent_code == parent_code)
    if extent is not None:
        west, south, east, north = extent
        query = query.where(
            AreaVersion.west <= east,
            AreaVersion.east >= west,
            AreaVersion.south <= north,
            AreaVersion.north >= south,
        )
    rows = sorted(connection.execute(query).all(), key=_code_of)
    shapes = _read_shapes(rows) if geometry else [None] * len(rows)
    return [_record(layer, row, shape) for row, shape in zip(rows, shapes, strict=True)]


def _record(layer: str, row: Row[Any], shape: shapely.Geometry | None) -> AreaRecord:
    return AreaRecord(
        layer=layer,
        edition_id=row.edition_id,
        uid=row.area_uid,
        code=row.code,
        name=row.name,
        parent_code=row.parent_code,
        precedence=row.precedence,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        population=row.population,
        attributes=row.attributes,
        area_m2=row.area_m2,
        length_m=row.length_m,
        lon=row.lon,
        lat=row.lat,
        geometry=shape,
    )


def read_uids(connection: Connection, edition_id: str) -> dict[str, str]:
    """Read the uid of each code of an edition."""
    query = select(AreaVersion.code, AreaVersion.area_uid)
    rows = connection.execute(query.where(AreaVersion.edition_id == edition_id))
    return {row.code: row.area_uid for row in rows}


def find_edition_at(editions: list[EditionInfo], at: date) -> EditionInfo | None:
    """Choose the edition that is valid on a date; None when there is none."""
    return next((edition for edition in editions if edition.is_valid_at(at)), None)
