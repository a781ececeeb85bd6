"""Cells of a file as text, numbers and JSON values."""

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal
from typing import Any

__all__ = ["Cell", "is_blurred", "plain_cell", "read_number", "text_of"]

Cell = Any
"""What a cell can hold: text, bool, int, float, Decimal, date, time, datetime, bytes, list, dict,
None."""

_EXACT_UP_TO = 10**15
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


def text_of(cell: Cell) -> str:
    """Spell a cell; whole numbers without ``.0``, times as ISO 8601, missing as nothing.

    Control signs, which a database refuses, are left out; outer spaces too.
    """
    if isinstance(cell, str):
        return (_CONTROLS.sub("", cell) if _CONTROLS.search(cell) else cell).strip()
    if isinstance(cell, (bool, float)):
        return _number_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, bytes):
        return cell.hex()
    return "" if cell is None else str(cell)


def _number_text(number: float) -> str:
    if isinstance(number, bool):
        return "true" if number else "false"
    if math.isnan(number):
        return ""
    is_whole = number.is_integer() and abs(number) < _EXACT_UP_TO
    return str(int(number)) if is_whole else repr(number)


def is_blurred(cell: Cell) -> bool:
    """Whether a number is longer than a spreadsheet keeps: its last digits were lost (15 stay)."""
    return isinstance(cell, float) and cell.is_integer() and abs(cell) >= _EXACT_UP_TO


def read_number(cell: Cell) -> float | None:
    """Read a number; None where the cell is none or not finite. Full width is read too."""
    if isinstance(cell, bool):
        return None
    if not isinstance(cell, (int, float, Decimal)):
        cell = unicodedata.normalize("NFKC", text_of(cell))
        if "_" in cell:
            return None  # float() would read 1_000
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def plain_cell(cell: Cell) -> Any:  # noqa: ANN401 - any JSON value
    """Give a cell as a JSON value; None where it is empty."""
    if isinstance(cell, (bool, int)):
        return cell
    if isinstance(cell, float):
        return (int(cell) if cell.is_integer() else cell) if math.isfinite(cell) else None
    if isinstance(cell, (list, tuple)):
        return [plain_cell(one) for one in cell] or None
    if isinstance(cell, dict):
        return {str(key): plain_cell(value) for key, value in cell.items()} or None
    if isinstance(cell, date) and not isinstance(cell, datetime):
        return cell.isoformat()
    return text_of(cell) or None
