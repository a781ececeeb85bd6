"""What is said of an incident."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from governance.tickets.errors import TicketError
from governance.tickets.surge.profile import default_profile, read_profile
from governance.tickets.surge.wording import later, name_place, tell

PACKAGED = Path(read_profile.__code__.co_filename).with_name("profile.toml")


def test_the_sentence_names_hours_place_reach_category_counts_and_chance() -> None:
    told = tell(
        category="停电", place="东湖街道红岭里", window_h=2.0, radius_m=430.0, n_tickets=23,
        expected=0.43, p_value=1e-5,
    )  # fmt: skip
    assert told.title_zh == "东湖街道红岭里周边停电集中诉求"
    assert told.why_zh == (
        "近2小时东湖街道红岭里周边500米停电诉求23件，同期通常0.4件；"
        "全市范围偶然出现同等情形约274年一次"
    )
    assert "23 requests about 停电 within 500 m of 东湖街道红岭里 in 2 h" in told.why_en
    assert "0.4 are usual" in told.why_en


@pytest.mark.parametrize(
    ("expected", "p_value", "usual", "chance"),
    [
        (0.01, 1e-3, "不到0.1件", "约3年一次"),
        (12.3, 1e-80, "通常12件", "不到一百万年一次"),
        (3.21, 0.05, "通常3.2件", "约20天一次"),
    ],
)
def test_numbers_are_said_no_finer_than_they_are_known(
    expected: float, p_value: float, usual: str, chance: str
) -> None:
    told = tell(
        category="停电", place="", window_h=1.0, radius_m=0.0, n_tickets=5,
        expected=expected, p_value=p_value,
    )  # fmt: skip
    assert usual in told.why_zh
    assert chance in told.why_zh
    assert "周边100米" in told.why_zh


def test_what_was_added_later_is_replaced_and_the_rest_kept() -> None:
    told = tell(
        category="停电", place="红岭里", window_h=1.0, radius_m=200.0, n_tickets=5, expected=0.2,
        p_value=1e-9,
    )  # fmt: skip
    once = later(told.why_zh, told.why_en, datetime(2026, 11, 30, 4, 5, tzinfo=UTC), 9)
    twice = later(*once, datetime(2026, 11, 30, 5, 10, tzinfo=UTC), 23)
    assert once[0] == told.why_zh + "；至12:05累计9件"
    assert twice[0] == told.why_zh + "；至13:10累计23件"
    assert twice[1] == told.why_en + "; by 13:10 there are 23"


@pytest.mark.parametrize(
    ("labels", "place"),
    [
        (["柳林街道红岭里3号楼", "柳林街道红岭里12号楼", "柳林街道红岭里"], "柳林街道红岭里"),
        (["柳林街道红岭里3号楼", "柳林街道红岭里5号楼", "柳林街道和平路8号"], "柳林街道红岭里"),
        (["柳林街道红岭里", "", ""], "柳林街道红岭里"),
        (["柳林街道甲里", "柳林街道乙路"], "柳林街道甲里"),
        (["", ""], "柳林街道柳林一社区"),
        ([], "柳林街道柳林一社区"),
    ],
)
def test_a_place_is_called_what_most_of_its_tickets_call_it(labels: list[str], place: str) -> None:
    assert name_place(labels, "柳林街道", "柳林一社区") == place


def test_the_packaged_profile_counts_each_ticket_in_twenty_two_places() -> None:
    profile = default_profile()
    assert profile.places_of_a_ticket == 22
    assert profile.windows_h == tuple(sorted(profile.windows_h))


@pytest.mark.parametrize(
    ("line", "instead", "named"),
    [
        ("weeks = 8 ", "weeks = 0 ", "baseline.weeks"),
        ("weeks = 8 ", "weeks = 2.5 ", "baseline.weeks"),
        ("least_callers = 4 ", 'least_callers = "four" ', "looking.least_callers"),
        ("false_a_day = 0.001 ", "", "looking.false_a_day"),
        ("windows_h = [1.0, 2.0, 3.0, 6.0]", "windows_h = [1.0, -2.0]", "looking.windows_h"),
        ("windows_h = [1.0, 2.0, 3.0, 6.0]", "", "looking.windows_h"),
        ("[incident]", "[other]", "incident.reach_m"),
        ("[incident]", "[incident", "profile.toml"),
    ],
)
def test_a_profile_that_cannot_be_right_is_refused_by_name(
    tmp_path: Path, line: str, instead: str, named: str
) -> None:
    text = PACKAGED.read_text(encoding="utf-8")
    assert line in text
    path = tmp_path / "profile.toml"
    path.write_text(text.replace(line, instead), encoding="utf-8")
    with pytest.raises(TicketError) as caught:
        read_profile(path)
    assert named in str(caught.value)
