"""Which tickets are wanted: the query, the page that answers it, and its SQL."""

import base64
import binascii
import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from boundaries.models import Base
from governance.tickets.errors import TicketError
from governance.tickets.models import ReviewReasonRow, TicketRow
from governance.tickets.rows import searchable
from governance.tickets.terms import ReviewCode, TicketState
from governance.tickets.ticket import Ticket

__all__ = [
    "AREA_LAYERS",
    "LONGEST_PAGE",
    "RUNNING_STATES",
    "TicketPage",
    "TicketQuery",
    "area_condition",
    "read_cursor",
    "search_tickets",
    "write_cursor",
]

AREA_LAYERS = ("district", "township", "community", "grid")
"""Layers whose codes have an index; other layers are read from the documents."""

LONGEST_PAGE = 10_000
_MOST_WORDS = 8
_LONGEST_WORD = 100
_ESCAPE = "\\"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

RUNNING_STATES = tuple(
    state.value
    for state in TicketState
    if state not in {TicketState.REPLIED, TicketState.CALLED_BACK, TicketState.CLOSED}
)
"""States in which a deadline can still be missed."""

TICKET = Base.metadata.tables[TicketRow.__tablename__]
_REASON = Base.metadata.tables[ReviewReasonRow.__tablename__]


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketQuery:
    """Which tickets are wanted; every condition that is given must hold.

    Attributes
    ----------
    layer, area
        Key of a layer and code of its area; the ticket lies in it.
    district, township, community, grid
        Code of the area of one of these layers.
    category
        Beginning of a category code.
    body, handler
        Code of the body that the rules name, and of the one that holds the ticket.
    state
        Values of :class:`TicketState`, any of them; empty for all.
    channel, request_type
        Keys of the catalogue.
    review
        A value of :class:`ReviewCode`: the ticket waits for it; ``any``: it waits for anything.
    is_overdue
        True: the deadline is over and the ticket not replied to. False: all others.
    now
        The moment at which deadlines are looked at; None for the present.
    received_from, received_to
        With time zone; from on, and before.
    text
        Words parted by spaces, all of which stand in masked title, text or address; width and
        case do not count. At most eight words of 100 letters.
    incident
        Id of an incident.
    bbox
        West, south, east, north in CGCS2000 degrees, borders included.
    limit
        Length of a page, 1 to 10,000.
    cursor
        Of the page before; empty for the first.
    count
        Whether all that match are counted, which costs a look at each.
    """

    layer: str = ""
    area: str = ""
    district: str = ""
    township: str = ""
    community: str = ""
    grid: str = ""
    category: str = ""
    body: str = ""
    handler: str = ""
    state: tuple[str, ...] = ()
    channel: str = ""
    request_type: str = ""
    review: str = ""
    is_overdue: bool | None = None
    now: datetime | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    text: str = ""
    incident: str = ""
    bbox: tuple[float, float, float, float] | None = None
    limit: int = 50
    cursor: str = ""
    count: bool = False

    def __post_init__(self) -> None:
        """Check all values.

        Raises
        ------
        TicketError
            Names the first value that cannot be right.
        """
        self._check_terms()
        self._check_times()
        if self.bbox is not None:
            _check_bbox(self.bbox)
        if not 1 <= self.limit <= LONGEST_PAGE:
            raise TicketError("limit", self.limit, f"give 1 to {LONGEST_PAGE}")
        if self.cursor:
            read_cursor(self.cursor)
        if len(self.words) > _MOST_WORDS or any(len(word) > _LONGEST_WORD for word in self.words):
            problem = f"at most {_MOST_WORDS} words of {_LONGEST_WORD} letters"
            raise TicketError("text", self.text, problem)

    def _check_terms(self) -> None:
        if bool(self.layer) != bool(self.area):
            raise TicketError("layer", self.layer, "give layer and area together")
        for state in self.state:
            if state not in set(TicketState):
                raise TicketError("state", state, f"one of {', '.join(TicketState)}")
        if self.review and self.review != "any" and self.review not in set(ReviewCode):
            raise TicketError("review", self.review, f"any, or one of {', '.join(ReviewCode)}")

    def _check_times(self) -> None:
        for name in ("now", "received_from", "received_to"):
            moment = getattr(self, name)
            if moment is not None and moment.tzinfo is None:
                raise TicketError(name, moment.isoformat(), "give a time zone, such as +08:00")
        if self.received_from and self.received_to and self.received_from >= self.received_to:
            problem = f"must lie after received_from {self.received_from.isoformat()}"
            raise TicketError("received_to", self.received_to.isoformat(), problem)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of ``text``, in the form that is compared."""
        return tuple(dict.fromkeys(searchable(self.text).split()))


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPage:
    """Some of the tickets that match, the latest received first.

    ``cursor`` asks for the next page and is empty where there is none; ``total`` is None unless it
    was asked for.
    """

    tickets: tuple[Ticket, ...]
    cursor: str
    total: int | None = None


def _check_bbox(bbox: tuple[float, float, float, float]) -> None:
    west, south, east, north = bbox
    is_right = all(map(math.isfinite, bbox)) and west <= east and south <= north
    if not is_right or not (west >= -180 and east <= 180 and south >= -90 and north <= 90):  # noqa: PLR2004 - degrees
        raise TicketError("bbox", bbox, "give west, south, east, north in degrees, in this order")


def write_cursor(moment: datetime, key: str) -> str:
    """Write a place in a list ordered by time and key."""
    plain = f"{(moment - _EPOCH) // _MICROSECOND}.{key}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Read what :func:`write_cursor` wrote; TicketError for anything else."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        plain = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        microseconds, dot, key = plain.partition(".")
        moment = _EPOCH + int(microseconds) * _MICROSECOND
    except (binascii.Error, ValueError, OverflowError):
        dot = ""
    if not dot or not key.isalnum():
        raise TicketError("cursor", cursor, "give the cursor of the page before")
    return moment, key


def search_tickets(connection: Connection, query: TicketQuery, now: datetime) -> TicketPage:
    """Find tickets.

    Parameters
    ----------
    connection
        Open.
    query
        What is wanted.
    now
        Used where the query names no moment.

    Notes
    -----
    A page shifts nothing when tickets come in meanwhile: a cursor names the last ticket seen, not
    a number of tickets.
    """
    conditions = list(_conditions(query, connection.dialect.name, query.now or now))
    found = select(TICKET.c.id, TICKET.c.received_at, TICKET.c.document).where(*conditions)
    if query.cursor:
        moment, key = read_cursor(query.cursor)
        found = found.where(
            TICKET.c.received_at <= moment, or_(TICKET.c.received_at < moment, TICKET.c.id > key)
        )
    found = found.order_by(TICKET.c.received_at.desc(), TICKET.c.id).limit(query.limit + 1)
    rows = connection.execute(found).all()
    page = rows[: query.limit]
    total = None
    if query.count:
        counted = select(func.count()).select_from(TICKET).where(*conditions)
        total = connection.scalar(counted)
    return TicketPage(
        tickets=tuple(Ticket.from_dict(row.document) for row in page),
        cursor=write_cursor(page[-1].received_at, page[-1].id) if len(rows) > len(page) else "",
        total=total,
    )


def _conditions(query: TicketQuery, dialect: str, now: datetime) -> list[ColumnElement[bool]]:
    table = TICKET.c
    equal = ("district", "township", "community", "grid", "body", "handler", "channel",
             "request_type", "incident")  # fmt: skip
    found = [table[name] == getattr(query, name) for name in equal if getattr(query, name)]
    if query.layer:
        found.append(area_condition(query.layer, query.area))
    if query.category:
        found.append(_begins(table.category, query.category, dialect))
    if query.state:
        found.append(table.state.in_(query.state))
    if query.received_from is not None:
        found.append(table.received_at >= query.received_from)
    if query.received_to is not None:
        found.append(table.received_at < query.received_to)
    if query.review:
        waits = select(_REASON.c.ticket).where(_REASON.c.ticket == table.id)
        any_code = query.review == "any"
        found.append(exists(waits if any_code else waits.where(_REASON.c.code == query.review)))
    if query.is_overdue is not None:
        overdue = and_(table.state.in_(RUNNING_STATES), table.due_at < now)
        # A ticket without a deadline is not overdue; NULL would make it neither.
        found.append(overdue if query.is_overdue else ~func.coalesce(overdue, False))
    if query.bbox is not None:
        west, south, east, north = query.bbox
        found += [table.lon.between(west, east), table.lat.between(south, north)]
    found += [_contains(word, dialect) for word in query.words]
    return found


def area_condition(layer: str, area: str) -> ColumnElement[bool]:
    """Say in SQL that a ticket lies in an area."""
    if layer in AREA_LAYERS:
        return TICKET.c[layer] == area
    # Rarely asked, and each city has other layers: no index.
    return cast(ColumnElement[bool], TICKET.c.document["areas"][layer].as_string() == area)


def _begins(column: ColumnElement[str], beginning: str, dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return column.like(_escaped(beginning) + "%", escape=_ESCAPE)
    # SQLite compares by code points, and has no index for LIKE.
    after = beginning[:-1] + chr(ord(beginning[-1]) + 1)
    return and_(column >= beginning, column < after)


def _contains(word: str, dialect: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return TICKET.c.search_text.like(f"%{_escaped(word)}%", escape=_ESCAPE)
    return func.instr(TICKET.c.search_text, word) > 0


def _escaped(text: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    return text
