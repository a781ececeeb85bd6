"""Western addresses over a small street file."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.address.answers import AddressHints, Decision, GeocodeAnswer, PartRole, Precision
from geo.address.explain import explain_answer, explain_candidate
from geo.address.gazetteer import Gazetteer
from geo.address.plane import distance_m, scale_at
from geo.address.western.explain import WESTERN_LOST_BY, WESTERN_REASONS
from geo.address.western.profile import default_street_profile
from geo.address.western.reader import read
from geo.address.western.reading import read_address
from geo.address.western.tables import StreetColumns, street_tables
from geo.address.western.words import DIRECTIONS, TYPES, StreetName, parse_street, words_of
from geo.errors import GazetteerTableError

WEST, SOUTH = -76.60, 39.30
COLUMNS = StreetColumns("name", "lf", "lt", "rf", "rt", kind="kind")


def at(east_m: float, north_m: float) -> tuple[float, float]:
    kx, ky = scale_at(SOUTH)
    return WEST + east_m / kx, SOUTH + north_m / ky


def row(name: str, numbers: int, *points: tuple[float, float]) -> dict[str, object]:
    """Give a block: even numbers on the left from the hundred stated, odd ones on the right."""
    return {
        "name": name, "lf": numbers, "lt": numbers + 20, "rf": numbers + 1, "rt": numbers + 21,
        "kind": "street", "geometry": shapely.LineString([at(*point) for point in points]),
    }  # fmt: skip


STREETS = gpd.GeoDataFrame(
    [
        row("N MAPLE ST", 100, (0, 100), (0, 200)),
        row("N MAPLE ST", 200, (0, 200), (0, 300)),
        row("S MAPLE ST", 100, (0, -100), (0, -200)),
        row("E OAK AV", 100, (0, 100), (200, 100)),
        row("OAK ROAD", 300, (2000, 0), (2000, 100)),
        row("SAINT PAUL PL", 100, (500, 0), (500, 100)),
        row("MC KIM ST", 100, (800, 0), (800, 100)),
        row("NORTH AVE", 100, (0, 600), (200, 600)),
        row("THE PROMENADE", 100, (900, 0), (900, 100)),
        row("WILLOW ST", 100, (3000, 0), (3000, 100)),
        row("WILLOW ST", 100, (9000, 0), (9000, 100)),
        row("MAPLE-OAK", 100, (50, 120), (50, 180)),
        row("E 25 1/2 ST", 100, (1200, 0), (1300, 0)),
        {**row("", 100, (1, 1), (2, 2)), "name": None},
    ],
    crs=4326,
)
CROSSINGS = pd.DataFrame({
    "name": ["NORTH AV & S MAPLE ST", "NOWHERE ST & NORTH AVE", None],
    "geometry": [shapely.Point(*at(10, 600)), shapely.Point(*at(0, 0)), shapely.Point(*at(0, 0))],
})  # fmt: skip


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    tables = street_tables(
        STREETS, COLUMNS, city="Springfield", other_city_names=["Springfield City"],
        crossings=CROSSINGS,
    )  # fmt: skip
    path: Path = tmp_path_factory.mktemp("western") / "streets.gaz"
    return Gazetteer.build(tables, path, edition="test")


def place(answer: GeocodeAnswer) -> tuple[float, float]:
    assert answer.best is not None
    return answer.best.lon, answer.best.lat


@pytest.mark.parametrize(
    "text",
    [
        "110 N Maple St, Springfield, IL, 62701",
        "110 north maple street",
        "110N MAPLE ST",
        "110 N. Maple Str., Springfield City",
        "110 N MAPLE ST SPRINGFIELD IL 62701-1234",
        "110 N MAPLE ST APT 3",
        "110-114 N MAPLE ST, FL 2, SPRINGFIELD",
    ],
)
def test_every_way_of_writing_finds_the_same_house(gazetteer: Gazetteer, text: str) -> None:
    answer = read(gazetteer, text)
    assert answer.decision is Decision.ACCEPTED, answer.reasons
    assert answer.best is not None
    assert (answer.best.name, answer.best.precision) == ("N MAPLE ST", Precision.INTERPOLATED)
    assert answer.best.areas == {"city": "city"}
    assert distance_m(place(answer), at(-12, 150)) < 3.0  # even numbers stand in the west


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("110 ST PAUL PL", "SAINT PAUL PL"),
        ("110 MCKIM STREET", "MC KIM ST"),
        ("110 NORTH AV", "NORTH AVE"),
        ("110 PROMENADE", "THE PROMENADE"),
        ("110 MAPLE-OAK", "MAPLE-OAK"),
        ("110 E 25 1/2 ST", "E 25 1/2 ST"),
        ("110 E OAK AVENUE", "E OAK AV"),
    ],
)
def test_forms_of_a_name_are_one_name(gazetteer: Gazetteer, text: str, name: str) -> None:
    answer = read(gazetteer, text)
    assert answer.decision is Decision.ACCEPTED, answer.reasons
    assert answer.best is not None
    assert answer.best.name == name


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("110 MAPLE ST", "western_contested"),  # N or S
        ("110 W MAPLE ST", "western_name_differs"),
        ("310 OAK ST", "western_name_differs"),
        ("110 N MAPEL ST", "western_spelling"),
        ("110 N MAPLE ST, SHELBYVILLE, IL", "western_other_place"),
        ("110 WILLOW ST", "western_contested"),  # it exists twice
        ("110 UPPER NORTH AVE", "western_left_out"),
        ("5000 N MAPLE ST", "western_no_number"),
        ("135 S MAPLE ST", "western_number_beyond"),
        ("N MAPLE ST & WILLOW ST", "western_no_crossing"),
    ],
)
def test_what_does_not_fit_is_left_to_a_person(
    gazetteer: Gazetteer, text: str, reason: str
) -> None:
    answer = read(gazetteer, text)
    assert answer.decision is Decision.REVIEW
    assert reason in {code for code, *_ in answer.reasons}
    assert answer.candidates


@pytest.mark.parametrize("text", ["110 ELM ST", "hello there", "***", "12345", "Springfield, IL"])
def test_a_street_that_is_not_known_is_refused(gazetteer: Gazetteer, text: str) -> None:
    answer = read(gazetteer, text)
    assert (answer.decision, answer.candidates) == (Decision.REFUSED, [])
    assert answer.reasons


def test_a_hint_of_another_city_counts_like_a_word(gazetteer: Gazetteer) -> None:
    there = read(gazetteer, "110 N MAPLE ST", AddressHints(district="Shelbyville"))
    here = read(gazetteer, "110 N MAPLE ST", AddressHints(district="Springfield"))
    assert (there.decision, here.decision) == (Decision.REVIEW, Decision.ACCEPTED)


@pytest.mark.parametrize(
    "text",
    ["N MAPLE ST & E OAK AVE", "E Oak Ave @ N Maple St", "n maple st / e oak ave",
     "Intersection of North Maple St and East Oak Ave, Springfield"],
)  # fmt: skip
def test_a_crossing_is_found_however_it_is_joined(gazetteer: Gazetteer, text: str) -> None:
    answer = read(gazetteer, text)
    assert answer.decision is Decision.ACCEPTED, answer.reasons
    assert answer.best is not None
    assert answer.best.precision is Precision.CROSSING
    assert distance_m(place(answer), at(0, 100)) < 1.0


def test_a_named_crossing_is_found_where_no_lines_meet(gazetteer: Gazetteer) -> None:
    answer = read(gazetteer, "NORTH AVE & S MAPLE ST")
    assert answer.decision is Decision.ACCEPTED, answer.reasons
    assert distance_m(place(answer), at(10, 600)) < 1.0


def test_an_address_after_other_words_is_found_but_not_accepted(gazetteer: Gazetteer) -> None:
    answer = read(gazetteer, "SIGNAL 27 OUT OF ORDER, N MAPLE ST & E OAK AVE, SPRINGFIELD")
    assert answer.decision is Decision.REVIEW
    assert distance_m(place(answer), at(0, 100)) < 1.0


def test_a_block_is_known_less_exactly_than_a_house(gazetteer: Gazetteer) -> None:
    block, house = read(gazetteer, "100 BLK N MAPLE ST"), read(gazetteer, "100 N MAPLE ST")
    assert block.best is not None
    assert house.best is not None
    assert block.best.accuracy_m > house.best.accuracy_m


WORDS = ["110", "99", "N", "S", "MAPLE", "OAK", "ST", "AVE", "&", ",", "/", "@", "APT", "3", "IL"]
WORDS += ["62701", "SPRINGFIELD", "Ünter", "#", "-", "'", "1", "BLK", "OF", "AND", "ß"]


@given(
    text=st.one_of(
        st.text(max_size=40),
        st.lists(
            st.sampled_from(WORDS),
            max_size=12,
        ).map(" ".join),
    )
)  # fmt: skip
def test_every_character_of_any_text_is_accounted_for(text: str) -> None:
    answer = read(shared(), text)
    assert "".join(text[part.start : part.end] for part in answer.parts) == text
    assert all(part.text == text[part.start : part.end] for part in answer.parts)
    assert all(0.0 <= candidate.confidence <= 1.0 for candidate in answer.candidates)
    for language in ("zh", "en"):
        assert explain_answer(answer, language)
        assert all(explain_candidate(candidate, language) for candidate in answer.candidates)


_built: list[Gazetteer] = []


@pytest.fixture(autouse=True, scope="module")
def _keep(gazetteer: Gazetteer) -> None:
    """Let drawn examples, which may not take fixtures of a function, read the same streets."""
    _built[:] = [gazetteer]


def shared() -> Gazetteer:
    return _built[0]


def test_the_parts_say_what_each_word_was_taken_for(gazetteer: Gazetteer) -> None:
    text = "110 N Maple St Apt 3, Springfield, IL, 62701"
    answer = read(gazetteer, text)
    taken = {part.text: part.role for part in answer.parts if part.role is not PartRole.IGNORED}
    assert taken == {
        "110": PartRole.NUMBER, "N Maple St": PartRole.ROAD, "Apt 3": PartRole.UNIT,
        "Springfield": PartRole.CITY, "IL": PartRole.PROVINCE, "62701": PartRole.POSTCODE,
    }  # fmt: skip


def test_the_runner_up_is_named_with_why_it_lost(gazetteer: Gazetteer) -> None:
    answer = read(gazetteer, "110 N MAPLE ST")
    assert ("runner_up", "110 S MAPLE ST", "western_before") in answer.reasons
    assert "110 S MAPLE ST" in answer.explanation_zh
    assert "direction" in answer.explanation_en


def test_every_reason_has_words_in_both_languages(gazetteer: Gazetteer) -> None:
    texts = ["110 MAPLE ST", "310 OAK ST", "110 N MAPEL ST", "5000 N MAPLE ST", "ELM ST", "***"]
    known = WESTERN_REASONS.keys() | {"runner_up"}
    for answer in (read(gazetteer, text) for text in texts):
        reasons = [*answer.reasons, *(r for c in answer.candidates for r in c.reasons)]
        assert {code for code, *_ in reasons} <= known
        lost_by = {values[1] for code, *values in reasons if code == "runner_up"}
        assert lost_by <= WESTERN_LOST_BY.keys() | {""}


@given(
    before=st.sampled_from(["", *DIRECTIONS]),
    core=st.lists(st.sampled_from(["MAPLE", "GROVE", "42ND", "LAKE"]), min_size=1, max_size=3),
    kind=st.sampled_from(["", *TYPES]),
    after=st.sampled_from(["", *DIRECTIONS]),
)
def test_a_name_is_parsed_into_the_parts_it_was_made_of(
    before: str, core: list[str], kind: str, after: str
) -> None:
    words = words_of(" ".join([before, *core, kind, after]))
    wanted = StreetName(
        DIRECTIONS.get(before, ""), "".join(core), TYPES.get(kind, ""), DIRECTIONS.get(after, "")
    )
    assert parse_street(words) == wanted


def test_closeness_of_a_rival_lowers_the_confidence() -> None:
    profile = default_street_profile()
    alone, near, equal = (
        profile.probability(0.0, 0.0, lead, has_other_place=False) for lead in (1e9, 1.0, 0.0)
    )
    assert alone > near > equal
    assert profile.probability(0.0, 0.0, 1e9, has_other_place=True) < alone
    assert profile.threshold <= alone


def test_the_state_is_not_taken_for_a_type_of_street() -> None:
    reading = read_address("110 MAPLE CT", frozenset())
    assert [token.text for token in reading.streets[0]] == ["MAPLE", "CT"]
    reading = read_address("110 MAPLE ST, HARTFORD, CT", frozenset())
    assert reading.role[reading.tokens[-1]] == "state"


def test_a_street_file_without_a_column_is_refused() -> None:
    with pytest.raises(GazetteerTableError, match="lf") as caught:
        street_tables(STREETS.drop(columns="lf"), COLUMNS, city="Springfield")
    assert caught.value.field == "lf"
