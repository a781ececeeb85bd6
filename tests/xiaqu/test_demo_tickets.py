"""Tickets of the demo city: their words, their truth, what is planted, and their files."""

import datetime as dt
from collections import Counter
from dataclasses import fields, replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import shapely

from xiaqu.demo import DemoCity, generate_city
from xiaqu.demo.tickets import (
    PHRASEBOOKS,
    NoiseProfile,
    TicketBatch,
    TicketSource,
    default_profile,
    generate_tickets,
)
from xiaqu.demo.tickets.catalogue import read_catalogue
from xiaqu.demo.tickets.dice import Dice
from xiaqu.demo.tickets.phrasebook import Phrasebook, read_phrasebook
from xiaqu.demo.tickets.spelling import chinese_number, misspell

LAST_DAY = dt.date(2026, 11, 22)
PAIRS = tuple(combinations(PHRASEBOOKS, 2))
START = dt.date(2026, 11, 3)
SEED = 77
BUSY = replace(default_profile(), version="busy", tickets_per_10000_a_month=400.0)


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("tiny")


@pytest.fixture(scope="module")
def source(city: DemoCity) -> TicketSource:
    return TicketSource(city, seed=SEED, last_day=LAST_DAY)


@pytest.fixture(scope="module", params=PHRASEBOOKS)
def batch(request: pytest.FixtureRequest, city: DemoCity) -> TicketBatch:
    """Make the tickets of twenty busy days, in each set of words."""
    return generate_tickets(
        city, seed=SEED, start=START, end=LAST_DAY, phrasebook=request.param, profile=BUSY
    )


@pytest.fixture(scope="module")
def features(city: DemoCity) -> pd.DataFrame:
    """Name and shape of everything in the city, by uid."""
    rows = [
        (f"{key}:{code}", name, shape)
        for key, layer in city.layers.items()
        for code, name, shape in zip(
            layer.frame["code"], layer.frame["name"], layer.frame.geometry, strict=True
        )
    ]
    return pd.DataFrame(rows, columns=["uid", "name", "shape"]).set_index("uid")


def named(batch: TicketBatch) -> pd.DataFrame:
    """Truth of the tickets that name a place, with the fields of the tickets."""
    joined = pd.concat([batch.frame, batch.truth], axis=1)
    return joined[joined["entity_uid"] != ""]


def distance_m(frame: pd.DataFrame) -> np.ndarray:
    east = (frame["lon"] - frame["stated_lon"]) * 111_320 * np.cos(np.radians(36.0))
    north = (frame["lat"] - frame["stated_lat"]) * 110_950
    return np.hypot(east, north).to_numpy()


def test_the_same_seed_gives_the_same_tickets_and_another_seed_others(city: DemoCity) -> None:
    start = LAST_DAY - dt.timedelta(days=5)
    one, again, other = (
        generate_tickets(city, seed=seed, start=start, end=LAST_DAY) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one.frame, again.frame)
    pd.testing.assert_frame_equal(one.truth, again.truth)
    assert one.frame["主要内容"].tolist() != other.frame["主要内容"].tolist()


def test_a_day_does_not_depend_on_the_span_it_is_asked_for_in(source: TicketSource) -> None:
    whole = source.generate(START, LAST_DAY)
    day = dt.date(2026, 11, 10)
    alone = source.generate(day, day)
    is_of_day = (whole.frame["来电时间"].dt.date == day).to_numpy()
    assert len(alone.frame) > 0
    pd.testing.assert_frame_equal(whole.frame[is_of_day].reset_index(drop=True), alone.frame)
    pd.testing.assert_frame_equal(whole.truth[is_of_day].reset_index(drop=True), alone.truth)


def test_columns_are_those_of_an_export_and_hold_no_coordinate(batch: TicketBatch) -> None:
    wanted = [
        "工单编号", "工单类型", "问题分类", "标签", "标题", "主要内容", "工单状态", "来电人",
        "来电人电话/账号", "被反映区", "被反映街乡镇", "村/社区", "小区点位", "来电时间", "渠道",
    ]  # fmt: skip
    assert set(wanted) <= set(batch.frame.columns)
    assert not {"lon", "lat", "grid_code"} & set(batch.frame.columns)
    assert batch.frame["工单编号"].is_unique
    assert batch.frame["工单编号"].tolist() == batch.truth["ticket_id"].tolist()
    assert batch.frame["来电时间"].is_monotonic_increasing
    assert batch.frame["问题分类"].str.count("->").eq(2).all()


