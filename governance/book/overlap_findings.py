"""Findings about overlay areas that meet, with equal rules for different bodies."""

from collections.abc import Iterator
from datetime import date

import numpy as np
import shapely

from geo.measure import area_m2
from governance.book.coverage import Group
from governance.book.findings import BookFinding, Severity
from governance.book.lattice import Lattice, Terrain
from governance.book.terms import Mode
from governance.owner.compiled import Compiled
from governance.owner.resolver import OwnerResolver

__all__ = ["find_overlaps"]

_Rank = tuple[int, int]


def find_overlaps(
    resolver: OwnerResolver,
    lattice: Lattice,
    terrain: Terrain,
    groups: tuple[Group, ...],
    at: date,
) -> Iterator[BookFinding]:
    """Find pairs of overlay areas whose overlap is disputed in some category.

    Parameters
    ----------
    resolver
        The book on its grounds.
    lattice, terrain
        Which overlay areas meet, and their shapes.
    groups
        Categories that no rule tells apart.
    at
        Date that is asked about.

    Yields
    ------
    BookFinding
        One for each pair, with the size of the overlap; each was tried at a place inside it, for
        every group of categories that both speak of.
    """
    compiled = resolver.compiled
    layers = lattice.overlays.layers
    ranks = [_ranks(compiled, key, groups) for key in layers]
    for one_layer, one, other_layer, other in lattice.meetings.tolist():
        tied = _tied(compiled, ranks[one_layer][one], ranks[other_layer][other], groups)
        if not tied:
            continue
        pair = [(layers[one_layer], one), (layers[other_layer], other)]
        overlap = shapely.intersection(*(terrain.shapes[key][o] for key, o in pair))
        size = float(area_m2(np.array([overlap], dtype=object))[0])
        if size <= 0.0:
            continue
        inside = shapely.get_coordinates(shapely.point_on_surface(overlap))[0]
        disputed = [
            groups[g]
            for g in tied
            if any(
                resolver.decide_one(inside, groups[g].first, at, caller, 1.0)[3] == "disputed"
                for caller in groups[g].callers
            )
        ]
        if disputed:
            yield _finding(compiled, pair, disputed, size, inside.tolist())


def _finding(
    compiled: Compiled,
    pair: list[tuple[str, int]],
    disputed: list[Group],
    size_m2: float,
    place: list[float],
) -> BookFinding:
    members = sorted(member for group in disputed for member in group.members)
    entry = compiled.categories[members[0]]
    areas = [compiled.areas[key][o] for key, o in pair]
    names = [f"{area.name}（{area.code}）" for area in areas]
    return BookFinding(
        code="equal_overlays",
        severity=Severity.WARNING,
        subject=" ".join(area.code for area in areas),
        message=(
            f"{names[0]}与{names[1]}重叠 {size_m2:,.0f} m²，"
            f"{len(members):,} 项事项将有争议，如 {entry.path}"
        ),
        message_en=(
            f"{areas[0].name} ({areas[0].code}) and {areas[1].name} ({areas[1].code}) overlap by "
            f"{size_m2:,.0f} m2; {len(members):,} categories are disputed, such as {entry.path}"
        ),
        count=len(members),
        area_m2=size_m2,
        lon=place[0],
        lat=place[1],
        areas=tuple((key, area.code) for (key, _), area in zip(pair, areas, strict=True)),
    )


def _ranks(
    compiled: Compiled, layer: str, groups: tuple[Group, ...]
) -> list[dict[_Rank, list[tuple[int, int]]]]:
    """Give, for each area of a layer, its rules with their bodies by rank."""
    in_play = np.zeros(len(compiled.rules), dtype=np.bool_)
    for group in groups:
        in_play |= group.rules
    rules = compiled.overlays[layer]
    found: list[dict[_Rank, list[tuple[int, int]]]] = []
    for area in compiled.areas[layer]:
        ranks: dict[_Rank, list[tuple[int, int]]] = {}
        for rule, body in rules.of(area.ordinal):
            if in_play[rule]:
                rank = (compiled.rules[rule].precedence, area.precedence)
                ranks.setdefault(rank, []).append((rule, body))
        found.append(ranks)
    return found


def _tied(
    compiled: Compiled,
    one: dict[_Rank, list[tuple[int, int]]],
    other: dict[_Rank, list[tuple[int, int]]],
    groups: tuple[Group, ...],
) -> list[int]:
    """Give the groups for which two areas have equal rules for different bodies."""
    pairs = [
        (a, b)
        for rank in one.keys() & other.keys()
        for a, body_a in one[rank]
        for b, body_b in other[rank]
        if body_a != body_b and not _is_shared(compiled, a, b)
    ]
    if not pairs:
        return []
    return [
        g
        for g, group in enumerate(groups)
        if any(group.rules[a] and group.rules[b] for a, b in pairs)
    ]


def _is_shared(compiled: Compiled, one: int, other: int) -> bool:
    return compiled.rules[one].mode == compiled.rules[other].mode == Mode.SHARED
