"""What ``POST /v1/owner/batch`` reads of each row and adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from api.batch_answer import ERROR
from api.batch_points import coordinates_of, find_columns
from api.batch_read import Chunk, RowForm
from api.errors import ColumnError
from api.owner_suspects import flag_suspects
from boundaries.errors import StoreError
from geo.arrays import FloatArray, LonLatArray
from geo.coordinates import check_lonlat
from geo.datum import Datum, to_cgcs2000
from geo.errors import CoordinateError
from governance.errors import GovernanceError
from governance.owner.decisions import DecisionStore
from governance.owner.given import DATUM_SUSPECT, answer_given
from governance.owner.resolver import OwnerResolver
from governance.owner.rows import COLUMNS, RowAnswers, RowDefaults, answer_rows

HEADINGS = {
    "category": ("category", "category_code", "类别", "类别编码", "事项", "事项编码", "派单类别"),
    "at": ("at", "日期"),
    "caller": ("caller", "诉求人", "诉求人类型"),
    "received_at": ("received_at", "受理时间"),
}
"""Headings of what a row may say beside its place."""

DECISION = "decision"
_PREFIX = "owner_"
_TYPES = {name: pa.string() for name in COLUMNS} | {"confidence": pa.float64()}
_TRIPLE = 3


def find_cells(names: Sequence[str]) -> dict[str, int]:
    """Find the columns of category, date, caller and receipt by their headings.

    Raises
    ------
    ColumnError
        Two columns could be meant by one of them.
    """
    folded = [name.strip().lower() for name in names]
    found: dict[str, int] = {}
    for cell, headings in HEADINGS.items():
        hits = [place for place, name in enumerate(folded) if name in headings]
        if len(hits) > 1:
            raise ColumnError(f"{len(hits)} columns could be {cell}; keep one", names)
        if hits:
            found[cell] = hits[0]
    return found


def owner_form(category: str) -> RowForm:
    """Describe rows with a place and, unless one is given for all, a category."""

    def find(names: Sequence[str]) -> tuple[int, ...]:
        places = find_columns(names)
        if not category and "category" not in find_cells(names):
            wanted = ", ".join(HEADINGS["category"])
            problem = f"no column for the category; name it one of {wanted}, or give category="
            raise ColumnError(problem, names)
        return places

    def of_bare(row: object) -> dict[str, Any] | None:
        if not isinstance(row, list):
            return None
        if len(row) == _TRIPLE:
            return {"lon": row[0], "lat": row[1], "category": row[2]}
        if len(row) == _TRIPLE - 1 and category:
            return {"lon": row[0], "lat": row[1]}
        return None

    return RowForm(
        find=find,
        names=("lon", "lat", "category"),
        of_bare=of_bare,
        wanted="[lon, lat, category] or an object with lon, lat and category",
        member="rows",
        type=pa.float64(),
    )


@dataclass(frozen=True)
class ChunkOwners:
    """Answers chunk after chunk.

    Attributes
    ----------
    resolver
        Answers the whole batch, even when another one comes into place meanwhile.
    datum
        Of the coordinates.
    defaults
        For what rows do not say.
    decisions
        Where answers are recorded; None records nothing.
    """

    resolver: OwnerResolver
    datum: Datum | str
    defaults: RowDefaults
    decisions: DecisionStore | None

    @property
    def fields(self) -> dict[str, pa.DataType]:
        """Name and type of the added columns."""
        added = {f"{_PREFIX}{name}": kind for name, kind in _TYPES.items()}
        kept = {} if self.decisions is None else {DECISION: pa.string()}
        return added | kept | {ERROR: pa.string()}

    def added(self, chunk: Chunk) -> dict[str, list[Any]]:
        """Return the added columns of a chunk, row by row in its order."""
        problems = dict(chunk.problems)
        given = coordinates_of(chunk, problems)
        lonlat = self._places(given, problems)
        cells = {
            cell: chunk.batch.column(place).to_pylist()
            for cell, place in find_cells(chunk.batch.schema.names).items()
        }
        found = answer_rows(self.resolver, lonlat, cells, self.defaults, problems)
        suspects = flag_suspects(self.resolver, found, given, self.datum)
        columns = {f"{_PREFIX}{name}": values for name, values in found.columns.items()}
        if self.decisions is not None:
            columns[DECISION] = self._record(found, given, suspects)
        columns[ERROR] = [found.problems.get(row) for row in range(len(lonlat))]
        return columns

    def _places(self, given: FloatArray, problems: dict[int, str]) -> LonLatArray:
        """Convert the coordinates; rows that cannot be places become NaN with a reason."""
        given[list(problems)] = np.nan
        try:
            lonlat = to_cgcs2000(given, self.datum)
        except CoordinateError:
            lonlat = np.full_like(given, np.nan)
            for row in range(len(given)):
                try:
                    lonlat[row] = to_cgcs2000(given[row : row + 1], self.datum)[0]
                except CoordinateError as error:
                    problems.setdefault(row, error.problem)
        for problem in check_lonlat(lonlat, self.resolver.grounds.locator.bounds):
            if problem.code != "outside":
                problems.setdefault(problem.row, f"{problem.code}: {problem.problem}")
        lonlat[list(problems)] = np.nan
        return lonlat

    def _record(
        self, found: RowAnswers, given: FloatArray, suspects: dict[int, list[str]]
    ) -> list[str | None]:
        """Answer each row with its evidence and record it; rows that cannot be say so."""
        n = len(found.lonlat)
        ids: list[str | None] = [None] * n
        answers, rows = [], []
        for row in range(n):
            lon, lat = given[row].tolist()
            place: dict[str, Any] = {"lon": lon, "lat": lat, "datum": str(self.datum)}
            if row in suspects:
                place[DATUM_SUSPECT] = suspects[row]
            question = found.question(row, place)
            if question is None:
                continue
            try:
                answers.append(answer_given(self.resolver, question).answer)
            except GovernanceError as error:
                found.problems[row] = f"{DECISION}: {error}"
                continue
            rows.append(row)
        try:
            made = [] if self.decisions is None else self.decisions.record(answers)
        except StoreError:
            found.problems.update(dict.fromkeys(rows, f"{DECISION}: could not be stored"))
            return ids
        for row, decision in zip(rows, made, strict=True):
            ids[row] = decision
        return ids
