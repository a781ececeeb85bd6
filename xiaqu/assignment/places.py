"""Turn the coordinate columns of a batch into places, naming every row that cannot be one."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geo.arrays import BoolArray, FloatArray, LonLatArray
from geo.coordinates import Bounds, check_lonlat
from geo.datum import Datum, to_cgcs2000

# What files write where there is no number; anything else that is no number is an error.
_EMPTY_WORDS = frozenset({"", "null", "none", "nan", "na", "n/a", "-", "--", "无", "空", "\\n"})


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a batch.

    Attributes
    ----------
    given
        Shape (n, 2), columns lon, lat (or x, y) in the datum of the file; NaN where unreadable.
    lonlat
        Shape (n, 2), CGCS2000 degrees; NaN where the row has a problem.
    problems
        By row: code and text of what is wrong. Rows outside the loaded city are not listed:
        they are places, and get the flag ``outside``.
    accuracy_m
        Shape (n,), how exact each place is, NaN where there is none; None where all are alike.
    """

    given: FloatArray
    lonlat: LonLatArray
    problems: dict[int, tuple[str, str]]
    accuracy_m: FloatArray | None = None

    def to_points(self) -> pa.Array:
        """Make points of the places as WKB in CGCS2000; null where there is no place."""
        points = np.empty(len(self.lonlat), dtype=object)
        is_place = ~np.isnan(self.lonlat).any(axis=1)
        points[is_place] = shapely.to_wkb(shapely.points(self.lonlat[is_place]))
        return pa.array(points, pa.binary())


def read_numbers(column: pa.Array) -> tuple[FloatArray, dict[int, str]]:
    """Read a column of numbers or of text.

    Returns
    -------
    values
        Shape (n,), NaN where missing or unreadable.
    unreadable
        By row: the text that is no number.
    """
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        numbers = pc.cast(column, pa.float64())
        return np.asarray(numbers.to_numpy(zero_copy_only=False), dtype=np.float64), {}
    texts = pc.utf8_trim_whitespace(column).to_numpy(zero_copy_only=False)
    parsed = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce")
    values = np.asarray(parsed, dtype=np.float64)
    unreadable = {
        int(row): str(texts[row])
        for row in np.flatnonzero(np.isnan(values))
        if texts[row] is not None and str(texts[row]).lower() not in _EMPTY_WORDS
    }
    return values, unreadable


def places_of_columns(
    lon: pa.Array, lat: pa.Array, names: tuple[str, str], datum: Datum | str, bounds: Bounds | None
) -> Places:
    """Read places from two columns.

    Parameters
    ----------
    lon, lat
        The columns: numbers, or text that spells numbers.
    names
        Their headings, for messages.
    datum
        What the numbers mean; for projected systems lon is the easting.
    bounds
        west, south, east, north of the loaded city; None where unknown.
    """
    problems: dict[int, tuple[str, str]] = {}
    columns = []
    for name, column in zip(names, (lon, lat), strict=True):
        values, unreadable = read_numbers(column)
        columns.append(values)
        for row, text in unreadable.items():
            problems.setdefault(row, ("not_a_number", f"{name} {text!r} is not a number"))
    return _checked(np.column_stack(columns), problems, datum, bounds)


def places_of_geometry(column: pa.Array, datum: Datum | str, bounds: Bounds | None) -> Places:
    """Read places from a column of points as WKB.

    Parameters
    ----------
    column
        Geometry as WKB; null where missing. Rows with other shapes than points have a problem.
    datum
        What the numbers mean.
    bounds
        west, south, east, north of the loaded city; None where unknown.
    """
    binary = column.to_numpy(zero_copy_only=False)
    shapes = shapely.from_wkb(binary, on_invalid="ignore")
    given = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])
    problems: dict[int, tuple[str, str]] = {}
    is_point: BoolArray = shapely.get_type_id(shapes) == shapely.GeometryType.POINT
    for row in np.flatnonzero(~is_point):
        shape = shapes[row]
        if shape is not None:
            text = f"a {shape.geom_type}; only points have an owner, lines and polygons have shares"
            problems[int(row)] = ("not_a_point", text)
        elif binary[row] is not None:
            problems[int(row)] = ("not_a_point", "the geometry is damaged")
    return _checked(given, problems, datum, bounds)


def _checked(
    given: FloatArray,
    problems: dict[int, tuple[str, str]],
    datum: Datum | str,
    bounds: Bounds | None,
) -> Places:
    given = np.asarray(given, dtype=np.float64)
    usable = given.copy()
    if isinstance(datum, Datum):
        _exclude(usable, problems, bounds)
        lonlat = to_cgcs2000(usable, datum)
    else:
        # Eastings have no range of their own: what they mean is checked after conversion.
        usable[~np.isfinite(usable).all(axis=1)] = np.nan
        lonlat = to_cgcs2000(usable, datum)
        _exclude(lonlat, problems, bounds)
    return Places(given, lonlat, problems)


def _exclude(
    lonlat: LonLatArray, problems: dict[int, tuple[str, str]], bounds: Bounds | None
) -> None:
    """Set rows that are no places to NaN and add why, in place."""
    for found in check_lonlat(lonlat, bounds):
        if found.code == "outside":
            continue
        problems.setdefault(found.row, (found.code, found.problem))
    lonlat[list(problems)] = np.nan
