"""SQL of the versions of the catalogue of channels."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from boundaries.models import Base
from governance.tickets.models import ChannelCatalogueRow

__all__ = ["keep_catalogue", "read_catalogue", "read_version_in_force", "read_versions"]

_TABLE = Base.metadata.tables[ChannelCatalogueRow.__tablename__]


def keep_catalogue(connection: Connection, version: str, document: Any, now: datetime) -> None:  # noqa: ANN401 - JSON values
    """Keep a version and put it in force."""
    if read_version_in_force(connection) == version:
        return
    again = update(_TABLE).where(_TABLE.c.version == version).values(in_force_at=now)
    if connection.execute(again).rowcount == 0:
        values = {"version": version, "document": document, "recorded_at": now, "in_force_at": now}
        connection.execute(insert(_TABLE).values(values))


def read_version_in_force(connection: Connection) -> str:
    """Give the version in force; empty where none was kept."""
    latest = select(_TABLE.c.version).order_by(_TABLE.c.in_force_at.desc()).limit(1)
    return connection.scalar(latest) or ""


def read_catalogue(connection: Connection, version: str) -> Any | None:  # noqa: ANN401 - JSON values
    """Give the document of a version; None where it is not kept."""
    return connection.scalar(select(_TABLE.c.document).where(_TABLE.c.version == version))


def read_versions(connection: Connection) -> list[tuple[str, datetime, datetime]]:
    """List the versions with when each was recorded and last put in force; oldest first."""
    columns = (_TABLE.c.version, _TABLE.c.recorded_at, _TABLE.c.in_force_at)
    rows = connection.execute(select(*columns).order_by(_TABLE.c.recorded_at, _TABLE.c.version))
    return [(row[0], row[1], row[2]) for row in rows]
