"""Write a demo city as the files that a city would bring: data and their definitions."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import pyogrio

from xiaqu.demo.codes import CITY_CODE
from xiaqu.demo.layers import DemoCity, DemoLayer

VALID_FROM = "2025-01-01"
CITY_SOURCE = "city"
"""Key of the source that names the city itself, which no layer does."""

_AUTHORITY = "示范数据 generated"
_SOURCE = "xiaqu.demo: fictitious city generated from a seed"


@dataclass(frozen=True, slots=True)
class LayerFile:
    """One written layer: its key, GeoPackage, TOML definition and number of features."""

    key: str
    path: Path
    definition: Path
    n_features: int


def write_city(city: DemoCity, folder: Path) -> list[LayerFile]:
    """Write every layer as ``<key>.gpkg`` with ``<key>.toml``, and the names.

    The names of the city are in ``gazetteer.csv``, to read; ``city.csv`` with ``city.toml`` is a
    source of the gazetteer with one row, the city itself.

    Parameters
    ----------
    city
        A generated city.
    folder
        Created if missing; files of the same name are replaced.

    Returns
    -------
    files
        In the order in which they should be imported: parents before children.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for layer in city.layers.values():
        path, definition = folder / f"{layer.key}.gpkg", folder / f"{layer.key}.toml"
        path.unlink(missing_ok=True)
        pyogrio.write_dataframe(
            layer.frame, path, layer=layer.key, driver="GPKG", use_arrow=True, SPATIAL_INDEX="NO"
        )
        definition.write_text(describe_layer(layer, city), encoding="utf-8")
        written.append(LayerFile(layer.key, path, definition, len(layer.frame)))
    city.gazetteer.to_csv(folder / "gazetteer.csv", index=False, encoding="utf-8")
    with (folder / f"{CITY_SOURCE}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("code", "name", "level"), (CITY_CODE, city.name, "city")])
    definition = folder / f"{CITY_SOURCE}.toml"
    definition.write_text(describe_city(city), encoding="utf-8")
    return written


def describe_layer(layer: DemoLayer, city: DemoCity) -> str:
    """Layer definition in TOML; says that the layer is generated, derived and unreviewed."""
    columns = set(layer.frame.columns)
    fields: dict[str, object] = {"code": "code", "name": "name"}
    if "parent_code" in columns:
        fields["parent"] = "parent_code"
    if "population" in columns:
        fields["population"] = "population"
    if layer.extra:
        fields["extra"] = list(layer.extra)
    tables: dict[str, dict[str, object]] = {
        "layer": {
            "key": layer.key,
            "name": layer.name,
            "kind": layer.key,
            "role": layer.role,
            "parent": layer.parent,
        },
        "source": {"path": f"{layer.key}.gpkg", "layer": layer.key, "datum": "CGCS2000"},
        "fields": fields,
        "edition": _edition(city) | {"legal_status": "derived", "review_number": ""},
    }
    if layer.precedence:
        tables["overlay"] = {"precedence": layer.precedence}
    return _toml(tables)


def describe_city(city: DemoCity) -> str:
    """Definition in TOML of the source that names the city itself."""
    tables: dict[str, dict[str, object]] = {
        "gazetteer": {"key": CITY_SOURCE, "name": "城市"},
        "source": {"path": f"{CITY_SOURCE}.csv", "datum": "CGCS2000"},
        "edition": _edition(city),
        "[table]": {"holds": "areas"},
        "table.fields": {"code": "code", "name": "name", "level": "level"},
    }
    return _toml(tables)


def _edition(city: DemoCity) -> dict[str, object]:
    return {
        "label": f"{city.name}示范数据 {city.scale.name} {city.seed}",
        "valid_from": VALID_FROM,
        "date": VALID_FROM,
        "authority": _AUTHORITY,
        "licence": "Apache-2.0",
        "source": _SOURCE,
        "secrecy": "内部",
        "generated": True,
    }


def _toml(tables: dict[str, dict[str, object]]) -> str:
    return "\n\n".join(_table(name, values) for name, values in tables.items()) + "\n"


def _table(name: str, values: dict[str, object]) -> str:
    # JSON strings, booleans and lists of strings are written alike in TOML; dates are bare.
    lines = [f"[{name}]"]
    for key, value in values.items():
        is_date = key in {"valid_from", "date"}
        lines.append(f"{key} = {value if is_date else json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines)
