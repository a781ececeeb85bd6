"""Which of the places that a text names is the one meant, and how the candidates rank."""

from geo.address.answers import Precision
from geo.address.candidates import Found, distance_m, place_anchor, place_area
from geo.address.confidence import ConfidenceProfile, add_rival, features_of, probability
from geo.address.context import HintAreas, agree, is_elsewhere
from geo.address.lexicon import Kind
from geo.address.memory import Memory
from geo.address.reading import Anchor, Reading
from geo.address.tables import Role

__all__ = ["Ranked", "are_apart", "rank"]

# A member of an enumeration costs more to look up than to compare.
_PRECISION_ROAD = Precision.ROAD
_ESTATE, _GATE, _POI, _ROAD, _WATER = Role.ESTATE, Role.GATE, Role.POI, Role.ROAD, Role.WATER
_ZONE = Role.ZONE
_NEAR_M = 300.0
_SPECIFIC = 60
_SAME_SPOT_M = 60.0
_MOST = 24
_LINKS = frozenset((
    Kind.PUNCT, Kind.CUE, Kind.UNIT, Kind.NEAR, Kind.OPPOSITE, Kind.AT, Kind.OFFSET, Kind.NAME,
))  # fmt: skip
_REFERENCES = frozenset((Kind.NEAR, Kind.OPPOSITE))

Ranked = tuple[Found, list[float], float]
"""A candidate, its features, its confidence."""


def _is_linked(reading: Reading, first: Anchor, second: Anchor) -> bool:
    """Tell whether two places belong to one expression: only links stand between them."""
    return all(t.kind in _LINKS for t in reading.tokens[first.last + 1 : second.first])


def _worth(anchor: Anchor, following: Anchor | None, reading: Reading) -> int:
    """Weigh how likely a place of a text is the one meant and not one to find it by."""
    roles = anchor.name.roles
    if anchor.others:
        worth = 40 if anchor.is_section else 65
    elif _ESTATE in roles and anchor.number is not None:
        worth = 90
    elif _ESTATE in roles and anchor.gate:
        worth = 85
    elif _POI in roles or _GATE in roles:
        worth = 80
    elif _ROAD in roles and anchor.number is not None:
        worth = 75
    elif _ESTATE in roles:
        worth = 78
    else:
        worth = 50 if roles & {_ZONE, _WATER} else 20
    if anchor.relation in _REFERENCES and following is not None:
        worth -= 70 if _is_linked(reading, anchor, following) else 0
    return worth


def _gap_between(memory: Memory, one: Found, other: Found) -> float:
    """Measure how far two places are apart, less their own reach; metres."""
    ground = memory.gazetteer.ground
    for road, place in ((one, other), (other, one)):
        if road.precision is _PRECISION_ROAD:
            on_road = ground.nearest_on(road.entity, place.lon, place.lat)
            if on_road is not None:
                return on_road[2] - (
                    place.accuracy_m if place.precision is not _PRECISION_ROAD else 0
                )
    apart = distance_m(one.lon, one.lat, other.lon, other.lat)
    return apart - one.accuracy_m - other.accuracy_m


def are_apart(reading: Reading, memory: Memory, one: Found, other: Found) -> bool:
    """Tell whether two places of a text cannot both describe one spot.

    Parameters
    ----------
    reading
        The text.
    memory
        Of the gazetteer.
    one, other
        The place taken for the one meant, and another.

    Returns
    -------
    apart
        True where they lie apart, or where both are spots of their own and the text does not
        link them.
    """
    if one.anchor is None or other.anchor is None:
        return False
    if one.entity == other.entity and one.anchor.number == other.anchor.number:
        return False
    if not _gap_between(memory, one, other) <= _NEAR_M:
        return True
    first, second = one.anchor, other.anchor
    if first.first > second.first:
        first, second = second, first
    if second.first < 0 or _is_linked(reading, first, second):
        return False
    if min(_worth(first, None, reading), _worth(second, None, reading)) < _SPECIFIC:
        return False
    return distance_m(one.lon, one.lat, other.lon, other.lat) > _SAME_SPOT_M


def _without_repeats(reading: Reading) -> list[Anchor]:
    """Drop a place that is named twice and says less the second time."""
    kept: list[Anchor] = []
    for anchor in reading.anchors:
        twin = next((a for a in kept if set(a.name.places) & set(anchor.name.places)), None)
        if twin is None:
            kept.append(anchor)
        elif not _details(anchor) or _details(anchor) == _details(twin):
            _keep_doubts(twin, anchor)
        elif not _details(twin):
            kept[kept.index(twin)] = anchor
            _keep_doubts(anchor, twin)
        else:
            kept.append(anchor)
    return kept


