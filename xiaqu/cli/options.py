"""Options that several commands have, with one wording."""

from datetime import date, datetime
from typing import Annotated

import typer

AccuracyOption = Annotated[
    float,
    typer.Option(
        "--accuracy",
        min=0.0,
        max=10_000.0,
        metavar="METRES",
        help="坐标精度（米）· How exact the place is, in metres",
    ),
]
AtOption = Annotated[
    datetime | None,
    typer.Option(
        "--at", formats=["%Y-%m-%d"], help="日期，默认今天 · Date asked about; default today"
    ),
]
LayerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--layer", help="只查这些图层，可重复 · Only these layers; may be repeated", metavar="KEY"
    ),
]


def to_date(at: datetime | None) -> date | None:
    """Drop the time that the option parser adds."""
    return None if at is None else at.date()
