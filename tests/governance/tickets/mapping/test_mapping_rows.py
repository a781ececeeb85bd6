"""Rows of files become tickets; what cannot be read is said, and nothing is lost."""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.book.terms import Caller
from governance.clocks.calendar import CHINA_TIME
from governance.tickets.channels import default_catalogue
from governance.tickets.errors import MappingError, TicketFileError
from governance.tickets.given import NewTicket
from governance.tickets.mapping import RowReader, TicketMapping, hotline_mapping, read_mapping

EXPORT = {
    "工单编号": "GD1",
    "工单类型": "诉求",
    "工单性质": "主办",
    "问题分类": "城市管理->市政设施->道路破损",
    "标签": "七有五性、每月一题",
    "标题": "路面破损",
    "主要内容": "春和路15号门前路面破损",
    "工单状态": "回复完成",
    "来电人": "王女士",
    "来电人电话/账号": "138****1234",
    "被反映区": "东湖区",
    "被反映街乡镇": "西枣园街道",
    "村/社区": "晴阁社区",
    "小区点位": "长榭家园",
    "来电时间": datetime(2026, 6, 1, 8, 0),  # noqa: DTZ001 - as Parquet gives it
    "渠道": "微信小程序",
    "办结时间": "2026-06-03 10:00:00",
    "是否解决": "部分解决",
    "是否满意": "未评价",
}


def one(values: dict[str, Any], mapping: TicketMapping | None = None) -> NewTicket:
    reader = RowReader(mapping or hotline_mapping(), list(values), default_catalogue(), "f.csv")
    return reader.read(list(values.values()), 2)


def mapped(folder: Path, text: str) -> TicketMapping:
    path = folder / "m.toml"
    path.write_text(f'source = "s"\n{text}', encoding="utf-8")
    return read_mapping(path)


def problems(ticket: NewTicket) -> dict[str, str]:
    return {problem.field: problem.value for problem in ticket.problems}


def test_a_row_of_an_export_becomes_a_ticket_with_its_past() -> None:
    ticket = one(EXPORT)
    assert (ticket.source, ticket.external_id) == ("12345", "GD1")
    assert (ticket.channel, ticket.request_type) == ("微信小程序", "诉求")
    assert ticket.tags == ("七有五性", "每月一题")
    assert ticket.hints.township == "西枣园街道"
    assert ticket.hints.estate == "长榭家园"
    assert ticket.received_at == datetime(2026, 6, 1, 8, 0, tzinfo=CHINA_TIME)
    assert ticket.caller is not None
    assert (ticket.caller.name, ticket.caller.phone) == ("王女士", "138****1234")
    assert ticket.caller_kind is Caller.PERSONAL
    assert [step.kind for step in ticket.past] == ["replied", "called_back", "closed"]
    assert {step.at for step in ticket.past} == {datetime(2026, 6, 3, 10, tzinfo=CHINA_TIME)}
    called_back = ticket.past[1].data
    assert (called_back["is_solved"], called_back["satisfaction"]) == ("partly", "")
    assert called_back["raw"] == {"solved": "部分解决", "satisfaction": "未评价"}
    assert ticket.extra == {"工单性质": "主办", "工单状态": "回复完成"}
    assert ticket.problems == ()


def test_personal_columns_stand_nowhere_but_with_the_caller() -> None:
    ticket = one(EXPORT)
    rest = repr(replace(ticket, caller=None))
    assert "王女士" not in rest
    assert "138****1234" not in rest


def test_an_open_ticket_has_no_end() -> None:
    row = EXPORT | {"工单状态": "办理中", "办结时间": None, "是否解决": "", "是否满意": ""}
    ticket = one(row)
    assert [step.kind for step in ticket.past] == ["signed", "started"]
    assert ticket.problems == ()
    assert one(row | {"工单状态": "待派单"}).past == ()


def test_a_ticket_passed_on_is_closed_and_says_how() -> None:
    step = one(EXPORT | {"工单状态": "已转派", "是否解决": "", "是否满意": ""}).past[-1]
    assert (step.kind, step.data["outcome"]) == ("closed", "transferred")


