"""The bodies of a rule book by code: their names, and which district has a copy of their tickets.

That the district is copied on every ticket of a township is enforced here and nowhere else:
:func:`copied_of` gives the bodies that a dispatch copies, whoever makes it.
"""

from collections.abc import Collection, Iterable
from functools import cached_property

from governance.book.definition import Body
from governance.book.terms import BodyKind
from governance.tickets.errors import TicketError

__all__ = ["BodyDirectory", "copied_of"]

_LONGEST_CHAIN = 16
_MOST_NAMED = 5


class BodyDirectory:
    """Bodies by code; immutable.

    Parameters
    ----------
    bodies
        Those of a rule book.
    """

    def __init__(self, bodies: Iterable[Body]) -> None:
        self._by_code = {body.code: body for body in bodies}

    def __contains__(self, code: object) -> bool:
        """Whether there is a body with this code."""
        return code in self._by_code

    def body(self, code: str) -> Body:
        """Give a body; TicketError where there is none with this code."""
        found = self._by_code.get(code)
        if found is None:
            known = ", ".join(sorted(self._by_code)[:_MOST_NAMED])
            problem = f"the rule book has no body with this code; it has {known}, …"
            raise TicketError("body", code, problem if known else "the rule book has no bodies")
        return found

    def name(self, code: str) -> str:
        """Give the name of a body; its code where the book does not have it (any more)."""
        found = self._by_code.get(code)
        return code if found is None else found.name

    def district_of(self, code: str, area: str = "") -> str:
        """Find the district government above a body.

        Parameters
        ----------
        code
            The body.
        area
            Code of the district that holds the place, for a body that names no parent.

        Returns
        -------
        str
            Code of the body; empty where there is none, and for a district or city itself.
        """
        body = self._by_code.get(code)
        for _ in range(_LONGEST_CHAIN):
            if body is None:
                break
            if body.kind is BodyKind.DISTRICT:
                return "" if body.code == code else body.code
            if body.kind is BodyKind.CITY:
                return ""
            body = self._by_code.get(body.parent)
        return self._district_at.get(area, "")

    @cached_property
    def _district_at(self) -> dict[str, str]:
        districts = (b for b in self._by_code.values() if b.kind is BodyKind.DISTRICT and b.area)
        return {body.area: body.code for body in districts}


def copied_of(
    directory: BodyDirectory,
    handler: str,
    copied: Iterable[str] = (),
    *,
    area: str = "",
    district_for: Collection[BodyKind] = (BodyKind.TOWNSHIP, BodyKind.COMMUNITY),
) -> tuple[str, ...]:
    """Give who has a copy (抄送) of a ticket.

    Parameters
    ----------
    directory
        The bodies.
    handler
        Who is to handle it; gets no copy.
    copied
        Who has a copy by the rules and the catalogue.
    area
        Code of the district that holds the place; empty where it is not known.
    district_for
        Kinds of bodies of whose tickets the district has a copy, as the profile says.

    Returns
    -------
    tuple of str
        Each once, as given, the district last where it was not among them.

    Notes
    -----
    Cost about 1 us.
    """
    found = dict.fromkeys(copied)
    if handler in directory and directory.body(handler).kind in district_for:
        district = directory.district_of(handler, area)
        if district:
            found.setdefault(district)
    found.pop(handler, None)
    found.pop("", None)
    return tuple(found)
