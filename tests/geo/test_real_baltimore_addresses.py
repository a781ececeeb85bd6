"""Real requests against a real street file: found, where, how sure, and in which neighbourhood.

The weights and accuracies of the Western reader were fitted on one half of the requests; the other
half, on which all figures here are taken, was not looked at for that.
"""

import sys
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from geo.address.answers import Decision, GeocodeAnswer, Precision
from geo.address.gazetteer import Gazetteer
from geo.address.plane import distance_m
from geo.address.tables import GazetteerTables
from geo.address.western.reader import read
from geo.address.western.tables import StreetColumns, street_tables

pytestmark = [pytest.mark.realdata, pytest.mark.long]

COLUMNS = StreetColumns(
    "fullname", "fraddl", "toaddl", "fraddr", "toaddr", "leftzip", "rightzip", "subtype_label"
)
SEED = 20261123  # of the split, the one the weights were fitted with
EXACT = {Precision.DOOR, Precision.INTERPOLATED, Precision.CROSSING}


def tell(figures: str) -> None:
    """Show figures where pytest shows output (-s)."""
    sys.stdout.write(f"\n{figures}")


@dataclass(frozen=True)
class Baltimore:
    """The held-out half of the requests, the streets, and the answers."""

    tables: GazetteerTables
    gazetteer: Gazetteer
    requests: pd.DataFrame
    answers: list[GeocodeAnswer]


