"""Composition root: settings become a store, the store a locator, both an application."""

from pathlib import Path

from fastapi import FastAPI

from api.app import create_app
from api.gazetteer_source import GazetteerSource
from api.open311 import Open311Options
from api.owner_source import OwnerSource
from api.state import LocatorSource
from api.tickets_service import CallerSight, CityNow, TicketService
from boundaries.gazetteer.build import load_gazetteer
from boundaries.store import BoundaryStore, create_store
from geo.address.geocoder import Geocoder
from governance.tickets.mapping import TicketMapping, read_mapping
from governance.tickets.privacy.key import read_key
from governance.tickets.privacy.sight import SightProfile
from xiaqu.providers import provider_of, suggester_of
from xiaqu.settings import Settings, named_keys, read_settings


def open_store(settings: Settings) -> BoundaryStore:
    """Open the store that the settings name; nothing is read or created yet."""
    return create_store(settings.database_url, settings.data_dir)


def open_geocoder(store: BoundaryStore) -> Geocoder:
    """Open the geocoder over the active gazetteer of a store.

    Raises
    ------
    NoGazetteerError
        None has been built.
    """
    return Geocoder(load_gazetteer(store))


def caller_sight(settings: Settings) -> CallerSight:
    """Say who may look at callers."""
    codes = (code.strip() for code in settings.hotline_units.split(","))
    hotline = frozenset(code for code in codes if code)
    return CallerSight(is_on=settings.show_callers, profile=SightProfile(hotline=hotline))


def kept_mappings(data_dir: Path) -> dict[str, TicketMapping]:
    """Read the mappings of columns in ``mappings`` of the data folder, by the names of the files.

    Raises
    ------
    MappingError
        One cannot be used.
    """
    files = sorted((data_dir / "mappings").glob("*.toml"))
    return {file.stem: read_mapping(file) for file in files}


def open311_options(settings: Settings) -> Open311Options | None:
    """Say who may use Open311; None where it is off."""
    if not settings.open311:
        return None
    return Open311Options(
        jurisdiction=settings.open311_jurisdiction,
        keys=named_keys(settings.open311_keys.get_secret_value()),
        contact=settings.open311_contact,
    )


def app_factory() -> FastAPI:
    """Make the application from the environment; the server calls this in every worker.

    Raises
    ------
    SettingsError
        A setting cannot be used.
    VaultKeyError
        The key of the callers cannot be used.
    MappingError
        A mapping in the data folder cannot be used.

    Notes
    -----
    With nothing imported, or no store in reach, the application starts all the same and says so
    at ``/readyz``.
    """
    settings = read_settings()
    store = open_store(settings)
    provider = provider_of(settings)
    source = LocatorSource.from_store(store)
    gazetteer = GazetteerSource.from_store(store)
    owner = OwnerSource.from_store(store, lambda: source.locator)
    return create_app(
        source,
        store,
        gazetteer=gazetteer,
        suggest=None if provider is None else suggester_of(provider),
        owner=owner,
        show_phones=settings.show_phones,
        allow_writes=settings.allow_writes,
        tickets=TicketService(
            store,
            CityNow.following(lambda: source.locator, gazetteer, owner),
            key=read_key(settings.caller_key.get_secret_value(), settings.data_dir),
            sight=caller_sight(settings),
            mappings=kept_mappings(settings.data_dir),
        ),
        open311=open311_options(settings),
        reload_s=settings.reload_s,
    )
