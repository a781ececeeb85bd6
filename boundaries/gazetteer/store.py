"""The store of the gazetteer: sources, corrections and built files, in the boundary store."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, update

from boundaries.engine import reading, writing
from boundaries.errors import EditionStateError, NoGazetteerError, UnknownEditionError
from boundaries.gazetteer import queries
from boundaries.gazetteer.corrections import (
    Proposal,
    insert_decision,
    insert_proposal,
    read_corrections,
    require_correction,
)
from boundaries.gazetteer.definition import GazetteerDefinition
from boundaries.gazetteer.models import GazetteerBuild, GazetteerSource
from boundaries.gazetteer.records import BuildInfo, Correction, SourceContent, SourceInfo
from boundaries.store import BoundaryStore
from geo.arrays import Progress

__all__ = ["GazetteerStore"]

SUFFIX = ".gaz"


class GazetteerStore:
    """Sources of names, corrections and built files.

    Safe to use from several threads; raises as :class:`boundaries.store.BoundaryStore` does when
    the database cannot be used.

    Parameters
    ----------
    store
        The boundary store; the tables lie beside those of the layers, the files in ``gazetteer``
        of its data folder.
    """

    def __init__(self, store: BoundaryStore) -> None:
        self.store = store
        self.folder = store.data_dir / "gazetteer"

    # -- sources --------------------------------------------------------------------------

    def sources(self, *, key: str | None = None, state: str | None = None) -> list[SourceInfo]:
        """List sources, oldest first."""
        with reading(self.store.engine) as connection:
            return queries.read_sources(connection, key=key, state=state)

    def source(self, source_id: str) -> SourceInfo:
        """Give one source; UnknownEditionError when there is none."""
        with reading(self.store.engine) as connection:
            return _require_source(connection, source_id)

    def content(self, source_id: str) -> SourceContent:
        """Read everything that a source holds; UnknownEditionError when there is none."""
        with reading(self.store.engine) as connection:
            _require_source(connection, source_id)
            return queries.read_content(connection, source_id)

    def import_content(
        self,
        definition: GazetteerDefinition,
        content: SourceContent,
        *,
        source_file: str = "",
        source_checksum: str = "",
        report: dict[str, Any] | None = None,
        activate: bool = True,
        progress: Progress | None = None,
    ) -> SourceInfo:
        """Store what a file says as a new edition of its source.

        Parameters
        ----------
        definition
            The source and what is known of it.
        content
            In CGCS2000.
        source_file, source_checksum
            Name and SHA-256 of the file.
        report
            Report of the import, kept with the source.
        activate
            False leaves it a draft.
        progress
            Called with stage ``store``.

        Returns
        -------
        SourceInfo
            The new edition. Nothing is built; see ``boundaries.gazetteer.build``.
        """
        source_id = str(uuid4())
        values = _source_values(definition, content) | {
            "id": source_id,
            "source_file": source_file,
            "source_checksum": source_checksum,
            "report": report or {},
        }
        with writing(self.store.engine) as connection:
            connection.execute(insert(GazetteerSource).values(values))
            queries.insert_content(connection, source_id, content, progress)
            if activate:
                _activate(connection, source_id)
            return _require_source(connection, source_id)

    def activate(self, source_id: str) -> SourceInfo:
        """Make an edition the active one of its key and retire the one before.

        Raises
        ------
        UnknownEditionError
            No such source.
        EditionStateError
            It holds nothing.
        """
        with writing(self.store.engine) as connection:
            _activate(connection, source_id)
            return _require_source(connection, source_id)

    def retire(self, source_id: str) -> SourceInfo:
        """Take an edition out of use; UnknownEditionError when there is none."""
        with writing(self.store.engine) as connection:
            _require_source(connection, source_id)
            connection.execute(
                update(GazetteerSource)
                .where(GazetteerSource.id == source_id)
                .values(state="retired", retired_at=datetime.now(UTC))
            )
            return _require_source(connection, source_id)

    # -- built files ----------------------------------------------------------------------

    def builds(self) -> list[BuildInfo]:
        """List built files, latest first."""
        with reading(self.store.engine) as connection:
            return [self._build(row) for row in queries.read_builds(connection)]

    def active_build(self) -> BuildInfo:
        """Give the active built file; NoGazetteerError when none was ever built."""
        with reading(self.store.engine) as connection:
            found = queries.read_builds(connection, state="active")
        if not found:
            raise NoGazetteerError
        return self._build(found[0])

    def token(self) -> str:
        """Give a text that changes whenever another built file becomes active; empty for none."""
        with reading(self.store.engine) as connection:
            found = queries.read_builds(connection, state="active")
        return str(found[0]["edition"]) if found else ""

    def path(self) -> Path:
        """Give the active built file; NoGazetteerError when there is none on this machine."""
        path = self.active_build().path
        if not path.is_file():
            raise NoGazetteerError(path)
        return path

    def path_of(self, edition: str) -> Path:
        """Name the file of an edition."""
        return self.folder / f"{edition}{SUFFIX}"

    def record_build(self, edition: str, inputs: str, contents: dict[str, Any]) -> BuildInfo:
        """Make a written file the active one and retire the one before, at once."""
        now = datetime.now(UTC)
        with writing(self.store.engine) as connection:
            connection.execute(
                update(GazetteerBuild)
                .where(GazetteerBuild.state == "active")
                .values(state="retired", retired_at=now)
            )
            connection.execute(
                insert(GazetteerBuild).values(
                    edition=edition, state="active", built_at=now, inputs=inputs, contents=contents
                )
            )
        return self.active_build()

    def inputs_token(self) -> str:
        """Digest what a build would be made of; differs from the active build's when it is old."""
        digest = hashlib.sha256(self.store.token().encode())
        for source in sorted(self.sources(state="active"), key=lambda source: source.key):
            digest.update(f"{source.key}\x1f{source.id}\n".encode())
        for correction in self.corrections(state="accepted"):
            digest.update(f"{correction.id}\n".encode())
        return digest.hexdigest()[:32]

    # -- corrections ----------------------------------------------------------------------

    def corrections(self, *, state: str | None = None) -> list[Correction]:
        """List corrections, oldest first; in one state (proposed, accepted, rejected) or all."""
        with reading(self.store.engine) as connection:
            return read_corrections(connection, state=state)

    def correction(self, correction_id: str) -> Correction:
        """Give one correction; UnknownCorrectionError when there is none."""
        with reading(self.store.engine) as connection:
            return require_correction(connection, correction_id)

    def propose(self, proposal: Proposal) -> Correction:
        """Put a proposal into the queue; CorrectionError when it cannot be used."""
        with writing(self.store.engine) as connection:
            return insert_proposal(connection, proposal)

    def decide(self, correction_id: str, verdict: str, by: str, note: str = "") -> Correction:
        """Accept or reject a proposal. Nothing is built; see ``boundaries.gazetteer.build``.

        Raises
        ------
        UnknownCorrectionError
            No such proposal.
        CorrectionError
            It is decided already, or the verdict is neither ``accepted`` nor ``rejected``.
        """
        with writing(self.store.engine) as connection:
            return insert_decision(connection, correction_id, verdict, by, note)

    # -- inside ---------------------------------------------------------------------------

    def _build(self, row: Any) -> BuildInfo:  # noqa: ANN401 - a row of the table
        return BuildInfo(**row, path=self.path_of(row["edition"]))


