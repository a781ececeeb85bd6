"""The answer for one point: chain, overlays, flags."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from boundaries.snapshot import LayerSnapshot
from geo.index import Probe

FLAGS = ("on_border", "near_border", "overlap", "gap", "outside", "nesting_conflict")
"""Flags of an answer, in the order in which they are listed.

``on_border``: exactly on a border of a layer of the chain. ``near_border``: not on it, but within
the accuracy of the place. ``overlap``: in two areas of one partition. ``gap``: no area of a layer
covers the place although another layer does, or the nearest area within tolerance was taken.
``outside``: no layer holds it. ``nesting_conflict``: an area found names another parent than the
one found.
"""

INSIDE = "inside"
BORDER = "border_smallest_code"
OVERLAP = "overlap_smallest_code"
NEAREST = "nearest_within_tolerance"
NONE = "none"

_MM = 3


@dataclass(slots=True)
class Located:
    """Who holds a place.

    ``chain`` and ``overlays`` hold one entry, a dict of JSON values, for each layer asked and
    each overlay area found.
    """

    lon: float
    lat: float
    input_point: tuple[float, float, str]
    at: date
    accuracy_m: float
    chain: list[dict[str, Any]]
    overlays: list[dict[str, Any]]
    flags: list[str]
    provisional: bool
    editions: dict[str, dict[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """Give the answer as JSON values, in the order in which it is documented."""
        lon, lat, datum = self.input_point
        return {
            "input": {"lon": lon, "lat": lat, "datum": datum},
            "location": {"lon": self.lon, "lat": self.lat, "datum": "CGCS2000"},
            "accuracy_m": self.accuracy_m,
            "at": self.at.isoformat(),
            "chain": self.chain,
            "overlays": self.overlays,
            "flags": self.flags,
            "provisional": self.provisional,
            "editions": self.editions,
        }


class LayerAnswers:
    """Writes the entries of one layer from parts that are made once for each area.

    Parameters
    ----------
    snapshot
        The layer.
    """

    def __init__(self, snapshot: LayerSnapshot) -> None:
        self.snapshot = snapshot
        self.key = snapshot.layer.key
        self.parent = snapshot.layer.parent
        self.probe = snapshot.index.probe
        self.contenders = snapshot.index.contenders
        self.parent_codes = tuple(area.parent_code for area in snapshot.areas)
        self.precedence = tuple(area.precedence for area in snapshot.areas)
        self.names = tuple({"code": area.code, "name": area.name} for area in snapshot.areas)
        common: dict[str, str | None] = {"layer": snapshot.layer.key, "kind": snapshot.layer.kind}
        edition: dict[str, str | None] = {"edition": snapshot.edition.id}
        self.heads = tuple(
            common | {"code": area.code, "name": area.name, "uid": area.uid} | edition
            for area in snapshot.areas
        )
        self._nobody = common | {"code": None, "name": None, "uid": None} | edition

    def nearest(self, lon: float, lat: float, found: Probe, tolerance_m: float) -> int:
        """Give the nearest area within a tolerance of a place that no area covers, or -1."""
        # NaN (a layer without borders) is never within.
        if not found.border_m <= tolerance_m:
            return -1
        near = found.contenders or self.contenders(lon, lat, tolerance_m)
        if not near or near[0][1] > tolerance_m:
            near = self.contenders(lon, lat, tolerance_m)
        return near[0][0] if near else -1

    def entry(self, ordinal: int, rule: str, found: Probe, accuracy_m: float) -> dict[str, Any]:
        """Write the entry of one area, or of nobody with ordinal -1."""
        head = self.heads[ordinal] if ordinal >= 0 else self._nobody
        is_near = found.border_m <= accuracy_m
        return {
            **head,
            "rule": rule,
            "border_m": round(found.border_m, _MM),
            "contenders": [
                {**self.names[near], "distance_m": round(distance, _MM)}
                for near, distance in found.contenders
            ]
            if is_near
            else [],
        }


def rule_of(found: Probe) -> str:
    """Name the rule by which a covered place has its owner."""
    if found.overlap:
        return OVERLAP
    return BORDER if found.on_border else INSIDE


def has_nesting_conflict(
    chain: list[tuple[LayerAnswers, int]],
) -> bool:
    """Tell whether an area of a chain names another parent than the one found.

    Only layers of the chain are compared; an area that names no parent has no conflict.
    """
    codes = {
        answers.key: answers.snapshot.areas[ordinal].code
        for answers, ordinal in chain
        if ordinal >= 0
    }
    for answers, ordinal in chain:
        if ordinal >= 0 and answers.parent in codes:
            named = answers.parent_codes[ordinal]
            if named and named != codes[answers.parent]:
                return True
    return False
