"""Read tickets from the store as columns."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, FromClause, func, select

from boundaries.engine import reading
from boundaries.models import Base
from boundaries.store import BoundaryStore
from governance.tickets.errors import TicketError
from governance.tickets.models import CallerRow, TicketRow
from governance.tickets.search import AREA_LAYERS
from governance.tickets.surge.columns import CodeArray, TicketColumns

__all__ = ["read_history", "read_open"]

_TICKET = Base.metadata.tables[TicketRow.__tablename__]
_CALLER = Base.metadata.tables[CallerRow.__tablename__]
_AT_ONCE = 20_000
_PLACE = 2
"""Position of the last column that holds a number."""


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
        Whose codes are read; of those that tickets hold as columns.

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
    columns: list[ColumnElement[Any]] = [
        table[name] for name in ("received_at", "lon", "lat", "category", *layers)
    ]
    source: FromClause = _TICKET
    if has_people:
        columns += [table.id, func.coalesce(_CALLER.c.caller_hash, "")]
        source = _TICKET.outerjoin(_CALLER, _CALLER.c.id == table.id)
    query = (
        select(*columns)
        .select_from(source)
        .where(
            table.received_at >= since,
            table.received_at < until,
            table.cell.is_not(None),
            table.category != "",
            table.incident == "",
            table.merged_into == "",
        )
    )
    with reading(store.engine) as connection:
        result = connection.execution_options(yield_per=_AT_ONCE).execute(query)
        time_s, lon, lat, category, *others = _columns(result.partitions(), len(columns))
    nothing = np.full(len(time_s), "", dtype=object)
    ids, callers = others[-2:] if has_people else (nothing, nothing)
    areas = dict(zip(layers, others, strict=False))
    return TicketColumns(
        ids, time_s.astype(np.float64), lon.astype(np.float64), lat.astype(np.float64), category,
        callers, areas,
    )  # fmt: skip


def _columns(partitions: Iterable[Sequence[Any]], n_columns: int) -> list[CodeArray]:
    """Turn rows into columns, part by part: times into seconds, each code once in memory."""
    parts: list[list[CodeArray]] = [[np.empty(0, dtype=object)] for _ in range(n_columns)]
    kept: dict[object, object] = {}
    for rows in partitions:
        for k, values in enumerate(zip(*rows, strict=True)):
            part = np.empty(len(rows), dtype=object)
            if k == 0:
                part[:] = [moment.timestamp() for moment in values]
            else:
                part[:] = [kept.setdefault(one, one) for one in values] if k > _PLACE else values
            parts[k].append(part)
    return [np.concatenate(part) for part in parts]
