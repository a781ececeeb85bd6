"""Import a file as a new edition of a layer, with a report of what is wrong with it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from boundaries import checks
from boundaries.attributes import AttributeTable, check_identity, read_attributes
from boundaries.definition import LayerDefinition, Role
from boundaries.errors import NoActiveEditionError, UnknownLayerError
from boundaries.findings import Finding, ImportReport, Severity
from boundaries.records import AreaTable
from boundaries.sources import SourceTable, checksum, read_source
from boundaries.store import BoundaryStore
from geo.arrays import GeometryArray, Progress
from geo.datum import Datum, geometries_to_cgcs2000, parse_datum

__all__ = ["ImportReport", "check_layer", "import_layer"]


@dataclass(frozen=True, slots=True)
class _Draft:
    """A file on its way into the store."""

    definition: LayerDefinition
    attributes: AttributeTable
    shapes: GeometryArray
    """CGCS2000, valid unless a finding says otherwise."""


def import_layer(
    store: BoundaryStore,
    source: Path,
    definition: LayerDefinition,
    *,
    progress: Progress | None = None,
    activate: bool = True,
    dry_run: bool = False,
    invalid: Literal["repair", "refuse"] = "repair",
) -> ImportReport:
    """Read, check and store a file as a new edition of a layer.

    Parameters
    ----------
    store
        Where the edition goes, and where the parent layer is looked up.
    source
        GeoJSON, GeoPackage, Shapefile (zipped or not), GeoParquet or KML.
    definition
        What the file holds, and in which datum.
    progress
        Called with the stages ``read``, ``overlaps``, ``gaps``, ``nesting`` and ``store``.
    activate
        Make the edition the active one; False leaves it a draft.
    dry_run
        Only check; nothing is written.
    invalid
        Whether invalid polygons are repaired (a warning) or refused (an error).

    Returns
    -------
    ImportReport
        With errors among the findings nothing is stored but the report itself, the outcome is
        ``refused``, and the edition that was active stays so.

    Raises
    ------
    SourceError
        The file cannot be read, lacks a field, or contradicts the stated datum.
    StoreError
        The store cannot be used.
    """
    started, clock = datetime.now(UTC), time.perf_counter()
    _tell(progress, "read", 0)
    table = read_source(source, definition.source)
    draft, findings = _check(table, definition, store, progress, refuse=invalid == "refuse")
    report = ImportReport(
        layer=definition.layer.key,
        layer_name=definition.layer.name,
        source=source.name,
        datum=definition.source.datum,
        n_read=len(table),
        findings=findings,
    )
    digest = checksum(source)
    if report.ok:
        report.n_areas = len(table)
    if not dry_run:
        _store(store, draft, report, digest, activate=activate, progress=progress)
    report.seconds = time.perf_counter() - clock
    if not dry_run:
        store.record_import(_run_values(report, started, digest))
    return report


def check_layer(
    store: BoundaryStore, layer: str, *, progress: Progress | None = None
) -> ImportReport:
    """Check the active edition of a layer again, as it is stored.

    Parameters
    ----------
    store
        The store.
    layer
        Key of the layer.
    progress
        Told about the stages.

    Returns
    -------
    ImportReport
        Outcome ``checked``. Places and sizes are those of the stored shapes; a file in another
        datum was checked in its own coordinates when it was imported.

    Raises
    ------
    UnknownLayerError, NoActiveEditionError
        There is nothing to check.
    """
    clock = time.perf_counter()
    edition, info = store.active_edition(layer), store.layer(layer)
    table = store.areas(edition.id)
    attributes = AttributeTable(
        list(table.codes),
        list(table.names),
        list(table.parent_codes),
        table.precedence,
        table.populations,
        list(table.attributes),
    )
    report = ImportReport(
        layer, info.name, edition.source_file, str(Datum.CGCS2000), "checked", edition.id
    )
    report.n_read = report.n_areas = len(table)
    labels, shapes = checks.Labels(table.codes, table.names), table.require_geometries()
    role = Role(info.role)
    report.add(check_identity(attributes))
    unusable = checks.find_unusable(shapes, labels, role)
    report.add(unusable)
    if role in {Role.PARTITION, Role.OVERLAY} and not unusable:
        _, found = checks.repair_shapes(shapes, labels, Datum.CGCS2000, refuse=True)
        report.add(found)
    if role is Role.PARTITION and report.ok:
        report.add(checks.find_partition_faults(shapes, labels, Datum.CGCS2000, progress))
        report.add(
            _check_nesting(shapes, labels, attributes.parent_codes, info.parent, store, progress)
        )
    report.seconds = time.perf_counter() - clock
    return report


def _check(
    table: SourceTable,
    definition: LayerDefinition,
    store: BoundaryStore,
    progress: Progress | None,
    *,
    refuse: bool,
) -> tuple[_Draft, list[Finding]]:
    attributes, findings = read_attributes(table, definition)
    findings += check_identity(attributes)
    labels, role = checks.Labels(attributes.codes, attributes.names), definition.layer.role
    if len(table) == 0:
        findings.append(
            Finding("empty_source", Severity.ERROR, "文件中没有要素", "the file has no features")
        )
    unusable = checks.find_unusable(table.geometries, labels, role)
    findings += unusable
    bad = {row for finding in unusable for row in finding.rows}
    rows = [row for row in range(len(table)) if row not in bad]
    usable = checks.Labels.of_rows(attributes.codes, attributes.names, rows)
    shapes, found = _check_shapes(
        table.geometries[rows], usable, definition, progress, refuse=refuse
    )
    findings += found
    if role is Role.PARTITION and not _has_errors(found):
        parents = [attributes.parent_codes[row] for row in rows]
        findings += _check_nesting(
            shapes, usable, parents, definition.layer.parent, store, progress
        )
    return _Draft(definition, attributes, shapes), findings


def _check_shapes(
    shapes: GeometryArray,
    labels: checks.Labels,
    definition: LayerDefinition,
    progress: Progress | None,
    *,
    refuse: bool,
) -> tuple[GeometryArray, list[Finding]]:
    """Check shapes in the coordinates of their file; gives them in CGCS2000."""
    role, datum = definition.layer.role, parse_datum(definition.source.datum)
    found = checks.find_bad_coordinates(geometries_to_cgcs2000(shapes, datum), labels)
    if _has_errors(found):
        return shapes, found
    if role in {Role.PARTITION, Role.OVERLAY}:
        shapes, invalid = checks.repair_shapes(shapes, labels, datum, refuse=refuse)
        found += invalid
    if role is Role.PARTITION and not _has_errors(found):
        # In the coordinates of the file: converting first would invent gaps and overlaps.
        found += checks.find_partition_faults(shapes, labels, datum, progress)
    if datum in {Datum.WGS84, Datum.CGCS2000}:
        return shapes, found
    converted = geometries_to_cgcs2000(shapes, datum)
    if role in {Role.PARTITION, Role.OVERLAY} and not _has_errors(found):
        # Conversion bends edges; the rare shape that crosses itself by it is repaired and named.
        converted, bent = checks.repair_shapes(converted, labels, Datum.CGCS2000, refuse=False)
        found += bent
    return converted, found


def _check_nesting(
    shapes: GeometryArray,
    labels: checks.Labels,
    parent_codes: list[str],
    parent: str,
    store: BoundaryStore,
    progress: Progress | None,
) -> list[Finding]:
    if not parent:
        return []
    try:
        parents = store.areas(store.active_edition(parent).id)
    except (UnknownLayerError, NoActiveEditionError):
        message = f"上级图层 {parent} 没有启用的版本, 未检查嵌套"
        message_en = f"parent layer {parent!r} has no active edition; nesting was not checked"
        return [Finding("parent_not_checked", Severity.INFO, message, message_en)]
    return checks.find_nesting_faults(shapes, labels, parent_codes, parents, progress)


def _store(
    store: BoundaryStore,
    draft: _Draft,
    report: ImportReport,
    digest: str,
    *,
    activate: bool,
    progress: Progress | None,
) -> None:
    if not report.ok:
        report.outcome = "refused"
        return
    attributes = draft.attributes
    table = AreaTable.build(
        attributes.codes,
        attributes.names,
        draft.shapes,
        parent_codes=attributes.parent_codes,
        precedence=attributes.precedence.tolist(),
        populations=attributes.populations.tolist(),
        attributes=attributes.extra,
    )
    edition = store.import_rows(
        draft.definition,
        table,
        source_file=report.source,
        source_checksum=digest,
        activate=activate,
        progress=progress,
    )
    report.edition_id, report.outcome = edition.id, edition.state


def _run_values(report: ImportReport, started: datetime, digest: str) -> dict[str, Any]:
    return {
        "layer_key": report.layer,
        "edition_id": report.edition_id,
        "outcome": report.outcome,
        "started_at": started,
        "finished_at": datetime.now(UTC),
        "source_file": report.source,
        "source_checksum": digest,
        "report": report.to_dict(),
    }


def _has_errors(findings: list[Finding]) -> bool:
    return any(finding.severity is Severity.ERROR for finding in findings)


def _tell(progress: Progress | None, stage: str, done: int) -> None:
    if progress is not None:
        progress(stage, done, 1)
