"""Agreements about roads on borders between townships (边界协议)."""

import numpy as np
import shapely

from geo.arrays import FloatArray, GeometryArray
from governance.book.definition import Agreement
from xiaqu.demo.fabric import stage_random
from xiaqu.demo.graphs import Indices
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.scales import point_array, to_lonlat, to_plane_km

__all__ = ["build_agreements"]

_STATIONS = (0.25, 0.5, 0.75)
_BESIDE_KM = 0.03
_ROADS_PER_AGREEMENT = 500
_FEWEST = 3
_MARGIN_M = 15.0


def build_agreements(city: DemoCity) -> tuple[Agreement, ...]:
    """Agree on some of the roads that have one township on the left and another on the right.

    Every other agreement gives the road to one side, the rest divide it along its line. The
    documents are invented.
    """
    frame = city.layers["road"].frame
    is_street = frame["road_class"].isin(["primary", "secondary", "branch"]).to_numpy()
    streets = np.flatnonzero(is_street)
    left, right = _townships_beside(city, frame.geometry.to_numpy()[streets])
    is_border = (left == left[:, :1]).all(axis=1) & (right == right[:, :1]).all(axis=1)
    is_border &= (left[:, 0] != right[:, 0]) & (left[:, 0] >= 0) & (right[:, 0] >= 0)
    found = np.flatnonzero(is_border)
    count = min(len(found), max(_FEWEST, len(frame) // _ROADS_PER_AGREEMENT))
    rng = stage_random(city.seed, "agreements")
    chosen = np.sort(rng.choice(found, size=count, replace=False)) if count else found
    townships = city.layers["township"].frame["code"].tolist()
    agreements = []
    for number, row in enumerate(chosen.tolist(), start=1):
        road = frame.iloc[int(streets[row])]
        area_a, area_b = townships[int(left[row, 0])], townships[int(right[row, 0])]
        agreements.append(
            Agreement(
                code=f"B-{number:03d}",
                layer="township",
                area_a=area_a,
                area_b=area_b,
                line_layer="road",
                line=road["code"],
                reach_m=float(road["width_m"]) / 2.0 + _MARGIN_M,
                owner=(area_a, area_b)[number // 2 % 2] if number % 2 else "",
                document=f"示范边界协议〔2026〕第{number}号",
            )
        )
    return tuple(agreements)


def _townships_beside(city: DemoCity, lines: GeometryArray) -> tuple[Indices, Indices]:
    """Row of the township left and right of each line at its stations, -1 for none."""
    share = np.array(_STATIONS)
    at = _along(lines, share)
    step = _along(lines, share + 1e-3) - at
    step /= np.maximum(np.hypot(step[..., 0], step[..., 1]), 1e-12)[..., None]
    aside = _BESIDE_KM * np.stack([-step[..., 1], step[..., 0]], axis=-1)
    tree = shapely.STRtree(city.layers["township"].frame.geometry.to_numpy())
    sides = []
    for sign in (1.0, -1.0):
        points = point_array(to_lonlat((at + sign * aside).reshape(-1, 2)))
        point, township = tree.query(points, predicate="within")
        held = np.full(len(points), -1, dtype=np.int64)
        held[point] = township
        sides.append(held.reshape(len(lines), -1))
    return sides[0], sides[1]


def _along(lines: GeometryArray, share: FloatArray) -> FloatArray:
    """Points at shares of the length of each line, plane kilometres; shape (n, n_shares, 2)."""
    points = shapely.line_interpolate_point(lines[:, None], share[None, :], normalized=True)
    return to_plane_km(shapely.get_coordinates(points)).reshape(len(lines), len(share), 2)
