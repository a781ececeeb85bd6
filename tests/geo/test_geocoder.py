"""The Chinese geocoder on a small hand-made city."""

import math
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString

from geo.address.answers import AddressHints, Decision, GeocodeAnswer, PartRole, Precision
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder
from geo.address.tables import GazetteerTables, Level, Role
from geo.errors import AddressError

METRES = 111_195.0
LAT = 30.0
EAST = METRES * math.cos(math.radians(LAT))


def lon(x_m: float) -> float:
    return 110.0 + x_m / EAST


def lat(y_m: float) -> float:
    return LAT + y_m / METRES


AREAS = [  # uid, name, level, parent, x, y, radius, ours
    ("p", "青山省", Level.PROVINCE, "", 0, 0, 90_000, True),
    ("c", "临河市", Level.CITY, "p", 0, 0, 20_000, True),
    ("d1", "普陀区", Level.DISTRICT, "c", -3000, 0, 3000, True),
    ("d2", "河东区", Level.DISTRICT, "c", 3000, 0, 3000, True),
    ("t1", "柳林街道", Level.TOWNSHIP, "d1", -3000, 1500, 1500, True),
    ("t2", "白塔镇", Level.TOWNSHIP, "d1", -3000, -1500, 1500, True),
    ("t3", "双桥街道", Level.TOWNSHIP, "d2", 3000, 1500, 1500, True),
    ("k1", "红岭社区", Level.COMMUNITY, "t1", -3000, 1500, 500, True),
    ("k3", "双桥北里社区", Level.COMMUNITY, "t3", 3000, 1500, 500, True),
    ("x0", "浙江省", Level.PROVINCE, "", math.nan, math.nan, math.nan, False),
    ("x1", "舟山市", Level.CITY, "x0", math.nan, math.nan, math.nan, False),
    ("x2", "普陀区", Level.DISTRICT, "x1", math.nan, math.nan, math.nan, False),
    ("x3", "东港街道", Level.TOWNSHIP, "x2", math.nan, math.nan, math.nan, False),
]
PLACES = [  # uid, name, role, kind, x, y, radius, parent, area
    ("e1", "红岭里小区", Role.ESTATE, "小区", -3000, 1500, 150, "", "k1"),
    ("e2", "阳光花园", Role.ESTATE, "小区", -2500, 1500, 120, "", "t1"),
    ("e3", "翠湖苑", Role.ESTATE, "小区", -3000, -1500, 120, "", "t2"),
    ("e4", "翠湖苑", Role.ESTATE, "小区", 3000, 1500, 120, "", "k3"),
    ("g1", "北门", Role.GATE, "门", -3000, 1640, 0, "e1", "k1"),
    ("q1", "柳林第一小学", Role.POI, "小学", -2800, 1300, 30, "", "t1"),
    ("q2", "河东区图书馆", Role.POI, "图书馆", 3200, 1400, 30, "", "t3"),
    ("r1", "长宁大街", Role.ROAD, "路", -3000, 1000, 2000, "", "t1"),
    ("r2", "梅园路", Role.ROAD, "路", -2000, 1000, 1000, "", "t1"),
    ("r3", "竹山路", Role.ROAD, "路", -4000, 1000, 1000, "", "t1"),
    ("r4", "五一路", Role.ROAD, "路", 3000, 1000, 1000, "", "t3"),
]
ROADS = [
    ("r1", [(-5000, 1000), (-1000, 1000)]),
    ("r2", [(-2000, 0), (-2000, 2000)]),
    ("r3", [(-4000, 0), (-4000, 2000)]),
    ("r4", [(2000, 1000), (4000, 1000)]),
]
DOORS = [("e1", k, "", -3100 + 20 * k, 1500) for k in range(1, 9)]
DOORS += [("r1", k, "", -4900 + 10 * k, 1010 if k % 2 else 990) for k in range(2, 120, 2)]
DOORS += [("r1", 12, "甲", -4770, 1000), ("r4", 8, "", 2100, 1000)]
NAMES = [("e2", "日光新村", "old", "", "2010-01-01"), ("q1", "柳林一小", "alias", "", "")]


