"""Who answers in the demo city by its rule book: the cases for which each rule was written."""

from collections.abc import Callable
from datetime import date

import pytest
import shapely

from boundaries.store import BoundaryStore
from governance.book.definition import RuleBook
from governance.book.terms import Caller, Role
from governance.clocks.calendar import published_calendar
from governance.owner.answer import OwnerAnswer, OwnerQuestion
from governance.owner.grounds import load_grounds
from governance.owner.resolver import OwnerResolver
from xiaqu.demo import DemoCity, generate_city
from xiaqu.demo.organisations import property_codes
from xiaqu.demo.rules import build_rules

TODAY = date(2026, 11, 23)
SEED = 20261123
ROAD_DAMAGE = "城市管理->市政设施->道路破损"
LIFT = "住房城乡建设->物业管理->电梯故障"
HEATING = "公共服务->供热->室温不达标"
FOOD = "市场管理->食品安全->餐饮卫生"
TRADE = "城市管理->市容环境->占道经营"
LAMP = "城市管理->市政设施->路灯不亮"

Ask = Callable[..., OwnerAnswer]


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("tiny", SEED)


@pytest.fixture(scope="module")
def book(city: DemoCity) -> RuleBook:
    return build_rules(city)


@pytest.fixture(scope="module")
def ask(demo_store: BoundaryStore, book: RuleBook) -> Ask:
    resolver = OwnerResolver(
        book, load_grounds(demo_store, book), calendar=published_calendar([2026])
    )
    code_of = {entry.path: entry.code for entry in book.categories}

    def answer(point: shapely.Point, path: str, caller: Caller = Caller.PERSONAL) -> OwnerAnswer:
        return resolver.answer(
            OwnerQuestion(
                lon=point.x,
                lat=point.y,
                category=code_of[path],
                at=TODAY,
                accuracy_m=1.0,
                caller=caller,
            )
        )

    return answer


def owner(answer: OwnerAnswer) -> str:
    assert answer.primary is not None
    return answer.primary.code


def others(answer: OwnerAnswer, role: Role) -> list[str]:
    return [body.code for body in answer.others if body.role is role]


def test_damage_on_a_toll_expressway_is_its_operators(ask: Ask, city: DemoCity) -> None:
    roads = city.layers["road"].frame
    toll = roads[roads["owner"].str.startswith("E-EXPRESSWAY")].iloc[0]
    answer = ask(toll.geometry.interpolate(0.37, normalized=True), ROAD_DAMAGE)
    assert (owner(answer), answer.rule) == (toll["owner"], "L-010")
    assert "D990100-transport" in others(answer, Role.SUPERVISING)


def test_a_street_not_handed_over_is_its_developers_beside_the_township(
    ask: Ask, city: DemoCity
) -> None:
    roads = city.layers["road"].frame
    waiting = roads[~roads["is_handed_over"].astype(bool)]
    assert len(waiting) > 0
    road = waiting.iloc[0]
    answer = ask(road.geometry.interpolate(0.37, normalized=True), ROAD_DAMAGE)
    assert (owner(answer), answer.rule) == (road["owner"], "L-020")
    assert [code for code in others(answer, Role.CO_ORGANISER) if code.startswith("G9901")]


def test_a_lamp_on_record_is_its_maintainers(ask: Ask, city: DemoCity) -> None:
    frame = city.layers["component"].frame
    lamps = frame[(frame["component_class"] == "路灯") & (frame["maintainer"] != "")]
    lamp = lamps.iloc[0]
    answer = ask(lamp.geometry, LAMP)
    assert (owner(answer), answer.rule) == (lamp["maintainer"], "A-020")
    assert "asset_missing" not in answer.flags


def test_a_park_answers_for_its_upkeep_and_not_for_a_kitchen_in_it(
    ask: Ask, city: DemoCity
) -> None:
    special = city.layers["special"].frame
    park = special[special["category"] == "公园"].iloc[0]
    inner = park.geometry.point_on_surface()
    answer = ask(inner, "园林绿化->公园管理->公园卫生")
    assert (owner(answer), answer.rule) == (park["owner"], "O-020")
    answer = ask(inner, FOOD)
    assert answer.rule == "F-100"
    assert owner(answer).endswith("-market")


def test_a_firm_in_a_zone_asks_the_committee_and_a_person_the_department(
    ask: Ask, city: DemoCity
) -> None:
    special = city.layers["special"].frame
    zone = special[special["category"] == "开发区"].iloc[0]
    inner = zone.geometry.point_on_surface()
    path = "市场管理->营商环境->证照办理"
    answer = ask(inner, path, Caller.ENTERPRISE)
    assert (owner(answer), answer.rule) == (zone["owner"], "O-050")
    answer = ask(inner, path)
    assert owner(answer).endswith("-market")


def test_cold_flats_are_the_heating_firms_or_where_none_serves_the_departments(
    ask: Ask, city: DemoCity
) -> None:
    frame = city.layers["utility"].frame
    areas = frame[frame["utility"] == "供热"]
    served = shapely.union_all(areas.geometry.to_numpy())
    inside, outside = [], []
    for community in city.layers["community"].frame.geometry:
        inner = community.point_on_surface()
        (inside if served.covers(inner) else outside).append(inner)
    assert inside
    assert outside
    answer = ask(inside[0], HEATING)
    assert answer.rule == "O-060"
    assert owner(answer) in set(areas["owner"])
    answer = ask(outside[0], HEATING)
    assert answer.rule == "F-100"
    assert owner(answer).endswith("-city_management")


def test_lifts_are_the_property_companys_or_where_there_is_none_the_townships(
    ask: Ask, city: DemoCity, book: RuleBook
) -> None:
    frame = city.layers["estate"].frame
    company = property_codes(frame)
    register = {estate.code: estate for estate in book.estates}
    n_without = 0
    for _, row in frame.iterrows():
        answer = ask(row.geometry.point_on_surface(), LIFT)
        if register[row["code"]].property:
            assert (owner(answer), answer.rule) == (company[row["property_company"]], "O-070")
        else:
            assert (owner(answer), answer.rule) == (f"G{row['code'][:9]}", "O-071")
            n_without += 1
    assert n_without > 0


def test_street_trade_inside_a_named_grid_is_its_bodys(ask: Ask, city: DemoCity) -> None:
    grids = city.layers["grid"].frame
    special = shapely.union_all(city.layers["special"].frame.geometry.to_numpy())
    named = grids[grids["managing_body"] != ""]
    plain = [row for _, row in named.iterrows() if not special.intersects(row.geometry)]
    assert plain
    answer = ask(plain[0].geometry.point_on_surface(), TRADE)
    assert owner(answer) == plain[0]["managing_body"]
    assert answer.rule.startswith("G-0")


def test_pensions_are_the_departments_wherever_the_caller_stands(ask: Ask, city: DemoCity) -> None:
    for community in city.layers["community"].frame.geometry[:5]:
        answer = ask(community.point_on_surface(), "劳动和社会保障->社会保险->养老金与社保缴纳")
        assert owner(answer).endswith("-human_resources")
        assert answer.rule == "F-100"


def test_a_quarrel_between_neighbours_is_the_communitys(ask: Ask, city: DemoCity) -> None:
    row = city.layers["community"].frame.iloc[3]
    answer = ask(row.geometry.point_on_surface(), "社会秩序->邻里纠纷->邻居噪声扰民")
    assert owner(answer) == f"C{row['code']}"
