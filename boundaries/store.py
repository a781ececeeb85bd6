"""The store of layers, areas and their editions, on SQLite or PostgreSQL with PostGIS."""

import hashlib
from collections.abc import Collection
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import shapely
from sqlalchemy import Connection, Engine, insert, select, update

from boundaries import queries
from boundaries.definition import LayerDefinition
from boundaries.engine import create_store_engine, reading, writing
from boundaries.errors import (
    EditionStateError,
    NoActiveEditionError,
    StoreConflictError,
    UnknownAreaError,
    UnknownEditionError,
    UnknownLayerError,
)
from boundaries.migrate import is_current, upgrade
from boundaries.models import Edition, ImportRun, Layer
from boundaries.neighbours import measure_neighbours
from boundaries.records import AreaRecord, AreaTable, EditionInfo, LayerInfo, Neighbour
from boundaries.writing import insert_areas, upsert_layer
from geo.arrays import Progress

__all__ = ["BoundaryStore", "create_store", "upgrade"]


def create_store(url: str, data_dir: Path) -> "BoundaryStore":
    """Open a store; the tables are expected to be there (see :func:`upgrade`).

    Parameters
    ----------
    url
        ``sqlite:///file`` or ``postgresql://user@host/database``.
    data_dir
        Folder of index files; made when needed.

    Returns
    -------
    BoundaryStore
        No connection is opened before the first question.

    Raises
    ------
    StoreError
        The URL names another database or cannot be read.
    """
    return BoundaryStore(create_store_engine(url), data_dir)


