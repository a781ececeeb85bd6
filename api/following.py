"""Something loaded from the store that is swapped in one step when the store has a newer one."""

from collections.abc import Callable
from typing import Generic, TypeVar

from api.errors import NotReadyError
from boundaries.errors import BoundaryError
from geo.errors import GeoError
from governance.errors import GovernanceError

Held = TypeVar("Held")


class Followed(Generic[Held]):
    """Holds what was loaded last and swaps it when the store has another.

    What is held never changes once it is loaded, and the swap is one reference assignment: a
    request that took the old one finishes with it, and no request sees a mixture.

    Parameters
    ----------
    load
        Builds what is held; slow, reads the store.
    token
        Returns a text that changes with each activation; None when nothing can change.

    Notes
    -----
    When the first load fails, the source starts empty and ``loaded`` raises until a refresh
    succeeds. When a later one fails, the last one stays and ``trouble`` says why.
    """

    def __init__(self, load: Callable[[], Held], token: Callable[[], str] | None = None) -> None:
        self._load = load
        self._token = token
        self._loaded_token: str | None = None
        self._loaded: Held | None = None
        self._trouble: Exception | None = None
        self.refresh()

    @property
    def loaded(self) -> Held:
        """What is in place now.

        Raises
        ------
        NotReadyError
            Nothing could be loaded so far.
        """
        loaded = self._loaded
        if loaded is None:
            raise self._nothing()
        return loaded

    @property
    def trouble(self) -> Exception | None:
        """Why the store could not be followed at the last try; None when all is well."""
        return self._trouble

    def refresh(self) -> bool:
        """Look for what was newly activated and swap to it.

        Returns
        -------
        bool
            True when another one is in place.

        Notes
        -----
        Blocks while it reads the store and opens files: call it outside the event loop. The
        token is read before loading, so an activation during the load is seen next time.
        """
        try:
            token = None if self._token is None else self._token()
            if self._loaded is not None and token == self._loaded_token:
                self._trouble = None
                return False
            loaded = self._load()
        except (BoundaryError, GeoError, GovernanceError, OSError) as error:
            self._trouble = error
            return False
        self._loaded = loaded
        self._loaded_token = token
        self._trouble = None
        return True

    def _nothing(self) -> NotReadyError:
        """Make the error for the time before anything is loaded."""
        return NotReadyError("nothing is loaded yet; /readyz says why")