def _require_source(connection: Connection, source_id: str) -> SourceInfo:
    found = queries.read_sources(connection, source_id=source_id)
    if not found:
        raise UnknownEditionError(source_id)
    return found[0]


def _activate(connection: Connection, source_id: str) -> None:
    source = _require_source(connection, source_id)
    if source.n_entries + source.n_names + source.n_doors + source.n_ranges == 0:
        raise EditionStateError(source_id, "empty", "active")
    if source.state == "active":
        return
    now = datetime.now(UTC)
    table = GazetteerSource
    connection.execute(
        update(table)
        .where(table.key == source.key, table.state == "active")
        .values(state="retired", retired_at=now)
    )
    connection.execute(
        update(table)
        .where(table.id == source_id)
        .values(state="active", activated_at=now, retired_at=None)
    )


def _source_values(definition: GazetteerDefinition, content: SourceContent) -> dict[str, Any]:
    edition = definition.edition
    return {
        "key": definition.gazetteer.key,
        "name": definition.gazetteer.name,
        "grammar": definition.gazetteer.grammar,
        "label": edition.label,
        "state": "draft",
        "valid_from": edition.valid_from,
        "valid_to": edition.valid_to,
        "recorded_at": datetime.now(UTC),
        "source": edition.source,
        "source_date": edition.date,
        "authority": edition.authority,
        "licence": edition.licence,
        "secrecy": edition.secrecy,
        "datum": definition.source.datum,
        "generated": edition.generated,
        "n_entries": len(content.entries),
        "n_names": len(content.names),
        "n_doors": len(content.doors),
        "n_ranges": len(content.ranges),
    }