def _details(anchor: Anchor) -> tuple[object, ...]:
    details = (anchor.number, anchor.gate, anchor.others, tuple(anchor.shifts))
    return details if any(details) else ()


def _keep_doubts(kept: Anchor, dropped: Anchor) -> None:
    """Keep what makes either mention doubtful."""
    kept.extension = kept.extension or dropped.extension


def rank(
    reading: Reading, hints: HintAreas, memory: Memory, profile: ConfidenceProfile,
    more: list[Found],
) -> list[Ranked]:  # fmt: skip
    """Rank everything that a text may mean.

    Parameters
    ----------
    reading
        The text.
    hints
        What else is known.
    memory
        Of the gazetteer.
    profile
        Coefficients.
    more
        Candidates by similar names.

    Returns
    -------
    ranked
        Best first, with features and confidence; at most 24.
    """
    anchors = _without_repeats(reading)
    groups: list[tuple[int, list[Found]]] = []
    for i, anchor in enumerate(anchors):
        following = anchors[i + 1] if i + 1 < len(anchors) else None
        found = place_anchor(anchor, memory)
        for item in found:
            item.agreement = agree(item.entity, anchor.chain, reading, hints, memory)
        if found:
            groups.append((_worth(anchor, following, reading), found))
    _compare_groups(groups, memory)
    best = max((worth for worth, _ in groups), default=0)
    primary = max((i for i, (worth, _) in enumerate(groups) if worth == best), default=-1)
    scored = [
        _score(item, reading, profile, is_secondary=i != primary)
        for i, (_, found) in enumerate(groups)
        for item in found
    ]
    for item in more:
        chain = item.anchor.chain if item.anchor is not None else ()
        item.agreement = agree(item.entity, chain, reading, hints, memory)
        scored.append(_score(item, reading, profile, is_secondary=bool(groups)))
    if not groups:
        scored += _areas(reading, hints, memory, profile, is_secondary=bool(more))
    scored.sort(key=lambda row: -row[0].score)
    return _finish(scored[:_MOST], profile)


def _score(
    item: Found, reading: Reading, profile: ConfidenceProfile, *, is_secondary: bool
) -> tuple[Found, list[float]]:
    features = features_of(item, reading, is_secondary=is_secondary)
    item.score = profile.logit(features)
    return item, features


def _compare_groups(groups: list[tuple[int, list[Found]]], memory: Memory) -> None:
    """Note for each candidate whether the other places of the text lie near it."""
    for i, (_, found) in enumerate(groups):
        for j, (_, others) in enumerate(groups):
            if i == j:
                continue
            for item in found:
                near = any(_gap_between(memory, item, other) <= _NEAR_M for other in others)
                item.near_others += near
                item.far_others += not near


def _areas(
    reading: Reading, hints: HintAreas, memory: Memory, profile: ConfidenceProfile,
    *, is_secondary: bool,
) -> list[tuple[Found, list[float]]]:  # fmt: skip
    """Offer the finest stated area of ours, where no place was found."""
    mentions = [m for m in reading.areas if not (m.is_contrary or is_elsewhere(m, memory))]
    if not mentions:
        return []
    finest = max(mentions, key=lambda m: (m.name.level, m.index))
    scored = []
    for entity in finest.entities:
        if entity in memory.home:
            item = place_area(finest, entity, memory)
            item.agreement = agree(entity, (), reading, hints, memory)
            scored.append(_score(item, reading, profile, is_secondary=is_secondary))
    return scored


def _finish(scored: list[tuple[Found, list[float]]], profile: ConfidenceProfile) -> list[Ranked]:
    """Lower each candidate by its nearest rival, and give confidences."""
    ranked: list[Ranked] = []
    for i, (item, features) in enumerate(scored):
        rival = next(
            (o for k, (o, _) in enumerate(scored) if k != i and _are_different(item, o)), None
        )
        if rival is not None:
            add_rival(features, item.score, rival.score)
        is_alone = rival is None  # then nothing has changed since it was scored
        logit = item.score if is_alone else profile.logit(features)
        ranked.append((item, features, probability(logit)))
    return ranked


def _are_different(one: Found, other: Found) -> bool:
    if one.anchor is not None and other.anchor is not None and one.anchor is not other.anchor:
        return False  # another place of the text: told by the feature `secondary`
    return (
        one.entity != other.entity
        or distance_m(one.lon, one.lat, other.lon, other.lat) > _SAME_SPOT_M
    )
