"""How far the lines and assets of each layer can matter, and which assets count for a category."""

import numpy as np

from geo.arrays import FloatArray
from geo.index.lines import LineIndex
from geo.index.points import PointIndex
from governance.owner.compiled import Compiled
from governance.owner.grounds import Grounds
from governance.owner.site import FeatureHit, default_reach

__all__ = ["Reaches"]


class Reaches:
    """Asks the lines and assets of the grounds for what a book has rules about.

    Parameters
    ----------
    compiled
        The book.
    grounds
        The places.

    Attributes
    ----------
    default_m
        By layer, the reach of each feature for rules that give none; metres.
    largest_m
        By layer, the largest reach of any rule or agreement for each feature.
    lines, assets
        Keys of the layers that are asked, in alphabetical order.
    """

    def __init__(self, compiled: Compiled, grounds: Grounds) -> None:
        agreed = {layer for layer, _ in compiled.agreements if layer in grounds.features}
        self._compiled = compiled
        self.lines = tuple(sorted({*compiled.lines, *agreed}))
        self.assets = tuple(compiled.assets)
        self._features = {key: grounds.features[key] for key in (*self.lines, *self.assets)}
        layers = (*self.lines, *self.assets)
        self.default_m = {key: _defaults(compiled, key) for key in layers}
        self.largest_m = {key: self._largest(key) for key in layers}
        self._widest_m = {
            key: max(0.0, float(np.fmax.reduce(reach, initial=0.0)))
            for key, reach in self.largest_m.items()
        }
        self._kept: dict[tuple[str, tuple[str, ...]], FloatArray] = {}

    def _largest(self, layer: str) -> FloatArray:
        """Largest reach of each feature, over the rules that select it and the agreements."""
        found = np.full(len(self.default_m[layer]), np.nan)
        rules = self._compiled.lines.get(layer) or self._compiled.assets.get(layer)
        added = self._compiled.additions.get(layer)
        for table in (rules, added):
            if table is None:
                continue
            given = np.array(
                [np.nan if rule.reach_m is None else rule.reach_m for rule in self._compiled.rules]
            )
            feature = np.repeat(np.arange(len(found)), np.diff(table.indptr))
            reach = given[table.rules]
            reach = np.where(np.isnan(reach), self.default_m[layer][feature], reach)
            np.fmax.at(found, feature, reach)
        ordinals = self._compiled.ordinals(layer)
        for (line_layer, code), rows in self._compiled.agreements.items():
            if line_layer == layer and code in ordinals:
                found[ordinals[code]] = np.fmax(
                    found[ordinals[code]], max(row.reach_m for row in rows)
                )
        return found

    def lines_at(self, lon: float, lat: float, margin_m: float) -> list[FeatureHit]:
        """List the lines whose reach, widened by a margin, holds a place; nearest first."""
        found = [
            FeatureHit(key, hit.ordinal, hit.distance_m, hit.side)
            for key in self.lines
            for hit in self.line_index(key).within(lon, lat, self._widest_m[key] + margin_m)
            if hit.distance_m <= self.largest_m[key][hit.ordinal] + margin_m
        ]
        return sorted(found, key=lambda hit: (hit.distance_m, hit.layer, hit.ordinal))

    def assets_at(
        self, lon: float, lat: float, classes: tuple[str, ...], margin_m: float
    ) -> list[FeatureHit]:
        """List the assets of some classes whose widened reach holds a place; nearest first."""
        if not classes:
            return []
        found = [
            FeatureHit(key, hit.ordinal, hit.distance_m)
            for key in self.assets
            for hit in self.asset_index(key).within(
                lon,
                lat,
                self._widest_m[key] + margin_m,
                self._features[key].class_ordinals(classes),
            )
            if hit.distance_m <= self.largest_m[key][hit.ordinal] + margin_m
        ]
        return sorted(found, key=lambda hit: (hit.distance_m, hit.layer, hit.ordinal))

    def line_index(self, layer: str) -> LineIndex:
        """Give the index of a layer of lines."""
        return self._features[layer].lines

    def asset_index(self, layer: str) -> PointIndex:
        """Give the index of a layer of assets."""
        return self._features[layer].points

    def asset_reach(self, layer: str, classes: tuple[str, ...]) -> FloatArray:
        """Give the largest reach of each asset of some classes; NaN for the others."""
        kept = self._kept.get((layer, classes))
        if kept is None:
            wanted = self._features[layer].class_ordinals(classes)
            is_wanted = np.isin(self.asset_index(layer).classes, wanted)
            kept = np.where(is_wanted, self.largest_m[layer], np.nan)
            self._kept[layer, classes] = kept
        return kept


def _defaults(compiled: Compiled, layer: str) -> FloatArray:
    n = len(compiled.areas[layer])
    return np.array([default_reach(compiled, layer, f) for f in range(n)], dtype=np.float64)
