"""What the store says of a rule book beside its rows."""

from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["BookInfo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookInfo:
    """A stored rule book: provenance, state and size.

    Attributes
    ----------
    state
        ``draft``, ``active`` or ``retired``.
    valid_from, valid_to
        When it is true in the world, half-open.
    recorded_at, activated_at, retired_at
        When we knew, aware UTC.
    layers
        Step to key of the boundary layer.
    counts
        Number of rows of each part, such as ``{"rules": 120}``.
    hash
        See :func:`governance.book.hashing.book_hash`.
    """

    id: str
    label: str
    state: str
    valid_from: date
    valid_to: date | None
    recorded_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
    authority: str
    source: str
    legal_basis: str
    generated: bool
    layers: dict[str, str]
    counts: dict[str, int]
    hash: str
