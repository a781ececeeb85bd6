"""A pyramid as a PMTiles file: written in one step, read through a memory map."""

import gzip
import json
import mmap
import os
from bisect import bisect_right
from pathlib import Path
from typing import Any, Self

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    zxy_to_tileid,
)
from pmtiles.writer import Writer

from boundaries.errors import TileFileError
from boundaries.tiles.builder import Tileset
from boundaries.tiles.grid import ZoomRange

_HEADER_BYTES = 127
_E7 = 10_000_000


def write_pyramid(tileset: Tileset, path: Path) -> None:
    """Write tiles to a file that is there as a whole or not at all.

    Raises
    ------
    OSError
        The file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    west, south, east, north = (round(value * _E7) for value in tileset.bounds)
    header = {
        "tile_type": TileType.MVT,
        "tile_compression": Compression.GZIP,
        "min_lon_e7": west,
        "min_lat_e7": south,
        "max_lon_e7": east,
        "max_lat_e7": north,
        "version": 3,
    }
    try:
        with unfinished.open("wb") as file:
            writer = Writer(file)
            numbered = {zxy_to_tileid(*key): body for key, body in tileset.tiles.items()}
            for number in sorted(numbered):
                writer.write_tile(number, numbered[number])
            writer.finalize(header, tileset.metadata)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


class Pyramid:
    """An opened pyramid; safe to use from several threads, its pages shared by all processes.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    TileFileError
        It is no pyramid, or cut short.
    OSError
        It cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with path.open("rb") as file:
            try:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            except ValueError as error:  # an empty file
                raise TileFileError(path, str(error)) from error
        try:
            self._read_directories()
        except (MagicNumberNotFound, SpecVersionUnsupported) as error:
            raise TileFileError(path, "not a PMTiles file of version 3") from error
        except (EOFError, OSError, ValueError, KeyError, IndexError) as error:
            raise TileFileError(path, f"unreadable: {error}") from error

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open a file; see the class."""
        return cls(path)

    def _read_directories(self) -> None:
        header = deserialize_header(self._map[:_HEADER_BYTES])
        if len(self._map) < header["tile_data_offset"] + header["tile_data_length"]:
            message = f"{len(self._map)} bytes; the header promises more"
            raise ValueError(message)
        self.zooms = ZoomRange(header["min_zoom"], header["max_zoom"])
        self.bounds = tuple(
            header[name] / _E7  # type: ignore[literal-required]
            for name in ("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7")
        )
        metadata = self._slice(header["metadata_offset"], header["metadata_length"])
        self.metadata: dict[str, Any] = json.loads(gzip.decompress(metadata))
        entries: list[Entry] = []
        for entry in deserialize_directory(
            self._slice(header["root_offset"], header["root_length"])
        ):
            if entry.run_length:
                entries.append(entry)
                continue
            # Directories are read once: a request is then a bisection and a slice.
            place = header["leaf_directory_offset"] + entry.offset
            entries += deserialize_directory(self._slice(place, entry.length))
        self._data = header["tile_data_offset"]
        self._entries = entries
        self._numbers = [entry.tile_id for entry in entries]

    def _slice(self, offset: int, length: int) -> bytes:
        return self._map[offset : offset + length]

    @property
    def n_tiles(self) -> int:
        """Number of tiles that hold something."""
        return sum(entry.run_length for entry in self._entries)

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Give a tile as it is stored, compressed with gzip.

        Parameters
        ----------
        zoom, x, y
            Column from the west, row from the north; x and y within the zoom.

        Returns
        -------
        bytes or None
            None where the tile is empty.
        """
        number = zxy_to_tileid(zoom, x, y)
        place = bisect_right(self._numbers, number) - 1
        if place < 0:
            return None
        entry = self._entries[place]
        if number >= entry.tile_id + entry.run_length:
            return None
        return self._slice(self._data + entry.offset, entry.length)

    def close(self) -> None:
        """Give the map back; no tile can be read any more."""
        self._map.close()
