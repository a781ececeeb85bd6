"""Codes, names and further fields of a source file, as the definition maps them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from boundaries.definition import LayerDefinition, Role
from boundaries.findings import Finding, Severity
from boundaries.sources import SourceTable
from geo.arrays import FloatArray, IntArray

_NULLS = frozenset({"", "nan", "nat", "none", "<na>", "null"})


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """Fields of the features, row by row; blank text where a value is missing."""

    codes: list[str]
    names: list[str]
    parent_codes: list[str]
    precedence: IntArray
    populations: FloatArray
    extra: list[dict[str, Any]]


def read_attributes(
    table: SourceTable, definition: LayerDefinition
) -> tuple[AttributeTable, list[Finding]]:
    """Read the fields that a definition names.

    Parameters
    ----------
    table
        The features.
    definition
        Names of the fields.

    Returns
    -------
    attributes, findings
        Numbers that serve as codes become text without a decimal point. Findings name rows with
        unreadable numbers.

    Raises
    ------
    SourceFieldError
        The file lacks a field.
    """
    fields, n = definition.fields, len(table)
    codes = as_texts(table.column(fields.code))
    names = as_texts(table.column(fields.name))
    parents = as_texts(table.column(fields.parent)) if fields.parent else [""] * n
    extra_columns = {name: table.column(name) for name in fields.extra}
    populations, findings = np.full(n, np.nan), []
    if fields.population:
        populations, found = _as_numbers(table.column(fields.population), fields.population, codes)
        findings += found
    precedence = np.zeros(n, dtype=np.int32)
    rank = definition.overlay.precedence
    if definition.layer.role is Role.OVERLAY and isinstance(rank, int):
        precedence[:] = rank
    elif definition.layer.role is Role.OVERLAY:
        ranks, found = _as_numbers(table.column(str(rank)), str(rank), codes, Severity.ERROR)
        precedence = np.nan_to_num(ranks).astype(np.int32)
        findings += found
    extra = [
        {name: as_json(column[row]) for name, column in extra_columns.items()} for row in range(n)
    ]
    return AttributeTable(codes, names, parents, precedence, populations, extra), findings


def as_texts(column: NDArray[Any]) -> list[str]:
    """Turn a column into texts: whole numbers lose their point, missing values become blank."""
    return [as_text(value) for value in column.tolist()]


def as_text(value: object) -> str:
    """Turn one value into text; see :func:`as_texts`."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = "" if value is None else str(value).strip()
    return "" if text.lower() in _NULLS else text


def as_json(value: object) -> Any:  # noqa: ANN401 - any JSON value
    """Turn a value of a source field into a JSON value; unknown kinds become text."""
    plain = value.item() if isinstance(value, np.generic) else value
    if isinstance(plain, float) and not np.isfinite(plain):
        return None
    if plain is None or isinstance(plain, bool | int | float | str):
        return plain
    return as_text(plain) or None


def _as_numbers(
    column: NDArray[Any],
    field: str,
    codes: Sequence[str],
    severity: Severity = Severity.WARNING,
) -> tuple[FloatArray, list[Finding]]:
    numbers = np.full(len(column), np.nan)
    findings = []
    for row, value in enumerate(column.tolist()):
        text = as_text(value)
        try:
            number = float(text) if text else np.nan
        except ValueError:
            number = np.inf
        is_wrong = np.isinf(number) or number < 0 or (not text and severity is Severity.ERROR)
        if is_wrong:
            findings.append(
                Finding(
                    "bad_value",
                    severity,
                    f"第 {row} 行 ({codes[row]}) 字段 {field} 的值 {value!r} 不是非负数",
                    f"row {row} ({codes[row]}): {field} = {value!r} is not a number from 0 up",
                    rows=(row,),
                    codes=(codes[row],),
                )
            )
        else:
            numbers[row] = number
    return numbers, findings


def check_identity(attributes: AttributeTable) -> list[Finding]:
    """Find blank and repeated codes (errors) and names (warnings).

    A name may occur again under another parent, as names of communities do.
    """
    codes, names = attributes.codes, attributes.names
    findings = [
        _finding("blank_code", "编码为空", "the code is blank", [row], attributes)
        for row, code in enumerate(codes)
        if not code
    ]
    findings += [
        _finding("blank_name", "名称为空", "the name is blank", [row], attributes)
        for row, name in enumerate(names)
        if not name
    ]
    findings += [
        _finding(
            "duplicate_code",
            f"编码 {code} 重复",
            f"code {code!r} occurs {len(rows)} times; merge the parts into one feature",
            rows,
            attributes,
        )
        for code, rows in _groups(codes).items()
        if code and len(rows) > 1
    ]
    keys = list(zip(attributes.parent_codes, names, strict=True))
    findings += [
        _finding(
            "duplicate_name",
            f"名称 {key[1]} 重复",
            f"name {key[1]!r} occurs {len(rows)} times",
            rows,
            attributes,
        )
        for key, rows in _groups(keys).items()
        if key[1] and len(rows) > 1
    ]
    return findings


def _groups(keys: Sequence[Any]) -> dict[Any, list[int]]:
    groups: dict[Any, list[int]] = defaultdict(list)
    for row, key in enumerate(keys):
        groups[key].append(row)
    return groups


def _finding(
    code: str, message: str, message_en: str, rows: list[int], attributes: AttributeTable
) -> Finding:
    where = "、".join(f"第 {row} 行" for row in rows)
    where_en = "rows " + ", ".join(map(str, rows)) if len(rows) > 1 else f"row {rows[0]}"
    return Finding(
        code,
        Severity.ERROR if code.endswith("code") else Severity.WARNING,
        f"{where}: {message}",
        f"{where_en}: {message_en}",
        rows=tuple(rows),
        codes=tuple(attributes.codes[row] for row in rows),
    )