@pytest.fixture(scope="module")
def baltimore(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Baltimore:
    folder = shared_data / "baltimore_areas"
    tables = street_tables(
        gpd.read_file(folder / "streets.gpkg"),
        COLUMNS,
        city="Baltimore",
        other_city_names=["Baltimore City"],
        crossings=gpd.read_file(folder / "named_intersections.geojson"),
    )
    path = tmp_path_factory.mktemp("baltimore") / "streets.gaz"
    gazetteer = Gazetteer.build(tables, path, edition="baltimore")
    requests = pd.read_csv(shared_data / "baltimore_311" / "requests.csv", dtype=str)
    held_out = np.random.default_rng(SEED).random(len(requests)) >= 0.5
    requests["text"] = requests["Address"].fillna("").str.strip()
    requests = requests[held_out & (requests["text"] != "")].reset_index(drop=True)
    requests["lon"] = requests["Longitude"].astype(float)
    requests["lat"] = requests["Latitude"].astype(float)
    is_placeholder = requests["lat"].round(3) == requests["lat"].round(0)  # (39, -77) and the like
    requests.loc[is_placeholder, ["lon", "lat"]] = np.nan
    return Baltimore(tables, gazetteer, requests, [read(gazetteer, t) for t in requests["text"]])


@pytest.fixture(scope="module")
def outcome(baltimore: Baltimore, shared_data: Path) -> pd.DataFrame:
    """Give one row per request: what was found, how far off, and the neighbourhoods there."""
    rows = []
    for answer, lon, lat in zip(
        baltimore.answers, baltimore.requests["lon"], baltimore.requests["lat"], strict=True
    ):
        best = answer.best
        if best is None:
            rows.append((answer.decision, False, np.nan, np.nan, np.nan, np.nan, 0.0))
            continue
        away = distance_m((best.lon, best.lat), (lon, lat))
        is_matched = best.precision in EXACT
        rows.append(
            (
                answer.decision,
                is_matched,
                away,
                best.accuracy_m,
                best.lon,
                best.lat,
                best.confidence,
            )
        )
    columns = ["decision", "is_matched", "away_m", "accuracy_m", "lon", "lat", "confidence"]
    frame = pd.DataFrame(rows, columns=columns)
    frame["label"] = baltimore.requests["Neighborhood"]
    areas = gpd.read_file(shared_data / "baltimore_areas" / "neighborhoods.geojson")
    points = gpd.GeoDataFrame(
        frame[["label"]], geometry=gpd.points_from_xy(frame["lon"], frame["lat"]), crs=4326
    )[frame["lon"].notna()]
    joined = points.sjoin(areas[["name", "geometry"]], predicate="within")
    is_right = (joined["label"] == joined["name"]).groupby(level=0).any()
    frame["is_right"] = is_right.reindex(frame.index, fill_value=False)
    return frame


def test_most_addresses_are_found_where_they_were_recorded(outcome: pd.DataFrame) -> None:
    matched = outcome[outcome["is_matched"]]
    known = matched[matched["away_m"].notna()]
    share = len(matched) / len(outcome)
    median, near = known["away_m"].median(), (known["away_m"] < 60.0).mean()
    tell(f"{len(outcome)} addresses, matched {share:.1%}, with a coordinate {len(known)}")
    tell(f"median {median:.1f} m, below 60 m {near:.1%}")
    assert share >= 0.94
    assert median < 15.0
    assert near >= 0.92


def test_nine_of_ten_places_lie_within_their_stated_accuracy(outcome: pd.DataFrame) -> None:
    known = outcome[outcome["is_matched"] & outcome["away_m"].notna()]
    within = (known["away_m"] <= known["accuracy_m"]).mean()
    median = known["accuracy_m"].median()
    tell(f"within the stated accuracy {within:.1%}, which is {median:.1f} m in the middle")
    assert 0.90 <= within <= 0.95  # not bought with circles that hold everything
    assert median < 50.0


def test_accepted_places_lie_in_the_labelled_neighbourhood(outcome: pd.DataFrame) -> None:
    accepted = outcome[outcome["decision"] == Decision.ACCEPTED]
    labelled = accepted[accepted["label"].notna()]
    share, right = len(accepted) / len(outcome), labelled["is_right"].mean()
    tell(f"accepted {share:.1%}, neighbourhood right {right:.1%} of {len(labelled)}")
    assert share >= 0.80
    assert right >= 0.97
    assert (accepted["away_m"] > 300.0).mean() < 0.005


def test_the_confidence_is_how_often_it_is_right(outcome: pd.DataFrame) -> None:
    known = outcome[outcome["is_matched"] & outcome["away_m"].notna()]
    is_right = known["away_m"] <= np.maximum(known["accuracy_m"], 50.0)
    for low, high in ((0.0, 0.9), (0.9, 1.01)):
        rows = known["confidence"].between(low, high, inclusive="left")
        stated, found = known.loc[rows, "confidence"].mean(), is_right[rows].mean()
        tell(f"confidence {low}-{high}: {rows.sum()} places, {stated:.3f}, right {found:.3f}")
        spread = 3.0 * np.sqrt(stated * (1.0 - stated) / rows.sum())
        assert abs(stated - found) < spread + 0.01


def test_a_street_that_is_missing_is_seldom_accepted_as_another(
    baltimore: Baltimore, tmp_path: Path
) -> None:
    places = baltimore.tables.places
    is_gone = np.random.default_rng(SEED).random(len(places)) < 0.1
    gone = set(places.loc[is_gone, "uid"])

    def left(table: pd.DataFrame, *fields: str) -> pd.DataFrame:
        return table[~table[list(fields)].isin(gone).any(axis=1)].reset_index(drop=True)

    poorer = replace(
        baltimore.tables,
        places=left(places, "uid"),
        memberships=left(baltimore.tables.memberships, "uid"),
        roads=left(baltimore.tables.roads, "uid"),
        ranges=left(baltimore.tables.ranges, "road_uid"),
        crossings=left(baltimore.tables.crossings, "road_uid", "other_uid"),
    )
    gazetteer = Gazetteer.build(poorer, tmp_path / "poorer.gaz", edition="poorer")
    lost = [
        answer.text
        for answer in baltimore.answers
        if answer.decision is Decision.ACCEPTED
        and any(part.uid in gone for part in answer.candidates[0].parts)
    ]
    wrong = [text for text in lost if read(gazetteer, text).decision is Decision.ACCEPTED]
    tell(f"{len(lost)} addresses of {len(gone)} missing streets, accepted {len(wrong)}: {wrong}")
    assert len(lost) > 100
    assert len(wrong) <= 0.01 * len(lost)