def frame(columns: str, rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


def tables(without: Iterable[str] = ()) -> GazetteerTables:
    """Make the tables of the city, without some places."""
    gone = set(without)
    places = [row for row in PLACES if row[0] not in gone and row[7] not in gone]
    kept = {row[0] for row in places}
    return GazetteerTables(
        areas=frame(
            "uid name level code parent_uid lon lat radius_m is_ours",
            (
                (u, n, int(level), "", up, lon(x), lat(y), r, ours)
                for u, n, level, up, x, y, r, ours in AREAS
            ),
        ),
        places=frame(
            "uid name role kind lon lat radius_m parent_uid",
            (
                (u, n, int(role), kind, lon(x), lat(y), float(r), up)
                for u, n, role, kind, x, y, r, up, _ in places
            ),
        ),
        memberships=frame("uid area_uid", ((row[0], row[8]) for row in places)),
        names=frame(
            "uid name status valid_from valid_to", (row for row in NAMES if row[0] in kept)
        ),
        roads=frame(
            "uid geometry",
            (
                (u, LineString([(lon(x), lat(y)) for x, y in line]))
                for u, line in ROADS
                if u in kept
            ),
        ),
        doors=frame(
            "owner_uid number suffix lon lat",
            ((u, k, s, lon(x), lat(y)) for u, k, s, x, y in DOORS if u in kept),
        ),
    )


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    path = tmp_path_factory.mktemp("gazetteer") / "city.gaz"
    return Geocoder(Gazetteer.build(tables(), path, edition="test"))


def without(tmp_path: Path, *uids: str) -> Geocoder:
    return Geocoder(Gazetteer.build(tables(uids), tmp_path / "less.gaz", edition="less"))


def metres_from(answer: GeocodeAnswer, x_m: float, y_m: float) -> float:
    best = answer.best
    assert best is not None
    return math.hypot((best.lon - lon(x_m)) * EAST, (best.lat - lat(y_m)) * METRES)


def codes(answer: GeocodeAnswer) -> set[str]:
    return {str(reason[0]) for reason in answer.reasons}


@pytest.mark.parametrize("text", [
    "您好，来电人王女士反映其住在柳林街道红岭里小区3号楼2单元501室，电梯经常故障，希望尽快维修",
    "红岭里三号楼漏水",
    "临河市普陀区柳林街道红岭社区红岭里小区３栋垃圾没人清运",
    "反映红岭里小区3幢楼道堆放杂物",
    "家住红岭里3-2-501，暖气不热",
])  # fmt: skip
def test_a_building_is_found_in_a_sentence(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert answer.best is not None
    assert (answer.best.uid, answer.best.precision) == ("e1", Precision.DOOR)
    assert metres_from(answer, -3040, 1500) < 1


@pytest.mark.parametrize(("text", "x", "y", "precision"), [
    ("柳林街道长宁大街24号占道经营", -4660, 990, Precision.DOOR),
    ("长宁大街二十四号院3号楼停水", -4660, 990, Precision.DOOR),
    ("长宁大街24号门口有人摆摊", -4660, 990, Precision.DOOR),
    ("长宁大街甲12号油烟扰民", -4770, 1000, Precision.DOOR),
    ("五一路8号停电", 2100, 1000, Precision.DOOR),
    ("长宁大街与梅园路交叉口红绿灯坏了", -2000, 1000, Precision.CROSSING),
    ("梅园路、长宁大街路口积水", -2000, 1000, Precision.CROSSING),
    ("长宁大街和竹山路交叉口往东200米路灯不亮", -3800, 1000, Precision.OFFSET),
    ("红岭里小区北门有流动摊贩", -3000, 1640, Precision.DOOR),
    ("柳林第一小学门口违停", -2800, 1300, Precision.POI),
    ("柳林一小东侧50米处井盖缺失", -2750, 1300, Precision.OFFSET),
])  # fmt: skip
def test_the_spot_is_where_the_words_put_it(
    city: Geocoder, text: str, x: float, y: float, precision: Precision
) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert answer.best is not None
    assert answer.best.precision is precision
    assert metres_from(answer, x, y) < 16


@pytest.mark.parametrize("text", [
    "新阳光花园停水", "阳光花园二期3号楼停水", "阳光花园幼儿园噪音扰民", "上阳光花园停水",
    "阳光花园西区停水", "柳林街道锦阳光花园停水",
])  # fmt: skip
def test_a_part_of_a_longer_name_is_not_accepted(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en
    doubts = {"longer_name", "unexplained_left", "unexplained_between"}
    assert codes(answer) & doubts, answer.reasons


@pytest.mark.parametrize("text", [
    "长宁大街24号锦程小区3号楼停水",
    "长宁大街24号锦程3号楼停水",
    "柳林街道锦程家园停水",
    "柳林街道的好邻居超市门口违停",
    "建设路与长宁大街交叉口积水",
    "红岭里小区旁边的星星幼儿园噪音大",
])  # fmt: skip
def test_a_name_that_the_gazetteer_lacks_is_not_passed_over(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en
    assert any(part.role is PartRole.UNKNOWN_NAME for part in answer.parts), answer.parts


@pytest.mark.parametrize(("uid", "text"), [
    ("e1", "柳林街道红岭里小区3号楼停水"),
    ("e1", "红岭里3号楼停水"),
    ("e1", "长宁大街24号红岭里小区停水"),
    ("e2", "柳林街道阳光花园停水"),
    ("q1", "柳林第一小学门口违停"),
    ("r1", "柳林街道长宁大街24号停水"),
    ("r2", "长宁大街与梅园路交叉口积水"),
])  # fmt: skip
def test_a_removed_place_is_not_answered_by_another(tmp_path: Path, uid: str, text: str) -> None:
    answer = without(tmp_path, uid).geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en


def test_a_homonym_is_left_open(city: Geocoder) -> None:
    answer = city.geocode("翠湖苑停水")
    assert answer.decision is Decision.REVIEW
    assert {c.uid for c in answer.candidates} == {"e3", "e4"}
    assert "ambiguous" in codes(answer)


@pytest.mark.parametrize(("text", "hints", "uid"), [
    ("白塔镇翠湖苑停水", None, "e3"),
    ("双桥北里社区翠湖苑停水", None, "e4"),
    ("河东区的翠湖苑停水", None, "e4"),
    ("翠湖苑停水", AddressHints("普陀区", "白塔镇"), "e3"),
    ("翠湖苑停水", AddressHints("河东区", "双桥街道"), "e4"),
])  # fmt: skip
def test_a_stated_area_tells_homonyms_apart(
    city: Geocoder, text: str, hints: AddressHints | None, uid: str
) -> None:
    answer = city.geocode(text, hints=hints)
    assert answer.best is not None
    assert answer.best.uid == uid
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en


@pytest.mark.parametrize("text", [
    "舟山市普陀区红岭里小区3号楼停水", "浙江省舟山市普陀区东港街道五一路8号",
    "舟山普陀区阳光花园停水",
])  # fmt: skip
def test_a_place_of_another_city_is_refused(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.REFUSED
    assert answer.candidates == []
    assert "elsewhere" in codes(answer)


def test_our_own_district_of_that_name_is_not_another_city(city: Geocoder) -> None:
    answer = city.geocode("普陀区红岭里小区3号楼停水")
    assert answer.decision is Decision.ACCEPTED
    assert answer.parts[0].uid == "d1"


@pytest.mark.parametrize(("text", "hints"), [
    ("白塔镇红岭里小区3号楼停水", None),
    ("红岭里小区3号楼停水", AddressHints(district="河东区")),
])  # fmt: skip
def test_a_contradiction_is_left_to_a_person(
    city: Geocoder, text: str, hints: AddressHints | None
) -> None:
    answer = city.geocode(text, hints=hints)
    assert answer.decision is Decision.REVIEW
    assert codes(answer) & {"area_conflict", "hint_conflict"}


def test_the_text_outweighs_a_wrong_field(city: Geocoder) -> None:
    hints = AddressHints(township="双桥街道")
    answer = city.geocode("柳林街道红岭里小区3号楼停水", hints=hints)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en


def test_two_places_in_one_text_are_left_to_a_person(city: Geocoder) -> None:
    answer = city.geocode("红岭里小区居民反映，五一路8号夜间施工")
    assert answer.decision is Decision.REVIEW
    assert "several_places" in codes(answer)


@pytest.mark.parametrize(("text", "uid"), [
    ("柳林街道红岭理小区3号楼停水", "e1"),
    ("柳林街道阳光花圆停水", "e2"),
    ("家住柳林第一小小学旁边", "q1"),
])  # fmt: skip
def test_a_typo_is_offered_and_not_accepted(city: Geocoder, text: str, uid: str) -> None:
    answer = city.geocode(text)
    assert answer.best is not None
    assert answer.best.uid == uid, answer.explanation_en
    assert answer.decision is Decision.REVIEW


def test_a_misspelt_area_of_the_place_does_not_matter(city: Geocoder) -> None:
    answer = city.geocode("柳琳街道红岭里小区3号楼停水")
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en


def test_a_former_name_answers(city: Geocoder) -> None:
    answer = city.geocode("柳林街道日光新村停水")
    assert answer.best is not None
    assert answer.best.uid == "e2"
    assert ("matched", "阳光花园", "old") in answer.best.reasons


@pytest.mark.parametrize("text", ["长宁大街路灯不亮", "柳林街道路灯不亮", "普陀区停水"])
def test_what_is_too_wide_is_not_accepted(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.REVIEW
    assert answer.candidates


@pytest.mark.parametrize("text", ["希望尽快处理", "12345", "路灯不亮，谢谢", "。。。"])
def test_a_text_without_a_place_is_refused(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.REFUSED
    assert answer.candidates == []


def test_a_number_that_is_not_there_is_left_to_a_person(city: Geocoder) -> None:
    answer = city.geocode("红岭里小区33号楼停水")
    assert answer.decision is Decision.REVIEW
    assert "number_not_there" in codes(answer)


def test_the_estate_of_a_field_serves_with_the_building_of_the_text(city: Geocoder) -> None:
    answer = city.geocode("3号楼电梯故障", hints=AddressHints(estate="红岭里小区"))
    assert answer.best is not None
    assert metres_from(answer, -3040, 1500) < 1


def test_a_section_between_two_crossings_lies_between_them(city: Geocoder) -> None:
    answer = city.geocode("长宁大街（竹山路至梅园路段）路面破损")
    assert answer.best is not None
    assert answer.best.uid == "r1"
    assert metres_from(answer, -3000, 1000) < 5
    assert answer.best.accuracy_m >= 1000


@given(st.text(
    alphabet="柳林街道红岭里小区阳光花园长宁大街与路口新3号楼门东侧50米，。的在住a１三十Z ",
    min_size=1, max_size=60,
).filter(str.strip))  # fmt: skip
def test_the_parts_cover_the_text_without_gaps(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert "".join(part.text for part in answer.parts) == text
    assert [p.end for p in answer.parts][:-1] == [p.start for p in answer.parts][1:]
    assert all(text[p.start : p.end] == p.text for p in answer.parts)
    assert all(0 <= c.confidence <= 1 for c in answer.candidates)
    assert (answer.decision is Decision.REFUSED) == (not answer.candidates)
    assert answer.explanation_zh.endswith("。")
    assert answer.explanation_en.endswith(".")
    answer.to_dict()


def test_the_explanation_tells_what_was_ignored_and_why_the_next_lost(city: Geocoder) -> None:
    answer = city.geocode("您好，白塔镇翠湖苑停水")
    assert "忽略了" in answer.explanation_zh
    assert "次选" in answer.explanation_zh
    assert "next was" in answer.explanation_en


def test_the_explanation_tells_a_settled_homonym_from_an_open_one(city: Geocoder) -> None:
    assert (
        "次选“双桥街道翠湖苑”不在文中所说的区划" in city.geocode("白塔镇翠湖苑停水").explanation_zh
    )
    assert "同样可能。" in city.geocode("翠湖苑停水").explanation_zh


@pytest.mark.parametrize("text", ["", "  ", "a" * 2001, "红岭\x00里"])
def test_an_unusable_text_is_named(city: Geocoder, text: str) -> None:
    with pytest.raises(AddressError) as caught:
        city.geocode_many(["红岭里小区", text])
    assert "row 1" in str(caught.value)


def test_many_texts_are_answered_like_single_ones(city: Geocoder) -> None:
    texts = ["翠湖苑停水", "红岭里3号楼停水"]
    hints = [AddressHints(township="白塔镇"), None]
    many = city.geocode_many(texts, hints, limit=1)
    single = [city.geocode(t, hints=h, limit=1) for t, h in zip(texts, hints, strict=True)]
    assert [a.to_dict() for a in many] == [a.to_dict() for a in single]


def test_what_is_near_is_found_back(city: Geocoder) -> None:
    near = city.reverse(lon(-3040), lat(1501), limit=2)
    assert near[0].label == "红岭里小区3号楼"
    assert near[0].areas["township"] == "t1"
    distances = [c.reasons[0][1] for c in near]
    assert distances == sorted(distances)
