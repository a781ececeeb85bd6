"""The rows of a file that a person has to decide, with their candidates."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from geo.address.answers import GeocodeAnswer
from xiaqu.assignment.writers import replacing

HEADINGS = (
    "行号",
    "原文",
    "决定",
    "原因",
    "候选序号",
    "候选",
    "地名编号",
    "定位方式",
    "置信度",
    "经度",
    "纬度",
    "定位精度_m",
    "候选说明",
)
_SUFFIX = "-review.csv"


def review_path(target: Path) -> Path:
    """Name the review file of a result: ``out.csv`` has ``out-review.csv``."""
    return target.with_name(f"{target.stem}{_SUFFIX}")


class ReviewFile:
    """Writes one line for each candidate of an undecided row, and one for a row without any.

    Parameters
    ----------
    file
        Opened for text; gets the headings at once.

    Notes
    -----
    Coordinates are CGCS2000 degrees. Row 1 is the first row after the headings of the input.
    """

    def __init__(self, file: TextIO) -> None:
        self._writer = csv.writer(file, lineterminator="\r\n")
        self._writer.writerow(HEADINGS)
        self.n_rows = 0

    def add(
        self, number: int, text: str, problem: tuple[str, str], answer: GeocodeAnswer | None
    ) -> None:
        """Add one row of the input.

        Parameters
        ----------
        number
            Its number, from 1.
        text
            Its words.
        problem
            Code and text of why it is not placed.
        answer
            With its candidates, best first; None where the text cannot be read.
        """
        self.n_rows += 1
        why = problem[1] if answer is None else answer.explanation_zh
        head = (number, text, problem[0], why)
        candidates = [] if answer is None else answer.candidates
        if not candidates:
            self._writer.writerow([*head, *([""] * (len(HEADINGS) - len(head)))])
        for rank, candidate in enumerate(candidates, start=1):
            self._writer.writerow(
                [
                    *head,
                    rank,
                    candidate.label,
                    candidate.uid,
                    str(candidate.precision),
                    f"{candidate.confidence:.4f}",
                    f"{candidate.lon:.7f}",
                    f"{candidate.lat:.7f}",
                    f"{candidate.accuracy_m:.1f}",
                    candidate.why_zh,
                ]
            )


@contextmanager
def open_review(target: Path) -> Iterator[ReviewFile]:
    """Open the review file of a result; it is replaced in one step when all is written."""
    with (
        replacing(review_path(target)) as partial,
        # Marked, so that spreadsheets read it as what it is.
        partial.open("w", encoding="utf-8-sig", newline="") as file,
    ):
        yield ReviewFile(file)
