"""Everything the store knows of names, put together as the tables a gazetteer is built from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from boundaries.errors import GrammarConflictError
from boundaries.gazetteer.ancestry import Ancestry, join_areas
from boundaries.gazetteer.layers import AreaShapes, LayerContent, read_layer_content
from boundaries.gazetteer.memberships import find_memberships
from boundaries.gazetteer.merging import merge_places
from boundaries.gazetteer.national import LICENCE, NationalTree, read_national_tree
from boundaries.gazetteer.owners import find_owners
from boundaries.gazetteer.records import Correction, SourceContent, SourceInfo
from boundaries.gazetteer.spelling import short_forms, to_pinyin
from boundaries.gazetteer.store import GazetteerStore
from boundaries.store import BoundaryStore
from geo.address.tables import GazetteerTables, Level, NameStatus, Role
from geo.arrays import Progress
from geo.index.location import LocationIndex

__all__ = ["StoreTables", "read_tables", "store_tables"]

NO_TREE = (
    "no national tree of areas: places in other cities cannot be told from unknown ones; install "
    "requirements-data.lock, or give a file (--national)"
)


@dataclass(slots=True)
class StoreTables:
    """The tables, and what they were made of; ``contents`` holds JSON values."""

    tables: GazetteerTables
    contents: dict[str, Any] = field(default_factory=dict)


def store_tables(store: BoundaryStore, *, progress: Progress | None = None) -> GazetteerTables:
    """Give everything that the store knows of names, as a gazetteer is built from it.

    Parameters
    ----------
    store
        The boundary store.
    progress
        Called with the stages ``layers``, ``sources``, ``doors`` and ``names``.

    Returns
    -------
    GazetteerTables
        See :func:`read_tables`.
    """
    return read_tables(store, progress=progress).tables


def read_tables(
    store: BoundaryStore,
    *,
    national: Path | None = None,
    at: date | None = None,
    progress: Progress | None = None,
) -> StoreTables:
    """Put together layers, active sources, accepted corrections and the national tree.

    Parameters
    ----------
    store
        The boundary store.
    national
        File of the national tree; None for the installed package, or nothing.
    at
        Sources that are not valid on this day are left out; None for today.
    progress
        Called with the stages ``layers``, ``sources``, ``doors`` and ``names``.

    Returns
    -------
    StoreTables
        Entries from layers have the uid ``<layer>:<code>``, those from sources ``<key>:<id>``.

    Raises
    ------
    GrammarConflictError
        The active sources write addresses in different ways.
    NationalTreeError
        The file of the national tree cannot be read.
    """
    kept = GazetteerStore(store)
    layers = read_layer_content(store, progress)
    day = at or datetime.now(UTC).date()
    sources: list[SourceInfo] = []
    left_out: list[SourceInfo] = []
    for source in kept.sources(state="active"):
        is_valid = source.valid_from <= day and (source.valid_to is None or day < source.valid_to)
        (sources if is_valid else left_out).append(source)
    grammar = _grammar(sources)
    tree = read_national_tree(national) if grammar == "zh" else None
    contents = list(layers.contents)
    origins = [f"layer {used['layer']}" for used in layers.used]
    for done, source in enumerate(sources):
        _tell(progress, "sources", done, len(sources))
        contents.append(kept.content(source.id))
        origins.append(f"source {source.key}")
    corrections = kept.corrections(state="accepted")
    contents.append(_corrected(corrections))
    origins.append("corrections")
    made = _Assembly(contents, origins, layers.outlines, tree).build(grammar, progress)
    warnings = [*layers.warnings, *made.contents.pop("warnings")]
    warnings += [f"source {s.key} is not valid on {day} and was left out" for s in left_out]
    if tree is None and grammar == "zh":
        warnings.append(NO_TREE)
    made.contents |= _provenance(layers, sources, corrections, tree) | {"warnings": warnings}
    return made


def _grammar(sources: Sequence[SourceInfo]) -> str:
    by_grammar: dict[str, list[str]] = {}
    for source in sources:
        by_grammar.setdefault(source.grammar, []).append(source.key)
    if len(by_grammar) > 1:
        raise GrammarConflictError(by_grammar)
    return next(iter(by_grammar), "zh")


def _corrected(corrections: Sequence[Correction]) -> SourceContent:
    """Turn what people decided into names and places."""
    empty = SourceContent()
    names = [
        (made.uid, "", made.name, str(NameStatus.ALIAS), _day(made.decided_at), "")
        for made in corrections
        if made.uid
    ]
    places = [
        (f"correction:{made.id}", made.role, made.name, made.kind, 0, "", "", True,
         made.lon, made.lat, 0.0, None)
        for made in corrections
        if not made.uid
    ]  # fmt: skip
    entries = pd.DataFrame.from_records(places, columns=list(empty.entries))
    return SourceContent(
        entries=entries.astype(empty.entries.dtypes.to_dict()),
        names=pd.DataFrame.from_records(names, columns=list(empty.names)),
    )


def _day(instant: datetime | None) -> str:
    return "" if instant is None else instant.date().isoformat()


def _provenance(
    layers: LayerContent,
    sources: Sequence[SourceInfo],
    corrections: Sequence[Correction],
    tree: NationalTree | None,
) -> dict[str, Any]:
    national = None
    if tree is not None:
        national = {"origin": tree.origin, "checksum": tree.checksum, "licence": LICENCE}
    return {
        "layers": layers.used,
        "layers_left_out": layers.unused,
        "sources": [source.summary() for source in sources],
        "corrections": len(corrections),
        "national": national,
    }


@dataclass(slots=True)
class _Assembly:
    """Content of layers, sources and corrections on its way into one set of tables."""

    contents: list[SourceContent]
    origins: list[str]
    outlines: list[AreaShapes]
    tree: NationalTree | None
    warnings: list[str] = field(default_factory=list)

    def build(self, grammar: str, progress: Progress | None) -> StoreTables:
        """Put everything together; ``contents`` has the counts and the warnings."""
        entries = self._entries()
        is_area = (entries["role"] == "area").to_numpy()
        ancestry = join_areas(entries[is_area], self.tree)
        self.warnings += ancestry.warnings
        outlines = [*self.outlines, *_outlines_of(entries[is_area], self.outlines)]
        places, merged = merge_places(entries[~is_area])
        names = self._names(ancestry, places, merged)
        _tell(progress, "doors", 0, 1)
        own = ancestry.areas.loc[ancestry.areas["is_ours"], "name"].tolist()
        doors, door_roads = self._owned("doors", merged, places, names, own, outlines)
        places = pd.concat([places, door_roads], ignore_index=True)
        ranges, range_roads = self._owned("ranges", merged, places, names, own, outlines)
        places = pd.concat([places, range_roads], ignore_index=True)
        _tell(progress, "doors", 1, 1)
        _tell(progress, "names", 0, 1)
        tables = GazetteerTables(
            areas=ancestry.areas,
            places=_place_table(places),
            memberships=find_memberships(places, outlines),
            names=_with_spellings(names, ancestry.areas, places, grammar),
            roads=_road_table(places),
            doors=doors[list(GazetteerTables().doors)],
            ranges=ranges[list(GazetteerTables().ranges)],
            grammar=grammar,
        )
        _tell(progress, "names", 1, 1)
        counts = {
            part: len(getattr(tables, part))
            for part in ("areas", "places", "memberships", "names", "roads", "doors", "ranges")
        }
        counts["own_areas"] = int(ancestry.areas["is_ours"].sum())
        counts["merged"] = len(merged)
        return StoreTables(tables, {"counts": counts, "warnings": self.warnings})

    def _entries(self) -> pd.DataFrame:
        frames = [
            content.entries.assign(origin=origin)
            for content, origin in zip(self.contents, self.origins, strict=True)
            if len(content.entries)
        ]
        if not frames:
            return SourceContent().entries.assign(origin="")
        entries = pd.concat(frames, ignore_index=True)
        repeated = entries.duplicated("uid")
        if repeated.any():
            first = entries.loc[repeated, "uid"].iloc[0]
            self.warnings.append(f"{int(repeated.sum())} uids occur twice, first: {first}")
        return entries[~repeated].reset_index(drop=True)

    def _names(
        self, ancestry: Ancestry, places: pd.DataFrame, merged: dict[str, str]
    ) -> pd.DataFrame:
        """Collect further names; those given for a main name reach every entity that has it."""
        frames = [content.names for content in self.contents if len(content.names)]
        names = pd.concat([*frames, ancestry.names], ignore_index=True)
        own = ancestry.areas[ancestry.areas["is_ours"]]
        by_name = pd.concat([own[["uid", "name"]], places[["uid", "name"]]], ignore_index=True)
        by_name = by_name.rename(columns={"uid": "found", "name": "of_name"})
        named = names[names["uid"] == ""].merge(by_name, on="of_name", how="left")
        names = pd.concat(
            [names[names["uid"] != ""], named.assign(uid=named.pop("found"))], ignore_index=True
        )
        names["uid"] = names["uid"].map(lambda uid: merged.get(uid, uid))
        is_known = names["uid"].isin({*ancestry.areas["uid"], *places["uid"]})
        if not is_known.all():
            first = names.loc[~is_known, "name"].iloc[0]
            self.warnings.append(
                f"{int((~is_known).sum())} names of unknown places, first: {first}"
            )
        return names[is_known].reset_index(drop=True)

    def _owned(
        self,
        part: str,
        merged: dict[str, str],
        places: pd.DataFrame,
        names: pd.DataFrame,
        area_names: list[str],
        outlines: Sequence[AreaShapes],
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give doors or ranges their owners; also gives the roads made for them."""
        frames = [getattr(content, part) for content in self.contents]
        rows = pd.concat([frame for frame in frames if len(frame)] or frames[:1], ignore_index=True)
        rows["owner_uid"] = rows["owner_uid"].map(lambda uid: merged.get(uid, uid))
        if part == "doors":
            points = rows[["lon", "lat"]].to_numpy(dtype=np.float64)
        else:
            lines = rows["geometry"].to_numpy(dtype=object)
            middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
            points = shapely.get_coordinates(middle)
        owned = find_owners(rows, points, places, names, area_names, outlines)
        self.warnings += owned.warnings
        roads = owned.new_roads.assign(
            role="road", kind="", level=0, code="", parent="", is_ours=True, geometry=None
        )
        found = owned.rows
        if part == "ranges":
            found = found.rename(columns={"owner_uid": "road_uid"})
        return found, roads.assign(origin=part)[list(places)]


