"""From rows of a file to entries, names, doors and ranges; what is unusable is refused by row."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd
import shapely

from boundaries.gazetteer.definition import Holds
from boundaries.gazetteer.doors import parse_door, split_address
from boundaries.gazetteer.models import UID_LENGTH
from boundaries.gazetteer.readers import RawRows
from boundaries.gazetteer.records import SourceContent
from boundaries.gazetteer.report import Refusal
from geo.address.tables import Level, NameStatus, Role
from geo.coordinates import check_lonlat

_STATUS = {
    "": NameStatus.ALIAS, "别名": NameStatus.ALIAS, "俗称": NameStatus.ALIAS,
    "曾用名": NameStatus.OLD, "旧名": NameStatus.OLD, "原名": NameStatus.OLD,
    "简称": NameStatus.SHORT, "拼音": NameStatus.PINYIN,
    **{str(status): status for status in NameStatus},
}  # fmt: skip
_SIDES = {"l": "L", "left": "L", "左": "L", "r": "R", "right": "R", "右": "R"}
_NO = frozenset({"0", "false", "no", "n", "否"})
_BLANK = ("is blank", "为空")


@dataclass(slots=True)
class Converted:
    """What one table gave; ``labels`` name the area that each point is said to lie in."""

    content: SourceContent
    refused: list[Refusal] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    """As they stand in the file."""
    labels: list[str] = field(default_factory=list)


def convert_rows(rows: RawRows, key: str) -> Converted:
    """Turn the rows of a table into content.

    Parameters
    ----------
    rows
        The rows as they stand in the file.
    key
        Key of the source, which its uids begin with.

    Returns
    -------
    Converted
        In CGCS2000. Rows are refused for a missing name, a coordinate that is no place, a number
        that cannot be read, a kind without a role, and an id that occurs twice.

    Raises
    ------
    SourceFieldError
        The file lacks a field.
    """
    convert: dict[Holds, Callable[[_Conversion], SourceContent]] = {
        Holds.AREAS: _areas,
        Holds.PLACES: _places,
        Holds.NAMES: _names,
        Holds.DOORS: _doors,
        Holds.RANGES: _ranges,
    }
    work = _Conversion(rows, key)
    content = convert[rows.section.holds](work)
    return Converted(content, work.refused, work.duplicates, work.points, work.labels)


class _Conversion:
    """One table on its way; ``refuse`` names a row and keeps it out."""

    def __init__(self, rows: RawRows, key: str) -> None:
        self.rows, self.key = rows, key
        self.refused: list[Refusal] = []
        self.duplicates: list[int] = []
        self.points: list[tuple[float, float]] = []
        self.labels: list[str] = []
        self._seen: dict[str, int] = {}
        for number, problem in rows.broken:
            refusal = Refusal(str(rows.section.holds), number, "", "", problem, "字段数与首行不符")
            self.refused.append(refusal)

    def refuse(self, row: int, name: str, value: object, problem: tuple[str, str]) -> None:
        section = self.rows.section
        field = section.fields.get(name, name)
        self.refused.append(
            Refusal(str(section.holds), self.rows.numbers[row], field, str(value), *problem)
        )

    def placed(self, *, required: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Give points, shapes and a mask of usable rows; the others are refused if required."""
        given, lonlat, shapes = self.rows.places()
        usable = np.ones(len(given), dtype=np.bool_)
        for wrong in check_lonlat(lonlat):
            if wrong.code == "missing" and not required:
                continue
            usable[wrong.row] = False
            value = tuple(given[wrong.row].tolist())
            is_missing = wrong.code == "missing"
            chinese = "没有坐标" if is_missing else "坐标不是可用的位置"
            self.refuse(wrong.row, "lon", value, (_reason(wrong.problem), chinese))
        named = self.rows.values("area")
        for row in np.flatnonzero(usable & np.isfinite(given).all(axis=1)).tolist():
            self.points.append((float(given[row, 0]), float(given[row, 1])))
            self.labels.append(named[row])
        return lonlat, shapes, usable

    def uid(self, row: int, local: str, facts: Sequence[object]) -> str | None:
        """Make the uid of a row; None where the row repeats an earlier one."""
        if local:
            uid = local if local.startswith(f"{self.key}:") else f"{self.key}:{local}"
            if len(uid) > UID_LENGTH:
                self.refuse(row, "id", local, ("is too long for an id", "编号过长"))
                return None
            if uid in self._seen:
                first = self.rows.numbers[self._seen[uid]]
                self.refuse(row, "id", local, ("occurs twice", f"编号重复, 首次在第 {first} 行"))
                return None
        else:
            digest = sha256("\x1f".join(str(fact) for fact in facts).encode()).hexdigest()[:16]
            uid = f"{self.key}:{digest}"
            if uid in self._seen:
                self.duplicates.append(self.rows.numbers[row])
                return None
        self._seen[uid] = row
        return uid

    def more_names(self, uid: str, row_values: dict[str, str]) -> list[tuple[str, ...]]:
        """Split the fields alias and old_name."""
        return [
            (uid, "", text.strip(), str(status), "", "")
            for name, status in (("alias", NameStatus.ALIAS), ("old_name", NameStatus.OLD))
            for text in re.split(self.rows.section.separator, row_values[name])
            if text.strip()
        ]


