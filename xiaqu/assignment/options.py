"""How a file is assigned, and what came of it."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from xiaqu.assignment.addresses import AddressOptions
from xiaqu.assignment.readers import BATCH_ROWS


@dataclass(frozen=True, slots=True)
class AssignmentOptions:
    """How a file is read and answered.

    Attributes
    ----------
    lon, lat
        Headings of the coordinate columns; None to find them.
    datum
        Datum of the coordinates; None for what the file states, and WGS-84 where it states none.
    layers
        Keys of the layers to answer for; None for all of them.
    at
        Date asked about; None for today.
    accuracy_m
        How exact the places are in metres, 0 or more.
    encoding
        Of a CSV file; None to detect it.
    table
        Table of a GeoPackage that has several.
    prefix
        Put before every added heading.
    label_column, label_layer
        A column that names areas of a layer, to test whether the datum is right; both or neither.
    address
        Where the words stand, for a file whose places are words; None for coordinates.
    force
        Whether an existing result may be replaced.
    batch_rows
        Most rows held at once.
    """

    lon: str | None = None
    lat: str | None = None
    datum: str | None = None
    layers: tuple[str, ...] | None = None
    at: date | None = None
    accuracy_m: float = 20.0
    encoding: str | None = None
    table: str | None = None
    prefix: str = ""
    label_column: str | None = None
    label_layer: str | None = None
    address: AddressOptions | None = None
    force: bool = False
    batch_rows: int = BATCH_ROWS


@dataclass(frozen=True, slots=True)
class AssignmentSummary:
    """What happened to the rows of a file.

    Attributes
    ----------
    n_rows
        Rows read, all of which were written.
    datum
        Datum that the coordinates were taken in.
    coordinates
        The columns that they were taken from.
    encoding
        Encoding of a CSV file, else None.
    found
        By layer: rows that got an area.
    flags
        By flag: rows that have it.
    problems
        By code: rows that could not be located.
    decisions
        By decision: rows of a file whose places are words; empty for coordinates.
    review
        The file with the rows that a person has to decide; None for coordinates.
    warnings
        Findings about the file as a whole, such as a datum that fits the labels better.
    elapsed_s
        Wall time in seconds.
    """

    n_rows: int
    datum: str
    coordinates: str
    encoding: str | None
    found: dict[str, int]
    flags: dict[str, int]
    problems: dict[str, int]
    decisions: dict[str, int]
    review: Path | None
    warnings: tuple[str, ...]
    elapsed_s: float