@pytest.mark.parametrize(
    ("change", "field", "value", "kinds"),
    [
        ({"办结时间": None}, "closed_at", "", ["replied", "called_back", "closed"]),
        ({"办结时间": "昨天"}, "closed_at", "昨天", ["replied", "called_back", "closed"]),
        ({"工单状态": "办理中"}, "closed_at", "2026-06-03T10:00:00+08:00", None),
        ({"工单状态": "卡住了"}, "status", "卡住了", None),
        ({"是否解决": "大概"}, "solved", "大概", ["closed"]),
        ({"来电时间": ""}, "received_at", "", ["replied", "called_back", "closed"]),
        ({"来电时间": "06/01/2026"}, "received_at", "06/01/2026", None),
        (
            {"办结时间": "2026-05-01"},
            "closed_at",
            "2026-05-01T00:00:00+08:00",
            ["replied", "called_back", "closed"],
        ),
    ],
)
def test_what_contradicts_itself_is_said_and_the_state_is_kept(
    change: dict[str, Any], field: str, value: str, kinds: list[str] | None
) -> None:
    ticket = one(EXPORT | change)
    assert problems(ticket)[field] == value
    if kinds is not None:
        assert [step.kind for step in ticket.past] == kinds
    assert ticket.received_at is not None
    assert all(step.at >= ticket.received_at for step in ticket.past)


def test_whoever_names_an_enterprise_calls_for_it() -> None:
    assert one(EXPORT | {"企业名称": "某某公司"}).caller_kind is Caller.ENTERPRISE
    assert one(EXPORT | {"渠道": "企业热线"}).caller_kind is Caller.ENTERPRISE
    assert one(EXPORT | {"诉求主体": "企业"}).caller_kind is Caller.ENTERPRISE
    assert problems(one(EXPORT | {"诉求主体": "外星人"})) == {"caller_kind": "外星人"}


def test_an_account_is_told_from_a_phone() -> None:
    caller = one(EXPORT | {"来电人电话/账号": "user_7@app"}).caller
    assert caller is not None
    assert (caller.phone, caller.account) == ("", "user_7@app")
    caller = one(EXPORT | {"来电人电话/账号": 13812345678.0}).caller
    assert caller is not None
    assert caller.phone == "13812345678"


COLUMNS = '[columns]\nexternal_id = "No"\ntext = ["A", "B"]\nreceived_at = "Day"\n'


@pytest.mark.parametrize(
    ("columns", "cells", "point", "refused"),
    [
        ('lon = "X"\nlat = "Y"\n', ("116.5", " ３９.9 "), (116.5, 39.9), {}),
        ('lon = "X"\nlat = "Y"\n', (116.5, 39.9), (116.5, 39.9), {}),
        ('lon = "X"\nlat = "Y"\n', ("", None), (None, None), {}),
        ('lon = "X"\nlat = "Y"\n', ("116.5", ""), (None, None), {"lat": ""}),
        ('lon = "X"\nlat = "Y"\n', ("116,5", "39.9"), (None, None), {"lon": "116,5"}),
        ('lon = "X"\nlat = "Y"\n', ("nan", "inf"), (None, None), {"lon": "nan", "lat": "inf"}),
        ('lon_lat = "X"\nlat = "Y"\nlon = "X"\n', ("116.5, 39.9", 1), (116.5, 39.9), {}),
        ('lat_lon = "X"\n', ("(39.0, -77.0)", ""), (-77.0, 39.0), {}),
        ('lat_lon = "X"\n', ("39.0", ""), (None, None), {"lat_lon": "39.0"}),
    ],
)
def test_coordinates_are_two_numbers_or_none(
    tmp_path: Path,
    columns: str,
    cells: tuple[Any, Any],
    point: tuple[float | None, float | None],
    refused: dict[str, str],
) -> None:
    row = {"No": 7.0, "A": "a", "B": "b", "Day": "2026-01-02", "X": cells[0], "Y": cells[1]}
    ticket = one(row, mapped(tmp_path, COLUMNS + columns))
    assert (ticket.lon, ticket.lat) == point
    assert problems(ticket) == refused
    assert (ticket.external_id, ticket.text) == ("7", "a\nb")


def test_a_constant_fills_what_the_row_leaves_empty(tmp_path: Path) -> None:
    more = 'channel = "C"\n[constants]\nchannel = "web"\naccuracy_m = 15\nrequest_type = "求助"\n'
    mapping = mapped(tmp_path, COLUMNS + more)
    row = {"No": "1", "A": "a", "B": "", "Day": "2026-01-02", "C": "短信"}
    ticket = one(row, mapping)
    assert (ticket.channel, ticket.request_type, ticket.accuracy_m) == ("短信", "求助", 15.0)
    assert ticket.text == "a"
    assert one(row | {"C": ""}, mapping).channel == "web"


