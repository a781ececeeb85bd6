"""The names of a gazetteer in the making: which texts stand for which entities.

A *name* is a normalised text with a status and a validity; all entities that bear it share it. A
*form* is a text that is looked for: a name has one or more (without brackets, or with 12 written
for 十2), and a form may belong to several names.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo.address.entities import Entities
from geo.address.layout import join_texts
from geo.address.normal import normalise, other_spelling, strip_marks
from geo.address.tables import GazetteerTables, Level, NameStatus, Role
from geo.arrays import IntArray
from geo.errors import GazetteerTableError

__all__ = ["STATUSES", "Forms", "Names", "gather_names", "list_forms"]

STATUSES = tuple(NameStatus)
"""By the number that the section ``status`` holds."""

_KEY_MARK = "\0"
_SHORTEST = 2  # characters left of a name that is said without its ending
_AREA_ENDINGS = {
    Level.CITY: re.compile(r"(市|地区|盟|(\w{1,4}族)*自治州)$"),
    Level.PROVINCE: re.compile(r"(省|市|(\w族|维吾尔)?自治区|特别行政区)$"),
    Level.DISTRICT: re.compile(r"(新区|区|县|市)$"),
    Level.TOWNSHIP: re.compile(r"(街道办事处|街道|镇|乡|地区)$"),
    Level.COMMUNITY: re.compile(
        r"(社区居民委员会|社区居委会|社区|村民委员会|居民委员会|村委会|居委会|村)$"
    ),
}
_ESTATE_ENDING = re.compile(r"(住宅小区|小区|社区|住宅区|居住区|生活区|家属区|家属院|宿舍区|宿舍)$")
_WORDS = frozenset(
    ["中心", "城区", "城关", "新城", "老城", "开发", "经济", "高新", "工业", "园区", "东区", "西区",
     "南区", "北区", "幸福", "团结", "文化", "教师", "职工", "机关", "社区", "小区", "街道"]
)  # fmt: skip
"""Words of everyday speech, not names."""
_COUNTED = re.compile(r"第?[\d十百]+[号组院]?")


@dataclass(frozen=True)
class Names:
    """Names in the order of their normalised texts.

    Attributes
    ----------
    normal
        Normalised text of each name.
    arrays
        Sections of the file, by name.
    """

    normal: list[str]
    arrays: dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Forms:
    """Forms in ascending order.

    Attributes
    ----------
    codes
        uint32: code points of all forms, one after the other.
    start
        int64, shape (forms + 1,).
    name_start, names
        The names of each form, as offsets and ordinals.
    """

    codes: NDArray[np.uint32]
    start: NDArray[np.int64]
    name_start: IntArray
    names: IntArray


def gather_names(tables: GazetteerTables, entities: Entities) -> Names:
    """Bring together main names, other names and the short forms of everyday speech.

    Parameters
    ----------
    tables
        Tables of the gazetteer.
    entities
        Their entities.

    Returns
    -------
    names
        Of our own areas and of estates also the name without its ending (柳林 for 柳林街道), as a
        short form; of other cities' areas only for provinces and cities. Cost O(n log n).

    Raises
    ------
    GazetteerTableError
        An unknown uid or status, or an empty name.
    """
    holders: list[int] = []
    written: list[str] = []
    keys: list[str] = []  # one text each: a million tuples would keep the garbage collector busy
    for entity, name, status, validity in _all_names(tables, entities):
        holders.append(entity)
        written.append(name.strip())
        keys.append(f"{normalise(written[-1])}{_KEY_MARK}{STATUSES.index(status)}{validity}")
    unique, start, order = _group(keys)
    n = max(len(entities.names), 1)
    bearing = np.repeat(np.arange(len(unique)), np.diff(start)) * n + np.array(holders, int)[order]
    of_name, bearer = np.divmod(np.unique(bearing), n)
    name_text, name_start = join_texts([written[i] for i in order[start[:-1]].tolist()])
    parts = [key.rpartition(_KEY_MARK) for key in unique]
    validity_text, validity_start = join_texts([part[2][1:] for part in parts])
    arrays: dict[str, NDArray[Any]] = {
        "name_text": name_text,
        "name_start": name_start,
        "status": np.array([int(part[2][0]) for part in parts], np.uint8),
        "validity_text": validity_text,
        "validity_start": validity_start,
        "holder_start": np.searchsorted(of_name, np.arange(len(unique) + 1)),
        "holders": bearer,
    }
    return Names([part[0] for part in parts], arrays)


def _group(texts: list[str]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Group equal texts.

    Returns
    -------
    unique, start, order
        The different texts in ascending order; text u stands at the rows
        ``order[start[u]:start[u + 1]]``, ascending.
    """
    rows, unique = pd.factorize(np.array(texts, dtype=object), sort=True)
    order = np.argsort(rows, kind="stable").astype(np.int64)
    start = np.searchsorted(rows[order], np.arange(len(unique) + 1)).astype(np.int64)
    return [str(text) for text in unique], start, order


