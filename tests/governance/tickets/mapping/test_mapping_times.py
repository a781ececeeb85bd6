"""Times of files: read where they mean one moment, left where they could mean two."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.clocks.calendar import CHINA_TIME
from governance.tickets.mapping.times import EXCEL_SERIAL, TimeReader

MOMENT = datetime(2026, 11, 23, 8, 5, 9, tzinfo=CHINA_TIME)
MINUTE = MOMENT.replace(second=0)
DAY = datetime(2026, 11, 23, tzinfo=CHINA_TIME)


@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        ("2026-11-23 08:05:09", MOMENT),
        ("2026-11-23T08:05:09", MOMENT),
        ("2026-11-23T08:05:09.123", MOMENT),
        ("2026-11-23T00:05:09Z", MOMENT),
        ("2026-11-23T01:05:09+01:00", MOMENT),
        ("2026/11/23 8:05", MINUTE),
        ("2026.11.23 8:05", MINUTE),
        ("2026年11月23日 8时5分9秒", MOMENT),
        ("2026年11月23日8时5分", MINUTE),
        ("2026年11月23日", DAY),
        ("2026-11-23", DAY),
        ("20261123", DAY),
        ("20261123080509", MOMENT),
        (20261123080509, MOMENT),
        (20261123.0, DAY),
        (date(2026, 11, 23), DAY),
        (datetime(2026, 11, 23, 8, 5, 9), MOMENT),  # noqa: DTZ001 - as Excel gives it
        (datetime(2026, 11, 23, 0, 5, 9, tzinfo=UTC), MOMENT),
    ],
)
def test_times_with_the_year_first_are_read(cell: object, moment: datetime) -> None:
    found = TimeReader().read(cell)
    assert found == moment
    assert found is not None
    assert found.tzinfo is not None


@pytest.mark.parametrize(
    "cell",
    [
        "03/04/2026",
        "11/23/2026 08:05",
        "昨天",
        "2026-13-01",
        "2026-02-30",
        "2026",
        "26-11-23",
        "",
        45123.5,
        46349,
        True,
        "1899-12-30",
        "2026-11-23 25:00",
        "2026-11-23 8:61",
    ],
)
def test_what_is_no_time_or_could_be_two_is_not_read(cell: object) -> None:
    assert TimeReader().read(cell) is None


def test_a_format_says_which_part_is_the_day() -> None:
    american = TimeReader(["%m/%d/%Y %I:%M:%S %p"], ZoneInfo("America/New_York"))
    found = american.read("04/12/2018 11:11:26 PM")
    assert found is not None
    assert found.astimezone(UTC) == datetime(2018, 4, 13, 3, 11, 26, tzinfo=UTC)
    assert "%m/%d/%Y" in american.expected


def test_numbers_are_days_of_excel_only_where_the_mapping_says_so() -> None:
    excel = TimeReader([EXCEL_SERIAL])
    assert excel.read(46349.336909722) == datetime(2026, 11, 23, 8, 5, 9, tzinfo=CHINA_TIME)
    assert excel.read("46349") == DAY
    assert excel.read(3.0) is None


@given(
    st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30)),  # noqa: DTZ001 - zones vary below
    st.integers(-11, 13),
)
def test_what_python_writes_is_read_again(moment: datetime, hours: int) -> None:
    zone = CHINA_TIME if hours == 8 else timezone_of(hours)
    whole = moment.replace(microsecond=0, tzinfo=zone)
    assert TimeReader().read(whole.isoformat()) == whole
    assert TimeReader((), zone).read(f"{whole:%Y%m%d%H%M%S}") == whole


def timezone_of(hours: int) -> ZoneInfo:
    # In names of this kind the sign is turned round.
    return ZoneInfo(f"Etc/GMT{-hours:+d}") if hours else ZoneInfo("Etc/GMT")


@given(st.text(max_size=20))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    found = TimeReader(["%m/%d/%Y", EXCEL_SERIAL]).read(text)
    assert found is None or found.tzinfo is not None
