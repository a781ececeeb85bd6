"""The resolver that a running service answers questions of ownership with."""

from collections.abc import Callable
from typing import Self

from api.errors import NotReadyError, RulesNotReadyError
from api.following import Followed
from boundaries.locator import Locator
from boundaries.store import BoundaryStore
from governance.errors import NoActiveBookError
from governance.owner.loading import load_resolver, resolver_token
from governance.owner.resolver import OwnerResolver


class OwnerSource(Followed[OwnerResolver]):
    """Holds the current resolver; swaps it with each new book, ruling, calendar or edition.

    Parameters
    ----------
    load
        Builds a resolver of what is active; slow, reads the store.
    token
        Returns a text that changes with each activation; None when nothing can change.
    """

    @classmethod
    def from_store(cls, store: BoundaryStore, locator: Callable[[], Locator]) -> Self:
        """Follow what is active in a store.

        Parameters
        ----------
        store
            The store.
        locator
            Gives the boundaries that the service has loaded, so that they are held once; may
            raise NotReadyError.
        """

        def held() -> Locator | None:
            try:
                return locator()
            except NotReadyError:
                return None

        def token() -> str:
            loaded = held()
            # The locator is swapped by another watch, maybe later: then the resolver follows.
            return f"{resolver_token(store)}:{'' if loaded is None else loaded.etag}"

        return cls(lambda: load_resolver(store, locator=held()), token)

    @property
    def resolver(self) -> OwnerResolver:
        """The current resolver.

        Raises
        ------
        RulesNotReadyError
            No rule book is active.
        NotReadyError
            Nothing could be loaded so far, for another reason.
        """
        return self.loaded

    def _nothing(self) -> NotReadyError:
        if self.trouble is None or isinstance(self.trouble, NoActiveBookError):
            return RulesNotReadyError()
        return NotReadyError("who is responsible cannot be answered yet; /readyz says why")
