"""Which areas a Chinese text states: ours, another city's, and what only looks like one."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pytest

from geo.address.answers import Decision, GeocodeAnswer, PartRole
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder
from geo.address.tables import GazetteerTables, Level, Role

OURS = [  # uid, name, level, parent
    ("s", "上海市", Level.PROVINCE, ""),
    ("s/s", "上海市", Level.CITY, "s"),
    ("hk", "虹口区", Level.DISTRICT, "s/s"),
    ("qp", "青浦区", Level.DISTRICT, "s/s"),
    ("pt", "普陀区", Level.DISTRICT, "s/s"),
    ("cm", "崇明区", Level.DISTRICT, "s/s"),
    ("lq", "凉城街道", Level.TOWNSHIP, "hk"),
    ("xj", "新泾镇", Level.TOWNSHIP, "qp"),
]
OTHERS = [
    ("qh", "青海省", Level.PROVINCE, ""),
    ("xn", "西宁市", Level.CITY, "qh"),
    ("cd", "城东区", Level.DISTRICT, "xn"),
    ("cb", "城北区", Level.DISTRICT, "xn"),
    ("js", "江苏省", Level.PROVINCE, ""),
    ("qd", "启东市", Level.DISTRICT, "js"),
    ("hz", "合作镇", Level.TOWNSHIP, "qd"),
    ("zj", "浙江省", Level.PROVINCE, ""),
    ("wz", "温州市", Level.CITY, "zj"),
    ("yq", "乐清市", Level.DISTRICT, "wz"),
    ("bs", "白石街道", Level.TOWNSHIP, "yq"),
    ("hu", "湖州市", Level.CITY, "zj"),
    ("wx", "吴兴区", Level.DISTRICT, "hu"),
    ("fh", "凤凰街道", Level.TOWNSHIP, "wx"),
    ("zs", "舟山市", Level.CITY, "zj"),
    ("zp", "普陀区", Level.DISTRICT, "zs"),
    ("nb", "宁波市", Level.CITY, "zj"),
    ("ah", "安徽省", Level.PROVINCE, ""),
    ("hs", "霍山县", Level.DISTRICT, "ah"),
    ("kf", "经济开发区", Level.TOWNSHIP, "hs"),
]
SHORT = [("fh", "凤凰"), ("nb", "宁波"), ("lq", "凉城"), ("s", "上海"), ("s/s", "上海")]
PLACES = [("e1", "阳光花园", "lq"), ("e2", "翠湖苑", "xj")]


AREA_COLUMNS = "uid name level code parent_uid lon lat radius_m is_ours"
PLACE_COLUMNS = "uid name role kind lon lat radius_m parent_uid"


def frame(columns: str, rows: Iterable[tuple[object, ...]] = ()) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns.split())


def build(path: Path, *, all_ours: bool) -> Geocoder:
    areas = [(*row, True) for row in OURS] + [(*row, all_ours) for row in OTHERS]
    tables = GazetteerTables(
        areas=frame(
            AREA_COLUMNS,
            ((u, n, int(k), "", up, 121.4, 31.2, 3000.0, own) for u, n, k, up, own in areas),
        ),
        places=frame(
            PLACE_COLUMNS,
            ((u, n, int(Role.ESTATE), "小区", 121.4, 31.2, 100.0, "") for u, n, _ in PLACES),
        ),
        memberships=frame("uid area_uid", ((u, area) for u, _, area in PLACES)),
        names=frame(
            "uid name status valid_from valid_to", ((u, n, "short", "", "") for u, n in SHORT)
        ),
        roads=frame("uid geometry"),
        doors=frame("owner_uid number suffix lon lat"),
    )
    return Geocoder(Gazetteer.build(tables, path, edition="areas"))


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    return build(tmp_path_factory.mktemp("areas") / "city.gaz", all_ours=False)


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    return build(tmp_path_factory.mktemp("areas") / "country.gaz", all_ours=True)


def best(answer: GeocodeAnswer) -> str:
    return answer.best.uid if answer.best is not None else ""


def unknown(answer: GeocodeAnswer) -> list[str]:
    return [part.text for part in answer.parts if part.role is PartRole.UNKNOWN_NAME]


@pytest.mark.parametrize(("text", "district", "name"), [
    ("上海市虹口区江杨南路397号", "hk", "江杨南路"),
    ("虹口区城银路525号", "hk", "城银路"),
    ("上海市青浦区塔秀路12号", "qp", "塔秀路"),
    ("上海市青浦区城中东路55号", "qp", "城中东路"),
    ("上海市青浦区公园路666弄10号", "qp", "公园路"),
])  # fmt: skip
def test_a_road_that_begins_like_an_ending_leaves_the_district(
    city: Geocoder, text: str, district: str, name: str
) -> None:
    answer = city.geocode(text)
    assert best(answer) == district
    assert unknown(answer) == [name]
    assert answer.decision is not Decision.ACCEPTED


def test_what_a_district_is_followed_by_is_still_an_unknown_name(city: Geocoder) -> None:
    answer = city.geocode("上海市虹口区图书馆空调坏了")
    assert unknown(answer) == ["图书馆"]
    assert answer.decision is not Decision.ACCEPTED


@pytest.mark.parametrize(("text", "district"), [
    ("上海市虹口区永兴路39弄蒙特利名都城东区内", "hk"),
    ("上海市青浦区遵义路150号南丰城北区停车库", "qp"),
    ("上海市崇明区合作镇永镇村四队", "cm"),
])  # fmt: skip
def test_an_area_of_another_city_needs_a_reason_behind_ours(
    city: Geocoder, text: str, district: str
) -> None:
    answer = city.geocode(text)
    assert best(answer) == district
    assert answer.decision is Decision.REVIEW


@pytest.mark.parametrize("text", [
    "舟山市普陀区东海路5号",
    "城东区八一路3号",
    "西宁市城东区八一路3号",
    "上海市民反映，青海省城北区八一路3号",
    "启东市合作镇永镇村",
])  # fmt: skip
def test_another_city_that_is_named_is_refused(city: Geocoder, text: str) -> None:
    assert city.geocode(text).decision is Decision.REFUSED


@pytest.mark.parametrize(("text", "area"), [
    ("浙江省温州市乐清市白石街道凤凰村下庄", "bs"),
    ("乐清市经济开发区兴平三路216号", "yq"),
    ("浙江省 温州市 乐清市 湖州市吴兴区", "wx"),
    ("湖州市吴兴区凤凰街道红丰路3号", "fh"),
])  # fmt: skip
def test_the_chain_from_large_to_small_wins(country: Geocoder, text: str, area: str) -> None:
    assert best(country.geocode(text)) == area


def test_a_municipality_is_one_area(country: Geocoder) -> None:
    answer = country.geocode("上海市大统路760号")
    assert [c.uid for c in answer.candidates] == ["s/s"]
    assert "ambiguous" not in {str(reason[0]) for reason in answer.reasons}


@pytest.mark.parametrize("text", ["宁波丝绸市场西健康路147-2号", "宁波朝晖路416弄173号"])
def test_a_city_by_its_short_name_begins_an_address(country: Geocoder, text: str) -> None:
    answer = country.geocode(text)
    assert best(answer) == "nb"
    assert answer.decision is not Decision.ACCEPTED


def test_a_road_called_after_a_city_is_not_that_city(country: Geocoder) -> None:
    answer = country.geocode("宁波路12号")
    assert best(answer) == ""
    assert unknown(answer) == ["宁波路"]


def test_a_character_typed_twice_is_no_longer_name(city: Geocoder) -> None:
    doubled = city.geocode("上海市虹口区阳阳光花园漏水")
    other = city.geocode("上海市虹口区新阳光花园漏水")
    assert {"unexplained_left", "unexplained_between"}.isdisjoint(
        {str(reason[0]) for reason in doubled.reasons}
    )
    assert other.decision is not Decision.ACCEPTED
