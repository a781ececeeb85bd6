"""What is planted in the tickets of the demo city, and the files that they are written to."""

import datetime as dt
import itertools
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from boundaries.migrate import upgrade
from boundaries.store import create_store
from xiaqu.demo import DemoCity, generate_city
from xiaqu.demo.tickets import (
    TicketSource,
    default_profile,
    missing_spans,
    ticket_files,
    ticket_spans,
    write_tickets,
)
from xiaqu.demo.tickets.generate import first_day_before
from xiaqu.loading import GAZETTEER, TAKEN, TICKETS, load_demo

LAST_DAY = dt.date(2026, 11, 22)
SEED = 77
BUSY = replace(default_profile(), version="busy", tickets_per_10000_a_month=400.0)


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("tiny")


@pytest.fixture(scope="module")
def source(city: DemoCity) -> TicketSource:
    return TicketSource(city, seed=SEED, last_day=LAST_DAY)


def test_heating_is_reported_in_winter_and_flooding_in_summer(city: DemoCity) -> None:
    source = TicketSource(city, seed=9, last_day=LAST_DAY, profile=BUSY)

    def share(category: str, start: dt.date) -> float:
        truth = source.generate(start, start + dt.timedelta(days=13)).truth
        return float((truth.loc[truth["plant_id"] == "", "category"] == category).mean())

    before, after = dt.date(2026, 10, 25), dt.date(2025, 11, 16)
    winter, summer = dt.date(2026, 1, 10), dt.date(2026, 7, 20)
    assert share("heating", after) > 5 * share("heating", before)
    assert share("heating", winter) > 20 * max(share("heating", summer), 0.001)
    assert share("flooding", summer) > 5 * max(share("flooding", winter), 0.001)


def test_planted_places_come_again_at_the_same_spot(source: TicketSource) -> None:
    truth = source.generate(source.plan.first_day, LAST_DAY).truth
    repeats = [plant for plant in source.plan.plants if plant.kind == "repeat"]
    assert len(repeats) >= 3
    for plant in repeats:
        rows = truth[truth["plant_id"] == plant.plant_id]
        assert len(rows) >= 5
        assert rows[["lon", "lat"]].drop_duplicates().shape[0] <= 1
        assert set(rows["category"]) == {plant.category}


def test_a_surge_comes_within_hours_of_one_recent_day(source: TicketSource) -> None:
    surge = next(plant for plant in source.plan.plants if plant.kind == "surge")
    assert LAST_DAY - dt.timedelta(days=30) < surge.first == surge.last <= LAST_DAY
    batch = source.generate(surge.first, surge.last)
    times = batch.frame.loc[batch.truth["plant_id"] == surge.plant_id, "来电时间"]
    assert len(times) >= 5
    assert times.max() - times.min() < pd.Timedelta(hours=6)


def test_governance_townships_have_most_requests_and_more_and_more(city: DemoCity) -> None:
    source = TicketSource(city, seed=SEED, last_day=LAST_DAY, profile=BUSY)
    trends = {trend.code: trend for trend in source.plan.trends}
    troubled = [code for code, trend in trends.items() if trend.label == "governance"]
    assert troubled

    def volumes(start: dt.date) -> pd.Series:
        truth = source.generate(start, start + dt.timedelta(days=6)).truth
        return truth.loc[truth["plant_id"] == "", "township_code"].value_counts(normalize=True)

    first, last = volumes(source.plan.first_day), volumes(LAST_DAY - dt.timedelta(days=6))
    assert last.index[0] in troubled
    for code in troubled:
        assert last[code] > 1.15 * first[code]
        assert trends[code].solved < trends[code].solved_before