def test_values_are_translated_and_unknown_ones_pass_as_they_are(tmp_path: Path) -> None:
    more = 'category = "K"\ntags = "T"\n[values.category]\n"Rats" = "0203"\n'
    more += '[values.tags]\n"x" = "七有五性"\n'
    mapping = mapped(tmp_path, COLUMNS + more)
    row = {"No": "1", "A": "a", "B": "", "Day": "2026-01-02", "K": "RATS ", "T": "x;y;x"}
    assert one(row, mapping).category == "0203"
    assert one(row, mapping).tags == ("七有五性", "y")
    assert one(row | {"K": "Mice"}, mapping).category == "Mice"


def test_a_row_without_number_is_known_by_its_content() -> None:
    row = EXPORT | {"工单编号": ""}
    first, again, other = one(row), one(row), one(row | {"标题": "别的"})
    assert first.external_id == again.external_id
    assert first.external_id.startswith("row-")
    assert first.external_id != other.external_id


def test_a_number_that_cannot_be_one_is_refused_with_its_row() -> None:
    with pytest.raises(TicketFileError, match=r"row 2.*15 digits"):
        one(EXPORT | {"工单编号": 2026112300000001.0})
    with pytest.raises(TicketFileError, match=r"row 2.*200 signs"):
        one(EXPORT | {"工单编号": "9" * 201})


def test_columns_without_meaning_are_kept_under_their_headings(tmp_path: Path) -> None:
    mapping = mapped(tmp_path, 'ignore = ["secret"]\n' + COLUMNS)
    headings = ["No", "A", "B", "Day", "Note", "Secret", "", "Note", "When"]
    reader = RowReader(mapping, headings, default_catalogue())
    when = datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001 - as Excel gives it
    ticket = reader.read(["1", "a", "b", "2026-01-02", "n", "s", 3, 4.5, when])
    assert ticket.extra == {
        "Note": "n",
        "column 7": 3,
        "Note (2)": 4.5,
        "When": "2026-01-02 03:04:00",
    }


def test_headings_are_found_whatever_their_width_case_and_spaces(tmp_path: Path) -> None:
    row = {"ＮＯ ": "1", "a": "x", "b": "y", "D\nay": "2026-01-02"}
    assert one(row, mapped(tmp_path, COLUMNS)).text == "x\ny"


@pytest.mark.parametrize(
    ("headings", "more", "message"),
    [
        (["No", "A", "Day"], "", "columns 'B'.*No, A, Day"),
        (["No", "A", "B", "Day", "day "], "", "stands 2 times"),
        (["No", "A", "B"], "", "columns 'Day'"),
        (
            ["No", "A", "B", "Day"],
            '[constants]\nchannel = "pigeon"\n',
            "constants.channel 'pigeon'",
        ),
        (["No", "A", "B", "Day"], '[values.channel]\n"x" = "owl"\n', "values.channel.x 'owl'"),
    ],
)
def test_a_mapping_that_does_not_fit_the_file_is_refused(
    tmp_path: Path, headings: list[str], more: str, message: str
) -> None:
    with pytest.raises(MappingError, match=message):
        RowReader(mapped(tmp_path, COLUMNS + more), headings, default_catalogue())


def test_a_file_without_time_of_receipt_needs_to_be_told_one() -> None:
    row = {key: value for key, value in EXPORT.items() if key != "来电时间"}
    with pytest.raises(MappingError, match=r"received_at.*--received"):
        one(row)
    told = datetime(2026, 7, 1, tzinfo=CHINA_TIME)
    ticket = one(row, replace(hotline_mapping(), received_at=told))
    # It was done in June, so it cannot have come in later.
    assert ticket.received_at == datetime(2026, 6, 3, 10, tzinfo=CHINA_TIME)
    assert ticket.problems == ()
    row |= {"工单状态": "待派单", "办结时间": "", "是否解决": ""}
    assert one(row, replace(hotline_mapping(), received_at=told)).received_at == told


_cells = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.floats(),
    st.integers(-(10**20), 10**20),
    st.booleans(),
    st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)),  # noqa: DTZ001 - as Excel gives it
    st.binary(max_size=4),
    st.sampled_from(["解决", "满意", "办理中", "2026-06-01", "电话"]),
)


@given(st.lists(_cells, min_size=len(EXPORT), max_size=len(EXPORT)))
def test_whatever_stands_in_the_cells_a_ticket_or_a_named_row_comes_out(cells: list[Any]) -> None:
    reader = RowReader(hotline_mapping(), list(EXPORT), default_catalogue(), "f.csv")
    with suppress(TicketFileError):
        check(reader.read(cells, 9))


def check(ticket: NewTicket) -> None:
    assert ticket.external_id
    assert "\x00" not in ticket.text
    assert all(step.at.tzinfo is not None for step in ticket.past)
    assert list(ticket.past) == sorted(ticket.past, key=lambda step: step.at)
