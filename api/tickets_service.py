"""What a running service needs for tickets: their store, the queue, the desk and the follower."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from starlette.concurrency import run_in_threadpool

from api.errors import NotReadyError
from api.events_stream import EventHub
from api.following import Followed
from boundaries.locator import Locator
from boundaries.store import BoundaryStore
from geo.address.geocoder import Geocoder
from governance.owner.resolver import OwnerResolver
from governance.tickets.channels import ChannelCatalogue, default_catalogue
from governance.tickets.desk import TicketDesk
from governance.tickets.errors import IntakeClosedError
from governance.tickets.given import NewTicket
from governance.tickets.intake.queue import IntakeQueue
from governance.tickets.intake.take import Taken, TicketIntake
from governance.tickets.life.explain import EventExplainer
from governance.tickets.privacy.sight import SightProfile
from governance.tickets.privacy.vault import VaultKey
from governance.tickets.search import AREA_LAYERS
from governance.tickets.store import TicketStore

__all__ = ["CatalogueSource", "CityNow", "TicketService"]


class CatalogueSource(Followed[ChannelCatalogue]):
    """Holds the catalogue of channels in force; that of the package where none was kept."""

    @classmethod
    def from_store(cls, store: TicketStore) -> Self:
        """Follow the catalogue in force in a store."""
        return cls(lambda: _in_force(store), store.catalogue_in_force)

    @property
    def catalogue(self) -> ChannelCatalogue:
        """The catalogue; that of the package while the store cannot be read."""
        try:
            return self.loaded
        except NotReadyError:
            return default_catalogue()


def _in_force(store: TicketStore) -> ChannelCatalogue:
    version = store.catalogue_in_force()
    if not version:
        return default_catalogue()
    return ChannelCatalogue.from_dict(store.catalogue_document(version))


@dataclass(frozen=True, slots=True, kw_only=True)
class CityNow:
    """What is loaded now; each gives None where nothing is.

    Attributes
    ----------
    locator, geocoder, resolver
        Boundaries, names and rules.
    """

    locator: Callable[[], Locator | None]
    geocoder: Callable[[], Geocoder | None]
    resolver: Callable[[], OwnerResolver | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerSight:
    """Whether callers are shown at all, and to whom.

    Attributes
    ----------
    is_on
        Whether anybody may look at callers over HTTP.
    profile
        Who may.
    """

    is_on: bool = False
    profile: SightProfile = field(default_factory=SightProfile)


class TicketService:
    """Takes tickets in, changes and shows them; one for each process.

    Parameters
    ----------
    store
        Keeps everything.
    city
        What is loaded now.
    key
        Of the digests of callers.
    sight
        Who may see callers.
    now
        Tells the time.

    Attributes
    ----------
    store, intake, desk, hub, sight
        The parts.
    """

    def __init__(
        self,
        store: BoundaryStore,
        city: CityNow,
        *,
        key: VaultKey,
        sight: CallerSight | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = TicketStore(store)
        self.now = now
        self.sight = sight or CallerSight()
        self._city = city
        self._catalogues = CatalogueSource.from_store(self.store)
        self.intake = TicketIntake(
            self.store,
            resolver=city.resolver,
            geocoder=city.geocoder,
            locator=city.locator,
            catalogue=lambda: self._catalogues.catalogue,
            key=key,
        )
        self.desk = TicketDesk.of(store, city.resolver, now=now)
        self.hub = EventHub(self.store, self.explainer)
        self._queue: IntakeQueue | None = None

    @property
    def catalogue(self) -> ChannelCatalogue:
        """The catalogue of channels in force."""
        return self._catalogues.catalogue

    @property
    def n_waiting(self) -> int | None:
        """Requests that wait to be taken in; None while the service does not run."""
        return None if self._queue is None else len(self._queue)

    def explainer(self) -> EventExplainer:
        """Give what writes events as sentences, with the names of the active rule book."""
        return EventExplainer(self.desk.bodies, self.desk.profile.waiting)

    def start(self) -> None:
        """Begin to take requests and to follow the events; called in the running loop."""
        self._queue = IntakeQueue(self.intake, now=self.now)
        self.hub.start()

    async def stop(self) -> None:
        """Take what waits, then end all threads."""
        queue, self._queue = self._queue, None
        await self.hub.stop()
        if queue is not None:
            await run_in_threadpool(queue.close)

    def refresh(self) -> bool:
        """Look for another catalogue of channels; blocks while it reads the store."""
        return self._catalogues.refresh()

    async def take_in(self, new: NewTicket) -> Taken:
        """Take a request in; answers when it is on disk.

        Parameters
        ----------
        new
            The request.

        Raises
        ------
        TicketsBusyError
            Too many wait.
        IntakeClosedError
            The service is stopping.
        StoreError
            The store cannot be used; to send it again is safe.
        """
        queue = self._queue
        if queue is None:
            raise IntakeClosedError
        return await asyncio.wrap_future(queue.submit(new))

    def names(self) -> dict[str, Mapping[str, str]]:
        """Give the names of codes in exported tables, by column."""
        catalogue, resolver, locator = self.catalogue, self._city.resolver(), self._city.locator()
        names: dict[str, Mapping[str, str]] = {
            "channel": {key: one.name for key, one in catalogue.channels.items()},
            "request_type": {key: one.name for key, one in catalogue.request_types.items()},
        }
        if resolver is not None:
            bodies = {body.code: body.name for body in resolver.book.bodies}
            for column in ("lead", "handler", "co_organisers", "copied", "supervising", "reported"):
                names[column] = bodies
            names["category"] = {one.code: one.path for one in resolver.categories}
            names["level"] = {level.key: level.name for level in resolver.book.levels}
        for snapshot in () if locator is None else locator.layers:
            if snapshot.layer.key in AREA_LAYERS:
                names[snapshot.layer.key] = {area.code: area.name for area in snapshot.areas}
        return names
