"""The catalogue of channels in force: the city's own, or that of the package, kept in the store."""

import time
from collections.abc import Callable

from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.channels.reading import default_catalogue
from governance.tickets.store import TicketStore

__all__ = ["CatalogueInForce", "catalogue_in_force", "put_in_force"]


def catalogue_in_force(store: TicketStore) -> ChannelCatalogue:
    """Give the catalogue in force; that of the package is kept where there is none yet.

    Raises
    ------
    CatalogueError
        What is kept cannot be read.
    """
    version = store.catalogue_in_force()
    if version:
        return ChannelCatalogue.from_dict(store.catalogue_document(version))
    return put_in_force(store, default_catalogue())


def put_in_force(store: TicketStore, catalogue: ChannelCatalogue) -> ChannelCatalogue:
    """Keep a catalogue and put it in force; tickets name the version that they came in under."""
    store.keep_catalogue(catalogue.version, catalogue.to_dict())
    return catalogue


class CatalogueInForce:
    """Gives the catalogue in force, looking for another one now and then; threads may share it.

    Parameters
    ----------
    store
        Keeps the catalogues.
    reload_s
        Seconds for which an answer holds.
    clock
        Tells seconds that only grow.
    """

    def __init__(
        self,
        store: TicketStore,
        reload_s: float = 2.0,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._reload_s = reload_s
        self._clock = clock
        self._found: tuple[float, ChannelCatalogue] | None = None

    def __call__(self) -> ChannelCatalogue:
        """Give the catalogue; as :func:`catalogue_in_force`."""
        found, now = self._found, self._clock()
        if found is not None and now < found[0]:
            return found[1]
        if found is not None and self._store.catalogue_in_force() == found[1].version:
            catalogue = found[1]
        else:
            catalogue = catalogue_in_force(self._store)
        self._found = (now + self._reload_s, catalogue)
        return catalogue
