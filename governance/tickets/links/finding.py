"""Find for new tickets those that they belong to, among known ones and among themselves."""

import math
from collections.abc import Iterable, Sequence
from functools import cache

from geo.measure import metres_per_degree
from governance.tickets.cells import CELL_DEG, category_group, cells_around
from governance.tickets.links.index import EarlierTickets, Entry, FoundLink
from governance.tickets.links.profile import LinkProfile
from governance.tickets.records import NearTicket
from governance.tickets.rows import searchable
from governance.tickets.ticket import Ticket

__all__ = ["FoundLink", "find_links", "near_keys", "near_ticket"]


def near_ticket(ticket: Ticket, caller_hash: str = "") -> NearTicket:
    """Take from a ticket what links need.

    Parameters
    ----------
    ticket
        Masked, as always.
    caller_hash
        Keyed digest of the caller; empty where not known.
    """
    return NearTicket(
        id=ticket.id,
        category=ticket.category,
        lon=ticket.lon,
        lat=ticket.lat,
        place_uid=ticket.place_uid,
        received_at=ticket.received_at,
        caller_hash=caller_hash,
        text=searchable(ticket.title, ticket.text),
        channel=ticket.channel,
        place_label=ticket.place_label,
        accuracy_m=ticket.accuracy_m,
    )


def near_keys(tickets: Iterable[NearTicket], profile: LinkProfile) -> list[tuple[str, int]]:
    """List category groups and squares in which tickets that matter can lie, in order.

    Parameters
    ----------
    tickets
        New ones; those without a place or a category have none.
    profile
        Says how far others matter.
    """
    keys: set[tuple[str, int]] = set()
    for one in tickets:
        if one.category and one.lon is not None and one.lat is not None:
            group = category_group(one.category)
            rings = _rings(round(one.lat), profile.longest_reach_m)
            keys.update((group, cell) for cell in cells_around(one.lon, one.lat, rings))
    return sorted(keys)


def find_links(
    new: Sequence[NearTicket], known: Sequence[NearTicket], profile: LinkProfile
) -> list[FoundLink]:
    """Find what belongs to new tickets.

    Parameters
    ----------
    new
        Tickets of a batch, in any order; they are compared with each other too.
    known
        Tickets that were there before, in any order: all of the squares of :func:`near_keys` since
        ``profile.longest`` before the first new one. Those that are also among ``new`` are passed
        over.
    profile
        Limits.

    Returns
    -------
    links
        In the order of ``new``; at most one of each kind for a ticket. Of several tickets that fit
        the most similar counts for a duplicate and the same request, the last for a repeat. What
        is a duplicate or the same request is no repeat.

    Notes
    -----
    Two callers who are known to be different make two requests, however similar their words.
    A batch does not depend on the order of its tickets. Cost: a look-up and a few comparisons for
    each new ticket.
    """
    entries = {one.id: Entry(one, profile) for one in new}
    everything = list(entries.values())
    everything += [Entry(one, profile) for one in _that_matter(known, new, profile)]
    everything.sort(key=_in_order)
    index = EarlierTickets(profile, min((one.seconds for one in entries.values()), default=0.0))
    found: dict[str, list[FoundLink]] = {}
    # In the order of time each meets exactly those before it.
    for entry in everything:
        if entry.ticket.id in entries:
            found[entry.ticket.id] = list(index.links_of(entry))
        index.add(entry)
    return [link for one in entries for link in found[one]]


@cache
def _rings(lat: int, reach_m: float) -> int:
    """Give how many squares of the store lie within reach, at most, half a degree around."""
    narrowest = metres_per_degree(abs(lat) + 0.5)[0] * CELL_DEG
    return max(1, math.ceil(reach_m / narrowest))


def _that_matter(
    known: Sequence[NearTicket], new: Sequence[NearTicket], profile: LinkProfile
) -> Iterable[NearTicket]:
    """Leave out those that are new too, and old ones of other categories, which are most."""
    if not new:
        return
    fresh, categories = {one.id for one in new}, {one.category for one in new}
    recent = min(one.received_at for one in new)
    recent -= max(profile.duplicate_within, profile.same_within)
    for one in known:
        if one.id not in fresh and (one.category in categories or one.received_at >= recent):
            yield one


def _in_order(entry: Entry) -> tuple[float, str]:
    """Earlier first; of the same moment the smaller id."""
    return entry.order