def test_every_slot_of_the_words_is_filled(batch: TicketBatch) -> None:
    for column in ("标题", "主要内容"):
        assert not batch.frame[column].str.contains("[{}]").any()
        assert batch.frame[column].str.strip().ne("").all()


def test_the_place_stands_in_the_words_and_the_name_in_the_place(batch: TicketBatch) -> None:
    rows = named(batch)
    assert len(rows) > 0.8 * len(batch.frame)
    for content, place in zip(rows["主要内容"], rows["place_text"], strict=True):
        assert place in content
    plain = rows[~rows["noise"].str.contains("spaced")]
    for place, form in zip(plain["place_text"], plain["written_form"], strict=True):
        assert form in place


def test_a_ticket_without_a_place_names_none(batch: TicketBatch, features: pd.DataFrame) -> None:
    joined = pd.concat([batch.frame, batch.truth], axis=1)
    silent = joined[joined["entity_kind"] == "none"]
    assert len(silent) > 50
    areas = features[features.index.str.startswith(("estate:", "road:", "community:", "special:"))]
    for content in silent["主要内容"]:
        assert not any(name in content for name in areas["name"])
    assert (silent["obstacle"] == "no_place").all()


def test_entities_are_features_of_the_city_under_their_name(
    batch: TicketBatch, features: pd.DataFrame
) -> None:
    rows = named(batch)
    assert features.loc[rows["entity_uid"], "name"].tolist() == rows["entity_name"].tolist()
    also = rows["also_uids"].str.split(";").explode()
    assert set(also) - {""} <= set(features.index)


def test_a_name_without_slips_is_the_name_on_the_map(batch: TicketBatch) -> None:
    rows = named(batch)
    slips = "typo|ending_dropped|colloquial"
    clean = rows[~rows["noise"].str.contains(slips)]
    assert len(clean) > 0.8 * len(rows)
    assert (clean["written_form"] == clean["entity_name"]).all()
    wrong = rows[rows["noise"].str.contains("typo")]
    assert len(wrong) > 30
    assert (wrong["written_form"] != wrong["entity_name"]).all()


def test_a_stated_house_number_lies_at_its_door_or_in_a_gap(
    batch: TicketBatch, city: DemoCity
) -> None:
    doors = city.layers["door"].frame
    known = {
        (f"road:{road}", number): point
        for road, number, point in zip(
            doors["road_code"], doors["number"], doors.geometry, strict=True
        )
    }
    rows = named(batch)
    rows = rows[(rows["entity_kind"] == "door") & ~rows["relation"].isin(["offset"])]
    at_door = 0
    for row in rows.itertuples():
        point = known.get((row.entity_uid, row.number))
        if point is None:
            assert (row.entity_uid, row.number - 2) in known
            assert (row.entity_uid, row.number + 2) in known
        else:
            at_door += 1
            assert (row.stated_lon, row.stated_lat) == (point.x, point.y)
    assert at_door > 200


def test_both_roads_pass_through_a_stated_crossing(
    batch: TicketBatch, features: pd.DataFrame
) -> None:
    rows = named(batch)
    rows = rows[(rows["entity_kind"] == "crossing") & (rows["relation"] != "offset")]
    assert len(rows) > 50
    spots = shapely.points(rows[["stated_lon", "stated_lat"]].to_numpy())
    for column in ("entity_uid", "also_uids"):
        roads = features.loc[rows[column], "shape"].to_numpy()
        assert shapely.distance(roads, spots).max() < 1e-9


def test_the_true_place_lies_within_reach_of_the_stated_one(batch: TicketBatch) -> None:
    rows = named(batch)
    rows = rows[~rows["entity_kind"].isin(["road", "river", "segment", "special"])]
    assert np.mean(distance_m(rows) <= rows["reach_m"]) > 0.97
    exact = rows[rows["entity_kind"].isin(["door", "crossing", "gate"]) & (rows["relation"] == "")]
    assert distance_m(exact).max() < 25


def test_true_areas_hold_the_true_place(batch: TicketBatch, city: DemoCity) -> None:
    here = batch.truth[batch.truth["lon"].notna()]
    shapes = city.layers["community"].frame.set_index("code").geometry
    points = shapely.points(here[["lon", "lat"]].to_numpy())
    held = shapely.intersects(shapes[here["community_code"]].to_numpy(), points)
    assert held.mean() > 0.995  # the others were moved over the rim of the city
    assert (here["community_code"].str[:9] == here["township_code"]).all()


