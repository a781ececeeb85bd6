"""Import a file of names as a new edition of a source, with a report of what was refused."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from boundaries.errors import DefinitionError
from boundaries.gazetteer.convert import Converted, convert_rows
from boundaries.gazetteer.definition import GazetteerDefinition, Holds
from boundaries.gazetteer.osm import read_osm
from boundaries.gazetteer.readers import OSM_SUFFIXES, read_rows
from boundaries.gazetteer.records import SourceContent
from boundaries.gazetteer.report import GazetteerReport
from boundaries.gazetteer.store import GazetteerStore
from boundaries.snapshot import LayerSnapshot, load_snapshot
from boundaries.sources import checksum
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from geo.datum import Datum, parse_datum
from geo.suggest import suggest_datum

__all__ = ["GazetteerReport", "import_gazetteer"]

_MOST_OUTSIDE = 50
_PARTS = ("entries", "names", "doors", "ranges")


def import_gazetteer(
    store: BoundaryStore,
    source: Path,
    definition: GazetteerDefinition,
    *,
    progress: Progress | None = None,
    activate: bool = True,
    dry_run: bool = False,
) -> GazetteerReport:
    """Read, check and store a file of names as a new edition of its source.

    Parameters
    ----------
    store
        Where it goes, and where the areas are looked up.
    source
        CSV, GeoPackage and the other formats of layers, or OpenStreetMap.
    definition
        What the file holds, and in which datum.
    progress
        Called with the stages ``read`` and ``store``.
    activate
        Make the edition the active one of its key; False leaves it a draft.
    dry_run
        Only check; nothing is written.

    Returns
    -------
    GazetteerReport
        Rows that cannot be used are refused one by one and listed; the others are stored. With no
        usable row nothing is stored and the edition that was active stays so. No gazetteer is
        built; see ``boundaries.gazetteer.build``.

    Raises
    ------
    SourceError
        The file cannot be read, lacks a field, or contradicts the stated datum.
    DefinitionError
        The definition does not fit the kind of file.
    StoreError
        The store cannot be used.
    """
    clock = time.perf_counter()
    key = definition.gazetteer.key
    report = GazetteerReport(key, source.name, definition.source.datum)
    if _is_osm(source, definition):
        content = _read_osm(source, definition, report, progress)
    else:
        content = _read_tables(store, source, definition, report, progress)
    report.counts = {part: len(getattr(content, part)) for part in _PARTS}
    _find_outside(store, content, report)
    if not report.ok:
        report.outcome = "refused"
    elif not dry_run:
        report.outcome = "active" if activate else "draft"
        report.seconds = time.perf_counter() - clock
        stored = GazetteerStore(store).import_content(
            definition,
            content,
            source_file=source.name,
            source_checksum=checksum(source),
            report=report.to_dict(),
            activate=activate,
            progress=progress,
        )
        report.source_id = stored.id
    report.seconds = time.perf_counter() - clock
    return report


def _is_osm(source: Path, definition: GazetteerDefinition) -> bool:
    is_file = source.name.lower().endswith(OSM_SUFFIXES)
    is_stated = [table.holds is Holds.OSM for table in definition.table]
    if is_file != all(is_stated) or any(is_stated) != all(is_stated):
        problem = 'holds = "osm" is for OpenStreetMap files, and alone'
        raise DefinitionError(source, "table.holds", problem)
    datum = parse_datum(definition.source.datum)
    if is_file and datum not in {Datum.WGS84, Datum.CGCS2000}:
        problem = f"OpenStreetMap files are WGS-84, not {datum}"
        raise DefinitionError(source, "source.datum", problem)
    return is_file


def _read_osm(
    source: Path,
    definition: GazetteerDefinition,
    report: GazetteerReport,
    progress: Progress | None,
) -> SourceContent:
    checksum(source)  # says plainly when there is no such file
    found = read_osm(source, definition.gazetteer.key, progress)
    report.n_read, report.refused = found.n_read, found.refused
    return found.content


def _read_tables(
    store: BoundaryStore,
    source: Path,
    definition: GazetteerDefinition,
    report: GazetteerReport,
    progress: Progress | None,
) -> SourceContent:
    found: list[Converted] = []
    for done, section in enumerate(definition.table):
        if progress is not None:
            progress("read", done, len(definition.table))
        rows = read_rows(source, definition.source, section)
        report.n_read += len(rows) + len(rows.broken)
        found.append(convert_rows(rows, definition.gazetteer.key))
        report.refused += found[-1].refused
        report.duplicates += found[-1].duplicates
    report.datum_doubt = _doubt_datum(store, found, definition.source.datum)
    content = SourceContent()
    for part in _PARTS:
        frames = [getattr(one.content, part) for one in found if len(getattr(one.content, part))]
        if frames:
            content = replace(content, **{part: pd.concat(frames, ignore_index=True)})
    return content


def _doubt_datum(store: BoundaryStore, found: list[Converted], declared: str) -> str:
    """Compare the areas that rows name with those that hold their points, in every datum."""
    points = [point for one in found for point in one.points]
    labels = [label for one in found for label in one.labels]
    if not any(labels):
        return ""
    for snapshot in _partitions(store):
        names = [area.name for area in snapshot.areas]
        if not set(names) & set(labels):
            continue
        suggestion = suggest_datum(
            np.array(points, dtype=np.float64), labels, snapshot.index, names, declared=declared
        )
        return suggestion.message if suggestion.declared_is_worse else ""
    return ""


def _partitions(store: BoundaryStore) -> Iterator[LayerSnapshot]:
    """Open the partitions that have an active edition, coarse before fine, as they are asked."""
    editions = {edition.layer: edition for edition in store.active_editions()}
    for layer in store.layers():
        if layer.role == "partition" and layer.key in editions:
            yield load_snapshot(store, layer, editions[layer.key])


def _find_outside(store: BoundaryStore, content: SourceContent, report: GazetteerReport) -> None:
    """Count the points that no area of the coarsest partition holds."""
    coarsest = next(_partitions(store), None)
    if coarsest is None:
        return
    places = content.entries[content.entries["role"] != "area"]
    names = [*places["name"], *(content.doors["owner_name"] + content.doors["number"].astype(str))]
    points = np.concatenate(
        [frame[["lon", "lat"]].to_numpy(dtype=np.float64) for frame in (places, content.doors)]
    )
    rows = np.flatnonzero(coarsest.index.locate_many(points) < 0).tolist()
    report.n_outside = len(rows)
    report.outside = [names[row] for row in rows[:_MOST_OUTSIDE]]
