"""Many places at once get the answers that each would get alone."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest
import shapely

from governance.book.terms import Caller, Mode, Step
from governance.errors import UnknownCategoryError
from governance.owner.answer import OWNER_FLAGS, STATUSES, OwnerQuestion
from governance.owner.explain import LANGUAGES, explain
from governance.owner.representation import summary
from governance.owner.resolver import OwnerResolver
from governance.owner.table import STEPS, OwnerTable

DATES = (date(2026, 2, 1), date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24))
CALLERS = (Caller.PERSONAL, Caller.ENTERPRISE)
N_RANDOM = 2000
BODIES = ("T1", "T4", "ROAD", "OLD", "@area", "@district", "@township", "@community", "@function")
BODIES += ("@city", "@city/road", "@district/road", "@district/market", "@attribute:owner")
BODIES += ("@attribute:maintainer", "@estate")

# The store does not matter here.
on_sqlite = pytest.mark.parametrize("small_city", ["sqlite"], indirect=True)


def assert_same(resolver: OwnerResolver, places: Any, at: date, seed: int) -> OwnerTable:
    """Ask for random categories, callers and accuracies at the places, at once and one by one."""
    random = np.random.default_rng(seed)
    n = len(places)
    categories = random.integers(0, len(resolver.categories), n)
    callers = [CALLERS[k] for k in random.integers(0, 2, n)]
    accuracy = random.choice([0.0, 5.0, 20.0, 100.0], n)
    table = resolver.assign(places, categories, at=at, callers=callers, accuracy_m=accuracy)
    bodies = table.body_codes()
    for i, (lon, lat) in enumerate(places.tolist()):
        question = OwnerQuestion(
            lon=lon,
            lat=lat,
            category=resolver.categories[categories[i]].code,
            at=at,
            accuracy_m=float(accuracy[i]),
            caller=callers[i],
        )
        answer = resolver.answer(question)
        body = answer.primary.code if answer.primary else ""
        step = int(table.step[i])
        rule = int(table.rule[i])
        expected = (body, answer.step, answer.status, answer.flags)
        got = (
            bodies[i],
            STEPS[step] if step >= 0 else None,
            STATUSES[table.status[i]],
            tuple(flag for bit, flag in enumerate(OWNER_FLAGS) if table.flags[i] >> bit & 1),
        )
        assert got == expected, question
        if rule >= 0 or answer.step is None:
            code = table.compiled.rules[rule].code if rule >= 0 else ""
            assert code == answer.rule, question
        # An answer rounds distances to millimetres and its confidence to four digits.
        assert table.confidence[i] == pytest.approx(answer.confidence, abs=1.5e-4), question
    return table


def _touchy_places(city_shapes: list[shapely.Geometry]) -> Any:
    """Vertices and points of all borders and lines, all assets, and places a hair beside them."""
    found = []
    for shape in city_shapes:
        found.append(shapely.get_coordinates(shape))
        if shape.geom_type != "Point":
            lines = shape.boundary if shape.geom_type == "Polygon" else shape
            at = np.linspace(0.0, 1.0, 9)
            found.append(
                shapely.get_coordinates(shapely.line_interpolate_point(lines, at, normalized=True))
            )
    exact = np.unique(np.concatenate(found), axis=0)
    hair = np.array([[1e-9, 0.0], [0.0, -1e-9], [2e-5, 0.0], [0.0, 2e-5]])
    return np.concatenate([exact, *(exact + by for by in hair)])


@on_sqlite
@pytest.mark.parametrize("at", DATES, ids=str)
def test_random_places_get_the_same_answers(small_city: Any, at: date) -> None:
    random = np.random.default_rng(at.toordinal())
    low, high = small_city.place(-1, -1), small_city.place(41, 41)
    places = random.uniform(low, high, (N_RANDOM, 2))
    table = assert_same(small_city.resolver, places, at, at.day)
    assert len(set(table.body_codes())) > 15
    assert set(table.status.tolist()) >= {0, 1, 3}


@on_sqlite
@pytest.mark.parametrize("at", DATES, ids=str)
def test_places_on_borders_lines_and_assets_get_the_same_answers(
    small_city: Any, city_shapes: list[shapely.Geometry], at: date
) -> None:
    places = _touchy_places(city_shapes)
    for seed in range(2):
        table = assert_same(small_city.resolver, places, at, seed)
    assert set(table.status.tolist()) == {0, 1, 2, 3}
    assert table.is_special.any()


def _scrambled(resolver: OwnerResolver, seed: int) -> OwnerResolver:
    """Make a resolver whose rules and catalogue are drawn at random, so that many are equal."""
    random = np.random.default_rng(seed)

    def pick(values: Sequence[Any]) -> Any:
        return values[int(random.integers(len(values)))]

    book = resolver.book
    rules = tuple(
        replace(
            rule,
            body=pick((rule.body, *BODIES)),
            categories=pick((rule.categories, ("*",), ("01", "05", "08"))),
            precedence=pick((10, 20, rule.precedence)),
            mode=pick(tuple(Mode)),
            reach_m=pick((None, 8.0, 40.0)) if rule.step in {Step.ASSET, Step.LINEAR} else None,
            side=pick(("", "", "left", "right")) if rule.step is Step.LINEAR else "",
            caller=pick((Caller.ANY, Caller.ANY, *CALLERS)),
            valid_from=pick((None, None, DATES[3])),
            valid_to=pick((None, None, DATES[2] if rule.valid_from is None else None)),
        )
        for rule in book.rules
    )
    rules = tuple(
        replace(rule, valid_to=None) if rule.valid_from and rule.valid_to else rule
        for rule in (*rules, *(replace(rule, code=f"{rule.code}-2") for rule in rules))
    )
    categories = tuple(
        replace(
            entry,
            steps=frozenset(step for step in list(Step)[1:] if random.random() < 0.7)
            | {Step.DISTRICT},
            tier=pick(("district", "city")),
            function=pick(("road", "market", "social")),
        )
        for entry in book.categories
    )
    ordered = tuple(sorted(rules, key=lambda rule: rule.code))
    return OwnerResolver(
        replace(book, rules=ordered, categories=categories),
        resolver.grounds,
        calendar=resolver.calendar,
        rulings=resolver.rulings,
    )


@on_sqlite
@pytest.mark.parametrize("seed", range(8))
def test_scrambled_rule_books_give_the_same_answers(
    small_city: Any, city_shapes: list[shapely.Geometry], seed: int
) -> None:
    resolver = _scrambled(small_city.resolver, seed)
    random = np.random.default_rng(seed)
    low, high = small_city.place(-1, -1), small_city.place(41, 41)
    touchy = random.permutation(_touchy_places(city_shapes))[:500]
    # Beside lines and assets, and in overlays, which a random place seldom meets.
    beside = touchy + random.normal(0.0, 2e-4, touchy.shape)
    places = np.concatenate([touchy, beside, random.uniform(low, high, (200, 2))])
    table = assert_same(resolver, places, DATES[seed % 4], seed)
    assert len({STEPS[step] for step in table.step.tolist() if step >= 0}) >= 3


@on_sqlite
def test_every_sentence_of_every_answer_is_whole(
    small_city: Any, city_shapes: list[shapely.Geometry]
) -> None:
    resolver = small_city.resolver
    places = _touchy_places(city_shapes)
    codes = set()
    for i, (lon, lat) in enumerate(places.tolist()):
        category = resolver.categories[i % len(resolver.categories)].code
        answer = resolver.answer(
            OwnerQuestion(lon=lon, lat=lat, category=category, at=DATES[i % len(DATES)])
        )
        for language in LANGUAGES:
            reasons = [*(c.reason for c in answer.considered), *answer.would_change]
            for said in [summary(answer, language), *(explain(r, language) for r in reasons)]:
                assert said
                assert not set("{}") & set(said)
            codes |= {str(reason[0]) for reason in reasons}
    assert len(codes) > 20


@on_sqlite
def test_one_candidate_is_taken_or_the_duty_is_shared(
    small_city: Any, city_shapes: list[shapely.Geometry]
) -> None:
    resolver = small_city.resolver
    for i, (lon, lat) in enumerate(_touchy_places(city_shapes).tolist()):
        category = resolver.categories[i % len(resolver.categories)].code
        answer = resolver.answer(
            OwnerQuestion(lon=lon, lat=lat, category=category, at=DATES[i % len(DATES)])
        )
        taken = [item for item in answer.considered if item.is_taken]
        assert all(item.reason for item in answer.considered)
        assert (len(taken) == 0) == (answer.status == "nobody")
        if answer.primary is not None:
            assert answer.primary.code in {item.body for item in taken}
            assert answer.primary.code not in {body.code for body in answer.others}
        assert len({body.code for body in answer.others}) == len(answer.others)
        assert 0.0 <= answer.confidence <= 1.0
        if answer.status in {"provisional", "disputed"}:
            assert answer.confidence <= 0.5


@on_sqlite
def test_rows_without_a_place_belong_to_nobody(small_city: Any) -> None:
    places = np.array([small_city.place(3, 4), (np.nan, 39.9), (np.nan, np.nan)])
    table = small_city.resolver.assign(places, ["0301001"] * 3, at=DATES[2])
    assert table.body_codes() == ["GREEN1", "", ""]
    assert table.status.tolist() == [0, 3, 3]
    assert table.flags.tolist() == [0, 0, 0]
    assert table.confidence.tolist() == [1.0, 0.0, 0.0]


@on_sqlite
def test_no_places_give_an_empty_table(small_city: Any) -> None:
    table = small_city.resolver.assign(np.empty((0, 2)), [], at=DATES[2])
    assert (len(table), list(table.rows())) == (0, [])


@on_sqlite
def test_an_unknown_category_of_one_row_is_an_error(small_city: Any) -> None:
    places = np.array([small_city.place(3, 4)] * 2)
    with pytest.raises(UnknownCategoryError, match="9999999"):
        small_city.resolver.assign(places, ["0301001", "9999999"], at=DATES[2])


@on_sqlite
def test_threads_do_not_change_the_answers(small_city: Any) -> None:
    random = np.random.default_rng(7)
    places = random.uniform(small_city.place(0, 0), small_city.place(40, 40), (2000, 2))
    categories = random.integers(0, len(small_city.resolver.categories), 2000)
    one, two = (
        small_city.resolver.assign(places, categories, at=DATES[2], threads=n) for n in (1, 2)
    )
    for column in ("body", "step", "rule", "status", "flags", "confidence"):
        assert np.array_equal(getattr(one, column), getattr(two, column))
