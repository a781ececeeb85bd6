"""Read a file of names as columns of text and shapes, before anything is understood."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import shapely

from boundaries.attributes import as_texts
from boundaries.definition import SourceSection
from boundaries.errors import SourceError, SourceFieldError
from boundaries.gazetteer.definition import TableSection
from boundaries.sources import READABLE_SUFFIXES, read_source
from geo.arrays import FloatArray, GeometryArray, LonLatArray
from geo.datum import Datum, geometries_to_cgcs2000, parse_datum, to_cgcs2000

CSV_SUFFIXES = frozenset({".csv", ".tsv", ".txt"})
OSM_SUFFIXES = (".pbf", ".osm", ".osm.gz", ".osm.bz2")
_SAMPLE = 65_536


@dataclass(frozen=True, slots=True)
class RawRows:
    """The rows of one table as they stand in the file.

    ``columns`` are texts, blank where a value is missing; ``shapes`` are in the datum of the file,
    None where there is none.
    """

    path: Path
    columns: Mapping[str, list[str]]
    shapes: GeometryArray
    section: TableSection
    datum: Datum | str
    numbers: Sequence[int]
    """Number of each row in the file, from 1, without the heading."""
    broken: Sequence[tuple[int, str]] = ()
    """Number of each row that has no columns at all, and what is wrong with it."""

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.shapes)

    def values(self, name: str, default: str = "") -> list[str]:
        """Give one of our values for all rows: of its field, else its constant, else a default.

        Raises
        ------
        SourceFieldError
            The file has no such field.
        """
        if (field := self.section.fields.get(name)) is not None:
            folded = {column.strip().casefold(): column for column in self.columns}
            column = field if field in self.columns else folded.get(field.strip().casefold())
            if column is None:
                raise SourceFieldError(self.path, field, tuple(self.columns))
            return self.columns[column]
        constant = self.section.constants.get(name)
        return [default if constant is None else str(constant)] * len(self)

    def has(self, name: str) -> bool:
        """Tell whether a value is mapped or constant."""
        return name in self.section.fields or name in self.section.constants

    def places(self) -> tuple[LonLatArray, FloatArray, GeometryArray]:
        """Give points as in the file, points in CGCS2000, and shapes in CGCS2000.

        Returns
        -------
        given, lonlat, shapes
            ``given`` and ``lonlat`` have shape (n, 2), NaN where there is no point or no number.
            ``shapes`` are None for points and where there is none.
        """
        shapes = self.shapes
        if self.has("wkt"):
            shapes = shapely.from_wkt(np.array(self.values("wkt"), object), on_invalid="ignore")
        if self.has("lon") and self.has("lat"):
            given = np.column_stack(
                [pd.to_numeric(pd.Series(self.values(k)), errors="coerce") for k in ("lon", "lat")]
            ).astype(np.float64)
            lonlat = to_cgcs2000(given, self.datum)
        else:
            given = _points_of(shapes)
            lonlat = _points_of(geometries_to_cgcs2000(shapes, self.datum))
        moved = geometries_to_cgcs2000(shapes, self.datum).copy()
        moved[shapely.get_dimensions(moved) < 1] = None
        return given, lonlat, moved


def _points_of(shapes: GeometryArray) -> LonLatArray:
    inside = shapely.point_on_surface(shapes)
    return np.column_stack([shapely.get_x(inside), shapely.get_y(inside)])


def read_rows(path: Path, source: SourceSection, section: TableSection) -> RawRows:
    """Read one table of a file.

    Parameters
    ----------
    path
        CSV (comma, semicolon or tab; UTF-8 or GB18030) or what the importer of layers reads.
    source
        Datum and encoding.
    section
        Layer and fields.

    Returns
    -------
    RawRows
        In the order of the file.

    Raises
    ------
    SourceError
        No such file, a format that is not known, or a content that cannot be read.
    """
    if not path.is_file():
        raise SourceError(path, "no such file")
    suffix, datum = path.suffix.lower(), parse_datum(source.datum)
    if suffix in CSV_SUFFIXES:
        columns, numbers, broken = _read_csv(path, source.encoding)
        shapes = np.full(len(numbers), None, dtype=object)
        return RawRows(path, columns, shapes, section, datum, numbers, broken)
    if suffix not in READABLE_SUFFIXES:
        known = ", ".join([*sorted(CSV_SUFFIXES | READABLE_SUFFIXES), ".osm.pbf"])
        raise SourceError(path, f"unknown format {suffix!r}; use one of {known}")
    layer = section.layer or source.layer
    table = read_source(path, source.model_copy(update={"layer": layer}))
    columns = {name: as_texts(column) for name, column in table.columns.items()}
    counted = range(1, len(table) + 1)
    return RawRows(path, columns, table.geometries, section, datum, counted)


def _read_csv(
    path: Path, encoding: str
) -> tuple[dict[str, list[str]], list[int], list[tuple[int, str]]]:
    """Give columns, the number of each row, and the rows that have too few or too many fields."""
    text = _decode(path, encoding)
    try:
        delimiter = csv.Sniffer().sniff(text[:_SAMPLE].splitlines()[0], ",;\t").delimiter
    except (csv.Error, IndexError):
        delimiter = ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    heading = [name.strip() for name in next(lines, [])]
    if not heading:
        raise SourceError(path, "is empty; the first line must hold the names of the fields")
    if len(set(heading)) < len(heading):
        twice = next(name for name in heading if heading.count(name) > 1)
        raise SourceError(path, f"field {twice!r} occurs twice in the first line")
    kept: list[list[str]] = []
    numbers: list[int] = []
    broken: list[tuple[int, str]] = []
    for number, row in enumerate(lines, start=1):
        if len(row) == len(heading):
            kept.append([value.strip() for value in row])
            numbers.append(number)
        elif row:
            problem = f"has {len(row)} fields, the first line has {len(heading)}"
            broken.append((number, problem))
    columns = {name: [row[k] for row in kept] for k, name in enumerate(heading)}
    return columns, numbers, broken


def _decode(path: Path, encoding: str) -> str:
    """Read text in the stated encoding, else in UTF-8, else in GB18030."""
    data = path.read_bytes()
    tried = [encoding] if encoding else ["utf-8-sig", "gb18030"]
    for name in tried:
        try:
            return data.decode("utf-8-sig" if name in {"utf-8", "utf_8"} else name)
        except UnicodeDecodeError:
            continue
    raise SourceError(path, f"is not {' or '.join(tried)}; state source.encoding")
