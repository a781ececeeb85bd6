"""Everything that tickets need, from the settings and the store."""

from functools import cache

from api.tickets_service import CityNow, TicketService
from boundaries.errors import NoActiveEditionError, NoGazetteerError
from boundaries.locator import Locator, load_locator
from boundaries.store import BoundaryStore
from geo.address.geocoder import Geocoder
from geo.arrays import Progress
from governance.errors import NoActiveBookError
from governance.owner.loading import load_resolver
from governance.owner.resolver import OwnerResolver
from governance.tickets.channels.keeping import CatalogueInForce
from governance.tickets.intake.take import TicketIntake
from governance.tickets.privacy.key import read_key
from governance.tickets.privacy.vault import VaultKey
from governance.tickets.store import TicketStore
from xiaqu.compose import open_geocoder, open_store
from xiaqu.settings import Settings

__all__ = ["make_intake", "open_intake", "open_service", "open_tickets"]


def open_tickets(settings: Settings) -> TicketStore:
    """Open the store of tickets that the settings name."""
    return TicketStore(open_store(settings))


def open_intake(
    settings: Settings, store: TicketStore, progress: Progress | None = None
) -> TicketIntake:
    """Load what is active now, for a run of the command line.

    Parameters
    ----------
    settings
        Name the key of callers.
    store
        The store of tickets.
    progress
        Called while indexes are built.

    Returns
    -------
    TicketIntake
        Without what is not there: tickets that need it wait in the review queue.
    """
    key = read_key(settings.caller_key.get_secret_value(), settings.data_dir)
    return make_intake(store, key, progress)


def open_service(settings: Settings, progress: Progress | None = None) -> TicketService:
    """Put the parts together that look at tickets and change them, as a server does.

    Boundaries, names and rules are loaded when something first asks for them, once.
    """
    store = open_store(settings)
    locator = cache(lambda: _locator(store, progress))
    geocoder = cache(lambda: _geocoder(store))

    @cache
    def resolver() -> OwnerResolver | None:
        areas = locator()
        return None if areas is None else _resolver(store, areas, progress)

    return TicketService(
        store,
        CityNow(locator=locator, geocoder=geocoder, resolver=resolver),
        key=read_key(settings.caller_key.get_secret_value(), settings.data_dir),
    )


def make_intake(
    store: TicketStore, key: VaultKey, progress: Progress | None = None
) -> TicketIntake:
    """Load what is active now; ``key`` is that of the digests of callers."""
    locator = _locator(store.store, progress)
    resolver = None if locator is None else _resolver(store.store, locator, progress)
    geocoder = _geocoder(store.store)
    return TicketIntake(
        store,
        resolver=lambda: resolver,
        geocoder=lambda: geocoder,
        locator=lambda: locator,
        catalogue=CatalogueInForce(store),
        key=key,
    )


def _locator(store: BoundaryStore, progress: Progress | None) -> Locator | None:
    try:
        return load_locator(store, progress=progress)
    except NoActiveEditionError:
        return None


def _resolver(
    store: BoundaryStore, locator: Locator, progress: Progress | None
) -> OwnerResolver | None:
    try:
        return load_resolver(store, locator=locator, progress=progress)
    except NoActiveBookError:
        return None


def _geocoder(store: BoundaryStore) -> Geocoder | None:
    try:
        return open_geocoder(store)
    except NoGazetteerError:
        return None
