"""A city's own holidays and working days, from a file."""

from datetime import date
from pathlib import Path

import pytest

from governance.clocks.calendar import published_calendar
from governance.clocks.overrides import read_city_days
from governance.errors import CalendarFileError

TOML = """
complete = [2040]

[[holiday]]
from = 2026-11-26
to = 2026-11-27
name = "市运动会"

[[workday]]
from = "2026-11-28"
name = "补班"
"""
CSV = (
    "kind,from,to,name\n全年,2040,,\n"
    "放假,2026-11-26,2026-11-27,市运动会\nworkday,2026-11-28,,补班\n"
)

FIXED_2040 = ["2040-04-04", "2040-05-01", "2040-05-02", "2040-06-14", "2040-09-20"]
FIXED_2040 += ["2040-10-01", "2040-10-02", "2040-10-03", "2040-02-13", "2040-02-14"]


def written(folder: Path, text: str, name: str = "days.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def complete_2040(days: list[str]) -> str:
    return "complete = [2040]\n" + "".join(f"[[holiday]]\nfrom = {day}\n" for day in days)


def test_both_forms_of_file_say_the_same(tmp_path: Path) -> None:
    toml = read_city_days(written(tmp_path, TOML))
    csv = read_city_days(written(tmp_path, "\ufeff" + CSV, "days.csv"))
    assert toml.holidays == csv.holidays
    assert toml.workdays == csv.workdays == {date(2026, 11, 28): "补班"}
    assert toml.complete == csv.complete == {2040}
    assert list(toml.holidays) == [date(2026, 11, 26), date(2026, 11, 27)]


def test_a_citys_days_win_over_the_published_ones(tmp_path: Path) -> None:
    text = (
        '[[holiday]]\nfrom = 2026-11-26\nname = "市运动会"\n'
        "[[workday]]\nfrom = 2026-10-07\n[[workday]]\nfrom = 2026-11-28\n"
    )
    calendar = published_calendar([2026], written(tmp_path, text))
    assert not calendar.is_working_day(date(2026, 11, 26))
    assert calendar.name_of(date(2026, 11, 26)) == "市运动会"
    assert calendar.is_working_day(date(2026, 10, 7))
    assert calendar.is_working_day(date(2026, 11, 28))
    assert calendar.version != published_calendar([2026]).version


def test_days_of_other_years_are_left_out(tmp_path: Path) -> None:
    text = "[[holiday]]\nfrom = 2031-03-03\n"
    assert published_calendar([2026], written(tmp_path, text)) == published_calendar([2026])


def test_a_complete_year_is_published_and_comes_from_the_file_alone(tmp_path: Path) -> None:
    guessed = published_calendar([2040])
    calendar = published_calendar([2040], written(tmp_path, complete_2040(FIXED_2040)))
    assert calendar.is_published(2040)
    assert not guessed.is_published(2040)
    assert not guessed.is_working_day(date(2040, 2, 16))
    assert calendar.is_working_day(date(2040, 2, 16))


def test_a_complete_year_that_leaves_out_a_fixed_holiday_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, complete_2040(FIXED_2040[1:]))
    with pytest.raises(CalendarFileError, match=r"2040-04-04 \(清明节\) is a holiday by law"):
        published_calendar([2040], path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("holiday = 3", "table"),
        ("holidays = []", "unknown key"),
        ("complete = 2027", "list of years"),
        ("complete = [1066]", "a year from 1950"),
        ("[[holiday]]\nfrom = 2026-13-01", "not TOML"),
        ("[[holiday]]\nfrom = '2026-13-01'", "a date such as"),
        ("[[holiday]]\nname = 'x'", "a date such as"),
        ("[[holiday]]\nfrom = 2026-05-01\nuntil = 2026-05-02", "unknown key of holiday"),
        ("[[holiday]]\nfrom = 2026-05-03\nto = 2026-05-01", "on or after 2026-05-03"),
        ("[[holiday]]\nfrom = 2026-05-03\nto = 2027-05-03", "within 31 days"),
        ("[[holiday]]\nfrom = 2026-05-03\n[[workday]]\nfrom = 2026-05-03", "named twice"),
    ],
)
def test_values_that_cannot_be_right_are_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(CalendarFileError, match=message):
        read_city_days(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "row", "message"),
    [
        ("day,kind\n", 1, "first row names the columns"),
        ("kind,from\nrest,2026-05-01\n", 2, "one of holiday"),
        ("kind,from\n\nholiday,2026-05-01\nholiday,5月2日\n", 4, "a date such as"),
        ("kind,from\nholiday,2026-05-01,x\n", 2, "more cells than columns"),
        ("kind,from\ncomplete,soon\n", 2, "a year from 1950"),
    ],
)
def test_csv_errors_name_the_row(tmp_path: Path, text: str, row: int, message: str) -> None:
    with pytest.raises(CalendarFileError, match=message) as caught:
        read_city_days(written(tmp_path, text, "days.csv"))
    assert caught.value.row == row
    assert f"days.csv row {row}" in str(caught.value)


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CalendarFileError, match="no such file"):
        read_city_days(tmp_path / "none.toml")
    with pytest.raises(CalendarFileError, match="ends in"):
        read_city_days(written(tmp_path, "", "days.txt"))
    gbk = tmp_path / "gbk.csv"
    gbk.write_bytes("kind,from\n放假,2026-05-01\n".encode("gbk"))
    with pytest.raises(CalendarFileError, match="UTF-8"):
        read_city_days(gbk)
