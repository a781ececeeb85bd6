"""Make an incident of a surge: its id, its owner, its words."""

import base64
import hashlib
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from boundaries.errors import BoundaryError
from governance.clocks.calendar import CHINA_TIME
from governance.errors import GovernanceError
from governance.owner.answer import OwnerAnswer, OwnerQuestion
from governance.owner.resolver import OwnerResolver
from governance.tickets.surge.circles import Circle
from governance.tickets.surge.detector import Surge
from governance.tickets.surge.wording import later, name_place, tell
from governance.tickets.ticket import Incident, Ticket

__all__ = ["Draft", "circle_of", "draft_incident", "grown", "incident_data"]

_ID_BYTES = 10
_MOSTLY = 0.8
_NOT_GIVEN = frozenset({"id", "state", "seq"})


@dataclass(frozen=True, slots=True)
class Draft:
    """An incident that is proposed, and the answer about its owner; None where none was had."""

    incident: Incident
    answer: OwnerAnswer | None


def draft_incident(
    surge: Surge, tickets: Collection[Ticket], resolver: OwnerResolver | None, now: datetime
) -> Draft:
    """Describe an incident.

    Parameters
    ----------
    surge
        What was found.
    tickets
        Those that will belong to it, at least one; more than the surge counts where calls came in
        before its window or twice.
    resolver
        Names the owner at its centre for the category of most of its tickets; None where no rules
        are in force. Without an answer the body that most of its tickets have is alerted.
    now
        With time zone.

    Returns
    -------
    draft
        Its id is worked out of the surge's category group, place, hour and first ticket.
    """
    counts = Counter(ticket.category for ticket in tickets)
    category, times = max(counts.items(), key=lambda one: (one[1], one[0]))
    answer = _ask(resolver, surge.circle, category, now)
    is_one = times >= _MOSTLY * len(tickets)
    named = _category_name(resolver, category, is_one=is_one) or surge.category_group
    labels = [ticket.place_label for ticket in tickets]
    place = name_place(labels, _area_name(answer, "township"), _area_name(answer, "community"))
    told = tell(
        category=named,
        place=place,
        window_h=surge.window_h,
        radius_m=surge.circle.radius_m,
        n_tickets=surge.n_tickets,
        expected=surge.expected,
        p_value=surge.p_value,
    )
    body, body_name = _body(answer, tickets)
    times_at = [ticket.received_at for ticket in tickets]
    incident = Incident(
        id=_incident_id(surge),
        category_group=surge.category_group,
        title_zh=told.title_zh,
        title_en=told.title_en,
        layer=surge.layer,
        area=surge.area,
        lon=surge.circle.lon,
        lat=surge.circle.lat,
        radius_m=round(surge.circle.radius_m, 1),
        first_at=min(times_at),
        last_at=max(times_at),
        n_tickets=len(tickets),
        expected=surge.expected,
        p_value=surge.p_value,
        body=body,
        body_name=body_name,
        why_zh=told.why_zh,
        why_en=told.why_en,
    )
    if len(tickets) > surge.n_tickets:
        incident = grown(incident, (), 0, now)
    return Draft(incident, answer)


def grown(
    incident: Incident,
    tickets: Collection[Ticket],
    n_more: int,
    now: datetime,
    circle: Circle | None = None,
) -> Incident:
    """Give an incident with other tickets.

    Parameters
    ----------
    incident
        As it stands.
    tickets
        Those that come in.
    n_more
        How many more it has: below 0 where some are taken out.
    now
        With time zone.
    circle
        Its circle from now on; None keeps it.
    """
    times = [ticket.received_at for ticket in tickets]
    n_tickets = max(0, incident.n_tickets + n_more)
    why_zh, why_en = later(incident.why_zh, incident.why_en, now, n_tickets)
    circle = circle or circle_of(incident)
    return replace(
        incident,
        n_tickets=n_tickets,
        first_at=min([incident.first_at, *times]),
        last_at=max([incident.last_at, *times]),
        lon=circle.lon,
        lat=circle.lat,
        radius_m=round(circle.radius_m, 1),
        why_zh=why_zh,
        why_en=why_en,
    )


def circle_of(incident: Incident) -> Circle:
    """Give the circle of an incident."""
    return Circle(incident.lon, incident.lat, incident.radius_m)


def incident_data(incident: Incident) -> dict[str, Any]:
    """Give what the events ``proposed`` and ``grew`` say of an incident."""
    document = incident.to_dict()
    return {name: value for name, value in document.items() if name not in _NOT_GIVEN}


def _incident_id(surge: Surge) -> str:
    hour = datetime.fromtimestamp(surge.first_s, UTC).strftime("%Y%m%d%H")
    words = (surge.category_group, surge.layer, surge.area, hour, surge.tickets[0])
    digest = hashlib.sha256("\x1f".join(words).encode()).digest()
    return "I" + base64.b32encode(digest[:_ID_BYTES]).decode("ascii")


def _ask(
    resolver: OwnerResolver | None, circle: Circle, category: str, now: datetime
) -> OwnerAnswer | None:
    """Ask who answers at the centre; without an answer the tickets' own bodies stand in."""
    if resolver is None:
        return None
    question = OwnerQuestion(
        lon=circle.lon,
        lat=circle.lat,
        category=category,
        at=now.astimezone(CHINA_TIME).date(),
        accuracy_m=max(circle.radius_m, 1.0),
    )
    try:
        return resolver.answer(question)
    except (GovernanceError, BoundaryError):
        # A category out of force, a date outside of the book: the tickets were owned all the same.
        return None


def _body(answer: OwnerAnswer | None, tickets: Collection[Ticket]) -> tuple[str, str]:
    if answer is not None and answer.primary is not None:
        return answer.primary.code, answer.primary.name
    bodies = Counter((ticket.body, ticket.body_name) for ticket in tickets if ticket.body)
    if not bodies:
        return "", ""
    return max(bodies.items(), key=lambda one: (one[1], one[0]))[0]


def _category_name(resolver: OwnerResolver | None, category: str, *, is_one: bool) -> str:
    """Name the category where most tickets have it, else the level above."""
    if resolver is None:
        return ""
    ordinal = resolver.compiled.category_at.get(category)
    if ordinal is None:
        return ""
    entry = resolver.categories[ordinal]
    return entry.level_3 if is_one else entry.level_2


def _area_name(answer: OwnerAnswer | None, layer: str) -> str:
    if answer is None:
        return ""
    names = [entry.get("name") for entry in answer.chain if entry.get("layer") == layer]
    return str(names[0] or "") if names else ""