def _all_names(
    tables: GazetteerTables, entities: Entities
) -> Iterator[tuple[int, str, NameStatus, str]]:
    """Give entity, name, status and validity ("from/to") of every name."""
    for entity, name in enumerate(entities.names):
        yield entity, name, NameStatus.MAIN, "/"
    role = entities.arrays["role"].tolist()
    level = entities.arrays["level"].tolist()
    ours = entities.arrays["is_ours"].tolist()
    for entity, name in enumerate(entities.names):
        short = _short_name(name, role[entity], level[entity], ours[entity])
        if short:
            yield entity, short, NameStatus.SHORT, "/"
    yield from _other_names(tables.names, entities.ordinal_of)


def _other_names(
    frame: pd.DataFrame, ordinal_of: dict[str, int]
) -> Iterator[tuple[int, str, NameStatus, str]]:
    columns = [frame[c].tolist() for c in ("uid", "name", "status", "valid_from", "valid_to")]
    for row, (uid, name, status, since, until) in enumerate(zip(*columns, strict=True)):
        entity = ordinal_of.get(uid)
        if entity is None:
            raise GazetteerTableError("names", row, "uid", uid, "no area or place has this uid")
        if not isinstance(name, str) or not name.strip():
            raise GazetteerTableError("names", row, "name", name, "a text is needed")
        if status not in set(STATUSES):
            problem = "one of " + ", ".join(STATUSES)
            raise GazetteerTableError("names", row, "status", status, problem)
        validity = (
            f"{since if isinstance(since, str) else ''}/{until if isinstance(until, str) else ''}"
        )
        yield entity, name, NameStatus(status), validity


def _short_name(name: str, role: int, level: int, is_ours: bool) -> str:  # noqa: FBT001 - a column
    """Drop the ending that is left out in speech; empty where that leaves no name."""
    if role == Role.ESTATE:
        ending = _ESTATE_ENDING
    elif role == Role.AREA and (is_ours or level <= Level.CITY):
        ending = _AREA_ENDINGS[Level(level)]
    else:
        return ""
    normal = normalise(name).strip()
    match = ending.search(normal)
    if match is None:
        return ""
    short = normal[: match.start()]
    if len(short) < _SHORTEST or short in _WORDS or _COUNTED.fullmatch(short):
        return ""
    return short


def list_forms(names: Names) -> Forms:
    """List every text that is looked for.

    Parameters
    ----------
    names
        Of ``gather_names``.

    Returns
    -------
    forms
        Cost O(n log n).
    """
    spelt: list[str] = []
    of_name: list[int] = []
    for i, normal in enumerate(names.normal):
        for form in _spellings(normal):
            spelt.append(form)
            of_name.append(i)
    forms, name_start, order = _group(spelt)
    start = np.zeros(len(forms) + 1, np.int64)
    np.cumsum([len(form) for form in forms], out=start[1:])
    codes = np.frombuffer("".join(forms).encode("utf-32-le", "surrogatepass"), np.uint32)
    named = np.array(of_name, np.int32)[order]
    return Forms(codes, start, name_start.astype(np.int32), named)


def _spellings(normal: str) -> list[str]:
    """Give the spellings of a normalised name, each once."""
    plain = strip_marks(normal)
    found = [normal, plain, other_spelling(normal)]
    if plain != normal:
        found.append(other_spelling(plain))
    return list(dict.fromkeys(form for form in found if form))
