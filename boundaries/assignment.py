"""Owners of many points at once, by the same rules as for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from boundaries.located import FLAGS
from boundaries.snapshot import LayerSnapshot
from geo.arrays import BoolArray, FloatArray, IntArray, LonLatArray

FlagBits = NDArray[np.uint8]
"""Bit i of each item stands for ``FLAGS[i]``."""


@dataclass(frozen=True, slots=True)
class LayerAssignment:
    """Owners of n points in one layer.

    ``ordinals``: shape (n,), int32, -1 for nobody and for NaN. ``border_m``: metres to the
    nearest border of the layer, NaN for NaN. ``on_border``, ``overlap``: as in the index.
    ``in_gap``: no area covers the point and the nearest one within tolerance was taken.
    """

    ordinals: IntArray
    border_m: FloatArray
    on_border: BoolArray
    overlap: BoolArray
    in_gap: BoolArray


def assign_layer(
    snapshot: LayerSnapshot,
    lonlat: LonLatArray,
    tolerance_m: float,
    threads: int | None = None,
    *,
    border_within_m: float = inf,
) -> LayerAssignment:
    """Find the owner of many points in one layer.

    Parameters
    ----------
    snapshot
        The layer. Of an overlay the area with the first precedence is taken.
    lonlat
        Shape (n, 2), CGCS2000 lon, lat; NaN rows are allowed.
    tolerance_m
        A point in a gap takes the nearest area within this distance.
    threads
        Number of threads; all cores when None.
    border_within_m
        Borders at this distance or farther are given as infinite; at least the tolerance counts.

    Returns
    -------
    LayerAssignment
        Arrays of length n.
    """
    index = snapshot.index
    owner, on_border, overlap = index.assign_many(lonlat, threads)
    border_m = index.border_m(lonlat, threads, within_m=max(border_within_m, 2.0 * tolerance_m))
    ordinals, in_gap = owner.copy(), np.zeros(len(owner), dtype=np.bool_)
    if snapshot.layer.role == "partition":
        # NaN is never within.
        rows = np.flatnonzero((owner < 0) & (border_m <= tolerance_m))
        near = index.nearby_many(lonlat[rows], tolerance_m)
        found = np.diff(near.indptr) > 0
        ordinals[rows[found]] = near.ordinals[near.indptr[:-1][found]]
        in_gap[rows[found]] = True
    return LayerAssignment(ordinals, border_m, on_border, overlap, in_gap)


def flag_bits(
    snapshots: Sequence[LayerSnapshot],
    assigned: Mapping[str, LayerAssignment],
    accuracy_m: float | FloatArray,
) -> FlagBits:
    """Compute the flags of many points from their owners in all partitions asked.

    Parameters
    ----------
    snapshots
        The layers, coarse before fine; overlays do not raise flags.
    assigned
        Owners by layer key, as from :func:`assign_layer`.
    accuracy_m
        Accuracy of the points: one for all, or shape (n,).

    Returns
    -------
    FlagBits
        Shape (n,), see ``FLAGS``; 0 for NaN rows, which are no places.
    """
    chain = [s for s in snapshots if s.layer.role == "partition" and s.layer.key in assigned]
    answers = [assigned[snapshot.layer.key] for snapshot in chain]
    if not answers:
        n = len(next(iter(assigned.values())).ordinals) if assigned else 0
        return np.zeros(n, dtype=np.uint8)
    is_place = ~np.isnan(answers[0].border_m)
    covered = np.array([a.ordinals >= 0 for a in answers])
    # The nearest area is taken where nothing covers the place: that is a gap by itself.
    gap = np.any([a.in_gap for a in answers], axis=0) | (covered.any(0) & ~covered.all(0))
    masks = {
        "on_border": np.any([a.on_border for a in answers], axis=0),
        "near_border": np.any([(a.border_m <= accuracy_m) & ~a.on_border for a in answers], axis=0),
        "overlap": np.any([a.overlap for a in answers], axis=0),
        "gap": gap,
        "outside": ~covered.any(0),
        "nesting_conflict": _nesting_conflicts(chain, assigned),
    }
    bits = np.zeros(len(is_place), dtype=np.uint8)
    for bit, flag in enumerate(FLAGS):
        bits |= (masks[flag] & is_place).astype(np.uint8) << np.uint8(bit)
    return bits


def flag_texts(bits: FlagBits, separator: str = ";") -> list[str]:
    """Write flags as text, such as ``near_border;gap``; empty where there are none."""
    texts = [
        separator.join(flag for bit, flag in enumerate(FLAGS) if value >> bit & 1)
        for value in range(1 << len(FLAGS))
    ]
    return [texts[value] for value in bits.tolist()]


def _nesting_conflicts(
    chain: Sequence[LayerSnapshot], assigned: Mapping[str, LayerAssignment]
) -> BoolArray:
    by_key = {snapshot.layer.key: snapshot for snapshot in chain}
    conflict: BoolArray = np.zeros(len(assigned[chain[0].layer.key].ordinals), dtype=np.bool_)
    for snapshot in chain:
        parent = by_key.get(snapshot.layer.parent)
        if parent is None or not snapshot.areas:
            continue
        named = snapshot.parent_ordinals(parent)
        child = assigned[snapshot.layer.key].ordinals
        holder = assigned[parent.layer.key].ordinals
        wanted = named[child]
        conflict |= (child >= 0) & (holder >= 0) & (wanted != -1) & (wanted != holder)
    return conflict
