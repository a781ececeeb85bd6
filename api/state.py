"""What a running service holds: the current locator, the store, limits and the city's day."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Self

from api.errors import GazetteerNotReadyError, NotReadyError, RulesNotReadyError, WritesOffError
from api.following import Followed
from api.gazetteer_source import GazetteerSource, LoadedGazetteer
from api.owner_source import OwnerSource
from api.shapes import LayerShapes
from api.suggestions import Suggester
from api.tickets_service import TicketService
from boundaries.locator import INDEXED_ROLES, Locator, load_locator
from boundaries.store import BoundaryStore
from governance.owner.resolver import OwnerResolver

_SECONDS_PER_DAY = 86_400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A locator with what every answer needs of it, computed once at the swap.

    Attributes
    ----------
    locator
        Answers lookups.
    token
        The same exactly as long as the editions are; without quotes.
    bounds
        West, south, east, north of all layers together; degrees.
    """

    locator: Locator
    token: str
    bounds: tuple[float, float, float, float]

    @classmethod
    def of(cls, locator: Locator) -> Self:
        """Take what is needed from a locator."""
        return cls(locator, locator.etag, locator.bounds)


class LocatorSource(Followed[Loaded]):
    """Holds the current locator and swaps it when another edition is active.

    Parameters
    ----------
    load
        Builds a locator from the active editions; slow, reads the store.
    token
        Returns a text that changes with each activation; None when nothing can change.
    """

    def __init__(self, load: Callable[[], Locator], token: Callable[[], str] | None = None) -> None:
        super().__init__(lambda: Loaded.of(load()), token)

    @classmethod
    def from_store(cls, store: BoundaryStore) -> Self:
        """Follow the active editions of a store."""
        return cls(lambda: load_locator(store), lambda: store.token(INDEXED_ROLES))

    @property
    def locator(self) -> Locator:
        """The current locator; NotReadyError when nothing could be loaded so far."""
        return self.loaded.locator

    def _nothing(self) -> NotReadyError:
        return NotReadyError("no boundaries are loaded yet; /readyz says why")


@dataclass(frozen=True)
class Limits:
    """How much one request may ask for."""

    body_bytes: int = 256 * 1024 * 1024
    """Largest CSV or Arrow body."""
    json_bytes: int = 32 * 1024 * 1024
    """Largest JSON body; JSON is parsed whole."""
    json_rows: int = 200_000
    """Most rows of a JSON body."""
    chunk_rows: int = 50_000
    """Rows located and written at a time."""
    text_chunk_rows: int = 1_000
    """Rows geocoded and written at a time."""
    shape_vertices: int = 200_000
    """Most vertices of a line or polygon whose shares are asked."""


class CityClock:
    """Tells the day in the city, cheaply enough for every request.

    Parameters
    ----------
    utc_offset_s
        Seconds the city's clock is ahead of UTC; 28 800 for all of China, which has one zone and
        no summer time.
    now
        Returns seconds since 1970-01-01 UTC.
    """

    def __init__(self, utc_offset_s: int = 28_800, now: Callable[[], float] = time.time) -> None:
        self._offset_s = utc_offset_s
        self._now = now
        self._day = -1
        self._date = date.min

    def today(self) -> date:
        """Return the current day in the city."""
        day = int((self._now() + self._offset_s) // _SECONDS_PER_DAY)
        if day != self._day:
            self._date = date.fromordinal(_EPOCH_ORDINAL + day)
            self._day = day
        return self._date

    def now(self) -> datetime:
        """Return the current moment in the city's time, whole seconds."""
        zone = timezone(timedelta(seconds=self._offset_s))
        return datetime.fromtimestamp(int(self._now()), zone)


@dataclass(frozen=True)
class Service:
    """What the routes of one application share."""

    source: LocatorSource
    store: BoundaryStore | None
    shapes: LayerShapes | None
    limits: Limits = field(default_factory=Limits)
    clock: CityClock = field(default_factory=CityClock)
    gazetteer: GazetteerSource | None = None
    suggest: Suggester | None = None
    owner: OwnerSource | None = None
    show_phones: bool = False
    allow_writes: bool = False
    tickets: TicketService | None = None

    def require_tickets(self) -> TicketService:
        """Return the part that knows tickets.

        Raises
        ------
        NotReadyError
            The service runs without one.
        """
        if self.tickets is None:
            raise NotReadyError("this service runs without tickets; it needs a store")
        return self.tickets

    def require_resolver(self) -> OwnerResolver:
        """Return the loaded resolver.

        Raises
        ------
        RulesNotReadyError
            The service has none, or no rule book is active.
        NotReadyError
            None could be loaded so far, for another reason.
        """
        if self.owner is None:
            raise RulesNotReadyError
        return self.owner.resolver

    def require_writes(self) -> None:
        """Raise WritesOffError unless this service takes changes."""
        if not self.allow_writes:
            raise WritesOffError

    def require_gazetteer(self) -> LoadedGazetteer:
        """Return the loaded gazetteer.

        Raises
        ------
        GazetteerNotReadyError
            The service has none, or none could be loaded so far.
        """
        if self.gazetteer is None:
            raise GazetteerNotReadyError
        return self.gazetteer.loaded

    def require_store(self) -> BoundaryStore:
        """Return the store.

        Raises
        ------
        NotReadyError
            The service runs without a store.
        """
        if self.store is None:
            raise NotReadyError("this service runs without a store: what is kept is not served")
        return self.store

    def require_shapes(self) -> LayerShapes:
        """Return the shapes of the loaded layers; NotReadyError without a store."""
        if self.shapes is None:
            raise NotReadyError("this service runs without a boundary store: shapes are not served")
        return self.shapes
