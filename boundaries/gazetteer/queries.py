"""SQL that reads and writes the sources and built files of the gazetteer."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import shapely
from sqlalchemy import Connection, insert, select, type_coerce
from sqlalchemy.types import NullType

from boundaries.gazetteer.models import (
    GazetteerBuild,
    GazetteerDoor,
    GazetteerEntry,
    GazetteerName,
    GazetteerRange,
    GazetteerSource,
)
from boundaries.gazetteer.records import SourceContent, SourceInfo
from boundaries.models import Base
from geo.arrays import Progress

_CHUNK = 5_000
_PARTS: dict[str, type[Base]] = {
    "entries": GazetteerEntry,
    "names": GazetteerName,
    "doors": GazetteerDoor,
    "ranges": GazetteerRange,
}


def read_sources(
    connection: Connection,
    *,
    key: str | None = None,
    state: str | None = None,
    source_id: str | None = None,
) -> list[SourceInfo]:
    """Read sources, oldest first, of all keys or of one, in all states or in one."""
    query = select(GazetteerSource.__table__)
    if key is not None:
        query = query.where(GazetteerSource.key == key)
    if state is not None:
        query = query.where(GazetteerSource.state == state)
    if source_id is not None:
        query = query.where(GazetteerSource.id == source_id)
    ordered = query.order_by(GazetteerSource.recorded_at, GazetteerSource.id)
    return [SourceInfo(**row) for row in connection.execute(ordered).mappings()]


def read_content(connection: Connection, source_id: str) -> SourceContent:
    """Read everything that a source holds, in the order in which it was stored."""
    empty = SourceContent()
    frames = {}
    for part, model in _PARTS.items():
        wanted = getattr(empty, part)
        columns = [_column(model, name) for name in wanted.columns]
        query = select(*columns).where(model.__table__.c.source_id == source_id)
        rows = connection.execute(query.order_by(model.__table__.c.id)).all()
        frame = pd.DataFrame.from_records([tuple(row) for row in rows], columns=list(wanted))
        frames[part] = frame.astype(wanted.dtypes.to_dict())
        if "geometry" in wanted:
            at = wanted.columns.get_loc("geometry")
            frames[part]["geometry"] = _shapes([row[at] for row in rows])
    return SourceContent(**frames)


def _column(model: type[Base], name: str) -> Any:  # noqa: ANN401 - columns of all types
    column = model.__table__.c[name]
    # The bytes as the driver gives them: shapes are read many at once.
    return type_coerce(column, NullType()).label(name) if name == "geometry" else column


def _shapes(raw: Sequence[bytes | str | None]) -> pd.Series:
    values = np.empty(len(raw), dtype=object)
    values[:] = list(raw)
    shapes = shapely.set_srid(shapely.from_wkb(values), 0)
    return pd.Series(shapes, dtype=object)


def insert_content(
    connection: Connection, source_id: str, content: SourceContent, progress: Progress | None
) -> None:
    """Insert everything that a source holds.

    Parameters
    ----------
    connection
        Inside a transaction.
    source_id
        The source, already inserted.
    content
        What it holds.
    progress
        Called with stage ``store``.
    """
    total, done = len(content), 0
    for part, model in _PARTS.items():
        frame = getattr(content, part)
        for start in range(0, len(frame), _CHUNK):
            rows = list(_rows(frame.iloc[start : start + _CHUNK], source_id))
            connection.execute(insert(model), rows)
            done += len(rows)
            if progress is not None:
                progress("store", done, total)


def _rows(frame: pd.DataFrame, source_id: str) -> Iterator[dict[str, Any]]:
    columns = {name: frame[name].tolist() for name in frame.columns}
    if "geometry" in columns:
        shapes = np.empty(len(frame), dtype=object)
        shapes[:] = columns["geometry"]
        columns["geometry"] = shapely.to_wkb(shapes, byte_order=1).tolist()
    for name in ("lon", "lat", "radius_m"):
        if name in columns:
            columns[name] = [None if np.isnan(value) else value for value in columns[name]]
    for values in zip(*columns.values(), strict=True):
        yield {"source_id": source_id, **dict(zip(columns, values, strict=True))}


def read_builds(connection: Connection, *, state: str | None = None) -> list[Mapping[str, Any]]:
    """Read built files, latest first."""
    query = select(GazetteerBuild.__table__)
    if state is not None:
        query = query.where(GazetteerBuild.state == state)
    ordered = query.order_by(GazetteerBuild.built_at.desc(), GazetteerBuild.edition.desc())
    return [dict(row) for row in connection.execute(ordered).mappings()]
