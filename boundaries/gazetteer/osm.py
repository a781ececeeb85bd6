"""Names, roads, house numbers and areas from an OpenStreetMap file (.osm.pbf, .osm).

OpenStreetMap data are under the ODbL; a definition should say so in ``edition.licence``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import osmium
import pandas as pd
import shapely

from boundaries.errors import SourceError
from boundaries.gazetteer.doors import parse_door
from boundaries.gazetteer.measures import inner_points
from boundaries.gazetteer.records import SourceContent
from boundaries.gazetteer.report import Refusal
from geo.address.tables import Level, NameStatus
from geo.arrays import GeometryArray, Progress

_LEVEL_OF_ADMIN = {
    "4": Level.PROVINCE, "5": Level.CITY, "6": Level.DISTRICT, "8": Level.TOWNSHIP,
    "10": Level.COMMUNITY,
}  # fmt: skip
_ROLES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("highway", {"bus_stop": "poi", "": "road"}),
    ("waterway", {"": "water"}),
    ("natural", {"water": "water", "": "zone"}),
    ("landuse", {"residential": "estate", "": "zone"}),
    ("place", {"neighbourhood": "estate", "quarter": "zone", "": "zone"}),
    ("leisure", {"park": "zone", "garden": "zone", "": "poi"}),
    *(
        (key, {"": "poi"})
        for key in (
            "amenity", "shop", "office", "tourism", "healthcare", "public_transport", "railway",
            "building", "historic", "man_made", "aeroway", "craft", "emergency",
        )
    ),
)  # fmt: skip
"""Role by key and value, the first key that a feature has; ``""`` for all other values."""
_NAMES = {
    "alt_name": NameStatus.ALIAS, "short_name": NameStatus.SHORT, "loc_name": NameStatus.ALIAS,
    "name:zh": NameStatus.ALIAS, "old_name": NameStatus.OLD,
}  # fmt: skip
_EVERY = 10_000


@dataclass(slots=True)
class OsmContent:
    """What the file gives; rows are counted over features with a name or a house number."""

    content: SourceContent
    n_read: int
    refused: list[Refusal] = field(default_factory=list)


@dataclass(slots=True)
class _Gathered:
    entries: list[tuple[Any, ...]] = field(default_factory=list)
    names: list[tuple[Any, ...]] = field(default_factory=list)
    doors: list[tuple[Any, ...]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    n_read: int = 0

    def refuse(self, field_name: str, value: str, problem: str, problem_zh: str) -> None:
        self.refused.append(Refusal("osm", self.n_read, field_name, value, problem, problem_zh))


def read_osm(path: Path, key: str, progress: Progress | None = None) -> OsmContent:
    """Read an OpenStreetMap file.

    Parameters
    ----------
    path
        The file.
    key
        Key of the source, which its uids begin with: ``key:w123`` for way 123.
    progress
        Called with stage ``read``; the total is unknown.

    Returns
    -------
    OsmContent
        Entries for named features, by the first key that says what they are; names for alt_name,
        old_name and the like; doors for addr:housenumber with addr:street or addr:place; areas for
        administrative borders of the levels 4, 5, 6, 8 and 10. WGS-84 degrees, which are those of
        CGCS2000.

    Raises
    ------
    SourceError
        The file cannot be read.
    """
    gathered = _Gathered()
    try:
        for thing, shape in _features(path):
            gathered.n_read += 1
            if progress is not None and gathered.n_read % _EVERY == 0:
                progress("read", gathered.n_read, 0)
            _gather(gathered, key, thing, shape)
    except (RuntimeError, OSError) as error:
        raise SourceError(path, f"cannot be read: {' '.join(str(error).split())}") from error
    frames = {}
    for part in ("entries", "names", "doors"):
        empty: pd.DataFrame = getattr(SourceContent(), part)
        frame = pd.DataFrame.from_records(getattr(gathered, part), columns=list(empty))
        frames[part] = frame.astype(empty.dtypes.to_dict())
    return OsmContent(SourceContent(**frames), gathered.n_read, gathered.refused)


@dataclass(frozen=True, slots=True)
class _Thing:
    """A feature without its shape: ``id`` such as n1, w2 or r3."""

    id: str
    tags: dict[str, str]


def _features(path: Path) -> Iterator[tuple[_Thing, shapely.Geometry | None]]:
    """Give named or numbered features; closed ways and multipolygons as areas, once each."""
    factory = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter("name", "addr:housenumber")
    for thing in osmium.FileProcessor(str(path)).with_areas(wanted).with_filter(wanted):
        tags = {tag.k: tag.v for tag in thing.tags}
        try:
            if isinstance(thing, osmium.osm.Node):
                yield _Thing(f"n{thing.id}", tags), shapely.from_wkb(factory.create_point(thing))
            elif isinstance(thing, osmium.osm.Area):
                if thing.from_way() and _is_line(tags):
                    continue
                name = f"{'w' if thing.from_way() else 'r'}{thing.orig_id()}"
                yield _Thing(name, tags), shapely.from_wkb(factory.create_multipolygon(thing))
            elif isinstance(thing, osmium.osm.Way) and (not thing.is_closed() or _is_line(tags)):
                yield (
                    _Thing(f"w{thing.id}", tags),
                    shapely.from_wkb(factory.create_linestring(thing)),
                )
        except (RuntimeError, ValueError):
            # A way whose nodes are not in the extract, or a border that does not close.
            yield _Thing(f"{thing.id}", tags), None


def _is_line(tags: Mapping[str, str]) -> bool:
    return ("highway" in tags or "waterway" in tags) and tags.get("area") != "yes"


def _gather(gathered: _Gathered, key: str, thing: _Thing, shape: shapely.Geometry | None) -> None:
    tags, name = thing.tags, thing.tags.get("name", "").strip()
    if shape is None or shapely.is_empty(shape):
        gathered.refuse("id", thing.id, "has no complete shape in this file", "图形不完整")
        return
    flat = shapely.force_2d(shape)
    inside = shapely.get_coordinates(shapely.point_on_surface(flat))
    lon, lat = inner_points(_alone(flat), inside)[0].tolist()
    if tags.get("addr:housenumber"):
        _gather_door(gathered, tags, lon, lat)
    if not name:
        return
    uid = f"{key}:{thing.id}"
    if tags.get("boundary") == "administrative":
        level = _LEVEL_OF_ADMIN.get(tags.get("admin_level", ""))
        if level is None or shapely.get_dimensions(flat) < 2:  # noqa: PLR2004 - a border's line
            return
        code = tags.get("ref:CN:adcode", tags.get("ref", ""))
        gathered.entries.append(
            (uid, "area", name, "", int(level), code, "", True, lon, lat, float("nan"), flat)
        )
    else:
        role, kind = _role_of(tags)
        if not role:
            problem = "has a name but no key that says what it is"
            gathered.refuse("name", name, problem, "有名称而无类别")
            return
        drawn = None if shapely.get_dimensions(flat) == 0 else flat
        gathered.entries.append(
            (uid, role, name, kind, 0, "", "", True, lon, lat, float("nan"), drawn)
        )
    for tag, status in _NAMES.items():
        for text in tags.get(tag, "").split(";"):
            if text.strip() and text.strip() != name:
                gathered.names.append((uid, "", text.strip(), str(status), "", ""))


def _gather_door(gathered: _Gathered, tags: Mapping[str, str], lon: float, lat: float) -> None:
    owner = tags.get("addr:street") or tags.get("addr:place", "")
    text = tags["addr:housenumber"]
    door = parse_door(text)
    if door is None:
        gathered.refuse("addr:housenumber", text, "holds no house number", "没有可识别的门牌号")
    elif not owner:
        gathered.refuse("addr:street", "", "is blank", "为空")
    else:
        gathered.doors.append(("", owner.strip(), *door, lon, lat))


def _alone(shape: shapely.Geometry) -> GeometryArray:
    return pd.Series([shape], dtype=object).to_numpy()


def _role_of(tags: Mapping[str, str]) -> tuple[str, str]:
    for key, roles in _ROLES:
        if (value := tags.get(key)) is not None:
            return roles.get(value, roles[""]), value if value != "yes" else key
    return "", ""