def _outlines_of(areas: pd.DataFrame, given: Sequence[AreaShapes]) -> list[AreaShapes]:
    """Index the outlines of areas that come from files, on levels that no layer has."""
    found = []
    shapes = areas["geometry"].to_numpy(dtype=object)
    has_ground = shapely.get_dimensions(shapes) == 2  # noqa: PLR2004 - polygons
    for level in sorted(set(areas.loc[has_ground, "level"]) - {int(o.level) for o in given}):
        chosen = np.flatnonzero(has_ground & (areas["level"] == level).to_numpy())
        uids = areas["uid"].to_numpy(dtype=object)[chosen].tolist()
        index = LocationIndex.build(shapes[chosen], uids)
        order = index.order
        found.append(AreaShapes(Level(level), tuple(index.codes), shapes[chosen][order], index))
    return found


def _place_table(places: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "uid": places["uid"],
            "name": places["name"],
            "role": [int(Role[role.upper()]) for role in places["role"]],
            "kind": places["kind"],
            "lon": places["lon"],
            "lat": places["lat"],
            "radius_m": places["radius_m"],
            "parent_uid": places["parent"],
        }
    )
    empty = GazetteerTables().places
    known = set(table["uid"])
    table["parent_uid"] = table["parent_uid"].where(table["parent_uid"].isin(known), "")
    return table.astype(empty.dtypes.to_dict())


