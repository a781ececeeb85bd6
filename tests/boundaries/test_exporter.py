"""Export: formats that can be written, and what is refused."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest

from boundaries.errors import DateOutsideValidityError, ExportFormatError
from boundaries.exporter import export_layer
from boundaries.store import BoundaryStore

Fill = Callable[[BoundaryStore], BoundaryStore]


def test_an_unknown_suffix_lists_the_known_ones(
    embedded: BoundaryStore, city: Fill, tmp_path: Path
) -> None:
    with pytest.raises(ExportFormatError, match=r"\.gpkg"):
        export_layer(city(embedded), "district", tmp_path / "a.dwg")


def test_an_existing_file_is_replaced(embedded: BoundaryStore, city: Fill, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    export_layer(city(embedded), "township", path)
    edition = export_layer(embedded, "district", path)
    frame = gpd.read_file(path)
    assert frame["name"].tolist() == ["东湖区", "西湖区"]
    assert frame.crs.to_epsg() == 4490
    assert edition.layer == "district"


def test_a_date_outside_the_validity_is_refused(
    embedded: BoundaryStore, city: Fill, tmp_path: Path
) -> None:
    with pytest.raises(DateOutsideValidityError):
        export_layer(city(embedded), "district", tmp_path / "a.gpkg", at=date(2020, 1, 1))
