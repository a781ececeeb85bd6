"""What ``POST /v1/locate/batch`` adds to each row: its areas, or why it has none."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from api.batch_areas import AreaColumns
from api.batch_points import coordinates_of
from api.batch_read import Chunk
from geo.arrays import FloatArray, LonLatArray
from geo.coordinates import check_lonlat
from geo.datum import Datum, to_cgcs2000
from geo.errors import CoordinateError

ERROR = "error"


@dataclass(frozen=True)
class ChunkLocator:
    """Locates chunk after chunk.

    Attributes
    ----------
    areas
        What is asked of each place.
    datum
        Datum of the coordinates.
    accuracy_m
        Within this distance of a border a row is flagged.
    """

    areas: AreaColumns
    datum: Datum | str
    accuracy_m: float

    @property
    def fields(self) -> dict[str, pa.DataType]:
        """Name and type of the added columns."""
        return {**self.areas.fields, ERROR: pa.string()}

    def added(self, chunk: Chunk) -> dict[str, list[Any]]:
        """Return the added columns of a chunk, row by row in its order."""
        problems = dict(chunk.problems)
        lonlat = self._usable(chunk, problems)
        columns = self.areas.of(lonlat, self.accuracy_m)
        columns[ERROR] = [problems.get(row) for row in range(len(lonlat))]
        return columns

    def _usable(self, chunk: Chunk, problems: dict[int, str]) -> LonLatArray:
        """Convert the coordinates; rows that cannot be places become NaN with a reason."""
        given = coordinates_of(chunk, problems)
        given[list(problems)] = np.nan
        try:
            lonlat = to_cgcs2000(given, self.datum)
        except CoordinateError:
            lonlat = self._row_by_row(given, problems)
        for problem in check_lonlat(lonlat, self.areas.loaded.bounds):
            if problem.code != "outside":
                problems.setdefault(problem.row, f"{problem.code}: {problem.problem}")
        lonlat[list(problems)] = np.nan
        return lonlat

    def _row_by_row(self, given: FloatArray, problems: dict[int, str]) -> LonLatArray:
        """Convert each row by itself, when one of them stops the whole."""
        lonlat = np.full_like(given, np.nan)
        for row in range(len(given)):
            try:
                lonlat[row] = to_cgcs2000(given[row : row + 1], self.datum)[0]
            except CoordinateError as error:
                problems.setdefault(row, error.problem)
        return lonlat