def test_a_place_elsewhere_has_no_place_here(batch: TicketBatch) -> None:
    joined = pd.concat([batch.frame, batch.truth], axis=1)
    away = joined[joined["entity_kind"] == "elsewhere"]
    assert len(away) > 5
    assert away["lon"].isna().all()
    assert (away["entity_uid"] == "").all()
    assert (away["community_code"] == "").all()
    assert (away["被反映区"] == "").all()
    assert not away["is_decidable"].any()


def test_a_decidable_estate_is_the_only_one_of_its_name_where_it_is_stated(
    batch: TicketBatch, city: DemoCity
) -> None:
    estates = city.layers["estate"].frame
    by_place = Counter(zip(estates["name"], estates["code"].str[:9], strict=True))
    in_all = Counter(estates["name"])
    rows = named(batch)
    rows = rows[rows["is_decidable"] & rows["entity_kind"].isin(["estate", "building"])]
    assert len(rows) > 500
    for row in rows.itertuples():
        code = row.entity_uid.removeprefix("estate:")[:9]
        assert by_place[row.entity_name, code] == 1
        if row.is_decidable_by_text and row.place_text.startswith(row.entity_name):
            assert in_all[row.entity_name] == 1


def test_what_can_be_decided_by_the_words_can_be_decided_with_the_fields(
    batch: TicketBatch,
) -> None:
    truth = batch.truth
    assert truth.loc[truth["is_decidable_by_text"], "is_decidable"].all()
    assert 0.75 < truth["is_decidable"].mean() < 0.95
    assert (truth["is_decidable"] == (truth["obstacle"] == "")).all()


def test_a_wrong_field_is_marked_as_a_contradiction(batch: TicketBatch, city: DemoCity) -> None:
    name_of = city.layers["township"].frame.set_index("code")["name"]
    rows = named(batch)
    # The field names the township that the place was drawn in; an offset may leave it.
    rows = rows[(rows["relation"] == "") & rows["entity_kind"].isin(["estate", "building"])]
    true_name = name_of[rows["township_code"]].to_numpy()
    stems = [name.rstrip("街道镇乡") for name in true_name]
    stated = rows["被反映街乡镇"]
    differs = [
        bool(said) and not said.startswith(stem) for said, stem in zip(stated, stems, strict=True)
    ]
    marked = rows["noise"].str.contains("field_township_wrong") & (stated != "")
    assert marked.sum() > 10
    assert (marked == np.array(differs)).all()
    assert not rows.loc[marked, "is_decidable"].any()


def test_slips_are_as_frequent_as_the_profile_says(city: DemoCity) -> None:
    rows = named(generate_tickets(city, seed=5, start=START, end=LAST_DAY, profile=BUSY))
    profile = default_profile()
    noise = rows["noise"].str.split(";")
    share = noise.explode().value_counts() / len(rows)
    assert share["typo_homophone"] == pytest.approx(profile.typo_homophone, rel=0.5)
    assert share["spaced"] == pytest.approx(profile.spaced, rel=0.4)
    assert share["field_township_wrong"] == pytest.approx(profile.field_township_wrong, rel=0.4)
    numbered = rows[rows["number"] > 0]
    written = numbered["noise"].str.contains("number_chinese").mean()
    assert written == pytest.approx(profile.number_chinese, rel=0.4)
    assert (rows["村/社区"] == "").mean() == pytest.approx(profile.field_community_empty, rel=0.1)


def test_a_profile_without_noise_gives_clean_words(city: DemoCity) -> None:
    kept = {"version", "tickets_per_10000_a_month", "outdoor_settings", "admin_none"}
    silent = {field.name: 0.0 for field in fields(NoiseProfile) if field.name not in kept}
    clean = replace(BUSY, version="clean", admin_none=1.0, **silent)
    tickets = generate_tickets(city, seed=3, start=START, end=LAST_DAY, profile=clean)
    noise = set(tickets.truth["noise"].str.split(";").explode())
    assert noise <= {"", "ending_added", "colloquial", "personal_plate"}
    assert (tickets.truth["entity_uid"] != "").all()
    assert tickets.frame["被反映街乡镇"].ne("").all()


