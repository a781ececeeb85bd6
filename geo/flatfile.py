"""Files that are one flat buffer: written in one step, mapped by every worker.

A header of little-endian 64-bit numbers, then sections aligned to 64 bytes::

    0 magic   1 format version   2 total bytes   3-6 numbers of the format
    7 CRC-32 of all sections   8 CRC-32 of all other header words
    10 + 2 i, 11 + 2 i   offset in bytes and number of items of section i
"""

import mmap
import os
import tempfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["FlatFormat", "Section", "write"]

Section = tuple[str, str, tuple[int, ...]]
"""Name, dtype without byte order, and trailing shape."""

_ALIGN = 64
_FIRST_SECTION_WORD = 10


@dataclass(frozen=True)
class FlatFormat:
    """One kind of file.

    Attributes
    ----------
    noun
        What such a file is, for messages: ``location index``.
    magic
        Eight letters at the start of the file.
    version
        Of the format.
    sections
        In file order.
    error
        Makes the error to be raised, of the path and the problem.
    header_words
        Room of the header.
    """

    noun: str
    magic: bytes
    version: int
    sections: tuple[Section, ...]
    error: Callable[[object, str], Exception]
    header_words: int = 64

    def pack(
        self, arrays: Mapping[str, NDArray[Any]], numbers: tuple[int, ...]
    ) -> NDArray[np.uint8]:
        """Write everything into one buffer.

        Parameters
        ----------
        arrays
            By name of the section; cast to its dtype.
        numbers
            Up to four numbers for header words 3 to 6.

        Returns
        -------
        buffer
            Bytes of the file, aligned to cache lines as a mapped file is.
        """
        n_header = self.header_words * 8
        header = np.zeros(self.header_words, np.int64)
        offset = n_header
        parts: list[tuple[int, NDArray[Any]]] = []
        for i, (name, dtype, tail) in enumerate(self.sections):
            array = np.ascontiguousarray(arrays[name], dtype=np.dtype("<" + dtype))
            width = int(np.prod(tail, dtype=np.int64))
            header[_FIRST_SECTION_WORD + 2 * i] = offset
            header[_FIRST_SECTION_WORD + 2 * i + 1] = array.size // width
            parts.append((offset, array))
            offset += -(-array.nbytes // _ALIGN) * _ALIGN
        room = np.zeros(offset + _ALIGN, np.uint8)
        first = -room.ctypes.data % _ALIGN
        buffer = room[first : first + offset]
        for at, array in parts:
            buffer[at : at + array.nbytes] = array.reshape(-1).view(np.uint8)
        header[:3] = (int.from_bytes(self.magic, "little"), self.version, offset)
        header[3 : 3 + len(numbers)] = numbers
        header[7] = zlib.crc32(buffer[n_header:].data)
        header[8] = _header_sum(header)
        buffer[:n_header] = header.view(np.uint8)
        return buffer

    def header_of(self, buffer: NDArray[np.uint8]) -> NDArray[np.int64]:
        """View the header words of a buffer."""
        return buffer[: self.header_words * 8].view(np.int64)

    def views_of(self, buffer: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
        """View every section of a buffer, by name."""
        header = self.header_of(buffer).tolist()
        views = {}
        for i, (name, dtype, tail) in enumerate(self.sections):
            at, n = header[_FIRST_SECTION_WORD + 2 * i : _FIRST_SECTION_WORD + 2 * i + 2]
            kind = np.dtype("<" + dtype)
            n_bytes = n * int(np.prod(tail, dtype=np.int64)) * kind.itemsize
            views[name] = buffer[at : at + n_bytes].view(kind).reshape((n, *tail))
        return views

    def read(self, path: Path) -> NDArray[np.uint8]:
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
        Exception
            The format's error: the file is missing, cut short, of another kind or version.
        """
        try:
            with path.open("rb") as file:
                mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except (OSError, ValueError) as error:
            raise self.error(path, f"cannot be read ({error}); build it again") from error
        buffer = np.frombuffer(mapped, np.uint8)
        magic = int.from_bytes(self.magic, "little")
        if buffer.size < self.header_words * 8 or self.header_of(buffer)[0] != magic:
            raise self.error(path, f"not a {self.noun}")
        header = self.header_of(buffer)
        if header[1] != self.version:
            problem = f"format {header[1]}, this program reads {self.version}; build it again"
            raise self.error(path, problem)
        if header[8] != _header_sum(header):
            raise self.error(path, "damaged header; build it again")
        if header[2] != buffer.size:
            raise self.error(path, f"{buffer.size} bytes instead of {header[2]}; build it again")
        return buffer

    def verify(self, buffer: NDArray[np.uint8], path: Path) -> None:
        """Compare the sections with their checksum; reads the whole file.

        Raises
        ------
        Exception
            The format's error: the sections differ from what was written.
        """
        if zlib.crc32(buffer[self.header_words * 8 :].data) != self.header_of(buffer)[7]:
            raise self.error(path, "damaged contents; build it again")


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


def _header_sum(header: NDArray[np.int64]) -> int:
    rest = header.copy()
    rest[8:10] = 0
    return zlib.crc32(rest.tobytes())
