"""What a running service needs for tickets: their store, the queue, the desk and the follower."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self, TypeVar

from starlette.concurrency import run_in_threadpool

from api.errors import NotReadyError
from api.events_stream import EventHub
from api.gazetteer_source import GazetteerSource
from api.owner_source import OwnerSource
from api.tickets_watch import WatchThread
from boundaries.gazetteer.store import GazetteerStore
from boundaries.locator import Locator
from boundaries.store import BoundaryStore
from geo.address.geocoder import Geocoder
from governance.book.store import GovernanceStore
from governance.owner.resolver import OwnerResolver
from governance.tickets.channels import ChannelCatalogue
from governance.tickets.channels.keeping import CatalogueInForce
from governance.tickets.correcting import Corrector
from governance.tickets.desk import TicketDesk
from governance.tickets.errors import IntakeClosedError, MappingError
from governance.tickets.given import NewTicket
from governance.tickets.intake.queue import IntakeQueue
from governance.tickets.intake.take import Taken, TicketIntake
from governance.tickets.life.explain import EventExplainer
from governance.tickets.mapping import HOTLINE, TicketMapping, hotline_mapping
from governance.tickets.privacy.mask import mask
from governance.tickets.privacy.sight import SightProfile
from governance.tickets.privacy.vault import VaultKey
from governance.tickets.search import AREA_LAYERS
from governance.tickets.store import TicketStore
from governance.tickets.surge.incidents import IncidentDesk
from governance.tickets.surge.watch import SurgeWatch
from governance.tickets.turn import SURGE_TURN, Turn

Held = TypeVar("Held")

__all__ = ["CallerSight", "CityNow", "TicketService"]


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

    @classmethod
    def following(
        cls,
        locator: Callable[[], Locator],
        gazetteer: GazetteerSource | None,
        owner: OwnerSource | None,
    ) -> Self:
        """Take what the sources of a service hold at the moment of each question."""
        return cls(
            locator=lambda: _held(locator),
            geocoder=lambda: (
                None if gazetteer is None else _held(lambda: gazetteer.loaded.geocoder)
            ),
            resolver=lambda: None if owner is None else _held(lambda: owner.resolver),
        )


def _held(give: Callable[[], Held]) -> Held | None:
    try:
        return give()
    except NotReadyError:
        return None


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
    mappings
        How the columns of CSV bodies are read, by name; beside that of hotline exports.
    watch_s
        Seconds between looks for surges.
    now
        Tells the time.

    Attributes
    ----------
    store, intake, desk, incidents, corrector, hub, watch, sight
        The parts.
    """

    def __init__(
        self,
        store: BoundaryStore,
        city: CityNow,
        *,
        key: VaultKey,
        sight: CallerSight | None = None,
        mappings: Mapping[str, TicketMapping] | None = None,
        watch_s: float = 60.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.store = TicketStore(store)
        self.now = now
        self.sight = sight or CallerSight()
        self._city = city
        self._mappings = {HOTLINE: hotline_mapping(), **(mappings or {})}
        self._catalogue = CatalogueInForce(self.store)
        self.intake = TicketIntake(
            self.store,
            resolver=city.resolver,
            geocoder=city.geocoder,
            locator=city.locator,
            catalogue=self._catalogue,
            key=key,
        )
        self.desk = TicketDesk.of(store, city.resolver, now=now)
        self.incidents = IncidentDesk(self.store)
        self.corrector = Corrector(
            self.desk,
            self.intake.examiner,
            governance=GovernanceStore(store),
            gazetteer=GazetteerStore(store),
            now=now,
        )
        self.hub = EventHub(self.store, self.explainer)
        self.watch = WatchThread(
            SurgeWatch(self.store, city.resolver), Turn(store, SURGE_TURN), now, every_s=watch_s
        )
        self._queue: IntakeQueue | None = None

    @property
    def catalogue(self) -> ChannelCatalogue:
        """The catalogue of channels in force; reads the store now and then."""
        return self._catalogue()

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
        self.watch.start()

    def begin_stop(self) -> None:
        """End the streams of events, which a server would wait for; called in the loop."""
        self.hub.close()
        self.watch.ask_to_stop()

    async def stop(self) -> None:
        """Take what waits, then end all threads."""
        queue, self._queue = self._queue, None
        await self.hub.stop()
        await run_in_threadpool(self.watch.stop)
        if queue is not None:
            await run_in_threadpool(queue.close)

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

    @staticmethod
    def masked(text: str) -> str:
        """Mask personal data in a text that belongs to no single ticket."""
        return mask(text).text

    def mapping(self, name: str) -> TicketMapping:
        """Give a mapping of columns by its name.

        Raises
        ------
        MappingError
            There is none; names those that there are.
        """
        found = self._mappings.get(name)
        if found is None:
            problem = f"there is no such mapping; there are {', '.join(sorted(self._mappings))}"
            raise MappingError(name, "mapping", name, problem)
        return found

    def names_of_reported(self, reported: str) -> frozenset[str]:
        """Give the other names of a reported body, and those above and below it."""
        resolver = self._city.resolver()
        if resolver is None or not reported:
            return frozenset()
        bodies = resolver.book.bodies
        own = [body for body in bodies if reported in {body.code, body.name}]
        codes = {body.code for body in own}
        above = {body.parent for body in own if body.parent}
        near = [body for body in bodies if body.code in codes | above or body.parent in codes]
        return frozenset(name for body in near for name in (body.code, body.name))

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
