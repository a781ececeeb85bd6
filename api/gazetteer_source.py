"""The gazetteer that a running service answers texts with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from api.errors import GazetteerNotReadyError, NotReadyError
from api.following import Followed
from boundaries.gazetteer.build import load_gazetteer
from boundaries.gazetteer.store import GazetteerStore
from boundaries.store import BoundaryStore
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder


@dataclass(frozen=True, slots=True)
class LoadedGazetteer:
    """A geocoder, made once at the swap.

    Attributes
    ----------
    geocoder
        Answers texts.
    edition
        Of the gazetteer.
    token
        The same exactly as long as equal texts get equal answers.
    """

    geocoder: Geocoder
    edition: str
    token: str

    @classmethod
    def of(cls, gazetteer: Gazetteer) -> Self:
        """Make the geocoder of a gazetteer."""
        geocoder = Geocoder(gazetteer)
        return cls(geocoder, gazetteer.edition, f"{gazetteer.edition}\n{geocoder.profile.version}")


class GazetteerSource(Followed[LoadedGazetteer]):
    """Holds the current gazetteer and swaps it when another one is built and active.

    Parameters
    ----------
    load
        Opens the active gazetteer.
    token
        Returns a text that changes with each activation; None when nothing can change.
    """

    def __init__(
        self, load: Callable[[], Gazetteer], token: Callable[[], str] | None = None
    ) -> None:
        super().__init__(lambda: LoadedGazetteer.of(load()), token)

    @classmethod
    def from_store(cls, store: BoundaryStore) -> Self:
        """Follow the active gazetteer of a store."""
        return cls(lambda: load_gazetteer(store), GazetteerStore(store).token)

    def _nothing(self) -> NotReadyError:
        return GazetteerNotReadyError()
