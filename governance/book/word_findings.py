"""Findings about references that are looked up with the place, such as ``@township``."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

import numpy as np

from geo.arrays import BoolArray, IntArray
from governance.book.definition import Category, Rule
from governance.book.findings import BookFinding, Severity
from governance.book.references import ReferenceKind, parse_reference
from governance.book.row_findings import references_of
from governance.book.terms import Step
from governance.owner.compiled import Compiled, valid_on

__all__ = ["find_words"]

_LAYERS = {
    ReferenceKind.DISTRICT: Step.DISTRICT,
    ReferenceKind.TOWNSHIP: Step.TOWNSHIP,
    ReferenceKind.COMMUNITY: Step.COMMUNITY,
}
_NAMED = 5


def find_words(compiled: Compiled, at: date) -> Iterator[BookFinding]:
    """Find words that stand for no body in some or all areas.

    Parameters
    ----------
    compiled
        The book on its grounds.
    at
        Bodies, rules and categories that are not valid on the date do not count.

    Yields
    ------
    BookFinding
        One for each word: an error where it finds nobody in any area.
    """
    rows: dict[tuple[ReferenceKind, str], list[str]] = defaultdict(list)
    for _, code, text, row in references_of(compiled.book):
        if not valid_on(row.valid_from, row.valid_to, at):
            continue
        reference = parse_reference(text)
        if reference.kind in _LAYERS or reference.kind is ReferenceKind.DISTRICT_FUNCTION:
            rows[reference.kind, reference.name].append(code)
        elif reference.kind is ReferenceKind.FUNCTION:
            for function in _functions(compiled, row):
                rows[ReferenceKind.DISTRICT_FUNCTION, function].append(code)
    for (kind, name), codes in sorted(
        rows.items(), key=lambda item: (item[0][0].value, item[0][1])
    ):
        step = _LAYERS.get(kind, Step.DISTRICT)
        layer = compiled.layer_of.get(step)
        if layer is None:
            continue
        is_there = _is_there(compiled, _bodies(compiled, kind, name), at)[
            : len(compiled.areas[layer])
        ]
        if not is_there.all():
            yield _finding(compiled, layer, f"@{step.value}/{name}".rstrip("/"), is_there, codes)


def _functions(compiled: Compiled, row: Rule | Category) -> set[str]:
    """Functions that ``@function`` stands for in a row, of the tier of the districts."""
    if isinstance(row, Category):
        entries = [row]
    else:
        at = compiled.rules.index(row)
        entries = [
            entry
            for number, entry in enumerate(compiled.categories)
            if compiled.applies[number, at] and (row.role != "primary" or row.step in entry.steps)
        ]
    return {entry.function for entry in entries if entry.function and entry.tier == "district"}


def _bodies(compiled: Compiled, kind: ReferenceKind, name: str) -> IntArray:
    if kind in _LAYERS:
        return compiled.governing[_LAYERS[kind]]
    function = compiled.functions_at.get(name, -1)
    if function < 0:
        return np.full(compiled.district_function.shape[1], -1, dtype=np.int32)
    found: IntArray = compiled.district_function[function]
    return found


def _is_there(compiled: Compiled, bodies: IntArray, at: date) -> BoolArray:
    rows = [compiled.bodies[body] if body >= 0 else None for body in bodies.tolist()]
    return np.array(
        [row is not None and valid_on(row.valid_from, row.valid_to, at) for row in rows],
        dtype=np.bool_,
    )


def _finding(
    compiled: Compiled, layer: str, word: str, is_there: BoolArray, codes: list[str]
) -> BookFinding:
    missing = np.flatnonzero(~is_there).tolist()
    areas = [compiled.areas[layer][o] for o in missing]
    shown = ", ".join(f"{area.name} {area.code}" for area in areas[:_NAMED])
    is_never = not is_there.any()
    n = f"{len(missing):,} / {len(is_there):,}"
    return BookFinding(
        code="no_body" if is_never else "some_no_body",
        severity=Severity.ERROR if is_never else Severity.WARNING,
        subject=word,
        message=f"{word} 在 {n} 个 {layer} 找不到主体（{shown}），{len(codes):,} 条规则或事项引用",
        message_en=f"{word} finds no body in {n} areas of {layer} ({shown}); "
        f"{len(codes):,} rows use it",
        count=len(missing),
        areas=tuple((layer, area.code) for area in areas),
    )