def test_personal_data_belong_to_nobody(batch: TicketBatch) -> None:
    content = batch.frame["主要内容"]
    phones = content.str.extractall(r"(1\d{10})")[0]
    assert len(phones) > 20
    assert phones.str.startswith("1990000").all()
    plates = content.str.extractall(r"([\u4e00-\u9fff][A-Z]\d{5})")[0]
    assert len(plates) > 20
    assert plates.str.startswith("示").all()
    assert batch.frame["来电人电话/账号"].str.fullmatch(r"\d{3}\*{4}\d{4}").all()


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_phrasebooks_word_the_same_events(city: DemoCity, first: str, second: str) -> None:
    one, other = (
        generate_tickets(city, seed=SEED, start=START, end=LAST_DAY, phrasebook=name)
        for name in (first, second)
    )
    for column in ("来电时间", "问题分类"):
        assert one.frame[column].tolist() == other.frame[column].tolist()
    same = one.frame["主要内容"].to_numpy() == other.frame["主要内容"].to_numpy()
    assert not same.any()


def sentences(book: Phrasebook) -> set[str]:
    tables = (book.frames, book.issues, book.titles)
    return {text for table in tables for texts in table.values() for text in texts} - {"{subject}"}


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_phrasebooks_share_no_sentence_and_cover_every_category(
    first: str, second: str
) -> None:
    one, other = read_phrasebook(first), read_phrasebook(second)
    assert not sentences(one) & sentences(other)
    for key in ("who", "since", "wish", "contact"):
        assert not (set(one.slots[key]) & set(other.slots[key])) - {"{person}"}
    assert not set(one.elsewhere) & set(other.elsewhere)
    wanted = {category.key for category in read_catalogue().categories}
    assert set(one.issues) == set(other.issues) == wanted


def test_the_sealed_phrasebook_varies_its_words_as_much_as_the_held_out_one() -> None:
    held_out, sealed = read_phrasebook("held_out"), read_phrasebook("sealed")
    for table in ("frames", "slots", "places", "relations", "titles", "issues"):
        wanted, found = getattr(held_out, table), getattr(sealed, table)
        assert set(wanted) == set(found)
        assert not [key for key in wanted if len(set(found[key])) < len(set(wanted[key]))]


def test_an_unknown_phrasebook_and_a_reversed_span_are_refused(city: DemoCity) -> None:
    with pytest.raises(ValueError, match=r"'spoken'.*main, held_out, sealed"):
        generate_tickets(city, seed=1, start=START, end=LAST_DAY, phrasebook="spoken")
    with pytest.raises(ValueError, match=r"2026-11-03 lies before 2026-11-22"):
        generate_tickets(city, seed=1, start=LAST_DAY, end=START)


def test_calls_about_noise_come_at_night_and_others_by_day(batch: TicketBatch) -> None:
    hour = batch.frame["来电时间"].dt.hour
    is_late = (hour >= 20) | (hour < 6)
    is_noise = batch.truth["category"].isin(["noise_building", "noise_shop", "noise_neighbour"])
    assert is_late[is_noise].mean() > 0.5
    assert is_late[~is_noise].mean() < 0.3


@pytest.mark.parametrize(
    ("number", "text"),
    [(3, "三"), (10, "十"), (12, "十二"), (20, "二十"), (45, "四十五"), (100, "一百"),
     (105, "一百零五"), (110, "一百一十"), (318, "三百一十八"), (2000, "2000")],
)  # fmt: skip
def test_numbers_are_written_in_chinese_as_people_do(number: int, text: str) -> None:
    assert chinese_number(number) == text


def test_a_slip_changes_one_character_and_spares_the_last() -> None:
    sure = {
        "typo_homophone": 0.0, "typo_look_alike": 0.0, "typo_missing": 0.0, "typo_doubled": 0.0,
        "typo_swapped": 0.0,
    }  # fmt: skip
    lengths = {"typo_missing": -1, "typo_doubled": 1}
    for slip in sure:
        profile = replace(default_profile(), **{**sure, slip: 1.0})
        dice = Dice(1, slip)
        for _ in range(200):
            written, noise = misspell(dice, "翠井园路", profile)
            assert noise in {slip, ""}
            assert (written != "翠井园路") == bool(noise)
            if noise:
                assert len(written) == 4 + lengths.get(slip, 0)
            if slip != "typo_swapped":
                assert written.endswith("路")
