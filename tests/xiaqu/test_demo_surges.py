"""The planted burst main and blackout become incidents within minutes; other days give none.

A district of 1.36 million people with about fifty tickets a day, seed 77, days to 2026-11-22; the
true places of the tickets. Each moment at which a ticket came in is looked at, to the minute on the
days of the incidents and every quarter of an hour on the others.
"""

import csv
import datetime as dt
from dataclasses import replace
from importlib.resources import files
from io import StringIO

import numpy as np
import pytest

from governance.clocks.calendar import CHINA_TIME
from governance.tickets.surge.building import build_baseline
from governance.tickets.surge.columns import TicketColumns
from governance.tickets.surge.detector import Surge, find_surges
from governance.tickets.surge.profile import default_profile
from xiaqu.demo import DemoCity, generate_city
from xiaqu.demo.tickets import TicketBatch, TicketSource
from xiaqu.demo.tickets import default_profile as default_noise
from xiaqu.demo.tickets.catalogue import read_catalogue

LAST_DAY = dt.date(2026, 11, 22)
SEED = 77
DAY = dt.timedelta(days=1)
DAY_S = 86_400.0
MONDAY = dt.date(2026, 11, 16)
PROFILE = default_profile()


def midnight_s(day: dt.date) -> float:
    return dt.datetime.combine(day, dt.time(), CHINA_TIME).timestamp()


def columns_of(batch: TicketBatch) -> TicketColumns:
    """Take the true places; callers are masked in exports, so each counts as another one."""
    text = files("xiaqu.demo.rules").joinpath("catalogue.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(StringIO(text)))
    codes = {
        "->".join((row["level_1"], row["level_2"], row["level_3"])): row["code"] for row in rows
    }
    code_of = {item.key: codes[item.path] for item in read_catalogue().categories}
    truth, frame = batch.truth, batch.frame
    seconds = frame["来电时间"].to_numpy().astype("datetime64[s]").astype(np.float64)
    return TicketColumns(
        ids=truth["ticket_id"].to_numpy(dtype=object),
        time_s=seconds - 8 * 3600.0,
        lon=truth["lon"].to_numpy(dtype=np.float64),
        lat=truth["lat"].to_numpy(dtype=np.float64),
        category=np.array([code_of[key] for key in truth["category"]], dtype=object),
        caller=np.full(len(truth), "", dtype=object),
        areas={
            "community": truth["community_code"].to_numpy(dtype=object),
            "township": truth["township_code"].to_numpy(dtype=object),
        },
    )


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("district")


@pytest.fixture(scope="module")
def source(city: DemoCity) -> TicketSource:
    return TicketSource(city, seed=SEED, last_day=LAST_DAY)


@pytest.fixture(scope="module")
def batch(source: TicketSource) -> TicketBatch:
    """Make eight weeks of history and sixty-one days to look at."""
    return source.generate(LAST_DAY - (60 + 56) * DAY, LAST_DAY)


@pytest.fixture(scope="module")
def columns(batch: TicketBatch) -> TicketColumns:
    return columns_of(batch)


def watch(
    history: TicketColumns, seen: TicketColumns, day: dt.date, every_s: float
) -> list[tuple[float, Surge]]:
    """Look at all moments of a day; what was found once is left out from then on."""
    start_s = midnight_s(day)
    baseline = build_baseline(history, start_s, PROFILE)
    assert baseline is not None
    found: list[tuple[float, Surge]] = []
    taken: set[str] = set()
    inside = (seen.time_s > start_s - DAY_S) & (seen.time_s < start_s + DAY_S)
    recent = seen.take(inside)
    today = recent.time_s[recent.time_s >= start_s]
    for now_s in np.unique(np.ceil(today / every_s) * every_s).tolist():
        surges = find_surges(recent, baseline, now_s, PROFILE)
        found += [(now_s, surge) for surge in surges]
        taken.update(ticket for surge in surges for ticket in surge.tickets)
        if surges:
            recent = recent.take(np.array([one not in taken for one in recent.ids], dtype=bool))
    return found


@pytest.mark.parametrize("category", ["burst_main", "power_cut"])
def test_a_planted_incident_is_found_within_minutes(
    source: TicketSource, batch: TicketBatch, columns: TicketColumns, category: str
) -> None:
    plant = next(
        one for one in source.plan.plants if one.kind == "surge" and one.category == category
    )
    planted = batch.truth["plant_id"].to_numpy() == plant.plant_id
    times = np.sort(columns.time_s[planted])
    found = watch(columns, columns, plant.first, 60.0)
    assert found
    now_s, first = found[0]
    assert set(first.tickets) <= set(columns.ids[planted])
    minutes = (now_s - times[0]) / 60.0
    n_tickets = int(np.sum(times <= now_s))
    assert minutes <= 15
    assert n_tickets <= 8
    assert first.p_value < 1e-5
    # Nothing else is found on that day, and most of its tickets are: four callers at a time.
    gathered = {ticket for _, surge in found for ticket in surge.tickets}
    assert gathered <= set(columns.ids[planted])
    assert len(gathered) >= 0.8 * planted.sum()


def test_sixty_ordinary_days_give_no_false_incident(
    source: TicketSource, columns: TicketColumns
) -> None:
    planted = {plant.first for plant in source.plan.plants if plant.kind == "surge"}
    days = [LAST_DAY - k * DAY for k in range(62)]
    ordinary = [day for day in days if day not in planted][:60]
    assert len(ordinary) == 60
    false = {day: watch(columns, columns, day, 900.0) for day in ordinary}
    assert {day: found for day, found in false.items() if found} == {}


@pytest.mark.parametrize("volume", [2.0, 2.5])
def test_a_heavy_but_ordinary_monday_gives_none(
    city: DemoCity, columns: TicketColumns, volume: float
) -> None:
    usual = default_noise()
    heavy = replace(
        usual, version="heavy", tickets_per_10000_a_month=volume * usual.tickets_per_10000_a_month
    )
    monday = TicketSource(city, seed=SEED, last_day=LAST_DAY, profile=heavy)
    seen = columns_of(monday.generate(MONDAY - DAY, MONDAY))
    before = columns.time_s < midnight_s(MONDAY) - DAY_S
    n_monday = int(np.sum(seen.time_s >= midnight_s(MONDAY)))
    n_usual = np.sum(before & (columns.time_s > midnight_s(MONDAY) - 15 * DAY_S)) / 14
    assert n_monday > 0.8 * volume * n_usual
    assert watch(columns, seen, MONDAY, 60.0) == []
