"""The places that a resolver knows: areas, roads, rivers and assets of given editions."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from boundaries.features import FEATURE_ROLES, FeatureSnapshot, load_features
from boundaries.locator import Locator, load_locator
from boundaries.snapshot import AreaInfo
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from governance.book.definition import RuleBook

__all__ = ["Grounds", "load_book_features", "load_grounds"]


@dataclass(frozen=True)
class Grounds:
    """Boundaries and features of one moment; immutable, shared by threads.

    ``locator`` holds the partitions and overlays, ``features`` the linear and asset layers by key.
    """

    locator: Locator
    features: Mapping[str, FeatureSnapshot] = field(default_factory=dict)

    @property
    def editions(self) -> dict[str, str]:
        """Edition id of each layer, by key in alphabetical order."""
        found = {s.layer.key: s.edition.id for s in self.locator.layers}
        found |= {key: feature.edition.id for key, feature in self.features.items()}
        return dict(sorted(found.items()))

    def areas(self, layer: str) -> tuple[AreaInfo, ...] | None:
        """Give the areas or features of a layer by ordinal; None where it is not loaded."""
        feature = self.features.get(layer)
        if feature is not None:
            return feature.areas
        for snapshot in self.locator.layers:
            if snapshot.layer.key == layer:
                return snapshot.areas
        return None


def load_grounds(
    store: BoundaryStore,
    book: RuleBook,
    *,
    editions: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Grounds:
    """Load the active editions of the layers that count, or exactly those named.

    Parameters
    ----------
    store
        The store; index files lie in its data folder and are built when missing.
    book
        Lines and assets that it does not speak of are not loaded.
    editions
        Layer key to edition id; retired editions too. Layers that are not named are left out.
    progress
        Called while indexes are built.

    Returns
    -------
    Grounds
        Independent of the store from then on.

    Raises
    ------
    NoActiveEditionError
        No partition or overlay is there.
    UnknownEditionError
        An edition named is not in the store.
    """
    locator = load_locator(store, editions=editions, progress=progress)
    return Grounds(locator, load_book_features(store, book, editions=editions, progress=progress))


def load_book_features(
    store: BoundaryStore,
    book: RuleBook,
    *,
    editions: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> dict[str, FeatureSnapshot]:
    """Load the lines and assets that a book speaks of; see :func:`load_grounds`."""
    spoken = {rule.layer for rule in book.rules} | {row.line_layer for row in book.agreements}
    spoken |= {post.layer for post in book.posts}
    known = [layer.key for layer in store.layers() if layer.role in FEATURE_ROLES]
    wanted = [key for key in known if key in spoken]
    return load_features(store, wanted, editions=editions, progress=progress) if wanted else {}
