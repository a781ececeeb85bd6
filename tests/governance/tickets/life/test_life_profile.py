"""What a city rules stands in a file that is read strictly; who has a copy follows from it."""

from pathlib import Path

import pytest

from governance.book.definition import Body
from governance.book.terms import BodyKind
from governance.tickets.errors import TicketError
from governance.tickets.life import profile as profile_module
from governance.tickets.life.bodies import BodyDirectory, copied_of
from governance.tickets.life.profile import default_life_profile, read_life_profile

TEXT = Path(profile_module.__file__).with_name("profile.toml").read_text(encoding="utf-8")


def written(folder: Path, before: str, after: str) -> Path:
    assert before in TEXT
    path = folder / "city.toml"
    path.write_text(TEXT.replace(before, after), encoding="utf-8")
    return path


def test_the_profile_of_the_package_is_complete() -> None:
    profile = default_life_profile()
    assert (profile.returns_allowed, profile.return_hours, profile.final_after) == (2, 24.0, 2)
    assert (profile.reopening, profile.extensions_allowed) == ("restart", 1)
    assert profile.district_for == {BodyKind.TOWNSHIP, BodyKind.COMMUNITY}
    assert profile.waiting["on_account"] == ("挂账", "held on account")
    assert profile.version


def test_a_city_changes_values_with_the_version(tmp_path: Path) -> None:
    path = written(tmp_path, "allowed = 2 ", "allowed = 0 ")
    assert read_life_profile(path).returns_allowed == 0


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('version = "2026.11-1"', 'version = ""', "version ''"),
        ("valid_from = 2026-01-01", 'valid_from = "2026"', "give a day"),
        ("hours = 24.0", "hours = -1", r"returns\.hours -1: give a number of at least 0"),
        ("hours = 24.0", "hours = nan", "give a number"),
        ("allowed = 2 ", "allowed = 1.5 ", r"returns\.allowed 1\.5: give a whole number"),
        ("allowed = 2 ", "allowed = true ", "give a whole number"),
        ("hours = 24.0", "hour = 24.0", r"returns\.hours '': is missing"),
        ("hours = 24.0", "hours = 24.0\ndays = 1", r"returns\.days 1: is no key; there are"),
        ('clock = "restart"', 'clock = "again"', "one of restart, continue"),
        ('["township", "community"]', '["street"]', "one of city, district"),
        ('["township", "community"]', '"township"', "give a list"),
        ('on_account = ["挂账", ', "on_account = [", r"waiting\.on_account"),
        ("on_account = ", "handling = ", "is a state of tickets"),
        ("[returns]", "[returnz]", "returns '': is missing"),
        ("[returns]", "[[returns]]", r"write a table \[returns\]"),
        ("[returns]", "[returns", "cannot be read"),
    ],
)
def test_a_value_that_cannot_be_right_is_named(
    tmp_path: Path, before: str, after: str, message: str
) -> None:
    path = written(tmp_path, before, after)
    with pytest.raises(TicketError, match=message):
        read_life_profile(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TicketError, match=r"nothing\.toml"):
        read_life_profile(tmp_path / "nothing.toml")


def body(code: str, kind: BodyKind, parent: str = "", area: str = "") -> Body:
    return Body(code=code, name=f"名{code}", kind=kind, parent=parent, area=area)


BODIES = BodyDirectory(
    [
        body("CITY", BodyKind.CITY),
        body("D1", BodyKind.DISTRICT, "CITY", "01"),
        body("D2", BodyKind.DISTRICT, "CITY", "02"),
        body("T1", BodyKind.TOWNSHIP, "D1"),
        body("T2", BodyKind.TOWNSHIP),
        body("T3", BodyKind.TOWNSHIP, "CITY"),
        body("C1", BodyKind.COMMUNITY, "T1"),
        body("X", BodyKind.TOWNSHIP, "Y"),
        body("Y", BodyKind.TOWNSHIP, "X"),
        body("W", BodyKind.MUNICIPAL_DEPARTMENT, "CITY"),
    ]
)


def test_the_district_is_found_above_a_body_or_around_the_place() -> None:
    assert BODIES.district_of("T1") == "D1"
    assert BODIES.district_of("C1", "02") == "D1"
    assert BODIES.district_of("T2", "02") == "D2"
    assert BODIES.district_of("GONE", "01") == "D1"
    for code in ("D1", "CITY", "T3"):
        assert BODIES.district_of(code, "01") == "", code
    # A circle in a rule book ends, and the place counts.
    assert BODIES.district_of("X", "01") == "D1"
    assert BODIES.district_of("X", "99") == ""


def test_who_has_a_copy_is_listed_once_and_the_handler_never() -> None:
    assert copied_of(BODIES, "T1") == ("D1",)
    assert copied_of(BODIES, "T1", ["W", "D1", "W", "T1", ""]) == ("W", "D1")
    assert copied_of(BODIES, "C1", ["W"]) == ("W", "D1")
    assert copied_of(BODIES, "W", ["D1"]) == ("D1",)
    assert copied_of(BODIES, "GONE", area="01") == ()
    assert copied_of(BODIES, "T2", area="02") == ("D2",)
    assert copied_of(BODIES, "T1", district_for=frozenset({BodyKind.COMMUNITY})) == ()


def test_a_body_is_named_and_one_that_is_not_there_is_refused() -> None:
    assert BODIES.name("T1") == "名T1"
    assert BODIES.name("GONE") == "GONE"
    with pytest.raises(TicketError, match="it has C1, CITY, D1, D2, T1, …"):
        BODIES.body("GONE")
