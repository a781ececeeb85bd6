"""Findings about what the rows of a rule book say of places: layers, areas, lines, assets."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from typing import TypedDict

import numpy as np
import shapely

from boundaries.snapshot import AreaInfo
from geo.arrays import BoolArray
from geo.index import LocationIndex
from governance.book.definition import Agreement, RuleBook
from governance.book.findings import BookFinding, Severity
from governance.book.lattice import Terrain
from governance.book.references import ReferenceKind
from governance.owner.compiled import NOBODY, Compiled, FeatureRules, valid_on
from governance.owner.grounds import Grounds

__all__ = ["find_place_findings"]

_HANDED_OVER = ("is_handed_over", "handed_over")
"""Attributes that say whether a road was handed over to the public; false ones count."""

_NO = frozenset({"false", "0", "no", "否"})
_CLASS = ("component_class", "facility_type")
_NAMED = 5
_EVERY_DEG = 2e-4
"""Between the places at which a line is tried, about 20 m."""


def find_place_findings(
    compiled: Compiled, grounds: Grounds, terrain: Terrain, at: date
) -> list[BookFinding]:
    """Find rows of a book that name places which are not there, and things without owner.

    Parameters
    ----------
    compiled
        The book on these grounds.
    grounds, terrain
        The places, from the same editions.
    at
        Date for which it is checked.
    """
    names = _Names(compiled, grounds, terrain)
    found = list(_layers(compiled, names))
    found += _agreements(compiled, grounds, terrain, names)
    found += _posts(compiled.book, names, at)
    found += _estates(compiled, names)
    found += _assets(compiled, names)
    found += _roads(compiled, names)
    return found


class _Place(TypedDict):
    lon: float
    lat: float


class _Names:
    """Codes of the layers that are loaded, and a place of each feature."""

    def __init__(self, compiled: Compiled, grounds: Grounds, terrain: Terrain) -> None:
        self._compiled = compiled
        self.layers = frozenset(grounds.editions)
        self._terrain = terrain

    def has(self, layer: str, code: str) -> bool:
        """Whether a layer that is loaded has a feature."""
        return layer in self.layers and code in self._compiled.ordinals(layer)

    def place(self, layer: str, ordinal: int) -> _Place:
        """Give a place in or on a feature."""
        lon, lat = self._terrain.points[layer][ordinal].tolist()
        return {"lon": lon, "lat": lat}


def _layers(compiled: Compiled, names: _Names) -> Iterator[BookFinding]:
    """Find rules about layers and areas that are not there."""
    for key in sorted({*compiled.book.head.layers.values()} - names.layers):
        yield BookFinding(
            code="unknown_layer",
            severity=Severity.ERROR,
            subject=key,
            message=f"book.toml 所指图层 {key} 没有启用的版本",
            message_en=f"book.toml names layer {key}, which has no active edition",
        )
    for rule in compiled.rules:
        if rule.layer and rule.layer not in names.layers:
            yield BookFinding(
                code="unknown_layer",
                severity=Severity.ERROR,
                subject=rule.code,
                message=f"规则 {rule.code} 所在图层 {rule.layer} 没有启用的版本",
                message_en=f"rule {rule.code}: layer {rule.layer} has no active edition",
            )
            continue
        missing = [code for code in rule.areas if rule.layer and not names.has(rule.layer, code)]
        if missing:
            shown = ", ".join(missing[:_NAMED])
            yield BookFinding(
                code="unknown_area",
                severity=Severity.ERROR,
                subject=rule.code,
                message=f"规则 {rule.code}：图层 {rule.layer} 没有 {shown}",
                message_en=f"rule {rule.code}: layer {rule.layer} has no {shown}",
                count=len(missing),
                areas=tuple((rule.layer, code) for code in missing),
            )


def _agreements(
    compiled: Compiled, grounds: Grounds, terrain: Terrain, names: _Names
) -> Iterator[BookFinding]:
    steps = {key: step for step, key in compiled.layer_of.items()}
    for row in compiled.book.agreements:
        pairs = [(row.layer, row.area_a), (row.layer, row.area_b), (row.line_layer, row.line)]
        if row.owner:
            pairs.append((row.layer, row.owner))
        missing = [pair for pair in dict.fromkeys(pairs) if not names.has(*pair)]
        is_line = row.line_layer in terrain.shapes and row.line_layer in grounds.features
        if missing or not is_line or row.layer not in steps:
            what = (
                ", ".join(f"{layer} {code}" for layer, code in missing)
                or f"{row.layer}, {row.line_layer}"
            )
            yield BookFinding(
                code="agreement_unknown",
                severity=Severity.ERROR,
                subject=row.code,
                message=f"协议 {row.code} 所指不存在：{what}",
                message_en=f"agreement {row.code} names what is not there: {what}",
                count=max(1, len(missing)),
            )
            continue
        apart = _apart(compiled, grounds, terrain, row)
        if apart:
            shown = ", ".join(apart)
            yield BookFinding(
                code="agreement_apart",
                severity=Severity.WARNING,
                subject=row.code,
                message=f"协议 {row.code}：{row.line} 的 {row.reach_m:g} m 内没有 {shown}",
                message_en=f"agreement {row.code}: {row.line} has no {shown} within reach",
                areas=((row.layer, row.area_a), (row.layer, row.area_b)),
                **names.place(row.line_layer, compiled.ordinals(row.line_layer)[row.line]),
            )


def _apart(compiled: Compiled, grounds: Grounds, terrain: Terrain, row: Agreement) -> list[str]:
    """Give the areas of an agreement that are nowhere within its reach of its line."""
    index = grounds.locator.snapshot(row.layer).index
    ordinals = compiled.ordinals(row.layer)
    wanted = {ordinals[row.area_a]: row.area_a, ordinals[row.area_b]: row.area_b}
    line = terrain.shapes[row.line_layer][compiled.ordinals(row.line_layer)[row.line]]
    for lon, lat in shapely.get_coordinates(shapely.segmentize(line, _EVERY_DEG)).tolist():
        for area in (*index.covering(lon, lat), *_near(index, lon, lat, row.reach_m)):
            wanted.pop(area, None)
        if not wanted:
            break
    return sorted(wanted.values())


def _near(index: LocationIndex, lon: float, lat: float, reach_m: float) -> Iterator[int]:
    yield from (area for area, _ in index.contenders(lon, lat, reach_m))


def _posts(book: RuleBook, names: _Names, at: date) -> Iterator[BookFinding]:
    unknown: dict[str, list[str]] = defaultdict(list)
    vacant: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for post in book.posts:
        if not valid_on(post.valid_from, post.valid_to, at):
            continue
        total[post.kind.value] += 1
        if not post.holder:
            vacant[post.kind.value] += 1
        if not names.has(post.layer, post.area):
            unknown[f"{post.layer} {post.area}"].append(post.code)
    for area, codes in sorted(unknown.items()):
        shown = ", ".join(codes[:_NAMED])
        yield BookFinding(
            code="post_unknown",
            severity=Severity.WARNING,
            subject=area,
            message=f"岗位 {shown} 所在的 {area} 不存在",
            message_en=f"posts {shown} are on {area}, which is not there",
            count=len(codes),
        )
    for kind, n in sorted(vacant.items()):
        yield BookFinding(
            code="post_vacant",
            severity=Severity.NOTE,
            subject=kind,
            message=f"{kind}：{total[kind]:,} 个岗位中 {n:,} 个空缺",
            message_en=f"{kind}: {n:,} of {total[kind]:,} posts are to be filled",
            count=n,
        )


def _estates(compiled: Compiled, names: _Names) -> Iterator[BookFinding]:
    """Find estates of the register that no layer with rules about estates has."""
    layers = {
        rule.layer
        for rule, reference in zip(compiled.rules, compiled.references, strict=True)
        if reference.kind == ReferenceKind.ESTATE and rule.layer in names.layers
    }
    layers = layers or ({"estate"} & names.layers)
    missing = [
        estate.code
        for estate in compiled.book.estates
        if not any(names.has(layer, estate.code) for layer in layers)
    ]
    for code in missing:
        yield BookFinding(
            code="estate_unknown",
            severity=Severity.WARNING,
            subject=code,
            message=f"小区 {code} 在图层 {'、'.join(sorted(layers)) or 'estate'} 中不存在",
            message_en=f"estate {code} is not in layer {', '.join(sorted(layers)) or 'estate'}",
        )


def _assets(compiled: Compiled, names: _Names) -> Iterator[BookFinding]:
    """Find assets of classes that categories count on, for which no rule finds a body."""
    wanted = {name for entry in compiled.categories for name in entry.asset_classes}
    for layer, rules in compiled.assets.items():
        is_owned = _owned(rules)
        missing: dict[str, list[int]] = defaultdict(list)
        total: Counter[str] = Counter()
        for area in compiled.areas[layer]:
            kind = _class_of(area)
            if kind not in wanted:
                continue
            total[kind] += 1
            if not is_owned[area.ordinal]:
                missing[kind].append(area.ordinal)
        for kind, ordinals in sorted(missing.items()):
            share = f"{len(ordinals):,} / {total[kind]:,}"
            yield BookFinding(
                code="asset_without_owner",
                severity=Severity.WARNING,
                subject=f"{layer} {kind}",
                message=f"{kind}：{share} 个没有权属登记",
                message_en=f"{kind}: {share} have no recorded owner",
                count=len(ordinals),
                areas=tuple((layer, rules.codes[o]) for o in ordinals[:_NAMED]),
                **names.place(layer, ordinals[0]),
            )


def _roads(compiled: Compiled, names: _Names) -> Iterator[BookFinding]:
    """Find lines that are not handed over and for which no rule finds a body."""
    for layer, rules in compiled.lines.items():
        is_owned = _owned(rules)
        for area in compiled.areas[layer]:
            if is_owned[area.ordinal] or not _is_private(area):
                continue
            yield BookFinding(
                code="road_without_owner",
                severity=Severity.WARNING,
                subject=area.code,
                message=f"{area.name}（{area.code}）未移交，且没有规则指明其主体",
                message_en=f"{area.name} ({area.code}) is not handed over and no rule names a body",
                areas=((layer, area.code),),
                **names.place(layer, area.ordinal),
            )


def _owned(rules: FeatureRules) -> BoolArray:
    """Tell for which features some rule finds a body."""
    owned = np.zeros(len(rules.codes), dtype=np.bool_)
    feature = np.repeat(np.arange(len(rules.codes)), np.diff(rules.indptr))
    owned[feature[rules.bodies != NOBODY]] = True
    return owned


def _is_private(area: AreaInfo) -> bool:
    values = [area.attributes[name] for name in _HANDED_OVER if name in area.attributes]
    return any(str(value).strip().lower() in _NO for value in values)


def _class_of(area: AreaInfo) -> str:
    return next((str(area.attributes[k]) for k in _CLASS if area.attributes.get(k)), "")
