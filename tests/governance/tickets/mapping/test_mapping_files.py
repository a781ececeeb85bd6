"""Mapping files: what they say, and how they say what is wrong."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from governance.tickets.errors import MappingError
from governance.tickets.mapping import (
    FIELDS,
    TicketMapping,
    hotline_mapping,
    missing_headings,
    read_mapping,
)

DOCS = Path(__file__).parents[4] / "docs"
WHOLE = """
source = "city-311"
datum = "gcj02"
time_zone = "+01:00"
time_formats = ["%d.%m.%Y %H:%M"]
heading_row = 2
sheet = "Requests"
encoding = "latin-1"
ignore = ["Row Number"]

[columns]
external_id = ["Office", "Number"]
received_at = "Opened"
text = { joined = ["What", "Where"], separator = " / ", optional = true }
lon = "X"
lat = { first = ["Y", "Lat"] }

[constants]
channel = "phone"
accuracy_m = 30

[values.request_type]
"Q" = "咨询"
"*" = "投诉"
"""
SHORT = 'source = "s"\n[columns]\nexternal_id = "No"\ntext = "What"\n'


def read(folder: Path, text: str) -> TicketMapping:
    path = folder / "city.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_everything_that_a_mapping_says_is_taken(tmp_path: Path) -> None:
    mapping = read(tmp_path, WHOLE)
    assert mapping.name == "city.toml"
    assert (mapping.source, mapping.datum, mapping.sheet) == ("city-311", "GCJ-02", "Requests")
    assert mapping.zone.utcoffset(None) == timedelta(hours=1)
    assert mapping.time_formats == ("%d.%m.%Y %H:%M",)
    assert (mapping.heading_row, mapping.encoding) == (2, "latin-1")
    assert mapping.ignored == {"rownumber"}
    assert mapping.columns["external_id"].headings == ("Office", "Number")
    assert mapping.columns["external_id"].separator == "-"
    assert mapping.columns["text"].is_joined
    assert mapping.columns["text"].separator == " / "
    assert mapping.columns["lat"].headings == ("Y", "Lat")
    assert mapping.constants == {"channel": "phone", "accuracy_m": "30"}
    assert mapping.meant("request_type", "ｑ") == "咨询"
    assert mapping.meant("request_type", "anything") == "投诉"
    assert mapping.meant("request_type", "") is None
    assert mapping.meant("channel", "Q") is None


def test_values_may_stand_in_a_file_beside_the_mapping(tmp_path: Path) -> None:
    (tmp_path / "kinds.csv").write_text("\ufeffgiven,meant,note\nA b,0101,x\nC,,\n", "utf-8")
    more = '[value_files]\ncategory = "kinds.csv"\n[values.category]\n"C" = "0203"\n'
    mapping = read(tmp_path, SHORT + more)
    assert mapping.meant("category", "a  B") == "0101"
    assert mapping.meant("category", "C") == "0203"


def test_the_built_in_mapping_can_be_taken_over_and_changed(tmp_path: Path) -> None:
    text = 'extends = "hotline"\nsource = "city"\n[columns]\nreceived_at = "录入时间"\n'
    text += '[values.status]\n"归档" = "closed"\n'
    mapping = read(tmp_path, text)
    built_in = hotline_mapping()
    assert mapping.source == "city"
    assert mapping.columns["external_id"] == built_in.columns["external_id"]
    assert mapping.columns["received_at"].headings == ("录入时间",)
    assert mapping.meant("status", "归档") == "closed"
    assert mapping.meant("status", "办理中") == "handling"
    assert built_in.meant("status", "归档") is None


def test_the_built_in_mapping_knows_the_columns_of_an_export() -> None:
    export = ["工单编号", "工单类型", "问题分类", "标签", "标题", "主要内容", "工单状态", "来电人"]
    export += [
        "来电人电话/账号",
        "被反映区",
        "被反映街乡镇",
        "办理结果",
        "回复内容",
        "处理受理方式",
    ]
    export += ["办结时间", "企业名称", "是否解决", "是否满意", "村/社区", "小区点位"]
    rules = hotline_mapping().columns.values()
    known = {heading for rule in rules for heading in rule.headings}
    assert set(export) <= known
    assert missing_headings(hotline_mapping(), export) == []
    assert missing_headings(hotline_mapping(), ["标题"])[0] == "工单编号"


def test_the_example_of_the_documentation_can_be_read(tmp_path: Path) -> None:
    text = (DOCS / "examples" / "tickets" / "baltimore-311.toml").read_text(encoding="utf-8")
    (tmp_path / "categories.csv").write_text("given,meant\nTRM-Pothole,0101001\n", "utf-8")
    mapping = read(tmp_path, text)
    assert mapping.meant("category", "TRM-Pothole") == "0101001"
    assert mapping.meant("outcome", "Closed") == ""
    assert mapping.columns["status"] == mapping.columns["outcome"]


def test_the_documentation_lists_every_field_and_no_other() -> None:
    text = (DOCS / "tickets.md").read_text(encoding="utf-8")
    table = text[text.index("| 字段 · field |") :]
    listed = re.findall(r"^\| `(\w+)` \|", table[: table.index("\n\n")], re.MULTILINE)
    assert listed == list(FIELDS)


def test_every_field_of_the_built_in_mapping_is_a_field() -> None:
    assert set(hotline_mapping().columns) <= set(FIELDS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[columns]\nexternal_id = "No"\ntext = "W"\n', "source ''.*missing or blank"),
        (SHORT.replace("source", "sourse"), "sourse 's'.*did you mean source"),
        (SHORT + 'recieved_at = "Day"\n', "columns.recieved_at.*did you mean received_at"),
        (SHORT.replace('external_id = "No"\n', ""), "columns.external_id.*column of the ticket"),
        (SHORT + 'title = { frist = ["a"] }\n', "columns.title.frist.*did you mean first"),
        (SHORT + 'title = { first = ["a"], joined = ["b"] }\n', "give first or joined"),
        (SHORT + 'channel = ["a", "b"]\n', "columns.channel 'a, b'.*is one value"),
        (SHORT + 'title = ""\n', "columns.title.*blank"),
        (SHORT + "title = []\n", "is no list of texts"),
        (SHORT + 'title = { joined = ["a"], separator = 3 }\n', "separator 3.*is not text"),
        (SHORT + 'title = { first = ["a"], optional = "yes" }\n', "neither true nor false"),
        (SHORT + 'lon = "X"\n', "columns.lon 'X': needs lat too"),
        ('source = "s"\n[columns]\nexternal_id = "No"\n', "at least one of text"),
        (SHORT + '[constants]\nexternal_id = "1"\n', "every row the same number"),
        (SHORT + "[constants]\nchannel = true\n", "neither text nor a number"),
        (SHORT + '[constants]\nsolved = "maybe"\n', "give one of yes, partly, no"),
        (SHORT + '[values.status]\n"Done" = "finished"\n', "values.status.Done 'finished'.*open"),
        (SHORT + '[values.channel]\n"A" = 3\n', "is not text"),
        (SHORT + '[values.channel]\n"A" = "web"\n"ａ" = "app"\n', "means 'web' already"),
        (SHORT + '[values.lon]\n"A" = "3"\n', "no fixed values"),
        (SHORT + '[value_files]\ncategory = "none.csv"\n', "cannot be read"),
        (SHORT + '[value_files]\ncategory = "city.toml"\n', "given and meant"),
        ('datum = "mars"\n' + SHORT, "datum 'mars': is no datum"),
        ('time_zone = "Mars/Olympus"\n' + SHORT, "is no time zone"),
        ('time_formats = ["DD/MM/YYYY"]\n' + SHORT, "is no format of a day"),
        ('time_formats = ["%H:%M"]\n' + SHORT, "is no format of a day"),
        ("heading_row = 0\n" + SHORT, "is a row number"),
        ('extends = "other"\n' + SHORT, "the only mapping to extend"),
        ('source = "s"\ncolumns = 3\n', r"write \[columns\]"),
        ("source = \n", "is not TOML"),
    ],
)
def test_what_cannot_be_right_is_named_with_file_key_and_value(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(MappingError, match=message) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith("mapping city.toml: ")
    assert "\n" not in str(caught.value)


def test_a_file_that_is_missing_or_no_utf_8_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(tmp_path / "none.toml")
    path = tmp_path / "gb.toml"
    path.write_bytes('source = "版"'.encode("gb18030"))
    with pytest.raises(MappingError, match="not UTF-8"):
        read_mapping(path)
