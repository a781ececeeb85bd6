"""What stands around a name: ways, units, numbers, crossings, sections and second places."""

import pytest

from geo.address.answers import Decision, Precision
from geo.address.geocoder import Geocoder
from tests.geo.test_geocoder import city, codes, metres_from

__all__ = ["city"]  # the fixture


@pytest.mark.parametrize("text", [
    "红岭里小区北门往东50米停水",
    "自红岭里小区北门朝东走50米停水",
    "红岭里小区北门东向50m停水",
    "红岭里小区北门再往东走个50米停水",
    "距红岭里小区北门东面约50米停水",
    "红岭里小区北门岗亭东侧大约50 米停水",
])  # fmt: skip
def test_a_way_is_gone_however_it_is_said(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert answer.best is not None
    assert answer.best.precision is Precision.OFFSET
    assert metres_from(answer, -2950, 1640) < 1


@pytest.mark.parametrize("text", [
    "阳光花园过去100米停水",
    "距阳光花园50米停水",
    "阳光花园右转第二个路口停水",
    "阳光花园往北拐进去停水",
    "阳光花园往东走几分钟停水",
    "阳光花园往东500停水",
    "阳光花园以东停水",
    "阳光花园的东，门口停水",
    "阳光花园东边停水",
    "阳光花园再往里走一点停水",
    "长宁大街12号往东第三家停水",
    "长宁大街12号那，家店东南100米停水",
])  # fmt: skip
def test_a_way_that_cannot_be_gone_is_left_to_a_person(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en
    assert "offset_not_read" in codes(answer)


@pytest.mark.parametrize("text", [
    "红岭里小区5号楼东侧单元停水", "红岭里小区第五栋停水", "红岭里小区5幢东单元停水",
])  # fmt: skip
def test_a_part_of_a_building_is_no_way_from_it(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert metres_from(answer, -3000, 1500) < 1


@pytest.mark.parametrize("text", [
    "长宁大街12停水", "长宁大街十二的管理", "长宁大街路牌12号停水",
])  # fmt: skip
def test_a_number_without_its_word_is_a_number_behind_a_road(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert metres_from(answer, -4780, 990) < 1


def test_once_behind_a_road_is_no_number(city: Geocoder) -> None:
    answer = city.geocode("长宁大街一下雨就积水")
    assert answer.best is not None
    assert answer.best.precision is Precision.ROAD


@pytest.mark.parametrize("text", [
    "长宁大街到梅园路拐角停水", "长宁大街×梅园路停水", "长宁大街与梅园路相交的路口停水",
])  # fmt: skip
def test_a_corner_of_two_roads_is_their_crossing(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert answer.best is not None
    assert answer.best.precision is Precision.CROSSING
    assert metres_from(answer, -2000, 1000) < 1


@pytest.mark.parametrize("text", [
    "长宁大街（竹山路~梅园路）停水",
    "长宁大街上竹山路至梅园路区间停水",
    "长宁大街，竹山路往梅园路方向那段停水",
    "长宁大街竹山路到梅园路之间停水",
])  # fmt: skip
def test_a_section_of_a_road_is_its_middle(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.best is not None
    assert answer.best.uid == "r1"
    assert metres_from(answer, -3000, 1000) < 1
    assert answer.best.accuracy_m == pytest.approx(1030, abs=1)


@pytest.mark.parametrize("text", [
    "从梅园路到竹山路停水",
    "从阳光花园到红岭里小区路灯不亮",
    "阳光花园、红岭里小区停水",
    "阳光花园还有红岭里小区停水",
    "阳光花园和红岭里小区两处均停水",
    "住在阳光花园，上班在红岭里小区，停水",
    "不光阳光花园停水，那边小区也是停水",
    "阳光花园等三个小区停水",
    "红岭社区这边、阳光花园停水",
    "红岭里小区3-5号楼停水",
    "长宁大街12号到20号停水",
])  # fmt: skip
def test_two_places_are_no_answer(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en
    assert "several_places" in codes(answer)


@pytest.mark.parametrize("text", [
    "红岭社区居委会停水",
    "柳林街道/红岭社区/荆井 某苑停水",
    "红岭社区中心花园没有灯",
    "红岭社区柳林街道社会工作站停水",
])  # fmt: skip
def test_a_community_does_not_answer_for_its_office_or_what_goes_on(
    city: Geocoder, text: str
) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en


@pytest.mark.parametrize("text", [
    "阳光花园菜场停水", "红岭里小区西门停水", "阳光花园-南门停水", "红岭社区药店[五一路]停水",
    "五一路红岭社区早餐店停水",
])  # fmt: skip
def test_a_place_does_not_answer_for_what_is_missing_beside_it(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is not Decision.ACCEPTED, answer.explanation_en


@pytest.mark.parametrize("text", [
    "阳光花园中心花园没有灯", "阳光花园地下车库没有灯", "阳光花园这边没有灯", "阳光花园里头没有灯",
])  # fmt: skip
def test_what_every_estate_has_is_no_other_place(city: Geocoder, text: str) -> None:
    answer = city.geocode(text)
    assert answer.decision is Decision.ACCEPTED, answer.explanation_en
    assert answer.best is not None
    assert answer.best.uid == "e2"
