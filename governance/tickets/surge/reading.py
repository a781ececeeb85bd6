"""Read tickets from the store as columns."""

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from boundaries.engine import reading
from boundaries.models import Base
from boundaries.store import BoundaryStore
from governance.tickets.errors import TicketError
from governance.tickets.models import CallerRow, TicketRow
from governance.tickets.surge.columns import TicketColumns

__all__ = ["AREA_LAYERS", "read_history", "read_open"]

AREA_LAYERS = ("district", "township", "community", "grid")
"""Layers whose codes the tickets hold as columns."""

_TICKET = Base.metadata.tables[TicketRow.__tablename__]
_CALLER = Base.metadata.tables[CallerRow.__tablename__]
_AT_ONCE = 20_000


def read_history(
    store: BoundaryStore, since: datetime, until: datetime, layers: Sequence[str]
) -> TicketColumns:
    """Read placed tickets that belong to no incident, without their ids and callers.

    Parameters
    ----------
    store
        Gives the database.
    since, until
        Received in this half-open span.
    layers
        Whose codes are read; of ``AREA_LAYERS``.

    Raises
    ------
    TicketError
        Tickets hold no codes of a layer.

    Notes
    -----
    Six seconds for a million tickets; 80 bytes for each, codes are kept once.
    """
    return _read(store, since, until, layers, has_people=False)


def read_open(
    store: BoundaryStore, since: datetime, until: datetime, layers: Sequence[str]
) -> TicketColumns:
    """Read placed tickets that belong to no incident; as of :func:`read_history`, with all."""
    return _read(store, since, until, layers, has_people=True)


def _read(
    store: BoundaryStore,
    since: datetime,
    until: datetime,
    layers: Sequence[str],
    *,
    has_people: bool,
) -> TicketColumns:
    for layer in layers:
        if layer not in AREA_LAYERS:
            problem = f"tickets hold codes of {', '.join(AREA_LAYERS)}"
            raise TicketError("layers of surges", layer, problem)
    table = _TICKET.c
    names = ["received_at", "lon", "lat", "category", *layers]
    columns = [table[name] for name in names]
    source = _TICKET
    if has_people:
        columns += [table.id, _CALLER.c.caller_hash]
    query = select(*columns).select_from(
        source.outerjoin(_CALLER, _CALLER.c.id == table.id) if has_people else source
    )
    query = query.where(
        table.received_at >= since,
        table.received_at < until,
        table.cell.is_not(None),
        table.category != "",
        table.incident == "",
        table.merged_into == "",
    )
    parts: list[list[NDArray[object]]] = []
    kept: dict[object, object] = {}  # each code once in memory
    with reading(store.engine) as connection:
        result = connection.execution_options(yield_per=_AT_ONCE).execute(query)
        for rows in result.partitions():
            fields = zip(*rows, strict=True)
            part = [np.array([one.timestamp() for one in next(fields)], dtype=object)]
            for values in fields:
                found = np.empty(len(rows), dtype=object)
                found[:] = [kept.setdefault(one, one) for one in values]
                part.append(found)
            parts.append(part)
    n_columns = len(columns)
    if parts:
        joined = [np.concatenate([part[k] for part in parts]) for k in range(n_columns)]
    else:
        joined = [np.empty(0, dtype=object) for _ in range(n_columns)]
    after = 4 + len(layers)
    nothing = np.full(len(joined[0]), "", dtype=object)
    ids, callers = (joined[after], joined[after + 1]) if has_people else (nothing, nothing)
    callers = np.where(callers == np.array(None), "", callers)
    return TicketColumns(
        ids=ids,
        time_s=joined[0].astype(np.float64),
        lon=joined[1].astype(np.float64),
        lat=joined[2].astype(np.float64),
        category=joined[3],
        caller=callers,
        areas={layer: joined[4 + k] for k, layer in enumerate(layers)},
    )


def moment(time_s: float) -> datetime:
    """Turn seconds since 1970 into a time in UTC."""
    return datetime.fromtimestamp(time_s, UTC)
