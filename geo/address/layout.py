"""The file form of a gazetteer; see ``geo.flatfile`` for the form of its header.

Header words 3 to 6: entities, names, forms, and a checksum of the list of sections, so that a file
with other sections is refused.
"""

import zlib

import numpy as np
from numpy.typing import NDArray

from geo.address.bigrams import PAIR_SECTIONS
from geo.address.ground import GROUND_SECTIONS
from geo.address.sounds import SOUND_SECTIONS
from geo.errors import GazetteerFileError
from geo.flatfile import FlatFormat, Section

__all__ = ["FORMAT", "SECTIONS", "join_texts", "layout_sum", "text_at"]

SECTIONS: tuple[Section, ...] = (
    ("meta", "u1", ()),  # JSON: edition, grammar, kinds, endings
    ("role", "i1", ()),
    ("level", "i1", ()),
    ("lon", "f8", ()),
    ("lat", "f8", ()),
    ("radius_m", "f4", ()),
    ("is_ours", "b1", ()),
    ("parent", "i4", ()),
    ("kind", "i4", ()),
    ("uid_text", "u1", ()),
    ("uid_start", "i8", ()),
    ("uid_table", "i4", ()),  # entities by hash of the uid; -1 for free
    ("entity_text", "u1", ()),
    ("entity_start", "i8", ()),
    ("code_text", "u1", ()),
    ("code_start", "i8", ()),
    ("area_start", "i8", ()),
    ("area_list", "i4", ()),
    ("name_text", "u1", ()),
    ("name_start", "i8", ()),
    ("status", "u1", ()),
    ("validity_text", "u1", ()),  # from/to
    ("validity_start", "i8", ()),
    ("holder_start", "i8", ()),  # entities of a name
    ("holders", "i4", ()),
    ("form_codes", "u4", ()),
    ("form_start", "i8", ()),
    ("form_name_start", "i4", ()),
    ("form_names", "i4", ()),
    ("symbol_of", "u2", ()),
    ("root_next", "i4", ()),
    ("first_child", "i4", ()),
    ("label", "u2", ()),
    ("fail", "i4", ()),
    ("hit", "i4", ()),
    ("form_at", "i4", ()),
    *SOUND_SECTIONS,
    *PAIR_SECTIONS,
    *GROUND_SECTIONS,
)
"""Name, dtype and trailing shape of each section, in file order."""

FORMAT = FlatFormat("gazetteer", b"XIAQUGAZ", 1, SECTIONS, GazetteerFileError, header_words=256)


def layout_sum() -> int:
    """Checksum of the list of sections."""
    return zlib.crc32(repr(SECTIONS).encode())


def join_texts(texts: list[str]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Write texts one after the other in UTF-8; gives the bytes and where each begins."""
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    start = np.zeros(len(texts) + 1, np.int64)
    np.cumsum([len(text) for text in encoded], out=start[1:])
    return np.frombuffer(b"".join(encoded), np.uint8), start


def text_at(text: memoryview, start: memoryview, i: int) -> str:
    """Read one of the texts that ``join_texts`` wrote; views cost a third of what arrays do."""
    return text[start[i] : start[i + 1]].tobytes().decode("utf-8", "surrogatepass")