class BoundaryStore:
    """Layers, areas and editions in one database.

    Safe to use from several threads. Every method raises ``StoreUnavailableError`` when the
    database cannot be reached and ``StoreNotMigratedError`` when its tables are missing.

    Parameters
    ----------
    engine
        From :func:`boundaries.engine.create_store_engine`.
    data_dir
        Folder of index files.
    """

    def __init__(self, engine: Engine, data_dir: Path) -> None:
        self.engine = engine
        self.data_dir = Path(data_dir)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def is_current(self) -> bool:
        """Tell whether the tables are those of this program."""
        return is_current(self.engine)

    def layers(self) -> list[LayerInfo]:
        """List all layers, partitions from coarse to fine, then all others."""
        with reading(self.engine) as connection:
            return queries.read_layers(connection)

    def layer(self, key: str) -> LayerInfo:
        """Give one layer; UnknownLayerError when there is none."""
        layers = self.layers()
        for layer in layers:
            if layer.key == key:
                return layer
        raise UnknownLayerError(key, [layer.key for layer in layers])

    def editions(self, layer: str) -> list[EditionInfo]:
        """List the editions of a layer, oldest first; UnknownLayerError when there is none."""
        self.layer(layer)
        with reading(self.engine) as connection:
            return queries.read_editions(connection, layer=layer)

    def edition(self, edition_id: str) -> EditionInfo:
        """Give one edition; UnknownEditionError when there is none."""
        with reading(self.engine) as connection:
            return _require_edition(connection, edition_id)

    def active_editions(self, at: date | None = None) -> list[EditionInfo]:
        """List the active editions, one for each layer that has one.

        Parameters
        ----------
        at
            Only those valid on this date; all when None.

        Returns
        -------
        list of EditionInfo
            In the order of recording.
        """
        with reading(self.engine) as connection:
            editions = queries.read_editions(connection, state="active")
        return [edition for edition in editions if at is None or edition.is_valid_at(at)]

    def active_edition(self, layer: str, at: date | None = None) -> EditionInfo:
        """Give the edition that answers for a layer.

        Raises
        ------
        UnknownLayerError
            No such layer.
        NoActiveEditionError
            The layer has no active edition.
        DateOutsideValidityError
            ``at`` is given and the active edition is not valid then.
        """
        for edition in self.active_editions():
            if edition.layer == layer:
                if at is not None:
                    edition.require_valid_at(at)
                return edition
        self.layer(layer)
        raise NoActiveEditionError(layer)

    def token(self, roles: Collection[str] | None = None) -> str:
        """Give a text that changes whenever another edition becomes active, of these roles."""
        digest = hashlib.sha256()
        asked = {layer.key for layer in self.layers() if roles is None or layer.role in roles}
        editions = [edition for edition in self.active_editions() if edition.layer in asked]
        for edition in sorted(editions, key=lambda edition: edition.layer):
            digest.update(f"{edition.layer}\x1f{edition.id}\x1f{edition.shapes_hash}\n".encode())
        return digest.hexdigest()[:32]

    def areas(self, edition_id: str, *, geometry: bool = True) -> AreaTable:
        """Read all areas of an edition in the order of their codes.

        Parameters
        ----------
        edition_id
            The edition.
        geometry
            False leaves the shapes out, which takes a fraction of the time.

        Returns
        -------
        AreaTable
            Columns of equal length.

        Raises
        ------
        UnknownEditionError
            No such edition.
        """
        with reading(self.engine) as connection:
            _require_edition(connection, edition_id)
            return queries.read_areas(connection, edition_id, geometry=geometry)

    def area(self, layer: str, code: str, at: date | None = None) -> AreaRecord:
        """Read one area with its shape from the active edition.

        Raises
        ------
        UnknownAreaError
            No area of this layer has the code; besides those of :meth:`active_edition`.
        """
        edition = self.active_edition(layer, at)
        with reading(self.engine) as connection:
            found = queries.read_records(connection, layer, edition.id, code=code, geometry=True)
        if not found:
            raise UnknownAreaError(layer, code)
        return found[0]

    def children(self, layer: str, code: str, at: date | None = None) -> list[AreaRecord]:
        """List the areas that name an area as their parent, without shapes.

        Children come from the active editions of all layers below, in the order of layers and
        codes. Raises as :meth:`area`.
        """
        self.area(layer, code, at)
        active = {edition.layer: edition for edition in self.active_editions(at)}
        below = [child for child in self.layers() if child.parent == layer and child.key in active]
        with reading(self.engine) as connection:
            return [
                record
                for child in below
                for record in queries.read_records(
                    connection, child.key, active[child.key].id, parent_code=code
                )
            ]

    def neighbours(self, layer: str, code: str, at: date | None = None) -> list[Neighbour]:
        """List the areas of the same layer that touch or overlap an area.

        Whole shapes are compared, so an area that meets another one far from where a chain of
        neighbours was cut is found too. Raises as :meth:`area`.

        Returns
        -------
        list of Neighbour
            Longest shared border first, then by code. See
            :func:`boundaries.neighbours.measure_neighbours` for the rule of lengths.
        """
        area = self.area(layer, code, at)
        shape = area.geometry
        assert shape is not None  # noqa: S101 - area() always reads it
        with reading(self.engine) as connection:
            near = queries.read_records(
                connection,
                layer,
                area.edition_id,
                extent=tuple(shapely.bounds(shape).tolist()),
                geometry=True,
            )
        return measure_neighbours(area, near)

    def activate(self, edition_id: str) -> EditionInfo:
        """Make an edition the active one of its layer and retire the one before, at once.

        Parameters
        ----------
        edition_id
            A draft, or a retired edition that is to come back. The active one stays as it is.

        Returns
        -------
        EditionInfo
            The edition as it is now.

        Raises
        ------
        UnknownEditionError
            No such edition.
        EditionStateError
            The edition is empty.
        """
        with writing(self.engine) as connection:
            _activate(connection, edition_id)
            return _require_edition(connection, edition_id)

    def import_rows(
        self,
        definition: LayerDefinition,
        table: AreaTable,
        *,
        source_file: str = "",
        source_checksum: str = "",
        activate: bool = True,
        progress: Progress | None = None,
    ) -> EditionInfo:
        """Store areas as a new edition, and activate it unless told otherwise.

        Everything happens in one transaction. An area whose code exists in the previous edition
        (the active one, else the latest) keeps its uid.

        Parameters
        ----------
        definition
            The layer and what is known of the edition.
        table
            Areas in CGCS2000 with their shapes.
        source_file, source_checksum
            Name and SHA-256 of the file they came from.
        activate
            False leaves the edition a draft.
        progress
            Called with stage ``store``.

        Returns
        -------
        EditionInfo
            The new edition.

        Raises
        ------
        StoreConflictError
            Codes repeat, or the layer exists with another role.
        """
        edition_id, now = str(uuid4()), datetime.now(UTC)
        with writing(self.engine) as connection:
            layer_id = upsert_layer(connection, definition.layer)
            known = _previous_uids(connection, definition.layer.key)
            values = _edition_values(definition, table) | {
                "id": edition_id,
                "layer_id": layer_id,
                "recorded_at": now,
                "source_file": source_file,
                "source_checksum": source_checksum,
            }
            connection.execute(insert(Edition).values(values))
            insert_areas(connection, table, values, definition.layer.kind, known, progress)
            if activate:
                _activate(connection, edition_id)
            return _require_edition(connection, edition_id)

    def record_import(self, values: dict[str, Any]) -> None:
        """Keep one run of an import; keys are the columns of ``import_run``."""
        with writing(self.engine) as connection:
            connection.execute(insert(ImportRun).values(values))

    def import_runs(self, layer: str | None = None) -> list[dict[str, Any]]:
        """List the runs of imports, latest first, with their reports."""
        table = ImportRun.__table__
        query = select(table).order_by(ImportRun.id.desc())
        if layer is not None:
            query = query.where(ImportRun.layer_key == layer)
        with reading(self.engine) as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _require_edition(connection: Connection, edition_id: str) -> EditionInfo:
    found = queries.read_editions(connection, edition_id=edition_id)
    if not found:
        raise UnknownEditionError(edition_id)
    return found[0]


