"""Real addresses of Shanghai stations: the district from the words alone."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from bench.addresses import shanghai
from bench.addresses.national import build_tables
from bench.addresses.peers.ours import describe
from geo.address.answers import Decision
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder

pytestmark = [
    pytest.mark.realdata,
    pytest.mark.usefixtures("national_tree"),
    pytest.mark.long,
]


@pytest.fixture(scope="module")
def geocoder(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Geocoder:
    folder = tmp_path_factory.mktemp("shanghai")
    tables = build_tables(shanghai.read_entries(shared_data), None, folder)
    return Geocoder(Gazetteer.build(tables, folder / "shanghai.gaz", edition="Shanghai"))


@pytest.fixture(scope="module")
def stations(shared_data: Path) -> pd.DataFrame:
    return shanghai.read_stations(shared_data)


@pytest.fixture(scope="module")
def found(geocoder: Geocoder, stations: pd.DataFrame) -> pd.DataFrame:
    answers = geocoder.geocode_many(stations["text"].tolist())
    return pd.DataFrame([describe(geocoder.gazetteer, answer) for answer in answers])


@pytest.fixture(scope="module")
def figures(stations: pd.DataFrame, found: pd.DataFrame) -> dict[str, Any]:
    result = shanghai.summarise(stations, found)
    print(json.dumps(result, ensure_ascii=False))  # noqa: T201 - shown with -s or on failure
    return result


def test_the_labels_agree_with_the_polygons_once_the_datum_is_right(
    stations: pd.DataFrame,
) -> None:
    assert len(stations) == 1603
    assert (stations["held_by"] == stations["label"]).sum() == 1562
    assert (stations["held_by"] == "").sum() >= 35


def test_the_district_is_read_from_the_words(figures: dict[str, Any]) -> None:
    assert figures["by_label"]["precision"] >= 0.99
    assert figures["by_label"]["recall"] >= 0.98
    assert figures["by_polygon"]["precision"] >= 0.99
    assert figures["by_polygon"]["recall"] >= 0.94


def test_putuo_of_zhoushan_is_not_putuo_of_shanghai(
    figures: dict[str, Any], stations: pd.DataFrame, found: pd.DataFrame
) -> None:
    assert figures["elsewhere"]["n"] == 35
    assert figures["elsewhere"]["texts_taken_for_ours"] == []
    is_outside = (stations["held_by"] == "") & (stations["label"] == shanghai.HOMONYM)
    assert (found.loc[is_outside, "decision"] != Decision.ACCEPTED).all()


def test_a_putuo_that_says_nothing_more_is_ours(geocoder: Geocoder) -> None:
    row = describe(geocoder.gazetteer, geocoder.geocode("普陀区曹杨路1888号"))
    assert (row["city"] or row["province"], row["district"]) == ("上海市", "普陀区")
