"""Places of many texts: what a table of addresses or tickets needs before its rows are located."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.address.answers import AddressHints, Decision, GeocodeAnswer
from geo.address.geocoder import Geocoder
from geo.arrays import FloatArray, LonLatArray
from geo.errors import AddressError

TEXT_HEADINGS = (
    "地址",
    "详细地址",
    "事发地址",
    "诉求地址",
    "反映地址",
    "地点",
    "address",
    "addr",
    "text",
)
"""Headings of a column of addresses, in lower case."""

HINT_HEADINGS: dict[str, tuple[str, ...]] = {
    "district": ("被反映区", "所属区", "区县", "区/县", "区", "district"),
    "township": (
        "被反映街乡镇",
        "被反映街道",
        "所属街道",
        "街道/乡镇",
        "街道乡镇",
        "街乡镇",
        "街道",
        "township",
    ),
    "community": ("村/社区", "社区/村", "社区村", "所属社区", "社区", "community"),
    "estate": ("小区点位", "小区名称", "小区", "estate"),
}
"""Headings of the columns that say more about a place, by what they say; the first found counts."""

NO_TEXT = "no_text"
UNUSABLE_TEXT = "unusable_text"


@dataclass(frozen=True, slots=True)
class TextPlaces:
    """The places of n texts.

    Attributes
    ----------
    answers
        One for each text; None where the text cannot be read.
    problems
        By row: code and text of why it cannot be read.
    lonlat
        Shape (n, 2), CGCS2000 degrees of the accepted answers; NaN for all others.
    accuracy_m
        Shape (n,), accuracy of the accepted answers; NaN for all others.
    """

    answers: list[GeocodeAnswer | None]
    problems: dict[int, tuple[str, str]]
    lonlat: LonLatArray
    accuracy_m: FloatArray


def find_hint_columns(headings: Sequence[str]) -> dict[str, int]:
    """Find the columns that say more about a place.

    Returns
    -------
    dict
        By field of :class:`~geo.address.answers.AddressHints`: the position of its column.
    """
    folded = [heading.strip().lower() for heading in headings]
    found = {}
    for field, known in HINT_HEADINGS.items():
        places = [folded.index(heading) for heading in known if heading in folded]
        if places:
            found[field] = places[0]
    return found


def hints_of(columns: Mapping[str, Sequence[object]], n_rows: int) -> list[AddressHints] | None:
    """Make the hints of each row from the columns that hold them; None where there are none."""
    if not columns:
        return None
    texts = {
        field: ["" if value is None else str(value).strip() for value in column]
        for field, column in columns.items()
    }
    return [
        AddressHints(**{field: column[row] for field, column in texts.items()})
        for row in range(n_rows)
    ]


def place_texts(
    geocoder: Geocoder,
    texts: Sequence[object],
    hints: Sequence[AddressHints] | None = None,
    *,
    limit: int = 5,
) -> TextPlaces:
    """Find the places of many texts; a text that cannot be read stops only itself.

    Parameters
    ----------
    geocoder
        Over the active gazetteer.
    texts
        One for each row; None and blank ones are missing.
    hints
        One for each row, or None.
    limit
        Most candidates of each answer.

    Returns
    -------
    TextPlaces
        In the order of the texts.
    """
    given = ["" if text is None else str(text) for text in texts]
    problems: dict[int, tuple[str, str]] = {
        row: (NO_TEXT, "the text is empty") for row, text in enumerate(given) if not text.strip()
    }
    answers: list[GeocodeAnswer | None] = [None] * len(given)
    for row, text in enumerate(given):
        if row in problems:
            continue
        hint = None if hints is None else hints[row]
        try:
            answers[row] = geocoder.geocode(text, hints=hint, limit=limit)
        except AddressError as error:
            problems[row] = (UNUSABLE_TEXT, error.problem)
    lonlat = np.full((len(given), 2), np.nan)
    accuracy_m = np.full(len(given), np.nan)
    for row, each in enumerate(answers):
        if each is not None and each.decision is Decision.ACCEPTED and each.best is not None:
            lonlat[row] = each.best.lon, each.best.lat
            accuracy_m[row] = each.best.accuracy_m
    return TextPlaces(answers, problems, lonlat, accuracy_m)
