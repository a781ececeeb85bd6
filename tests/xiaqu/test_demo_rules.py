"""The rule book of the demo city: complete, consistent, the same each time."""

import filecmp
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from governance.book.definition import RuleBook
from governance.book.layout import FILES
from governance.book.reading import read_book
from governance.book.references import ReferenceKind, parse_reference
from governance.book.terms import BodyKind, PostKind, Role, Step
from xiaqu.demo import DemoCity, generate_city
from xiaqu.demo.components import read_classes
from xiaqu.demo.rules import build_rules, read_catalogue, write_rules
from xiaqu.demo.tickets.catalogue import read_catalogue as read_ticket_catalogue

OWNER_COLUMNS = {
    "road": ("owner", "maintainer"),
    "river": ("owner",),
    "special": ("owner",),
    "utility": ("owner",),
    "component": ("owner", "maintainer"),
    "grid": ("managing_body",),
}


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("tiny")


@pytest.fixture(scope="module")
def book(city: DemoCity) -> RuleBook:
    return build_rules(city)


@pytest.fixture(scope="module")
def folder(city: DemoCity, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rules") / "book"
    write_rules(city, folder)
    return folder


def test_the_written_book_reads_back_equal_and_without_a_problem(
    book: RuleBook, folder: Path
) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert read_book(folder) == book


def test_the_same_city_gives_the_same_files_and_another_seed_others(
    city: DemoCity, folder: Path, tmp_path: Path
) -> None:
    write_rules(generate_city("tiny"), tmp_path / "again")
    same, differing, _ = filecmp.cmpfiles(folder, tmp_path / "again", FILES, shallow=False)
    assert (sorted(same), differing) == (sorted(FILES), [])
    other = build_rules(generate_city("tiny", seed=city.seed + 1))
    assert other.bodies != build_rules(city).bodies


def test_the_catalogue_is_as_large_as_a_city_needs() -> None:
    catalogue = read_catalogue()
    assert len({entry.code[:2] for entry in catalogue}) >= 12
    assert len({entry.code[:4] for entry in catalogue}) >= 65
    assert len(catalogue) >= 260
    assert len({entry.path for entry in catalogue}) == len(catalogue)
    assert len({entry.duty_item for entry in catalogue}) == len(catalogue)
    assert all(entry.duty_item.startswith("示范-") for entry in catalogue)
    assert all(entry.copied == ("@district",) for entry in catalogue)


def test_every_path_of_a_ticket_is_an_entry_of_the_catalogue() -> None:
    paths = {entry.path for entry in read_catalogue()}
    assert [c.path for c in read_ticket_catalogue().categories if c.path not in paths] == []


def test_every_response_level_is_used_and_has_its_limit(book: RuleBook) -> None:
    limits = {level.key: level.limit for level in book.levels}
    assert limits == {
        "urgent": timedelta(hours=2),
        "livelihood": timedelta(hours=24),
        "general": timedelta(days=7),
        "complex": timedelta(days=15),
    }
    used = Counter(entry.response_level for entry in book.categories)
    assert used.keys() == limits.keys()
    assert max(used, key=lambda key: used[key]) == "general"


def test_every_asset_class_of_the_catalogue_is_a_class_of_components() -> None:
    known = {kind.name for kind in read_classes()}
    wanted = {name for entry in read_catalogue() for name in entry.asset_classes}
    assert wanted <= known
    assert any(entry.needs_asset for entry in read_catalogue())


def test_every_owner_that_a_layer_names_is_a_body(city: DemoCity, book: RuleBook) -> None:
    known = {body.code for body in book.bodies} | {""}
    for layer, columns in OWNER_COLUMNS.items():
        for column in columns:
            assert set(city.layers[layer].frame[column]) <= known, (layer, column)


def test_every_area_of_a_rule_post_agreement_or_estate_is_in_its_layer(
    city: DemoCity, book: RuleBook
) -> None:
    codes = {key: set(layer.frame["code"]) for key, layer in city.layers.items()}
    for rule in book.rules:
        assert set(rule.areas) <= codes.get(rule.layer, set()), rule.code
    for post in book.posts:
        assert post.area in codes[post.layer], post.code
    for row in book.agreements:
        assert {row.area_a, row.area_b} <= codes[row.layer], row.code
        assert row.line in codes[row.line_layer], row.code
    assert {estate.code for estate in book.estates} == codes["estate"]


def test_every_attribute_of_a_rule_is_an_attribute_of_its_layer(
    city: DemoCity, book: RuleBook
) -> None:
    for rule in book.rules:
        named = {name for name, _ in rule.where}
        reference = parse_reference(rule.body)
        if reference.kind is ReferenceKind.ATTRIBUTE:
            named.add(reference.name)
        if named:
            assert named <= set(city.layers[rule.layer].extra), rule.code


def test_every_step_that_a_category_allows_has_a_rule_for_it(book: RuleBook) -> None:
    spoken = [
        (rule.step, code)
        for rule in book.rules
        if rule.role is Role.PRIMARY and rule.valid_to is None
        for code in rule.categories
    ]
    for entry in book.categories:
        for step in entry.steps - {Step.OVERLAY, Step.GRID}:
            assert any(
                step is at and (code == "*" or entry.code.startswith(code)) for at, code in spoken
            ), (entry.path, step)


def test_every_category_can_fall_back_to_a_body_that_is_always_there(book: RuleBook) -> None:
    for entry in book.categories:
        is_citywide = Step.FUNCTION in entry.steps and entry.tier == "city"
        assert Step.DISTRICT in entry.steps or is_citywide, entry.path


def test_bodies_are_many_kinds_with_work_phones_that_cannot_be_dialled(book: RuleBook) -> None:
    kinds = Counter(body.kind for body in book.bodies)
    assert set(kinds) == set(BodyKind)
    assert kinds[BodyKind.MUNICIPAL_DEPARTMENT] >= 25
    assert kinds[BodyKind.DISTRICT_DEPARTMENT] >= 2 * 20
    phones = [body.phone for body in book.bodies]
    assert all(phone.startswith("000-") for phone in phones)
    posted = [post.phone for post in book.posts if post.phone]
    assert all(phone.startswith("000-") for phone in posted)
    estates = [estate.phone for estate in book.estates]
    everyone = phones + posted + estates
    assert len(set(everyone)) == len(everyone)


def test_every_grid_and_community_has_posts_of_which_a_few_are_vacant() -> None:
    city = generate_city("district")
    book = build_rules(city)
    for layer, kind in (("grid", PostKind.GRID_OFFICER), ("community", PostKind.LAWYER)):
        held = {post.area for post in book.posts if post.layer == layer and post.kind is kind}
        assert held == set(city.layers[layer].frame["code"])
    assert {post.kind for post in book.posts} == set(PostKind)
    vacant = sum(not post.holder for post in book.posts) / len(book.posts)
    assert vacant == pytest.approx(0.04, abs=0.01)
    assert all(bool(post.holder) == bool(post.phone) for post in book.posts)
    unmanaged = [estate for estate in book.estates if estate.is_unmanaged]
    assert 0 < len(unmanaged) < 0.1 * len(book.estates)
    assert all(not estate.property and not estate.committee for estate in unmanaged)
    assert {estate.committee for estate in book.estates} == {"", "物管会", "业委会", "自管会"}
    assert all(estate.entrances for estate in book.estates)


def test_estates_without_a_company_are_those_of_the_rule_for_the_township(book: RuleBook) -> None:
    rule = next(rule for rule in book.rules if rule.code == "O-071")
    without = {estate.code for estate in book.estates if not estate.property}
    assert set(rule.areas) == without
    by_company = next(rule for rule in book.rules if rule.body == "@estate")
    assert rule.precedence < by_company.precedence


def test_agreements_are_between_neighbours_beside_their_road_and_say_so(
    city: DemoCity, book: RuleBook
) -> None:
    townships = city.layers["township"].frame.set_index("code").geometry
    roads = city.layers["road"].frame.set_index("code").geometry
    assert book.agreements
    for row in book.agreements:
        assert townships[row.area_a].intersects(townships[row.area_b]), row.code
        assert roads[row.line].intersects(townships[row.area_a]), row.code
        assert row.document.startswith("示范边界协议")
    owners = [row.owner for row in book.agreements]
    assert "" in owners, "some divide the road along its line"
    assert any(owners), "some give it to one side"


def test_a_rule_that_has_ended_is_kept_for_decisions_of_its_time(book: RuleBook) -> None:
    ended = [rule for rule in book.rules if rule.valid_to and rule.valid_to < date(2026, 11, 1)]
    assert [rule.code for rule in ended] == ["O-059"]
    assert ended[0].valid_from > book.head.valid_from
