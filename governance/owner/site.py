"""What lies at a place: areas, lines, assets, rulings and agreements, as ordinals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from boundaries.located import BORDER, NEAREST, NONE, OVERLAP, Located
from boundaries.locator import Locator
from governance.book.definition import Agreement
from governance.book.rulings import Ruling
from governance.book.terms import Step
from governance.owner.compiled import PARTITIONS, Compiled, valid_on

__all__ = [
    "DEFAULT_REACH_M",
    "AreaHit",
    "FeatureHit",
    "OverlayHit",
    "Site",
    "apply_agreements",
    "default_reach",
    "reach_of",
    "read_areas",
    "read_overlays",
    "rulings_at",
]

DEFAULT_REACH_M = {Step.ASSET: 30.0, Step.LINEAR: 5.0}
"""Reach of a rule without one, where a line has no ``width_m``; metres."""


@dataclass(slots=True)
class AreaHit:
    """The area of one partition that holds a place.

    ``covering`` are all areas at no distance, the one taken first; ``is_doubtful`` where the place
    lies exactly on a border, in an overlap or in a gap. ``neighbours`` are the other areas within
    the accuracy, with metres. ``agreed`` is set where an agreement settles the place; ``border_m``
    is then how far it is from where the agreement would give it to the other side.
    """

    ordinal: int
    covering: tuple[int, ...]
    neighbours: tuple[tuple[int, float], ...]
    border_m: float
    rule: str
    agreed: Agreement | None = None

    @property
    def is_doubtful(self) -> bool:
        """Whether the area is only one of several, or the nearest."""
        return self.agreed is None and (len(self.covering) > 1 or self.rule == NEAREST)


@dataclass(frozen=True, slots=True)
class OverlayHit:
    """An area of an overlay that covers a place."""

    layer: str
    ordinal: int
    precedence: int
    border_m: float


@dataclass(frozen=True, slots=True)
class FeatureHit:
    """A line or an asset near a place; ``side`` is empty for assets."""

    layer: str
    ordinal: int
    distance_m: float
    side: str = ""


@dataclass(slots=True)
class Site:
    """A place with all that lies there; see the module.

    ``moved_by`` names, for steps finer than the layer of an agreement that moved the place, that
    agreement: what is known of the finer areas holds for the other side.
    """

    areas: dict[Step, AreaHit]
    overlays: list[OverlayHit]
    lines: list[FeatureHit]
    assets: list[FeatureHit]
    rulings: list[Ruling]
    moved_by: dict[Step, Agreement] = field(default_factory=dict)

    @property
    def chain(self) -> dict[Step, int]:
        """Ordinal of the area of each partition step, -1 for none."""
        return {step: hit.ordinal for step, hit in self.areas.items()}


def read_areas(compiled: Compiled, located: Located, locator: Locator) -> dict[Step, AreaHit]:
    """Read the areas of the partition steps from an answer of a locator."""
    entries: Mapping[str, dict[str, Any]] = {entry["layer"]: entry for entry in located.chain}
    found = {}
    for step in PARTITIONS:
        key = compiled.layer_of.get(step)
        if key is None:
            continue
        covering: tuple[int, ...] = ()
        if entries[key]["rule"] == OVERLAP:
            # Contenders are listed near a border only, and an overlap may reach far from one.
            covering = locator.snapshot(key).index.covering(located.lon, located.lat)
        found[step] = _area_hit(compiled.partitions[step].ordinals, entries[key], covering)
    return found


def _area_hit(
    ordinals: Mapping[str, int], entry: dict[str, Any], overlapping: tuple[int, ...]
) -> AreaHit:
    ordinal = -1 if entry["code"] is None else ordinals[entry["code"]]
    near = [(ordinals[c["code"]], float(c["distance_m"])) for c in entry["contenders"]]
    rule = entry["rule"]
    covering: tuple[int, ...] = (ordinal,) if ordinal >= 0 else ()
    if rule in {BORDER, OVERLAP}:
        touching = {area for area, metres in near if metres == 0.0} | {*overlapping}
        others = sorted(touching - {ordinal})
        covering = (ordinal, *others)
    neighbours = tuple(pair for pair in near if pair[0] not in covering) if rule != NONE else ()
    return AreaHit(ordinal, covering, neighbours, entry["border_m"], rule)


def read_overlays(compiled: Compiled, located: Located) -> list[OverlayHit]:
    """Read the overlay areas at a place from an answer of the locator."""
    return [
        OverlayHit(
            entry["layer"],
            compiled.ordinals(entry["layer"])[entry["code"]],
            int(entry["precedence"]),
            entry["border_m"],
        )
        for entry in located.overlays
    ]


def apply_agreements(
    compiled: Compiled, site: Site, category: int, at: date
) -> list[tuple[Agreement, FeatureHit]]:
    """Move the place to the areas that agreements along a line name.

    Returns
    -------
    list
        Agreements that hold here with the line, those that changed nothing too.
    """
    code = compiled.categories[category].code
    found = []
    for hit in site.lines:
        rows = compiled.agreements.get((hit.layer, _code(compiled, hit)), ())
        for row in rows:
            step = next((s for s, key in compiled.layer_of.items() if key == row.layer), None)
            if step is None or not _holds(row, hit, code, at):
                continue
            if _apply(compiled, site, step, row, hit):
                found.append((row, hit))
    return found


def _apply(compiled: Compiled, site: Site, step: Step, row: Agreement, hit: FeatureHit) -> bool:
    area = site.areas.get(step)
    ordinals = compiled.partitions[step].ordinals
    if area is None or row.area_a not in ordinals or row.area_b not in ordinals:
        return False
    pair = {ordinals[row.area_a], ordinals[row.area_b]}
    if area.agreed is not None or not pair & set(area.covering):
        return False
    if row.owner:
        wanted = ordinals.get(row.owner, -1)
    else:
        wanted = ordinals[row.area_b if hit.side == "right" else row.area_a]
    if wanted < 0:
        return False
    before, area.ordinal, area.agreed = area.ordinal, wanted, row
    area.border_m = _agreed_margin(row, hit.distance_m, is_moved=wanted != before)
    if wanted != before:
        for finer in PARTITIONS[: PARTITIONS.index(step)]:
            site.moved_by[finer] = row
    _move_parents(compiled, site, step, row)
    return True


def _agreed_margin(row: Agreement, distance_m: float, *, is_moved: bool) -> float:
    """Give how far a place is from where the agreement would give it to the other side."""
    if row.owner:
        return row.reach_m - distance_m if is_moved else row.reach_m + distance_m
    return min(distance_m, row.reach_m - distance_m) if is_moved else distance_m


def _move_parents(compiled: Compiled, site: Site, step: Step, row: Agreement) -> None:
    """Take the areas above an agreed area from the parents that it names."""
    for coarser in PARTITIONS[PARTITIONS.index(step) + 1 :]:
        above = site.areas.get(coarser)
        if above is None:
            return
        child = compiled.areas[compiled.layer_of[step]][site.areas[step].ordinal]
        parent = compiled.partitions[coarser].ordinals.get(child.parent_code, -1)
        if parent < 0:
            return
        above.ordinal, above.agreed = parent, row
        step = coarser


def _holds(row: Agreement, hit: FeatureHit, category: str, at: date) -> bool:
    speaks = "*" in row.categories or category.startswith(row.categories)
    return speaks and hit.distance_m <= row.reach_m and valid_on(row.valid_from, row.valid_to, at)


def _code(compiled: Compiled, hit: FeatureHit) -> str:
    return compiled.areas[hit.layer][hit.ordinal].code


def reach_of(compiled: Compiled, rule: int, layer: str, feature: int) -> float:
    """Give how far a rule reaches from a line or an asset, in metres."""
    row = compiled.rules[rule]
    if row.reach_m is not None:
        return row.reach_m
    return default_reach(compiled, layer, feature)


def default_reach(compiled: Compiled, layer: str, feature: int) -> float:
    """Give half the width of a line, or the default reach of lines or assets, in metres."""
    if layer in compiled.assets:
        return DEFAULT_REACH_M[Step.ASSET]
    width = compiled.areas[layer][feature].attributes.get("width_m")
    return DEFAULT_REACH_M[Step.LINEAR] if width is None else float(width) / 2.0


def rulings_at(
    rulings: Sequence[Ruling], hits: Sequence[int], category: str, at: date
) -> list[Ruling]:
    """Pick the rulings that speak of a category on a date, the latest decided first."""
    found = [
        rulings[hit]
        for hit in hits
        if ("*" in rulings[hit].categories or category.startswith(rulings[hit].categories))
        and valid_on(rulings[hit].valid_from, rulings[hit].valid_to, at)
    ]
    return sorted(found, key=lambda ruling: (ruling.decided_on, ruling.id), reverse=True)
