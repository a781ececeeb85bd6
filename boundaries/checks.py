"""Check the shapes of a layer: kind, validity, overlaps, gaps, and nesting in the parent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import shapely

from boundaries.definition import Role
from boundaries.findings import Finding, Severity, name_areas
from boundaries.records import AreaTable
from geo.arrays import GeometryArray, Progress
from geo.coordinates import check_lonlat
from geo.datum import Datum
from geo.topology import (
    Gap,
    NestingConflict,
    Overlap,
    find_gaps,
    find_invalid,
    find_nesting_conflicts,
    find_overlaps,
    repair,
)

_DIMENSION = {Role.PARTITION: 2, Role.OVERLAY: 2, Role.LINEAR: 1, Role.ASSET: 0}
_WANTED = {
    Role.PARTITION: ("面", "a polygon"),
    Role.OVERLAY: ("面", "a polygon"),
    Role.LINEAR: ("线", "a line"),
    Role.ASSET: ("点", "a point"),
}
_COLLECTION = 7


@dataclass(frozen=True, slots=True)
class Labels:
    """Codes and names by which findings call shapes, and the rows of the file they stand in.

    ``rows`` is None where every row of the file is there.
    """

    codes: Sequence[str]
    names: Sequence[str]
    rows: Sequence[int] | None = None

    @classmethod
    def of_rows(cls, codes: Sequence[str], names: Sequence[str], rows: Sequence[int]) -> Self:
        """Make the labels of some rows of a file."""
        return cls([codes[row] for row in rows], [names[row] for row in rows], rows)

    def rows_of(self, shapes: Sequence[int]) -> tuple[int, ...]:
        """Give the rows of the file in which shapes stand."""
        return tuple(shapes if self.rows is None else (self.rows[shape] for shape in shapes))

    def zh(self, shape: int) -> str:
        """Name row and area in Chinese."""
        return f"第 {self.rows_of([shape])[0]} 行 {self.of(shape)}"

    def en(self, shape: int) -> str:
        """Name row and area in English."""
        return f"row {self.rows_of([shape])[0]} {self.of(shape)}"

    def of(self, *rows: int) -> str:
        """Write rows as ``name (code)``."""
        return name_areas(self.codes, self.names, rows)

    def codes_of(self, rows: Sequence[int]) -> tuple[str, ...]:
        """Give the codes of rows."""
        return tuple(self.codes[row] for row in rows)


def find_unusable(shapes: GeometryArray, labels: Labels, role: Role) -> list[Finding]:
    """Find missing or empty shapes and shapes of a kind that the role does not take.

    Parameters
    ----------
    shapes
        Shape (n,), as read; None where missing.
    labels
        Codes and names of the rows.
    role
        Partitions and overlays take polygons, linear layers lines, assets points.

    Returns
    -------
    list of Finding
        Errors, in row order.
    """
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    wrong = ~missing & (
        (shapely.get_dimensions(shapes) != _DIMENSION[role])
        | (shapely.get_type_id(shapes) == _COLLECTION)
    )
    zh, en = _WANTED[role]
    findings = []
    for row in np.flatnonzero(missing | wrong).tolist():
        if missing[row]:
            code, problem = "missing_geometry", ("图形缺失或为空", "the shape is missing or empty")
        else:
            kind = shapes[row].geom_type
            problem = (f"图形是 {kind}, 应为{zh}", f"the shape is a {kind}, {en} is needed")
            code = "wrong_geometry"
        findings.append(
            Finding(
                code,
                Severity.ERROR,
                f"{labels.zh(row)}: {problem[0]}",
                f"{labels.en(row)}: {problem[1]}",
                rows=labels.rows_of([row]),
                codes=labels.codes_of([row]),
            )
        )
    return findings


def find_bad_coordinates(shapes: GeometryArray, labels: Labels) -> list[Finding]:
    """Find shapes in degrees that reach out of the world, or have lon and lat swapped.

    Parameters
    ----------
    shapes
        Shape (n,), in degrees lon, lat.
    labels
        Codes and names of the rows.

    Returns
    -------
    list of Finding
        Errors, one for each shape.
    """
    bounds = shapely.bounds(shapes)
    problems = check_lonlat(bounds[:, :2]) + check_lonlat(bounds[:, 2:])
    # Missing shapes have findings of their own; a corner with whole numbers is no placeholder.
    found = {
        problem.row: problem
        for problem in reversed(problems)
        if problem.code in {"not_finite", "out_of_range", "swapped"}
    }
    return [
        Finding(
            "bad_coordinate",
            Severity.ERROR,
            f"{labels.zh(row)}: 坐标 {problem.value} 不合理, 请检查坐标系与经纬度顺序",
            f"{labels.en(row)}: {problem.value}: {problem.problem}",
            rows=labels.rows_of([row]),
            codes=labels.codes_of([row]),
        )
        for row, problem in sorted(found.items())
    ]


def repair_shapes(
    shapes: GeometryArray, labels: Labels, datum: Datum | str, *, refuse: bool
) -> tuple[GeometryArray, list[Finding]]:
    """Find invalid polygons and repair or refuse them.

    Parameters
    ----------
    shapes
        Shape (n,), non-empty (multi)polygons.
    labels
        Codes and names of the rows.
    datum
        Datum of the file; places and sizes are named in CGCS2000.
    refuse
        True makes every invalid shape an error; otherwise only one that repair cannot save is.

    Returns
    -------
    shapes, findings
        The shapes as they are to be used, and one finding for each invalid one.
    """
    if refuse:
        return shapes, [
            _invalid(labels, shape.index, shape.reason, (shape.lon, shape.lat), None)
            for shape in find_invalid(shapes, datum=datum)
        ]
    repaired = repair(shapes, datum=datum)
    return repaired.geometries, [
        _invalid(
            labels,
            found.index,
            found.reason,
            (found.lon, found.lat),
            None if found.is_lost else found.change_m2,
        )
        for found in repaired.repairs
    ]


def _invalid(
    labels: Labels, row: int, reason: str, lonlat: tuple[float, float], change_m2: float | None
) -> Finding:
    is_error = change_m2 is None
    done = "已拒绝" if change_m2 is None else f"已修复, 面积变化 {change_m2:+.1f} m²"
    done_en = "refused" if change_m2 is None else f"repaired, area changed by {change_m2:+.1f} m2"
    return Finding(
        "invalid_shape",
        Severity.ERROR if is_error else Severity.WARNING,
        f"{labels.zh(row)}: 无效图形 ({reason}), {done}",
        f"{labels.en(row)}: invalid shape ({reason}), {done_en}",
        rows=labels.rows_of([row]),
        codes=labels.codes_of([row]),
        lon=_number(lonlat[0]),
        lat=_number(lonlat[1]),
    )


def find_partition_faults(
    shapes: GeometryArray, labels: Labels, datum: Datum | str, progress: Progress | None = None
) -> list[Finding]:
    """Find overlaps and gaps of a partition.

    Parameters
    ----------
    shapes
        Shape (n,), valid polygons in file coordinates.
    labels
        Codes and names of the rows.
    datum
        Datum of the file; places and sizes are named in CGCS2000.
    progress
        Told by the searches about their stages.

    Returns
    -------
    list of Finding
        Warnings: real files have slivers. Each names the place and the square metres.
    """
    overlaps = find_overlaps(shapes, datum=datum, progress=progress)
    gaps = find_gaps(shapes, datum=datum, progress=progress)
    return [_overlap(overlap, labels) for overlap in overlaps] + [_gap(gap, labels) for gap in gaps]


def _overlap(overlap: Overlap, labels: Labels) -> Finding:
    rows = (overlap.first, overlap.second)
    lon, lat = overlap.lon, overlap.lat
    kind = ("细缝重叠", "overlap by a sliver") if overlap.sliver else ("重叠", "overlap")
    where = f"({lon:.6f}, {lat:.6f}), {overlap.area_m2:,.1f} m²"
    return Finding(
        "overlap",
        Severity.WARNING,
        f"{labels.of(*rows)} {kind[0]}: {where}",
        f"{labels.of(*rows)} {kind[1]} at {where}",
        rows=labels.rows_of(rows),
        codes=labels.codes_of(rows),
        lon=lon,
        lat=lat,
        area_m2=overlap.area_m2,
        sliver=overlap.sliver,
    )


def _gap(gap: Gap, labels: Labels) -> Finding:
    lon, lat = gap.lon, gap.lat
    kind = ("细缝", "sliver gap") if gap.sliver else ("空隙", "gap")
    around = labels.of(*gap.neighbours)
    where = f"({lon:.6f}, {lat:.6f}), {gap.area_m2:,.1f} m²"
    return Finding(
        "gap",
        Severity.WARNING,
        f"{around} 之间有{kind[0]}: {where}",
        f"{kind[1]} between {around} at {where}",
        rows=labels.rows_of(gap.neighbours),
        codes=labels.codes_of(gap.neighbours),
        lon=lon,
        lat=lat,
        area_m2=gap.area_m2,
        sliver=gap.sliver,
    )


def find_nesting_faults(
    shapes: GeometryArray,
    labels: Labels,
    parent_codes: Sequence[str],
    parents: AreaTable,
    progress: Progress | None = None,
) -> list[Finding]:
    """Find areas that name an unknown parent or reach out of their parent.

    Parameters
    ----------
    shapes
        Shape (n,), valid polygons in CGCS2000.
    labels
        Codes and names of the rows.
    parent_codes
        Code of the parent that each area names; blank where it names none.
    parents
        The active edition of the parent layer, with shapes.
    progress
        Told about the stage.

    Returns
    -------
    list of Finding
        Warnings in row order.
    """
    row_of = {code: row for row, code in enumerate(parents.codes)}
    declared = np.array([row_of.get(code, -1) for code in parent_codes], dtype=np.int32)
    findings = [
        Finding(
            "unknown_parent",
            Severity.WARNING,
            f"{labels.zh(row)}: 上级编码 {code} 在上级图层中不存在",
            f"{labels.en(row)}: parent code {code!r} is not in the parent layer",
            rows=labels.rows_of([row]),
            codes=labels.codes_of([row]),
        )
        for row, code in enumerate(parent_codes)
        if code and code not in row_of
    ]
    conflicts = find_nesting_conflicts(
        shapes, parents.require_geometries(), declared, progress=progress
    )
    parent_labels = Labels(parents.codes, parents.names)
    return findings + [_conflict(conflict, labels, parent_labels) for conflict in conflicts]


def _conflict(conflict: NestingConflict, labels: Labels, parents: Labels) -> Finding:
    child = conflict.child
    lies = "" if conflict.parent < 0 else parents.of(conflict.parent)
    named = "" if conflict.declared < 0 else parents.of(conflict.declared)
    where = f"({conflict.lon:.6f}, {conflict.lat:.6f}), {conflict.area_m2:,.1f} m²"
    part = f"{conflict.share_outside:.1%}"
    return Finding(
        "nesting_conflict",
        Severity.WARNING,
        f"{labels.of(child)} 有 {part} 在上级 {named or lies or '图层'} 之外: {where}",
        f"{part} of {labels.of(child)} lies outside {named or lies or 'the parent layer'} "
        f"at {where}" + (f"; most of it lies in {lies}" if lies and named != lies else ""),
        rows=labels.rows_of([child]),
        codes=labels.codes_of([child]),
        lon=conflict.lon,
        lat=conflict.lat,
        area_m2=conflict.area_m2,
    )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
