"""Composition root: settings become a store, the store a locator, both an application."""

from fastapi import FastAPI

from api.app import create_app
from api.gazetteer_source import GazetteerSource
from api.owner_source import OwnerSource
from api.state import LocatorSource
from boundaries.gazetteer.build import load_gazetteer
from boundaries.store import BoundaryStore, create_store
from geo.address.geocoder import Geocoder
from xiaqu.providers import provider_of, suggester_of
from xiaqu.settings import Settings, read_settings


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


def app_factory() -> FastAPI:
    """Make the application from the environment; the server calls this in every worker.

    Raises
    ------
    SettingsError
        A setting cannot be used.

    Notes
    -----
    With nothing imported, or no store in reach, the application starts all the same and says so
    at ``/readyz``.
    """
    settings = read_settings()
    store = open_store(settings)
    provider = provider_of(settings)
    source = LocatorSource.from_store(store)
    return create_app(
        source,
        store,
        gazetteer=GazetteerSource.from_store(store),
        suggest=None if provider is None else suggester_of(provider),
        owner=OwnerSource.from_store(store, lambda: source.locator),
        show_phones=settings.show_phones,
        allow_writes=settings.allow_writes,
        reload_s=settings.reload_s,
    )