def _reason(problem: str) -> str:
    """Keep the reason without the value, so that equal reasons are counted together."""
    return problem.split("; ", maxsplit=1)[0]


def _frame(part: str, records: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    empty: pd.DataFrame = getattr(SourceContent(), part)
    frame = pd.DataFrame.from_records(records, columns=list(empty))
    return frame.astype(empty.dtypes.to_dict())


def _rounded(point: np.ndarray) -> tuple[float, float]:
    return round(float(point[0]), 6), round(float(point[1]), 6)


def _radius(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _places(work: _Conversion) -> SourceContent:
    rows, section = work.rows, work.rows.section
    lonlat, shapes, usable = work.placed(required=True)
    names = ("id", "name", "kind", "role", "parent", "alias", "old_name", "radius_m")
    columns = {name: rows.values(name) for name in names}
    known = {role.name.lower() for role in Role if role is not Role.AREA}
    entries, more = [], []
    for row in np.flatnonzero(usable).tolist():
        values = {name: column[row] for name, column in columns.items()}
        if not values["name"]:
            work.refuse(row, "name", "", _BLANK)
            continue
        role = values["role"].lower() or section.roles.get(values["kind"], "")
        role = role or section.roles.get("default", "" if section.roles else "poi")
        if role not in known:
            problem = "no role for this kind; add it to [table.roles]"
            work.refuse(row, "kind", values["kind"], (problem, "该类别没有对应的角色"))
            continue
        facts = (role, values["name"], values["kind"], *_rounded(lonlat[row]))
        if (uid := work.uid(row, values["id"], facts)) is None:
            continue
        parent = f"{work.key}:{values['parent']}" if values["parent"] else ""
        entries.append(
            (uid, role, values["name"], values["kind"], 0, "", parent, True,
             *lonlat[row].tolist(), _radius(values["radius_m"]), shapes[row])
        )  # fmt: skip
        more += work.more_names(uid, values)
    return SourceContent(entries=_frame("entries", entries), names=_frame("names", more))


def _areas(work: _Conversion) -> SourceContent:
    rows, section = work.rows, work.rows.section
    lonlat, shapes, usable = work.placed(required=False)
    names = (
        "id", "name", "level", "code", "parent", "alias", "old_name", "is_ours", "radius_m",
    )  # fmt: skip
    columns = {name: rows.values(name) for name in names}
    local = set(columns["id"]) - {""}
    levels = {level.name.lower(): int(level) for level in Level} | section.levels
    entries, more = [], []
    for row in np.flatnonzero(usable).tolist():
        values = {name: column[row] for name, column in columns.items()}
        if not values["name"]:
            work.refuse(row, "name", "", _BLANK)
            continue
        text = values["level"].strip().lower()
        level = int(text) if text.isdigit() else levels.get(text, levels.get(values["level"], 0))
        if not 1 <= level <= max(Level):
            problem = "is no level; use 1 to 5, or [table.levels]"
            work.refuse(row, "level", values["level"], (problem, "级别无法识别"))
            continue
        facts = ("area", values["name"], level, values["code"], values["parent"])
        if (uid := work.uid(row, values["id"] or values["code"], facts)) is None:
            continue
        parent = values["parent"]
        parent = f"{work.key}:{parent}" if parent in local else parent
        is_ours = values["is_ours"].strip().lower() not in _NO
        entries.append(
            (uid, "area", values["name"], "", level, values["code"], parent, is_ours,
             *lonlat[row].tolist(), _radius(values["radius_m"]), shapes[row])
        )  # fmt: skip
        more += work.more_names(uid, values)
    return SourceContent(entries=_frame("entries", entries), names=_frame("names", more))


def _names(work: _Conversion) -> SourceContent:
    rows = work.rows
    names = ("id", "of", "name", "status", "valid_from", "valid_to")
    columns = {name: rows.values(name) for name in names}
    found = []
    for row in range(len(rows)):
        values = {name: column[row] for name, column in columns.items()}
        if not values["name"] or not (values["id"] or values["of"]):
            work.refuse(row, "name" if not values["name"] else "id", "", _BLANK)
            continue
        status = _STATUS.get(values["status"].strip().lower())
        if status is None:
            problem = f"is no status; use one of {', '.join(NameStatus)}"
            work.refuse(row, "status", values["status"], (problem, "名称状态无法识别"))
            continue
        wrong = [name for name in ("valid_from", "valid_to") if not _is_day(values[name])]
        if wrong:
            reason = ("is no date; write it as 2026-01-31", "不是日期")
            work.refuse(row, wrong[0], values[wrong[0]], reason)
            continue
        uid = values["id"]
        # An id with a colon is one of another source or layer: road:R000011.
        uid = f"{work.key}:{uid}" if uid and ":" not in uid else uid
        dates = (values["valid_from"], values["valid_to"])
        found.append((uid, values["of"], values["name"], str(status), *dates))
    return SourceContent(names=_frame("names", found))


def _is_day(text: str) -> bool:
    try:
        return not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _doors(work: _Conversion) -> SourceContent:
    rows = work.rows
    lonlat, _, usable = work.placed(required=True)
    names = ("owner", "owner_id", "number", "suffix", "address")
    columns = {name: rows.values(name) for name in names}
    found, seen = [], set()
    for row in np.flatnonzero(usable).tolist():
        values = {name: column[row] for name, column in columns.items()}
        owner = values["owner"]
        door = parse_door(values["number"]) if values["number"] else None
        if values["address"] and door is None and not values["number"]:
            split = split_address(values["address"])
            owner, door = (owner or split[0], split[1:]) if split else (owner, None)
        if door is None:
            name = "number" if values["number"] or not values["address"] else "address"
            work.refuse(row, name, values[name], ("holds no house number", "没有可识别的门牌号"))
            continue
        if not (owner or values["owner_id"]):
            work.refuse(row, "owner", "", _BLANK)
            continue
        uid = values["owner_id"]
        uid = f"{work.key}:{uid}" if uid and ":" not in uid else uid
        fact = (uid, owner, door[0], door[1] + values["suffix"], *_rounded(lonlat[row]))
        if fact in seen:
            work.duplicates.append(rows.numbers[row])
            continue
        seen.add(fact)
        found.append((*fact[:4], *lonlat[row].tolist()))
    return SourceContent(doors=_frame("doors", found))


def _ranges(work: _Conversion) -> SourceContent:
    rows = work.rows
    _, _, shapes = rows.places()
    names = ("owner", "owner_id", "side", "from", "to", "zone")
    columns = {name: rows.values(name) for name in names}
    found = []
    for row in range(len(rows)):
        values = {name: column[row] for name, column in columns.items()}
        side = _SIDES.get(values["side"].strip().lower())
        if side is None:
            work.refuse(row, "side", values["side"], ("is no side; use L or R", "不是左右侧"))
            continue
        bad = [name for name in ("from", "to") if not values[name].strip().isdigit()]
        if bad:
            work.refuse(row, bad[0], values[bad[0]], ("is no house number", "不是门牌号"))
            continue
        if not (values["owner"] or values["owner_id"]):
            work.refuse(row, "owner", "", _BLANK)
            continue
        for line in shapely.get_parts(shapes[row : row + 1]):
            if line.geom_type == "LineString":
                uid = f"{work.key}:{values['owner_id']}" if values["owner_id"] else ""
                numbers = (int(values["from"]), int(values["to"]))
                found.append((uid, values["owner"], side, *numbers, values["zone"], line))
                break
        else:
            work.refuse(row, "wkt", "", ("has no line", "没有线图形"))
    return SourceContent(ranges=_frame("ranges", found))
