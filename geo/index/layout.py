"""The file form of a location index; see ``geo.flatfile`` for the form of its header.

Header words 3 to 6: areas, top cells per axis, cells per axis of a split cell, and geographic (1)
or projected (0).
"""

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import IndexFileError
from geo.flatfile import FlatFormat, Section
from geo.index.build import Tables

SECTIONS: tuple[Section, ...] = (
    ("limits", "f8", ()),
    ("parameters", "f8", ()),
    ("top", "i4", ()),
    ("sub", "i4", ()),
    ("hot", "i2", ()),
    ("exact", "i4", ()),
    ("segments", "f8", (4,)),
    ("owner_start", "i8", ()),
    ("owners", "i4", ()),
    ("boxes", "f8", (4,)),
    ("level_start", "i8", ()),
    ("order", "i8", ()),
    ("codes", "u1", ()),
)
"""Name, dtype and trailing shape of each section, in file order."""

FORMAT = FlatFormat("location index", b"XIAQUIDX", 1, SECTIONS, IndexFileError)


def pack(
    tables: Tables, codes: tuple[str, ...], order: NDArray[np.int64], *, geographic: bool
) -> NDArray[np.uint8]:
    """Write everything into one buffer.

    Parameters
    ----------
    tables
        What lookups read.
    codes
        Codes of the areas by ordinal.
    order
        Shape (n,): input row of each ordinal.
    geographic
        Whether coordinates are degrees.

    Returns
    -------
    buffer
        Bytes of the file.
    """
    text = np.frombuffer(json.dumps(codes, ensure_ascii=False).encode(), np.uint8)
    arrays: dict[str, NDArray[Any]] = {"order": order, "codes": text}
    arrays |= {name: getattr(tables, name) for name, _, _ in SECTIONS if name not in arrays}
    return FORMAT.pack(arrays, (len(codes), tables.n_top, tables.n_split, int(geographic)))


def tables_of(buffer: NDArray[np.uint8]) -> Tables:
    """View everything that lookups read."""
    header = FORMAT.header_of(buffer)
    views = FORMAT.views_of(buffer)
    reading = {name: views[name] for name, _, _ in SECTIONS if name not in {"order", "codes"}}
    return Tables(n_top=int(header[4]), n_split=int(header[5]), **reading)


def order_of(buffer: NDArray[np.uint8]) -> NDArray[np.int64]:
    """View the input row of each ordinal."""
    return FORMAT.views_of(buffer)["order"]


def codes_of(buffer: NDArray[np.uint8]) -> tuple[str, ...]:
    """Read the codes of the areas by ordinal."""
    return tuple(json.loads(FORMAT.views_of(buffer)["codes"].tobytes().decode()))
