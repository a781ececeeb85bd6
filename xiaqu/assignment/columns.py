"""Find the coordinate columns of a table by their headings, Chinese or English."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from geo.datum import Datum
from xiaqu.errors import ColumnError

# Pairs in order of trust: a file that has 经度/纬度 beside x/y means the former.
_GEOGRAPHIC_PAIRS = (
    ("经度", "纬度"),
    ("longitude", "latitude"),
    ("lon", "lat"),
    ("lng", "lat"),
    ("long", "lat"),
    ("lon", "latitude"),
    ("lng", "latitude"),
    ("longtitude", "latitude"),  # a spelling mistake that is common enough to be a standard
    ("经度坐标", "纬度坐标"),
    ("坐标经度", "坐标纬度"),
    ("jd", "wd"),
    ("jingdu", "weidu"),
)
_PLAIN_PAIRS = (
    ("x", "y"),
    ("x坐标", "y坐标"),
    ("坐标x", "坐标y"),
    ("xcoord", "ycoord"),
    ("coordx", "coordy"),
    ("pointx", "pointy"),
    ("mapx", "mapy"),
)
# Words of a heading that state a datum; longest first so that none hides another.
_DATUM_WORDS = (
    ("cgcs2000", Datum.CGCS2000),
    ("国家2000", Datum.CGCS2000),
    ("wgs84", Datum.WGS84),
    ("gcj02", Datum.GCJ02),
    ("火星", Datum.GCJ02),
    ("高德", Datum.GCJ02),
    ("腾讯", Datum.GCJ02),
    ("bd09", Datum.BD09),
    ("百度", Datum.BD09),
)
_NOISE = re.compile(r"[\s_\-./()（）\[\]【】°:：]+")
_UNITS = re.compile(r"(?<=.)(度|deg|degrees)$")


@dataclass(frozen=True, slots=True)
class CoordinateColumns:
    """Where the coordinates of a table stand.

    Attributes
    ----------
    lon, lat
        Positions of the columns, from 0.
    lon_name, lat_name
        Their headings as written in the file.
    datum
        Datum that the headings state, such as ``百度经度``; None where they state none.
    """

    lon: int
    lat: int
    lon_name: str
    lat_name: str
    datum: Datum | None = None


def _normalise(heading: str) -> tuple[str, Datum | None]:
    text = unicodedata.normalize("NFKC", heading).strip().lower()
    text = _NOISE.sub("", text)
    datum = None
    for word, meaning in _DATUM_WORDS:
        if word in text:
            text, datum = text.replace(word, "", 1), meaning
            text = text.removesuffix("坐标系").removeprefix("坐标系")
            break
    if text not in {"经度", "纬度"}:
        text = _UNITS.sub("", text)
    return text, datum


def find_column(path: Path, headings: Sequence[str], name: str) -> int:
    """Return the position of a column that the user named.

    Raises
    ------
    ColumnError
        The heading does not occur, or occurs more than once.
    """
    positions = [position for position, heading in enumerate(headings) if heading == name]
    if not positions:
        raise ColumnError(path, name, "not in the file", found=headings)
    if len(positions) > 1:
        raise ColumnError(path, name, f"occurs {len(positions)} times; rename all but one")
    return positions[0]


def _pairs_among(
    headings: Sequence[str], known: tuple[tuple[str, str], ...]
) -> list[CoordinateColumns]:
    normal = [_normalise(heading) for heading in headings]
    found = []
    for lon_word, lat_word in known:
        for lon, (lon_text, datum) in enumerate(normal):
            if lon_text != lon_word:
                continue
            for lat, other in enumerate(normal):
                if other == (lat_word, datum):
                    found.append(CoordinateColumns(lon, lat, headings[lon], headings[lat], datum))
    return found


def detect_columns(path: Path, headings: Sequence[str]) -> CoordinateColumns | None:
    """Find the longitude and latitude columns by their headings.

    Parameters
    ----------
    path
        The file, for messages.
    headings
        All headings in file order.

    Returns
    -------
    columns
        None where no known pair occurs.

    Raises
    ------
    ColumnError
        Several pairs could be meant: the caller must name one, nothing is guessed.
    """
    for known in (_GEOGRAPHIC_PAIRS, _PLAIN_PAIRS):
        found = _pairs_among(headings, known)
        if len(found) > 1:
            names = "; ".join(f"{pair.lon_name} / {pair.lat_name}" for pair in found)
            raise ColumnError(
                path, names, "several pairs could be the coordinates; name one with --lon and --lat"
            )
        if found:
            return found[0]
    return None
