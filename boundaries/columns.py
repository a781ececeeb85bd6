"""Column types that mean the same on SQLite and on PostgreSQL."""

import struct
from datetime import UTC, datetime
from typing import Any

import shapely
from geoalchemy2 import Geometry
from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeDecorator, TypeEngine

SRID = 4490
"""CGCS2000 longitude/latitude: the reference of every stored shape."""

_EWKB_SRID_FLAG = 0x20000000
_HEADER = {0: ">I", 1: "<I"}


class AreaGeometry(TypeDecorator[Any]):
    """A shape in CGCS2000 degrees: PostGIS geometry, or WKB in a blob on SQLite.

    Binds a shapely geometry or, in bulk, its WKB bytes; gives back a shapely geometry.
    """

    impl = Geometry
    cache_ok = True

    def __init__(self) -> None:
        super().__init__("GEOMETRY", srid=SRID, spatial_index=False)

    def load_dialect_impl(self, dialect: Dialect | None) -> TypeEngine[Any]:
        """Choose the stored type; GeoAlchemy2 also asks without a dialect."""
        if dialect is None or dialect.name == "postgresql":
            native: TypeEngine[Any] = Geometry("GEOMETRY", srid=SRID, spatial_index=False)
            return native
        return LargeBinary()

    def bind_expression(self, bindparam: BindParameter[Any]) -> ColumnElement[Any] | None:
        """Bind without a wrapping function: both stores take the bytes as they are."""
        return bindparam

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any] | None:
        """Select without a wrapping function."""
        return column

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | str | None:  # noqa: ANN401 - the interface of SQLAlchemy
        """Turn a shapely geometry or WKB bytes into what the driver takes."""
        if value is None:
            return None
        wkb: bytes = value if isinstance(value, bytes) else shapely.to_wkb(value)
        return with_srid(wkb).hex() if dialect.name == "postgresql" else wkb

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:  # noqa: ANN401, ARG002 - the interface of SQLAlchemy
        """Read WKB (SQLite) or hexadecimal EWKB (PostgreSQL)."""

        def read(value: bytes | str | None) -> shapely.Geometry | None:
            return None if value is None else shapely.from_wkb(value)

        return read


def with_srid(wkb: bytes) -> bytes:
    """Write the stored reference into WKB, which gives EWKB.

    Parameters
    ----------
    wkb
        Plain two-dimensional WKB of either byte order.

    Returns
    -------
    bytes
        EWKB with SRID 4490; the input when it already carries one.
    """
    form = _HEADER[wkb[0]]
    (kind,) = struct.unpack_from(form, wkb, 1)
    if kind & _EWKB_SRID_FLAG:
        return wkb
    return wkb[:1] + struct.pack(form, kind | _EWKB_SRID_FLAG) + struct.pack(form, SRID) + wkb[5:]


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware UTC in Python; SQLite, which has no zones, keeps UTC wall time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants and store the rest in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value!r} has no time zone; give an aware datetime"
            raise ValueError(message)
        in_utc = value.astimezone(UTC)
        return in_utc if dialect.name == "postgresql" else in_utc.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface of SQLAlchemy
        """Give back an aware UTC instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
