"""What ``POST /v1/geocode/batch`` reads of each row and adds to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pyarrow as pa

from api.batch_answer import ERROR
from api.batch_areas import AreaColumns
from api.batch_points import find_one
from api.batch_read import Cells, Chunk, RowForm
from api.errors import ColumnError
from api.gazetteer_source import LoadedGazetteer
from boundaries.text_places import (
    TEXT_HEADINGS,
    TextPlaces,
    find_hint_columns,
    hints_of,
    place_texts,
)
from geo.address.answers import Candidate, Decision, GeocodeAnswer

_ANSWERED = {
    "geocode_decision": pa.string(),
    "geocode_confidence": pa.float64(),
    "geocode_precision": pa.string(),
    "geocode_label": pa.string(),
    "geocode_uid": pa.string(),
    "geocode_lon": pa.float64(),
    "geocode_lat": pa.float64(),
    "geocode_accuracy_m": pa.float64(),
    "geocode_why": pa.string(),
    "geocode_candidates": pa.string(),
}
_DIGITS = 7


def find_text_column(names: Sequence[str], column: str | None) -> tuple[int]:
    """Find the column of texts, by the name asked for or by its heading.

    Raises
    ------
    ColumnError
        It is missing, or several columns could be meant.
    """
    if column is None:
        return (find_one(names, TEXT_HEADINGS, "the text (or give column=)"),)
    if column not in names:
        raise ColumnError(f"no column {column!r}", names)
    return (list(names).index(column),)


def _of_text(row: object) -> dict[str, Any] | None:
    return {"text": row} if isinstance(row, str) else None


def text_form(column: str | None) -> RowForm:
    """Describe rows of texts; ``column`` names the column that holds them, None finds it."""
    return RowForm(
        find=partial(find_text_column, column=column),
        names=("text",) if column is None else (column,),
        of_bare=_of_text,
        wanted="a text or an object with the text in one of its members",
        member="texts",
        type=pa.string(),
    )


@dataclass(frozen=True)
class ChunkGeocoder:
    """Geocodes and locates chunk after chunk.

    Attributes
    ----------
    gazetteer
        Answers the whole batch, even when another one becomes active meanwhile.
    areas
        What is asked of each accepted place, at its own accuracy.
    limit
        Most candidates of a row that is not accepted.
    """

    gazetteer: LoadedGazetteer
    areas: AreaColumns
    limit: int

    @property
    def fields(self) -> dict[str, pa.DataType]:
        """Name and type of the added columns."""
        return {**_ANSWERED, **self.areas.fields, ERROR: pa.string()}

    def added(self, chunk: Chunk) -> dict[str, list[Any]]:
        """Return the added columns of a chunk, row by row in its order.

        Only accepted rows have a place and areas; the others have their candidates instead.
        """
        names = chunk.batch.schema.names
        hints = hints_of(
            {
                field: chunk.batch.column(position).to_pylist()
                for field, position in find_hint_columns(names).items()
            },
            chunk.batch.num_rows,
        )
        texts = _texts(chunk.cells[0], chunk.problems)
        found = place_texts(self.gazetteer.geocoder, texts, hints, limit=self.limit)
        columns = _answer_columns(found)
        columns |= self.areas.of(found.lonlat, found.accuracy_m)
        reasons = {row: f"{code}: {text}" for row, (code, text) in found.problems.items()}
        reasons |= chunk.problems
        columns[ERROR] = [reasons.get(row) for row in range(len(texts))]
        return columns


def _texts(cells: Cells, problems: dict[int, str]) -> list[object]:
    texts = cells.to_pylist() if isinstance(cells, pa.Array) else list(cells)
    for row, text in enumerate(texts):
        if not isinstance(text, str) and text is not None:
            problems.setdefault(row, f"{text!r} is not a text"[:200])
            texts[row] = None
    return texts


def _answer_columns(found: TextPlaces) -> dict[str, list[Any]]:
    rows = [_answer_row(answer) for answer in found.answers]
    columns = zip(*rows, strict=True) if rows else ((),) * len(_ANSWERED)
    return {name: list(column) for name, column in zip(_ANSWERED, columns, strict=True)}


def _answer_row(answer: GeocodeAnswer | None) -> tuple[Any, ...]:
    if answer is None:
        return (None,) * (len(_ANSWERED) - 1) + ([],)
    best = answer.best
    if answer.decision is not Decision.ACCEPTED or best is None:
        confidence = None if best is None else round(best.confidence, 4)
        empty = (None,) * 6
        return (
            str(answer.decision),
            confidence,
            *empty,
            answer.explanation_zh,
            [_brief(candidate) for candidate in answer.candidates],
        )
    return (
        str(answer.decision),
        round(best.confidence, 4),
        str(best.precision),
        best.label,
        best.uid,
        round(best.lon, _DIGITS),
        round(best.lat, _DIGITS),
        round(best.accuracy_m, 1),
        answer.explanation_zh,
        [],
    )


def _brief(candidate: Candidate) -> dict[str, Any]:
    return {
        "uid": candidate.uid,
        "label": candidate.label,
        "precision": str(candidate.precision),
        "lon": round(candidate.lon, _DIGITS),
        "lat": round(candidate.lat, _DIGITS),
        "accuracy_m": round(candidate.accuracy_m, 1),
        "confidence": round(candidate.confidence, 4),
        "why_zh": candidate.why_zh,
    }