def test_spans_cover_thirteen_months_newest_first_without_overlap() -> None:
    spans = ticket_spans(LAST_DAY)
    assert spans[0] == (dt.date(2026, 10, 24), LAST_DAY)
    assert spans[-1][0] == dt.date(2025, 10, 23)
    for (first, _), (_, last) in itertools.pairwise(spans):
        assert first - last == dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("last", "first"),
    [("2026-11-22", "2025-10-23"), ("2026-03-30", "2025-02-28"), ("2025-12-31", "2024-12-01")],
)
def test_the_first_day_lies_thirteen_months_before_the_day_after(last: str, first: str) -> None:
    assert first_day_before(dt.date.fromisoformat(last)) == dt.date.fromisoformat(first)


def test_writing_takes_up_where_it_stopped_and_gives_the_same_bytes(
    source: TicketSource, tmp_path: Path
) -> None:
    recent = ticket_spans(LAST_DAY)[:1]
    assert len(write_tickets(source, tmp_path, spans=recent)) == 1
    missing = missing_spans(tmp_path, SEED, LAST_DAY)
    assert missing == ticket_spans(LAST_DAY)[1:]
    write_tickets(source, tmp_path, spans=missing[:2])
    files = ticket_files(tmp_path)
    assert [(file.first, file.last) for file in files] == ticket_spans(LAST_DAY)[:3]
    before = {path: path.read_bytes() for path in (files[1].tickets, files[1].truth)}
    files[1].tickets.unlink()
    assert missing_spans(tmp_path, SEED, LAST_DAY)[0] == (files[1].first, files[1].last)
    write_tickets(source, tmp_path, spans=missing_spans(tmp_path, SEED, LAST_DAY)[:1])
    assert {path: path.read_bytes() for path in before} == before
    planted = json.loads((tmp_path / "tickets.json").read_text(encoding="utf-8"))["planted"]
    assert {plant["kind"] for plant in planted["plants"]} == {"repeat", "surge"}


def test_tickets_of_another_history_are_replaced(
    source: TicketSource, city: DemoCity, tmp_path: Path
) -> None:
    write_tickets(source, tmp_path, spans=ticket_spans(LAST_DAY)[:1])
    later = LAST_DAY + dt.timedelta(days=1)
    assert missing_spans(tmp_path, SEED, later) == ticket_spans(later)
    moved = TicketSource(city, seed=SEED, last_day=later)
    write_tickets(moved, tmp_path, spans=ticket_spans(later)[:1])
    assert [file.last for file in ticket_files(tmp_path)] == [later]


def test_the_demo_writes_every_month_with_its_truth(demo_home: Path) -> None:
    (folder,) = (demo_home / "demo").glob("tiny-*/tickets")
    files = ticket_files(folder)
    spans = ticket_spans(files[0].last)
    assert [(file.first, file.last) for file in files] == spans
    for file in files[:2]:
        tickets, truth = pd.read_parquet(file.tickets), pd.read_parquet(file.truth)
        assert tickets["工单编号"].tolist() == truth["ticket_id"].tolist()
        days = tickets["来电时间"].dt.date
        assert file.first <= days.min() <= days.max() <= file.last


def test_the_last_thirty_days_come_before_the_older_months(
    tmp_path: Path, small_tree: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    upgrade(url)
    store = create_store(url, tmp_path)
    loaded = load_demo(store, "tiny", 4, last_day=LAST_DAY, answering_only=True)
    assert loaded.waiting[-3:] == (GAZETTEER, TICKETS, TAKEN)
    (recent,) = ticket_files(loaded.folder / TICKETS)
    assert (recent.first, recent.last) == ticket_spans(LAST_DAY)[0]
    written = recent.tickets.stat().st_mtime_ns
    done: list[str] = []
    loaded = load_demo(store, "tiny", 4, last_day=LAST_DAY, national=small_tree, report=done.append)
    assert loaded.waiting == ()
    named = [line for line in done if "gazetteer" in line or "tickets" in line]
    assert "gazetteer" in named[0]
    days = [f"{first} – {last}" for first, last in ticket_spans(LAST_DAY)]
    assert [day in line for day, line in zip(days, named[1:], strict=True)] == [True] * len(days)
    assert missing_spans(loaded.folder / TICKETS, 4, LAST_DAY) == []
    assert recent.tickets.stat().st_mtime_ns == written
    store.close()
