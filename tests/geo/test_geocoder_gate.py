"""What the gate lets through: communities, estates without buildings, numbers, stated ways."""

import pytest

from geo.address.answers import Decision, Precision
from geo.address.geocoder import Geocoder
from tests.geo.test_geocoder import city, codes, metres_from

__all__ = ["city"]  # the fixture


@pytest.mark.parametrize("text", [
    "红岭社区路灯不亮",
    "柳林街道红岭社区，停水两天了",
    "反映柳林街道红岭社区辖区内餐馆油烟扰民",
    "位于红岭社区3组，噪声扰民",
])  # fmt: skip
def test_a_community_alone_is_accepted_at_its_own_reach(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert answer.best is not None
    assert (answer.best.uid, answer.best.precision) == ("k1", Precision.COMMUNITY)
    assert answer.best.accuracy_m == 500


@pytest.mark.parametrize("text", [
    "红岭社区药店关门",
    "红岭社区公厕没有水",
    "红岭社区5号楼漏水",
    "红岭社区长秋雅居停水",
    "红岭社区和双桥北里社区都停水",
    "双桥街道红岭社区停水",
])  # fmt: skip
def test_a_community_does_not_answer_for_a_place_in_it_or_elsewhere(
    city: Geocoder, text: str
) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en


def test_a_short_community_name_needs_its_township(city: Geocoder) -> None:
    alone = city.geocode("住在红岭附近，停水")
    assert alone.decision is not Decision.ACCEPTED


@pytest.mark.parametrize("text", ["柳林街道停水", "普陀区路灯不亮", "临河市柳林街道，停水两天"])
def test_a_township_or_district_alone_is_left_to_a_person(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.REVIEW
    assert "no_place" in codes(answer)


@pytest.mark.parametrize("text", [
    "梅园路门牌7号停水", "梅园路7发现积水", "梅园路7号楼下停水", "梅园路7B号停水",
])  # fmt: skip
def test_a_road_does_not_answer_for_a_number_it_does_not_have(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en
    assert "number_not_there" in codes(answer)


@pytest.mark.parametrize("text", [
    "长宁大街门牌24号停水", "长宁大街24发现积水", "长宁大街24号楼下停水",
])  # fmt: skip
def test_a_number_is_read_however_it_is_said(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert metres_from(answer, -4660, 990) < 1


@pytest.mark.parametrize(("text", "x", "y"), [
    ("长宁大街24号门前往北100米积水", -4660, 1090),  # the road runs east
    ("长宁大街与梅园路交叉口东北方向200米积水", -2000 + 141.4, 1141.4),
    ("长宁大街与梅园路路口西南角往南50米积水", -2000, 950),
    ("红岭里小区北门口往东30米积水", -2970, 1640),
])  # fmt: skip
def test_a_stated_way_is_gone_straight_from_the_place(
    city: Geocoder, text: str, x: float, y: float
) -> None:
    answer = city.geocode(text)
    assert answer.best is not None
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert metres_from(answer, x, y) < 2


def test_an_estate_without_known_buildings_answers_for_all_of_them(city: Geocoder) -> None:
    answer = city.geocode("柳林街道阳光花园3号楼2单元停水")
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert answer.best is not None
    assert (answer.best.uid, answer.best.precision) == ("e2", Precision.ESTATE)
    assert answer.best.accuracy_m == 120


def test_a_road_alone_is_placed_halfway_along_it(city: Geocoder) -> None:
    answer = city.geocode("双桥街道五一路路面破损")
    assert answer.best is not None
    assert answer.best.accuracy_m == pytest.approx(1000, rel=0.01)
    assert metres_from(answer, 3000, 1000) < 1
    assert "too_coarse" in codes(answer)
