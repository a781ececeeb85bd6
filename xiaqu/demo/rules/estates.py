"""Register of estates (小区): property company, committee, estates with nobody, entrances."""

import numpy as np
import shapely

from governance.book.definition import Estate
from xiaqu.demo.fabric import stage_random
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.organisations import property_codes
from xiaqu.demo.rules.phones import PhoneBook, invent_people

__all__ = ["build_register"]

_FIRST_NUMBER = 57_000_001
_UNMANAGED, _SELF_MANAGED = 0.04, 0.07
"""Shares of estates, cumulated: with nobody at all (三无小区), run by their residents."""
_COMMITTEES, _COMMITTEE_SHARES = ("物管会", "业委会", ""), (0.45, 0.35, 0.2)


def build_register(city: DemoCity) -> tuple[Estate, ...]:
    """Register every estate of the layer.

    The attribute ``property_company`` of the layer names the firm that an estate was completed
    with; where that firm has left, the register, which is newer, names none.
    """
    frame = city.layers["estate"].frame
    rng = stage_random(city.seed, "estate register")
    company = property_codes(frame)
    draw = rng.uniform(size=len(frame)).tolist()
    chosen = rng.choice(len(_COMMITTEES), size=len(frame), p=_COMMITTEE_SHARES).tolist()
    instructors = invent_people(rng, len(frame))
    phones = PhoneBook(_FIRST_NUMBER)
    entrances = _entrances(city)
    rows = zip(frame["code"], frame["name"], frame["property_company"], strict=True)
    register = []
    for row, (code, name, firm) in enumerate(rows):
        is_unmanaged = draw[row] < _UNMANAGED
        is_self_managed = not is_unmanaged and draw[row] < _SELF_MANAGED
        committee = "自管会" if is_self_managed else _COMMITTEES[chosen[row]]
        register.append(
            Estate(
                code=code,
                name=name,
                property="" if is_unmanaged or is_self_managed else company[firm],
                committee="" if is_unmanaged else committee,
                is_unmanaged=is_unmanaged,
                instructor=instructors[row],
                phone=phones.next(),
                entrances=entrances.get(code, ()),
            )
        )
    return tuple(register)


def _entrances(city: DemoCity) -> dict[str, tuple[tuple[float, float], ...]]:
    frame = city.layers["entrance"].frame
    lonlat = np.round(shapely.get_coordinates(frame.geometry.to_numpy()), 8).tolist()
    found: dict[str, tuple[tuple[float, float], ...]] = {}
    for code, (lon, lat) in zip(frame["estate_code"].tolist(), lonlat, strict=True):
        found[code] = (*found.get(code, ()), (lon, lat))
    return found
