"""The files of the demo city: data, definitions, gazetteer."""

import tomllib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from boundaries.definition import load_definition
from boundaries.gazetteer.definition import Holds, load_gazetteer_definition
from xiaqu.demo import CITY_SOURCE, DemoCity, LayerFile, generate_city, write_city


@pytest.fixture(scope="module")
def city() -> DemoCity:
    return generate_city("tiny")


@pytest.fixture(scope="module")
def files(city: DemoCity, tmp_path_factory: pytest.TempPathFactory) -> list[LayerFile]:
    return write_city(city, tmp_path_factory.mktemp("demo") / "new folder")


def test_every_layer_is_written_and_reads_back_unchanged(
    city: DemoCity, files: list[LayerFile]
) -> None:
    assert [file.key for file in files] == list(city.layers)
    for file in files:
        frame = city.layers[file.key].frame
        back = gpd.read_file(file.path)
        assert len(back) == len(frame) == file.n_features
        assert back.crs.to_epsg() == 4490
        assert (shapely.to_wkb(back.geometry) == shapely.to_wkb(frame.geometry)).all()
        assert back["code"].tolist() == frame["code"].tolist()
        assert back["name"].tolist() == frame["name"].tolist()


def test_definitions_are_accepted_by_the_importer(files: list[LayerFile]) -> None:
    for file in files:
        definition = load_definition(file.definition)
        assert definition.layer.key == file.key
        assert file.definition.parent / definition.source.path == file.path
        columns = set(gpd.read_file(file.path, rows=1).columns)
        fields = definition.fields
        wanted = {fields.code, fields.name, fields.parent, fields.population, *fields.extra}
        assert wanted - {""} <= columns, file.key


def test_definitions_say_that_the_city_is_generated_and_unreviewed(files: list[LayerFile]) -> None:
    for file in files:
        edition = tomllib.loads(file.definition.read_text(encoding="utf-8"))["edition"]
        assert edition["generated"] is True
        assert edition["review_number"] == ""
        assert edition["legal_status"] == "derived"
        assert edition["secrecy"] == "内部"
        assert edition["authority"] == "示范数据 generated"
        assert edition["valid_from"].isoformat() == "2025-01-01"


def test_parents_come_before_their_children(city: DemoCity, files: list[LayerFile]) -> None:
    seen = {""}
    for file in files:
        assert city.layers[file.key].parent in seen
        seen.add(file.key)
    assert [file.key for file in files[:4]] == ["district", "township", "community", "grid"]


def test_the_special_layer_takes_its_precedence_from_a_field(files: list[LayerFile]) -> None:
    special = next(file for file in files if file.key == "special")
    assert load_definition(special.definition).overlay.precedence == "precedence"


def test_the_gazetteer_is_a_csv_of_text_codes(city: DemoCity, files: list[LayerFile]) -> None:
    table = pd.read_csv(files[0].path.parent / "gazetteer.csv", dtype={"township_code": str})
    assert len(table) == len(city.gazetteer)
    assert table["lon"].tolist() == city.gazetteer["lon"].tolist()
    assert table["township_code"].fillna("").tolist() == city.gazetteer["township_code"].tolist()


def test_the_city_itself_is_a_source_of_one_row(city: DemoCity, files: list[LayerFile]) -> None:
    folder = files[0].path.parent
    definition = load_gazetteer_definition(folder / f"{CITY_SOURCE}.toml")
    assert definition.gazetteer.key == CITY_SOURCE
    assert definition.edition.generated
    assert [table.holds for table in definition.table] == [Holds.AREAS]
    table = pd.read_csv(folder / definition.source.path, dtype=str)
    assert table.to_dict("records") == [{"code": "990100", "name": city.name, "level": "city"}]
    districts = city.layers["district"].frame["code"]
    assert (districts.str[:4] + "00" == "990100").all()


def test_writing_again_replaces_the_files(
    city: DemoCity, files: list[LayerFile], tmp_path: Path
) -> None:
    write_city(city, tmp_path)
    again = write_city(city, tmp_path)
    assert [file.n_features for file in again] == [file.n_features for file in files]
    assert len(gpd.read_file(again[0].path)) == again[0].n_features
