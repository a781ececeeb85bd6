"""Administrative and grid codes, given in reading order."""

import numpy as np

from geo.arrays import FloatArray
from xiaqu.demo.graphs import Indices

CITY_CODE = "990100"
STREET, TOWN, RURAL = "街道", "镇", "乡"
_FIRST_NUMBER = {STREET: 1, TOWN: 100, RURAL: 200}
_FIRST_COMMUNITY, _FIRST_VILLAGE = 1, 200


def reading_order(xy: FloatArray, group: Indices) -> Indices:
    """Rank of every item within its group, west to east and north to south.

    The group's extent is cut into ceil(sqrt(n)) bands of equal height. Bands count from the
    north, items in a band from the west; equal ones by latitude, north first, then by their row.

    Parameters
    ----------
    xy
        Shape (n, 2), a point in each item; x grows eastward, y northward.
    group
        Shape (n,), which items are numbered together.

    Returns
    -------
    rank
        Shape (n,), from 0 in each group.
    """
    n_groups = int(group.max()) + 1
    top, bottom = np.full(n_groups, -np.inf), np.full(n_groups, np.inf)
    np.maximum.at(top, group, xy[:, 1])
    np.minimum.at(bottom, group, xy[:, 1])
    sizes = np.bincount(group, minlength=n_groups)
    bands = np.ceil(np.sqrt(sizes))
    height = np.maximum(top - bottom, 1e-12)[group]
    share = (top[group] - xy[:, 1]) / height
    band = np.minimum(np.floor(share * bands[group]), bands[group] - 1)
    order = np.lexsort((-xy[:, 1], xy[:, 0], band, group))
    rank = np.empty(len(xy), dtype=np.int64)
    rank[order] = np.arange(len(xy)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return rank


def code_districts(n_districts: int) -> list[str]:
    """Six digits from 990101; 99 belongs to no province."""
    return [f"9901{number:02d}" for number in range(1, n_districts + 1)]


def code_townships(
    xy: FloatArray, district: Indices, districts: list[str], kinds: list[str]
) -> list[str]:
    """Nine digits: the district and 001-099 街道, 100-199 镇, 200-399 乡."""
    kind = np.array([list(_FIRST_NUMBER).index(name) for name in kinds])
    rank = reading_order(xy, district * len(_FIRST_NUMBER) + kind)
    return [
        f"{districts[d]}{_FIRST_NUMBER[k] + r:03d}"
        for d, k, r in zip(district.tolist(), kinds, rank.tolist(), strict=True)
    ]


def code_communities(
    xy: FloatArray, township: Indices, townships: list[str], is_urban: Indices
) -> list[str]:
    """Twelve digits: the township and 001-199 for residents, 200-399 for villages."""
    rank = reading_order(xy, township * 2 + is_urban)
    first = np.where(is_urban, _FIRST_COMMUNITY, _FIRST_VILLAGE)
    return [
        f"{townships[t]}{number:03d}"
        for t, number in zip(township.tolist(), (first + rank).tolist(), strict=True)
    ]


def code_grids(xy: FloatArray, community: Indices, communities: list[str]) -> list[str]:
    """Fifteen digits: the community and a sequence from 001 in reading order."""
    rank = reading_order(xy, community)
    return [
        f"{communities[c]}{number:03d}"
        for c, number in zip(community.tolist(), (rank + 1).tolist(), strict=True)
    ]
