"""SQL of rulings and their revocations, both only ever added; used by the store only."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import shapely
from sqlalchemy import Connection, func, insert, select

from governance.book.rulings import Ruling
from governance.errors import RulingError, UnknownRulingError
from governance.models import RulingRevocationRow, RulingRow

__all__ = ["insert_revocation", "insert_ruling", "read_ruling", "read_rulings", "ruling_marks"]

_REVOCATION = ("revoked_at", "revoked_by", "revoked_because")


def insert_ruling(connection: Connection, ruling: Ruling) -> Ruling:
    """Add a ruling that was checked; gives it an id and the time of recording."""
    made = replace(
        ruling,
        id=str(uuid4()),
        recorded_at=datetime.now(UTC),
        given=ruling.geometry if ruling.given is None else ruling.given,
    )
    shapes = {"geometry": made.geometry, "given": made.given}
    values = {
        name: getattr(made, name)
        for name in asdict(replace(made, geometry=shapely.Point(), given=None))
        if name not in {*_REVOCATION, *shapes}
    }
    values |= {name: list(values[name]) for name in ("categories", "co_organisers")}
    connection.execute(insert(RulingRow).values(**values, **shapes))
    return made


def insert_revocation(connection: Connection, ruling_id: str, reason: str, by: str) -> Ruling:
    """End a ruling; errors as for ``GovernanceStore.revoke_ruling``."""
    found = read_ruling(connection, ruling_id)
    for name, value in (("reason", reason), ("by", by)):
        if not value.strip():
            raise RulingError(name, value, "must not be blank")
    if found.revoked_at is not None:
        day = found.revoked_at.date().isoformat()
        raise RulingError("id", ruling_id, f"was revoked on {day} by {found.revoked_by} already")
    connection.execute(
        insert(RulingRevocationRow).values(
            ruling_id=ruling_id,
            revoked_at=datetime.now(UTC),
            revoked_by=by.strip(),
            reason=reason.strip(),
        )
    )
    return read_ruling(connection, ruling_id)


def read_rulings(
    connection: Connection, *, known_at: datetime | None = None, ruling_id: str | None = None
) -> list[Ruling]:
    """Read rulings, oldest first, as they were known at a time, or one of them."""
    made, ended = RulingRow.__table__, RulingRevocationRow.__table__
    query = select(
        made,
        ended.c.revoked_at,
        ended.c.revoked_by,
        ended.c.reason.label("revoked_because"),
    ).outerjoin(ended, ended.c.ruling_id == made.c.id)
    if ruling_id is not None:
        query = query.where(made.c.id == ruling_id)
    if known_at is not None:
        query = query.where(made.c.recorded_at <= known_at)
    rows = connection.execute(query.order_by(made.c.recorded_at, made.c.id)).mappings()
    return [_ruling(dict(row), known_at) for row in rows]


def _ruling(row: dict[str, Any], known_at: datetime | None) -> Ruling:
    is_later = known_at is not None and row["revoked_at"] and row["revoked_at"] > known_at
    if row["revoked_at"] is None or is_later:
        row |= {"revoked_at": None, "revoked_by": "", "revoked_because": ""}
    for name in ("categories", "co_organisers"):
        row[name] = tuple(row[name])
    # PostGIS gives the reference with each shape; in Python it is understood.
    for name in ("geometry", "given"):
        row[name] = shapely.set_srid(row[name], 0)
    return Ruling(**row)


def read_ruling(connection: Connection, ruling_id: str) -> Ruling:
    """Read one ruling; UnknownRulingError when there is none."""
    found = read_rulings(connection, ruling_id=ruling_id)
    if not found:
        raise UnknownRulingError(ruling_id)
    return found[0]


def ruling_marks(connection: Connection) -> tuple[int, int]:
    """Count rulings and revocations; as both are only added, any change shows."""
    made = connection.scalar(select(func.count()).select_from(RulingRow)) or 0
    ended = connection.scalar(select(func.count()).select_from(RulingRevocationRow)) or 0
    return made, ended
