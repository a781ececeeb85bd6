"""SQL that writes layers and areas."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import shapely
from sqlalchemy import Connection, insert, select, update

from boundaries.definition import LayerSection
from boundaries.errors import StoreConflictError
from boundaries.models import Area, AreaVersion, Layer
from boundaries.records import AreaTable
from geo.arrays import Progress

_CHUNK = 5_000


def upsert_layer(connection: Connection, section: LayerSection) -> int:
    """Create a layer or bring its names up to date.

    Returns
    -------
    int
        Row id of the layer, locked until the transaction ends.

    Raises
    ------
    StoreConflictError
        The layer exists with another role.
    """
    query = select(Layer.id, Layer.role).where(Layer.key == section.key).with_for_update()
    found = connection.execute(query).one_or_none()
    values = {
        "name": section.name,
        "kind": section.kind,
        "role": str(section.role),
        "parent": section.parent,
    }
    if found is None:
        created = connection.execute(
            insert(Layer).values(key=section.key, **values).returning(Layer.id)
        )
        return int(created.scalar_one())
    if found.role != section.role:
        raise StoreConflictError(
            f"layer {section.key!r} is stored as {found.role}, the definition says "
            f"{section.role}; give the new layer another key"
        )
    connection.execute(update(Layer).where(Layer.id == found.id).values(values))
    return int(found.id)


def insert_areas(
    connection: Connection,
    table: AreaTable,
    edition: dict[str, Any],
    kind: str,
    known_uids: dict[str, str],
    progress: Progress | None,
) -> None:
    """Insert all areas of an edition.

    Parameters
    ----------
    connection
        Inside a transaction.
    table
        The areas with their shapes.
    edition
        Values of the row of the edition.
    kind
        Kind of the areas.
    known_uids
        Uid of each code that the layer had before; other codes get new ones.
    progress
        Called with stage ``store``.
    """
    uids = [known_uids.get(code) or str(uuid4()) for code in table.codes]
    new = [
        {"uid": uid, "layer_id": edition["layer_id"], "kind": kind}
        for uid, code in zip(uids, table.codes, strict=True)
        if code not in known_uids
    ]
    if new:
        connection.execute(insert(Area), new)
    statement = insert(AreaVersion)
    for start in range(0, len(table), _CHUNK):
        stop = min(start + _CHUNK, len(table))
        connection.execute(statement, list(_version_rows(table, edition, uids, start, stop)))
        if progress is not None:
            progress("store", stop, len(table))


def _version_rows(
    table: AreaTable, edition: dict[str, Any], uids: list[str], start: int, stop: int
) -> Iterator[dict[str, Any]]:
    shapes = table.require_geometries()[start:stop]
    wkb = shapely.to_wkb(shapes, byte_order=1)
    extents = shapely.bounds(shapes).tolist()
    for row in range(start, stop):
        west, south, east, north = extents[row - start]
        population = table.populations[row]
        yield {
            "area_uid": uids[row],
            "edition_id": edition["id"],
            "code": table.codes[row],
            "name": table.names[row],
            "parent_code": table.parent_codes[row],
            "precedence": int(table.precedence[row]),
            "valid_from": edition["valid_from"],
            "valid_to": edition["valid_to"],
            "recorded_from": edition["recorded_at"],
            "recorded_to": None,
            "population": None if np.isnan(population) else int(population),
            "attributes": table.attributes[row],
            "area_m2": float(table.area_m2[row]),
            "length_m": float(table.length_m[row]),
            "lon": float(table.points[row, 0]),
            "lat": float(table.points[row, 1]),
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "geometry": wkb[row - start],
        }
