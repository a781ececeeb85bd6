"""The file form of a location index: one flat buffer, mapped by every worker.

A header of 64 little-endian 64-bit numbers, then sections aligned to 64 bytes::

    0 magic   1 format version   2 total bytes   3 areas   4 top cells per axis
    5 cells per axis of a split cell   6 geographic (1) or projected (0)
    7 CRC-32 of all sections   8 CRC-32 of header words 0-7 and 10-63
    10 + 2 i, 11 + 2 i   offset in bytes and number of items of section i
"""

import json
import mmap
import os
import tempfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.errors import IndexFileError
from geo.index.build import Tables

MAGIC = int.from_bytes(b"XIAQUIDX", "little")
FORMAT_VERSION = 1
_HEADER_WORDS = 64
_HEADER_BYTES = _HEADER_WORDS * 8
_ALIGN = 64
_FIRST_SECTION_WORD = 10

SECTIONS: tuple[tuple[str, str, tuple[int, ...]], ...] = (
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
    arrays = {"order": order, "codes": text}
    header = np.zeros(_HEADER_WORDS, np.int64)
    offset = _HEADER_BYTES
    parts: list[tuple[int, NDArray[Any]]] = []
    for i, (name, dtype, tail) in enumerate(SECTIONS):
        source = arrays[name] if name in arrays else getattr(tables, name)
        array = np.ascontiguousarray(source, dtype=np.dtype("<" + dtype))
        width = int(np.prod(tail, dtype=np.int64))
        header[_FIRST_SECTION_WORD + 2 * i] = offset
        header[_FIRST_SECTION_WORD + 2 * i + 1] = array.size // width
        parts.append((offset, array))
        offset += -(-array.nbytes // _ALIGN) * _ALIGN
    room = np.zeros(offset + _ALIGN, np.uint8)
    first = -room.ctypes.data % _ALIGN  # cache lines, as a mapped file has them
    buffer = room[first : first + offset]
    for at, array in parts:
        buffer[at : at + array.nbytes] = array.reshape(-1).view(np.uint8)
    header[:8] = (
        MAGIC,
        FORMAT_VERSION,
        offset,
        len(codes),
        tables.n_top,
        tables.n_split,
        int(geographic),
        zlib.crc32(buffer[_HEADER_BYTES:].data),
    )
    header[8] = _header_sum(header)
    buffer[:_HEADER_BYTES] = header.view(np.uint8)
    return buffer


def _header_sum(header: NDArray[np.int64]) -> int:
    rest = header.copy()
    rest[8:10] = 0
    return zlib.crc32(rest.tobytes())


def header_of(buffer: NDArray[np.uint8]) -> NDArray[np.int64]:
    """View the header words of a buffer."""
    return buffer[:_HEADER_BYTES].view(np.int64)


def section(buffer: NDArray[np.uint8], name: str) -> NDArray[Any]:
    """View one section of a buffer."""
    header = header_of(buffer)
    for i, (known, dtype, tail) in enumerate(SECTIONS):
        if known == name:
            at = int(header[_FIRST_SECTION_WORD + 2 * i])
            n = int(header[_FIRST_SECTION_WORD + 2 * i + 1])
            kind = np.dtype("<" + dtype)
            n_bytes = n * int(np.prod(tail, dtype=np.int64)) * kind.itemsize
            return buffer[at : at + n_bytes].view(kind).reshape((n, *tail))
    raise KeyError(name)


def tables_of(buffer: NDArray[np.uint8]) -> Tables:
    """View everything that lookups read."""
    header = header_of(buffer)
    views = {name: section(buffer, name) for name, _, _ in SECTIONS[:-2]}
    return Tables(n_top=int(header[4]), n_split=int(header[5]), **views)


def write(buffer: NDArray[np.uint8], path: Path) -> None:
    """Write a buffer beside its place and move it there in one step.

    Parameters
    ----------
    buffer
        Bytes of the file.
    path
        Where it shall appear; readers see the old file or the whole new one.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(buffer.data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read(path: Path) -> NDArray[np.uint8]:
    """Map a file.

    Parameters
    ----------
    path
        File written by ``write``.

    Returns
    -------
    buffer
        Read-only view of the mapped file; header, version and length are checked, the
        sections are not (see ``verify``), so that opening costs no reading.

    Raises
    ------
    IndexFileError
        The file is missing, cut short, of another kind or of another version.
    """
    try:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        raise IndexFileError(path, f"cannot be read ({error}); build the index again") from error
    buffer = np.frombuffer(mapped, np.uint8)
    if buffer.size < _HEADER_BYTES or header_of(buffer)[0] != MAGIC:
        raise IndexFileError(path, "not a location index")
    header = header_of(buffer)
    if header[1] != FORMAT_VERSION:
        problem = f"format {header[1]}, this program reads {FORMAT_VERSION}; build it again"
        raise IndexFileError(path, problem)
    if header[8] != _header_sum(header):
        raise IndexFileError(path, "damaged header; build it again")
    if header[2] != buffer.size:
        raise IndexFileError(path, f"{buffer.size} bytes instead of {header[2]}; build it again")
    return buffer


def verify(buffer: NDArray[np.uint8], path: Path) -> None:
    """Compare the sections with their checksum; reads the whole file.

    Raises
    ------
    IndexFileError
        The sections differ from what was written.
    """
    if zlib.crc32(buffer[_HEADER_BYTES:].data) != header_of(buffer)[7]:
        raise IndexFileError(path, "damaged contents; build it again")