def _activate(connection: Connection, edition_id: str) -> None:
    edition = _require_edition(connection, edition_id)
    if edition.n_areas == 0:
        raise EditionStateError(edition_id, "empty", "active")
    # The lock makes two activations of one layer wait for each other (SQLite: BEGIN IMMEDIATE).
    connection.execute(select(Layer.id).where(Layer.key == edition.layer).with_for_update())
    if _require_edition(connection, edition_id).state == "active":
        return
    now = datetime.now(UTC)
    layer_id = select(Edition.layer_id).where(Edition.id == edition_id).scalar_subquery()
    connection.execute(
        update(Edition)
        .where(Edition.layer_id == layer_id, Edition.state == "active")
        .values(state="retired", retired_at=now)
    )
    connection.execute(
        update(Edition)
        .where(Edition.id == edition_id)
        .values(state="active", activated_at=now, retired_at=None)
    )


def _previous_uids(connection: Connection, layer: str) -> dict[str, str]:
    editions = queries.read_editions(connection, layer=layer)
    if not editions:
        return {}
    active = [edition for edition in editions if edition.state == "active"]
    return queries.read_uids(connection, (active or editions)[-1].id)


def _edition_values(definition: LayerDefinition, table: AreaTable) -> dict[str, Any]:
    if len(set(table.codes)) != len(table):
        repeated = next(code for code in table.codes if table.codes.count(code) > 1)
        raise StoreConflictError(f"code {repeated!r} occurs more than once")
    edition = definition.edition
    return {
        "label": edition.label,
        "state": "draft",
        "valid_from": edition.valid_from,
        "valid_to": edition.valid_to,
        "source": edition.source,
        "source_date": edition.date,
        "authority": edition.authority,
        "licence": edition.licence,
        "legal_status": str(edition.legal_status),
        "secrecy": edition.secrecy,
        "review_number": edition.review_number,
        "datum": definition.source.datum,
        "generated": edition.generated,
        "n_areas": len(table),
        "shapes_hash": table.shapes_hash(),
    }
