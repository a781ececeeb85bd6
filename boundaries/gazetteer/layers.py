"""Areas and places that the layers of the boundary store already hold.

The kind of a layer, or else its key, says what its areas are in an address; see ``LEVEL_OF_KIND``
and ``USE_OF_KIND``. A partition of another kind is placed by the length of its codes: 6 characters
are a district, 9 a township, 12 a community. Every other layer is left out and named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import shapely

from boundaries.gazetteer.doors import parse_door
from boundaries.gazetteer.measures import inner_points, reach_m
from boundaries.gazetteer.records import SourceContent
from boundaries.records import AreaTable, EditionInfo, LayerInfo
from boundaries.snapshot import load_snapshot
from boundaries.store import BoundaryStore
from geo.address.tables import Level, NameStatus
from geo.arrays import GeometryArray, Progress
from geo.index.location import LocationIndex

LEVEL_OF_KIND: Mapping[str, Level] = {
    **dict.fromkeys(("province", "省"), Level.PROVINCE),
    **dict.fromkeys(("city", "市"), Level.CITY),
    **dict.fromkeys(("district", "county", "区", "区县", "县"), Level.DISTRICT),
    **dict.fromkeys(("township", "subdistrict", "街道", "乡镇", "街镇", "街乡镇"), Level.TOWNSHIP),
    **dict.fromkeys(("community", "village", "社区", "村", "村居"), Level.COMMUNITY),
}
"""Level of a partition by its kind."""

USE_OF_KIND: Mapping[str, str] = {
    **dict.fromkeys(("estate", "compound", "小区", "居住小区"), "estate"),
    **dict.fromkeys(("road", "street", "道路"), "road"),
    **dict.fromkeys(("river", "lake", "water", "河流", "水系"), "water"),
    **dict.fromkeys(("special", "park", "zone", "特殊区域", "园区"), "zone"),
    **dict.fromkeys(("facility", "poi", "设施", "服务设施", "兴趣点"), "poi"),
    **dict.fromkeys(("entrance", "gate", "出入口", "小区出入口"), "gate"),
    **dict.fromkeys(("door", "doorplate", "门牌"), "door"),
}
"""Role of an overlay, a linear layer or an asset by its kind; ``door`` for house numbers."""

_LEVEL_OF_CODE_LENGTH = {6: Level.DISTRICT, 9: Level.TOWNSHIP, 12: Level.COMMUNITY}
_KIND_FIELDS = ("category", "facility_type", "road_class", "kind", "type", "类别", "类型", "分类")
_ALIAS_FIELDS = {
    NameStatus.ALIAS: ("alias", "aliases", "别名", "简称"),
    NameStatus.OLD: ("old_name", "曾用名", "原名"),
}
_OWNER_FIELDS = ("estate_code", "road_code", "owner_code", "小区编码", "道路编码")
_OWNER_NAME_FIELDS = ("road_name", "owner_name", "道路名称", "小区名称")
_NUMBER_FIELDS = ("number", "house_number", "门牌号", "门牌号码")


@dataclass(frozen=True, slots=True)
class AreaShapes:
    """The outlines of the areas of one level; ``index`` answers in ordinals of ``uids``."""

    level: Level
    uids: tuple[str, ...]
    """By ordinal of the index."""
    shapes: GeometryArray
    index: LocationIndex


@dataclass(slots=True)
class LayerContent:
    """What the layers give: content, outlines by level, and what was used and what was not."""

    contents: list[SourceContent] = field(default_factory=list)
    outlines: list[AreaShapes] = field(default_factory=list)
    used: list[dict[str, Any]] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def layer_uid(layer: str, code: str) -> str:
    """Name an area of a layer in the gazetteer: it stays the same in every edition."""
    return f"{layer}:{code}"


def read_layer_content(store: BoundaryStore, progress: Progress | None = None) -> LayerContent:
    """Read what the active editions of all layers give to the gazetteer.

    Parameters
    ----------
    store
        The boundary store.
    progress
        Called with stage ``layers``.

    Returns
    -------
    LayerContent
        ``outlines`` hold partitions only, coarse before fine.
    """
    found, layers = LayerContent(), store.layers()
    editions = {edition.layer: edition for edition in store.active_editions()}
    for done, layer in enumerate(layers):
        if progress is not None:
            progress("layers", done, len(layers))
        if (edition := editions.get(layer.key)) is None:
            continue
        if layer.role == "partition":
            is_used = _add_partition(store, layer, edition, found)
        else:
            is_used = _add_places(store, layer, edition, layers, found)
        if is_used:
            found.used.append({"layer": layer.key, **edition.summary()})
        else:
            found.unused.append(layer.key)
    if progress is not None:
        progress("layers", len(layers), len(layers))
    return found


def _use(layer: LayerInfo) -> str:
    return USE_OF_KIND.get(layer.kind.casefold()) or USE_OF_KIND.get(layer.key, "")


def _level(store: BoundaryStore, layer: LayerInfo, edition: EditionInfo) -> Level:
    named = LEVEL_OF_KIND.get(layer.kind.casefold()) or LEVEL_OF_KIND.get(layer.key)
    if named is not None:
        return named
    table = store.areas(edition.id, geometry=False)
    lengths = np.bincount([len(code) for code in table.codes] or [0])
    return _LEVEL_OF_CODE_LENGTH.get(int(lengths.argmax()), Level.NONE)


def _add_partition(
    store: BoundaryStore, layer: LayerInfo, edition: EditionInfo, found: LayerContent
) -> bool:
    """Add the areas of a partition; False where its level is unknown or taken already."""
    level = _level(store, layer, edition)
    if level is Level.NONE or any(level is outline.level for outline in found.outlines):
        return False
    table = store.areas(edition.id)
    shapes = table.require_geometries()
    uids = [layer_uid(layer.key, code) for code in table.codes]
    entries = pd.DataFrame(
        {
            "uid": uids,
            "role": "area",
            "name": table.names,
            "kind": layer.name,
            "level": int(level),
            "code": table.codes,
            "parent": [
                layer_uid(layer.parent, code) if code else "" for code in table.parent_codes
            ],
            "is_ours": True,
            "lon": table.points[:, 0],
            "lat": table.points[:, 1],
            "radius_m": reach_m(shapes, table.points),
            "geometry": None,
        }
    )
    found.contents.append(SourceContent(entries=entries, names=_more_names(uids, table)))
    index = load_snapshot(store, layer, edition).index
    order = index.order
    found.outlines.append(
        AreaShapes(level, tuple(uids[row] for row in order.tolist()), shapes[order], index)
    )
    return True


def _add_places(
    store: BoundaryStore,
    layer: LayerInfo,
    edition: EditionInfo,
    layers: Sequence[LayerInfo],
    found: LayerContent,
) -> bool:
    """Add the places or house numbers of a layer; False where its kind says nothing."""
    use = _use(layer)
    if not use:
        return False
    table = store.areas(edition.id)
    if use == "door":
        doors = _doors(layer, table, layers)
        found.contents.append(SourceContent(doors=doors))
        if len(doors) < len(table):
            n = len(table) - len(doors)
            found.warnings.append(f"layer {layer.key}: {n} house numbers cannot be read")
        return True
    shapes = table.require_geometries()
    points = inner_points(shapes, table.points)
    uids = [layer_uid(layer.key, code) for code in table.codes]
    owner = _owner_layer(layer, layers, {"estate"}) if use == "gate" else ""
    kept = shapes.copy()
    kept[shapely.get_dimensions(shapes) == 0] = None
    entries = pd.DataFrame(
        {
            "uid": uids,
            "role": use,
            "name": table.names,
            "kind": [_first(values, _KIND_FIELDS) or layer.name for values in table.attributes],
            "level": 0,
            "code": table.codes,
            "parent": [_owner_uid(owner, table, row) for row in range(len(table))],
            "is_ours": True,
            "lon": points[:, 0],
            "lat": points[:, 1],
            "radius_m": reach_m(shapes, points),
            "geometry": kept,
        }
    )
    found.contents.append(SourceContent(entries=entries, names=_more_names(uids, table)))
    return True


def _doors(layer: LayerInfo, table: AreaTable, layers: Sequence[LayerInfo]) -> pd.DataFrame:
    owner = _owner_layer(layer, layers, {"road", "estate"})
    rows = []
    for row, values in enumerate(table.attributes):
        number = parse_door(_first(values, _NUMBER_FIELDS) or table.names[row])
        if number is None:
            continue
        rows.append(
            (
                _owner_uid(owner, table, row),
                _first(values, _OWNER_NAME_FIELDS),
                *number,
                *table.points[row].tolist(),
            )
        )
    empty = SourceContent().doors
    return pd.DataFrame.from_records(rows, columns=list(empty)).astype(empty.dtypes.to_dict())


def _owner_layer(layer: LayerInfo, layers: Sequence[LayerInfo], uses: set[str]) -> str:
    """Key of the layer that the codes of owners belong to: the parent, else the first that fits."""
    if layer.parent:
        return layer.parent
    fitting = [other for other in layers if _use(other) in uses]
    fitting.sort(key=lambda other: _use(other) != "road")
    return fitting[0].key if fitting else ""


def _owner_uid(owner: str, table: AreaTable, row: int) -> str:
    code = table.parent_codes[row] or _first(table.attributes[row], _OWNER_FIELDS)
    return layer_uid(owner, code) if owner and code else ""


def _more_names(uids: Sequence[str], table: AreaTable) -> pd.DataFrame:
    rows = [
        (uid, "", name.strip(), str(status), "", "")
        for uid, values in zip(uids, table.attributes, strict=True)
        for status, names in _ALIAS_FIELDS.items()
        for name in _first(values, names).replace("；", ";").split(";")
        if name.strip()
    ]
    return pd.DataFrame.from_records(rows, columns=list(SourceContent().names))


def _first(values: Mapping[str, Any], names: Sequence[str]) -> str:
    for name in names:
        if values.get(name) not in (None, ""):
            return str(values[name]).strip()
    return ""
