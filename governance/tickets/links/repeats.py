"""Places that are reported again and again 重复点位."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.measure import metres_per_degree
from governance.tickets.links.profile import LinkProfile
from governance.tickets.terms import TicketState
from governance.tickets.ticket import Ticket

__all__ = ["RepeatPlace", "is_unresolved", "repeat_places"]

_UNSOLVED = ("no", "partly")
_SHORTEST_DEGREE_M = 110_000.0
"""No degree of latitude is shorter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatPlace:
    """A spot with a category that came again.

    Attributes
    ----------
    category
        Code.
    label, place_uid
        What most of its tickets call the place, and that entry of the gazetteer; may be empty.
    lon, lat
        Middle of its tickets, CGCS2000 degrees.
    community, township, district
        Codes of the areas of the last ticket; empty where none.
    n
        How many tickets.
    first, last
        Ids of the first and the last.
    first_at, last_at
        When they came in.
    n_unresolved
        How many of them are unresolved, see :func:`is_unresolved`.
    tickets
        All ids in the order of time.
    """

    category: str
    label: str
    place_uid: str
    lon: float
    lat: float
    community: str
    township: str
    district: str
    n: int
    first: str
    last: str
    first_at: datetime
    last_at: datetime
    n_unresolved: int
    tickets: tuple[str, ...]

    @property
    def unresolved_share(self) -> float:
        """Share of unresolved tickets, 0 to 1."""
        return self.n_unresolved / self.n


def is_unresolved(ticket: Ticket) -> bool:
    """Tell whether a request is not resolved: the caller says so, or it is still open.

    Without an answer of the caller a closed ticket counts as resolved.
    """
    answer = ticket.call_back.get("is_solved")
    if answer in _UNSOLVED:
        return True
    return answer != "yes" and ticket.state != TicketState.CLOSED


def repeat_places(
    tickets: Iterable[Ticket], profile: LinkProfile, *, least: int = 2
) -> list[RepeatPlace]:
    """Group tickets by spot and category.

    Parameters
    ----------
    tickets
        In any order; those that are merged into another, not placed or without a category do not
        count, nor do those whose place is known too roughly.
    profile
        What a spot is: ``repeat_within`` is the longest time from one ticket to the next of a
        place; a longer pause makes another place of the same spot.
    least
        Fewest tickets of a place, 2 or more.

    Returns
    -------
    places
        Most tickets first, then the latest last ticket, then by id; each ticket in one place.

    Notes
    -----
    Places that overlap grow together: a chain of tickets each within reach of the next is one
    spot. Two seconds for 300,000 tickets.
    """
    spots: dict[str, _Spots] = defaultdict(lambda: _Spots(profile))
    for ticket in tickets:
        if ticket.category and not ticket.merged_into:
            spots[ticket.category].add(ticket)
    places = [
        _place(chain)
        for category in spots.values()
        for members in category.groups()
        for chain in _chains(members, profile)
        if len(chain) >= max(least, 2)
    ]
    places.sort(key=lambda place: (-place.n, -place.last_at.timestamp(), place.first))
    return places


class _Spots:
    """Tickets of a category, joined by what makes them one spot."""

    def __init__(self, profile: LinkProfile) -> None:
        self._profile = profile
        self._tickets: list[Ticket] = []
        self._parent: list[int] = []
        self._by_name: dict[tuple[str, str], int] = {}
        self._by_square: dict[tuple[int, int], list[int]] = defaultdict(list)

    def add(self, ticket: Ticket) -> None:
        if ticket.lon is None or ticket.lat is None:
            return
        accuracy = ticket.accuracy_m or 0.0
        is_named = bool(ticket.place_uid) and accuracy <= self._profile.label_accuracy_m
        is_exact = accuracy <= self._profile.accuracy_m
        if not (is_named or is_exact):
            return
        row = len(self._tickets)
        self._tickets.append(ticket)
        self._parent.append(row)
        if is_named:
            first = self._by_name.setdefault((ticket.place_uid, ticket.place_label), row)
            self._join(first, row)
        if is_exact:
            self._join_near(row, ticket.lon, ticket.lat)

    def _join_near(self, row: int, lon: float, lat: float) -> None:
        # Squares as wide as the reach along the meridian; narrower ones to the east, so more.
        reach = max(self._profile.repeat_reach_m, 1.0)
        per_lon, per_lat = metres_per_degree(round(lat, 1))
        side = reach / _SHORTEST_DEGREE_M
        column, line = math.floor(lon / side), math.floor(lat / side)
        across = math.ceil(_SHORTEST_DEGREE_M / per_lon)
        for y in (line - 1, line, line + 1):
            for x in range(column - across, column + across + 1):
                for other in self._by_square.get((x, y), ()):
                    there = self._tickets[other]
                    away = math.hypot(
                        (lon - (there.lon or 0.0)) * per_lon, (lat - (there.lat or 0.0)) * per_lat
                    )
                    if away <= reach:
                        self._join(other, row)
        self._by_square[column, line].append(row)

    def groups(self) -> list[list[Ticket]]:
        """Give the tickets of each spot."""
        members: dict[int, list[Ticket]] = defaultdict(list)
        for row, ticket in enumerate(self._tickets):
            members[self._root(row)].append(ticket)
        return list(members.values())

    def _join(self, one: int, other: int) -> None:
        self._parent[self._root(other)] = self._root(one)

    def _root(self, row: int) -> int:
        while self._parent[row] != row:
            self._parent[row] = self._parent[self._parent[row]]
            row = self._parent[row]
        return row


def _chains(members: list[Ticket], profile: LinkProfile) -> list[list[Ticket]]:
    """Cut the tickets of a spot where a pause is too long."""
    members.sort(key=lambda ticket: (ticket.received_at, ticket.id))
    chains: list[list[Ticket]] = []
    for ticket in members:
        if chains and ticket.received_at - chains[-1][-1].received_at <= profile.repeat_within:
            chains[-1].append(ticket)
        else:
            chains.append([ticket])
    return chains


def _place(chain: Sequence[Ticket]) -> RepeatPlace:
    first, last = chain[0], chain[-1]
    names = Counter((ticket.place_label, ticket.place_uid) for ticket in chain)
    label, uid = min(names, key=lambda name: (-names[name], name))
    return RepeatPlace(
        category=first.category,
        label=label,
        place_uid=uid,
        lon=sum(ticket.lon or 0.0 for ticket in chain) / len(chain),
        lat=sum(ticket.lat or 0.0 for ticket in chain) / len(chain),
        community=last.community,
        township=last.township,
        district=last.district,
        n=len(chain),
        first=first.id,
        last=last.id,
        first_at=first.received_at,
        last_at=last.received_at,
        n_unresolved=sum(is_unresolved(ticket) for ticket in chain),
        tickets=tuple(ticket.id for ticket in chain),
    )
