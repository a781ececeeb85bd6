"""What lies around a place that was asked about, in metres, for the picture of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from boundaries.records import AreaTable, LayerInfo
from boundaries.store import BoundaryStore
from geo.arrays import GeometryArray
from governance.book.definition import RuleBook
from governance.owner.answer import OwnerAnswer

__all__ = ["GroundShape", "PictureGround", "read_ground"]

_LEAST_HALF_M = 32.0
_MOST_HALF_M = 90.0
_ROOM = 1.55
_ASPECT = 1.2


@dataclass(frozen=True, slots=True)
class GroundShape:
    """A shape around the place; metres east and north of it.

    ``width_m`` is that of a line, 0 for other shapes. ``kind`` is the class of an asset or the
    category of an overlay, empty where it has none.
    """

    layer: str
    code: str
    name: str
    shape: BaseGeometry
    width_m: float = 0.0
    kind: str = ""


@dataclass(frozen=True, slots=True)
class PictureGround:
    """Shapes around a place, by what they are in the picture.

    Attributes
    ----------
    half_m
        Half the height of the excerpt in metres; it is wider than high by ``_ASPECT``.
    townships, overlays, lines, assets
        Cut to the excerpt.
    around
        Whole townships of the districts that hold the place, simplified, for the small map.
    """

    half_m: float
    townships: tuple[GroundShape, ...]
    overlays: tuple[GroundShape, ...]
    lines: tuple[GroundShape, ...]
    assets: tuple[GroundShape, ...]
    around: tuple[GroundShape, ...]


def read_ground(store: BoundaryStore, book: RuleBook, answer: OwnerAnswer) -> PictureGround:
    """Read what lies around the place of an answer, in the editions that it rests on.

    Parameters
    ----------
    store
        With those editions.
    book
        Tells which layer holds the townships.
    answer
        Of a point.

    Returns
    -------
    PictureGround
        In metres; the place is the origin.

    Raises
    ------
    UnknownEditionError
        An edition of the answer was taken out of the store.

    Notes
    -----
    Reads whole layers: seconds for a large city. It is meant for one picture.
    """
    half_m = _half_m(answer)
    frame = shapely.box(-half_m * _ASPECT, -half_m, half_m * _ASPECT, half_m)
    township = book.head.layers.get("township", "township")
    found: dict[str, list[GroundShape]] = {"overlay": [], "linear": [], "asset": []}
    townships: tuple[GroundShape, ...] = ()
    around: tuple[GroundShape, ...] = ()
    spoken = {rule.layer for rule in book.rules}
    for layer in store.layers():
        edition = answer.context["editions"].get(layer.key)
        if edition is None or (layer.key != township and layer.key not in spoken):
            continue
        if layer.key != township and layer.role not in found:
            continue
        table = store.areas(edition)
        shapes = _to_metres(table.require_geometries(), answer)
        if layer.key == township:
            townships = tuple(_cut(layer, table, shapes, frame))
            around = tuple(_neighbourhood(layer, table, shapes))
        else:
            found[layer.role] += _cut(layer, table, shapes, frame)
    return PictureGround(
        half_m, townships, tuple(found["overlay"]), tuple(found["linear"]),
        tuple(found["asset"]), around,
    )  # fmt: skip


def _half_m(answer: OwnerAnswer) -> float:
    """Choose the excerpt so that the accuracy and the contenders near by are seen."""
    near = [answer.question.accuracy_m]
    near += [
        item.distance_m
        for item in answer.considered
        if item.distance_m is not None and item.step.value in {"asset", "linear"}
    ]
    return min(_MOST_HALF_M, max(_LEAST_HALF_M, _ROOM * max(near)))


def _to_metres(shapes: GeometryArray, answer: OwnerAnswer) -> GeometryArray:
    lon, lat = answer.question.lon, answer.question.lat
    angle = radians(lat)
    # Length of a degree on the ellipsoid, to a centimetre in a kilometre.
    per_lat = 111_132.954 - 559.822 * cos(2 * angle) + 1.175 * cos(4 * angle)
    per_lon = 111_412.84 * cos(angle) - 93.5 * cos(3 * angle) + 0.118 * cos(5 * angle)

    def move(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
        return (lonlat - (lon, lat)) * (per_lon, per_lat)

    moved: GeometryArray = shapely.transform(shapes, move)
    return moved


def _cut(
    layer: LayerInfo, table: AreaTable, shapes: GeometryArray, frame: BaseGeometry
) -> list[GroundShape]:
    reach = shapely.buffer(frame, 60.0)
    cut = []
    for at in np.flatnonzero(shapely.intersects(shapes, reach)).tolist():
        attributes = table.attributes[at]
        shape = shapely.intersection(shapely.make_valid(shapes[at]), reach)
        cut.append(
            GroundShape(
                layer.key, table.codes[at], table.names[at], shape,
                float(attributes.get("width_m") or 0.0), _kind(attributes),
            )
        )  # fmt: skip
    return cut


def _neighbourhood(
    layer: LayerInfo, table: AreaTable, shapes: GeometryArray
) -> Sequence[GroundShape]:
    """Townships of the districts whose townships hold the place or lie next to it."""
    origin = shapely.Point(0.0, 0.0)
    near = np.flatnonzero(shapely.dwithin(shapes, origin, 100.0)).tolist()
    parents = {table.parent_codes[at] for at in near}
    kept = [at for at in range(len(table)) if table.parent_codes[at] in parents]
    simple = shapely.coverage_simplify(shapely.make_valid(shapes[kept]), 60.0)
    return [
        GroundShape(layer.key, table.codes[at], table.names[at], shape)
        for at, shape in zip(kept, simple, strict=True)
    ]


def _kind(attributes: Mapping[str, Any]) -> str:
    names = ("component_class", "facility_type", "category", "utility")
    return next((str(attributes[name]) for name in names if attributes.get(name)), "")