def _road_table(places: pd.DataFrame) -> pd.DataFrame:
    shapes = places["geometry"].to_numpy(dtype=object)
    is_line = shapely.get_dimensions(shapes) == 1
    is_road = places["role"].isin(("road", "water")).to_numpy()
    roads: pd.DataFrame = places[["uid", "geometry"]][is_line & is_road]
    return roads.reset_index(drop=True)


def _with_spellings(
    names: pd.DataFrame, areas: pd.DataFrame, places: pd.DataFrame, grammar: str
) -> pd.DataFrame:
    """Add short forms and pinyin of what is ours; no spelling twice for one entity."""
    columns = list(GazetteerTables().names)
    if grammar != "zh":
        return names[columns].drop_duplicates(["uid", "name"], ignore_index=True)
    own = areas[areas["is_ours"]]
    estates = places[places["role"] == "estate"]
    rows = [
        (uid, form, str(NameStatus.SHORT), "", "")
        for uid, name, level in own[["uid", "name", "level"]].itertuples(index=False)
        for form in short_forms(name, Level(level))
    ]
    rows += [
        (uid, form, str(NameStatus.SHORT), "", "")
        for uid, name in estates[["uid", "name"]].itertuples(index=False)
        for form in short_forms(name, Level.NONE)
    ]
    # Not of single places and gates: most names, and hardly ever written so.
    spelt = places[~places["role"].isin(("poi", "gate"))]
    ours = pd.concat([own[["uid", "name"]], spelt[["uid", "name"]]], ignore_index=True)
    spelled = to_pinyin(ours["name"].tolist())
    rows += [
        (uid, text, str(NameStatus.PINYIN), "", "")
        for uid, text in zip(ours["uid"], spelled, strict=True)
        if text
    ]
    more = pd.DataFrame.from_records(rows, columns=columns)
    together = pd.concat([names[columns], more], ignore_index=True)
    return together.drop_duplicates(["uid", "name"], ignore_index=True)


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)
