"""Rows outside the city that would lie inside it if their datum were another one."""

from geo.arrays import FloatArray
from geo.datum import Datum
from governance.owner.answer import OWNER_FLAGS
from governance.owner.given import DATUM_SUSPECT
from governance.owner.resolver import OwnerResolver
from governance.owner.rows import RowAnswers
from governance.owner.suspects import datums_inside

__all__ = ["flag_suspects"]


def flag_suspects(
    resolver: OwnerResolver, found: RowAnswers, given: FloatArray, datum: Datum | str
) -> dict[int, list[str]]:
    """Flag rows outside the city that would lie inside it in another datum, in place.

    Parameters
    ----------
    resolver
        Knows the city.
    found
        Answers, whose flags are added to.
    given
        Shape (n, 2), the places as given.
    datum
        Datum that was stated.

    Returns
    -------
    dict
        By row: the other datums.
    """
    suspects: dict[int, list[str]] = {}
    column = found.columns["flags"]
    for row, text in enumerate(column):
        raised = set((text or "").split(";"))
        if "outside" not in raised:
            continue
        lon, lat = given[row].tolist()
        others = datums_inside(resolver.grounds.locator, (lon, lat), datum, found.asked["at"][row])
        if others:
            suspects[row] = others
            raised.add(DATUM_SUSPECT)
            column[row] = ";".join(flag for flag in OWNER_FLAGS if flag in raised)
    return suspects
