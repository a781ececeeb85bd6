"""What rows of points hold: a longitude and a latitude, in columns or as a bare pair."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from api.batch_read import Cells, Chunk, RowForm, read_number
from api.errors import ColumnError
from geo.arrays import FloatArray

LON_HEADINGS = ("lon", "lng", "long", "longitude", "经度", "x")
LAT_HEADINGS = ("lat", "latitude", "纬度", "y")

_PAIR = 2


def find_columns(names: Sequence[str]) -> tuple[int, int]:
    """Find the columns of longitude and latitude by their headings.

    Raises
    ------
    ColumnError
        One is missing, or two columns could be meant; names the columns found.
    """
    return (
        find_one(names, LON_HEADINGS, "longitude"),
        find_one(names, LAT_HEADINGS, "latitude"),
    )


def find_one(names: Sequence[str], headings: Sequence[str], meaning: str) -> int:
    """Find the one column whose heading is among those known.

    Raises
    ------
    ColumnError
        There is none, or more than one.
    """
    folded = [name.strip().lower() for name in names]
    hits = [place for place, name in enumerate(folded) if name in headings]
    if len(hits) == 1:
        return hits[0]
    wanted = ", ".join(headings)
    problem = (
        f"no column for {meaning}; name it one of {wanted}"
        if not hits
        else f"{len(hits)} columns could be {meaning}; keep one of {wanted}"
    )
    raise ColumnError(problem, names)


def _of_pair(row: object) -> dict[str, Any] | None:
    if isinstance(row, list) and len(row) == _PAIR:
        return {"lon": row[0], "lat": row[1]}
    return None


POINTS = RowForm(
    find=find_columns,
    names=("lon", "lat"),
    of_bare=_of_pair,
    wanted="[lon, lat] or an object with lon and lat",
    member="points",
    type=pa.float64(),
)
"""Rows of points."""


def coordinates_of(chunk: Chunk, problems: dict[int, str]) -> FloatArray:
    """Read the coordinates of a chunk.

    Parameters
    ----------
    chunk
        Read with the form ``POINTS``.
    problems
        Gets the reason of each row whose text is no number.

    Returns
    -------
    FloatArray
        Shape (n, 2), columns lon, lat, in the datum of the input; NaN where missing or unreadable.
    """
    found = np.empty((chunk.batch.num_rows, 2))
    # The first problem of a row is the one told: longitude before latitude.
    for place, (field, cells) in enumerate(zip(("lon", "lat"), chunk.cells, strict=True)):
        found[:, place] = _numbers(cells, field, problems)
    return found


def _numbers(cells: Cells, field: str, problems: dict[int, str]) -> FloatArray:
    if isinstance(cells, pa.Array):
        if pa.types.is_floating(cells.type) or pa.types.is_integer(cells.type):
            numbers: FloatArray = cells.cast(pa.float64()).to_numpy(zero_copy_only=False)
            return numbers
        cells = cells.to_pylist()
    values = np.array([read_number(value) for value in cells], dtype=np.float64)
    for row in np.flatnonzero(np.isnan(values)).tolist():
        value = cells[row]
        if not _is_missing(value):
            problems.setdefault(row, f"{field} {value!r} is not a number")
    return values


def _is_missing(value: object) -> bool:
    if value is None or isinstance(value, float):
        return True
    return isinstance(value, str) and value.strip().lower() in {"", "nan"}
