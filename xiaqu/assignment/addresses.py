"""Places of the rows of a file from the words in one of its columns."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from boundaries.text_places import TextPlaces, find_hint_columns, hints_of, place_texts
from geo.address.answers import Decision, GeocodeAnswer
from geo.address.geocoder import Geocoder
from xiaqu.assignment.columns import find_column
from xiaqu.assignment.places import Places
from xiaqu.assignment.readers import Batch, Source
from xiaqu.assignment.review import ReviewFile
from xiaqu.assignment.writers import as_texts
from xiaqu.errors import ColumnError

BATCH_ROWS = 4_096  # words take a hundred times as long as coordinates; progress should be seen
HINT_FIELDS = ("district", "township", "community", "estate")

_FIELDS: tuple[tuple[str, pa.DataType], ...] = (
    ("决定", pa.string()),
    ("定位方式", pa.string()),
    ("置信度", pa.float64()),
    ("定位结果", pa.string()),
    ("地名编号", pa.string()),
    ("定位经度", pa.float64()),
    ("定位纬度", pa.float64()),
    ("定位精度_m", pa.float64()),
    ("定位说明", pa.string()),
)
_DEGREE_DIGITS = 7  # a centimetre


@dataclass(frozen=True, slots=True)
class AddressOptions:
    """Where the words of a file stand.

    Attributes
    ----------
    column
        Heading of the column with the address or the text of the ticket.
    hints
        Heading by what it says (district, township, community, estate); those not named are found
        by their headings, such as 被反映区.
    limit
        Most candidates of a row in the review file.
    """

    column: str
    hints: Mapping[str, str] = field(default_factory=dict)
    limit: int = 5


class AddressColumns:
    """Geocodes every batch and makes the columns that say how.

    Parameters
    ----------
    source
        The opened file.
    geocoder
        Over the active gazetteer.
    options
        Where the words stand.
    prefix
        Put before every added heading.
    review
        Gets the rows that a person has to decide.

    Raises
    ------
    ColumnError
        A named column is missing.
    """

    def __init__(
        self,
        source: Source,
        geocoder: Geocoder,
        options: AddressOptions,
        prefix: str,
        review: ReviewFile,
    ) -> None:
        headings = source.schema.names
        self._geocoder = geocoder
        self._limit = options.limit
        self._review = review
        self._column = find_column(source.path, headings, options.column)
        self._hints = find_hint_columns(headings)
        # A column is not a hint to itself.
        self._hints = {key: at for key, at in self._hints.items() if at != self._column}
        for key, heading in options.hints.items():
            if key not in HINT_FIELDS:
                problem = f"no such hint {key!r}; use {', '.join(HINT_FIELDS)}"
                raise ColumnError(source.path, heading, problem)
            self._hints[key] = find_column(source.path, headings, heading)
        self.fields = [pa.field(f"{prefix}{name}", kind) for name, kind in _FIELDS]
        self.decisions: Counter[str] = Counter()
        self._n_rows = 0

    def answer(self, batch: Batch) -> tuple[Places, list[pa.Array]]:
        """Geocode one batch.

        Returns
        -------
        places
            Of the accepted rows; the others have a problem that names the decision.
        columns
            In the order of ``fields``.
        """
        texts = as_texts(batch.rows.column(self._column))
        hints = hints_of(
            {key: as_texts(batch.rows.column(at)) for key, at in self._hints.items()}, len(texts)
        )
        found = place_texts(self._geocoder, texts, hints, limit=self._limit)
        problems = self._problems(found)
        for row, answer in enumerate(found.answers):
            if row in problems:
                self._review.add(self._n_rows + row + 1, texts[row], problems[row], answer)
        self._n_rows += len(texts)
        self.decisions.update(
            "unreadable" if answer is None else str(answer.decision) for answer in found.answers
        )
        rows = [_row(answer) for answer in found.answers]
        columns = zip(*rows, strict=True) if rows else ((),) * len(_FIELDS)
        arrays = [
            pa.array(column, kind) for (_, kind), column in zip(_FIELDS, columns, strict=True)
        ]
        return Places(found.lonlat, found.lonlat, problems, found.accuracy_m), arrays

    def _problems(self, found: TextPlaces) -> dict[int, tuple[str, str]]:
        problems = dict(found.problems)
        for row, answer in enumerate(found.answers):
            if answer is not None and answer.decision is not Decision.ACCEPTED:
                n = len(answer.candidates)
                text = f"{n} candidates, see the review file" if n else "no candidate"
                problems[row] = (str(answer.decision), text)
        return problems


def _row(answer: GeocodeAnswer | None) -> tuple[object, ...]:
    if answer is None:
        return (None,) * len(_FIELDS)
    best = answer.best
    confidence = None if best is None else round(best.confidence, 4)
    if best is None or answer.decision is not Decision.ACCEPTED:
        empty = (None,) * 5
        return str(answer.decision), None, confidence, *empty, answer.explanation_zh
    return (
        str(answer.decision),
        str(best.precision),
        confidence,
        best.label,
        best.uid,
        round(best.lon, _DEGREE_DIGITS),
        round(best.lat, _DEGREE_DIGITS),
        round(best.accuracy_m, 1),
        answer.explanation_zh,
    )
