"""Options that several commands have, with one wording."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated

import typer

from xiaqu.assignment.addresses import HINT_FIELDS, AddressOptions

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

_WORDS = "文字列 · Column of words"
AddressColumnOption = Annotated[
    str | None,
    typer.Option(
        "--address-column",
        help="地址或工单内容所在列 · Heading of the addresses or texts",
        rich_help_panel=_WORDS,
    ),
]
DistrictColumnOption = Annotated[
    str | None,
    typer.Option(
        "--district-column",
        help="区所在列；默认按列名识别，如 被反映区 · Default: known headings",
        rich_help_panel=_WORDS,
    ),
]
TownshipColumnOption = Annotated[
    str | None,
    typer.Option(
        "--township-column",
        help="街道乡镇所在列，如 被反映街乡镇 · Township",
        rich_help_panel=_WORDS,
    ),
]
CommunityColumnOption = Annotated[
    str | None,
    typer.Option(
        "--community-column", help="社区所在列，如 村/社区 · Community", rich_help_panel=_WORDS
    ),
]
EstateColumnOption = Annotated[
    str | None,
    typer.Option(
        "--estate-column", help="小区所在列，如 小区点位 · Estate", rich_help_panel=_WORDS
    ),
]
LimitOption = Annotated[
    int, typer.Option("--limit", min=1, max=50, help="最多候选数 · Most candidates")
]


def address_options(
    column: str | None, hints: Sequence[str | None], limit: int
) -> AddressOptions | None:
    """Put the options of words together; None where no column is named.

    Parameters
    ----------
    column
        Heading of the words.
    hints
        Headings of district, township, community and estate, None where not given.
    limit
        Most candidates of a row.
    """
    if column is None:
        return None
    named = {
        field: heading
        for field, heading in zip(HINT_FIELDS, hints, strict=True)
        if heading is not None
    }
    return AddressOptions(column, named, limit)


def to_date(at: datetime | None) -> date | None:
    """Drop the time that the option parser adds."""
    return None if at is None else at.date()
