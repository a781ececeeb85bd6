"""Who holds a place: the chain of partition areas, the overlays, and what is doubtful."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from math import inf
from typing import Any

import orjson

from boundaries.answer_bytes import AnswerWriter
from boundaries.assignment import FlagBits, LayerAssignment, assign_layer, flag_bits
from boundaries.errors import NoActiveEditionError, UnknownLayerError
from boundaries.located import (
    FLAGS,
    INSIDE,
    NEAREST,
    NONE,
    LayerAnswers,
    Located,
    has_nesting_conflict,
    rule_of,
)
from boundaries.snapshot import AreaInfo, LayerSnapshot, load_snapshot, select_editions
from boundaries.store import BoundaryStore
from geo.arrays import FloatArray, LonLatArray, Progress
from geo.coordinates import check_point

__all__ = [
    "DEFAULT_ACCURACY_M",
    "DEFAULT_TOLERANCE_M",
    "INDEXED_ROLES",
    "AreaInfo",
    "LayerAssignment",
    "LayerSnapshot",
    "Located",
    "Locator",
    "load_locator",
]

INDEXED_ROLES = ("partition", "overlay")
"""Roles of the layers that answer lookups; lines and points are only stored."""

DEFAULT_ACCURACY_M = 20.0
DEFAULT_TOLERANCE_M = 5.0

_FORMAT = 1
"""Version of the answers; part of the etag."""

_CHINA_TIME = timezone(timedelta(hours=8))


def today_in_china() -> date:
    """Give the date of today, UTC+8."""
    return datetime.now(_CHINA_TIME).date()


class Locator:
    """Answers from memory which areas hold a place.

    Immutable, so that threads may share it; a new edition makes a new locator.

    Parameters
    ----------
    snapshots
        Layers in any order.
    tolerance_m
        A place in a gap of a partition takes the nearest area within this distance.
    today
        Gives the date for which lookups without a date are answered.

    Raises
    ------
    NoActiveEditionError
        There is no layer.
    """

    def __init__(
        self,
        snapshots: Sequence[LayerSnapshot],
        *,
        tolerance_m: float = DEFAULT_TOLERANCE_M,
        today: Callable[[], date] = today_in_china,
    ) -> None:
        if not snapshots:
            raise NoActiveEditionError
        self.snapshots = tuple(sorted(snapshots, key=lambda snapshot: snapshot.layer.order))
        self.tolerance_m = tolerance_m
        self._today = today
        self._answers = {s.layer.key: LayerAnswers(s) for s in self.snapshots}
        self._editions = {s.layer.key: s.edition.summary() for s in self.snapshots}
        self._all = self._split(tuple(self._answers))
        self._writer = AnswerWriter(*self._all, self._editions)

    @property
    def layers(self) -> tuple[LayerSnapshot, ...]:
        """Partitions from coarse to fine, then overlays."""
        return self.snapshots

    @property
    def etag(self) -> str:
        """A text that is the same exactly as long as the answers are; without quotes."""
        digest = hashlib.sha256(f"{_FORMAT}\x1f{self.tolerance_m}\n".encode())
        for snapshot in sorted(self.snapshots, key=lambda snapshot: snapshot.layer.key):
            edition = snapshot.edition
            line = f"{edition.layer}\x1f{edition.id}\x1f{edition.shapes_hash}\n"
            digest.update(line.encode())
        return digest.hexdigest()[:24]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all layers together; degrees."""
        west, south, east, north = zip(*(s.index.bounds for s in self.snapshots), strict=True)
        return min(west), min(south), max(east), max(north)

    @property
    def validity(self) -> tuple[date, date | None]:
        """Dates on which every layer is valid, half-open; the end is None while open."""
        editions = [snapshot.edition for snapshot in self.snapshots]
        ends = [edition.valid_to for edition in editions if edition.valid_to is not None]
        return max(edition.valid_from for edition in editions), min(ends, default=None)

    def snapshot(self, layer: str) -> LayerSnapshot:
        """Give one layer; UnknownLayerError when it is not loaded."""
        return self._require(layer).snapshot

    def locate(
        self,
        lon: float,
        lat: float,
        *,
        at: date | None = None,
        accuracy_m: float = DEFAULT_ACCURACY_M,
        layers: Sequence[str] | None = None,
        input_point: tuple[float, float, str] | None = None,
    ) -> Located:
        """Find who holds a place.

        Parameters
        ----------
        lon, lat
            CGCS2000 degrees.
        at
            Date for which to answer; today when None.
        accuracy_m
            Accuracy of the place; areas within it are listed as contenders.
        layers
            Keys of the layers to ask; all when None.
        input_point
            The place as it was given, with its datum; the place itself when None.

        Returns
        -------
        Located
            One entry for each partition asked, coarse to fine, and one for each overlay area
            that covers the place.

        Raises
        ------
        CoordinateError
            The place is no place, or the accuracy is negative.
        UnknownLayerError
            A layer is not loaded.
        DateOutsideValidityError
            A layer asked is not valid on the date.
        """
        check_point(lon, lat)
        partitions, overlays = self._all if layers is None else self._split(layers)
        when = self._today() if at is None else at
        for answers in (*partitions, *overlays):
            answers.snapshot.edition.require_valid_at(when)
        chain, flags, provisional = self._chain(partitions, lon, lat, accuracy_m)
        asked = self._editions
        if layers is not None:
            asked = {a.key: self._editions[a.key] for a in (*partitions, *overlays)}
        return Located(
            lon=lon,
            lat=lat,
            input_point=input_point or (lon, lat, "CGCS2000"),
            at=when,
            accuracy_m=accuracy_m,
            chain=chain,
            overlays=_overlay_entries(overlays, lon, lat, accuracy_m),
            flags=flags,
            provisional=provisional,
            editions=asked,
        )

    def locate_json(  # the same parameters as locate
        self,
        lon: float,
        lat: float,
        *,
        at: date | None = None,
        accuracy_m: float = DEFAULT_ACCURACY_M,
        layers: Sequence[str] | None = None,
        input_point: tuple[float, float, str] | None = None,
    ) -> bytes:
        """Find who holds a place, as JSON in UTF-8; see :meth:`locate`."""
        if layers is None:
            check_point(lon, lat)
            when = self._today() if at is None else at
            given = input_point or (lon, lat, "CGCS2000")
            answer = self._writer.write(lon, lat, when, accuracy_m, given)
            if answer is not None:
                return answer
        found = self.locate(
            lon, lat, at=at, accuracy_m=accuracy_m, layers=layers, input_point=input_point
        )
        return orjson.dumps(found.to_dict())

    def assign(
        self,
        lonlat: LonLatArray,
        *,
        at: date | None = None,
        layers: Sequence[str] | None = None,
        threads: int | None = None,
        border_within_m: float = inf,
    ) -> dict[str, LayerAssignment]:
        """Find who holds many places.

        Parameters
        ----------
        lonlat
            Shape (n, 2), CGCS2000 lon, lat; NaN rows are allowed and belong to nobody.
        at
            Date for which to answer; today when None.
        layers
            Keys of the layers to ask; all when None.
        threads
            Number of threads; all cores when None.
        border_within_m
            Borders at this distance or farther are given as infinite, which saves most of the
            time where only near ones matter.

        Returns
        -------
        dict
            By layer key, in the order of ``layers``. The ordinals count ``snapshot(key).areas``.

        Raises
        ------
        UnknownLayerError, DateOutsideValidityError
            As for :meth:`locate`.
        """
        partitions, overlays = self._all if layers is None else self._split(layers)
        when = self._today() if at is None else at
        asked = (*partitions, *overlays)
        for answers in asked:
            answers.snapshot.edition.require_valid_at(when)
        return {
            answers.key: assign_layer(
                answers.snapshot,
                lonlat,
                self.tolerance_m,
                threads,
                border_within_m=border_within_m,
            )
            for answers in asked
        }

    def flags(
        self,
        assigned: dict[str, LayerAssignment],
        accuracy_m: float | FloatArray = DEFAULT_ACCURACY_M,
    ) -> FlagBits:
        """Compute the flags of the result of :meth:`assign`; equal to those of :meth:`locate`.

        ``accuracy_m`` is one for all places or one for each.
        """
        return flag_bits(self.snapshots, assigned, accuracy_m)

    def _require(self, layer: str) -> LayerAnswers:
        found = self._answers.get(layer)
        if found is None:
            raise UnknownLayerError(layer, tuple(self._answers))
        return found

    def _split(
        self, layers: Sequence[str]
    ) -> tuple[tuple[LayerAnswers, ...], tuple[LayerAnswers, ...]]:
        """Partitions and overlays among the layers asked, each in its own order."""
        wanted = {self._require(layer).key for layer in layers}
        answers = [found for key, found in self._answers.items() if key in wanted]
        partitions = [a for a in answers if a.snapshot.layer.role == "partition"]
        overlays = [a for a in answers if a.snapshot.layer.role != "partition"]
        return tuple(partitions), tuple(overlays)

    def _chain(
        self, partitions: Sequence[LayerAnswers], lon: float, lat: float, accuracy_m: float
    ) -> tuple[list[dict[str, Any]], list[str], bool]:
        chain: list[dict[str, Any]] = []
        owners: list[tuple[LayerAnswers, int]] = []
        raised: set[str] = set()
        for answers in partitions:
            found = answers.probe(lon, lat, accuracy_m)
            owner, rule = found.owner, rule_of(found)
            if owner < 0:
                owner = answers.nearest(lon, lat, found, self.tolerance_m)
                rule = NEAREST if owner >= 0 else NONE
            if found.on_border:
                raised.add("on_border")
            elif found.border_m <= accuracy_m:
                raised.add("near_border")
            if found.overlap:
                raised.add("overlap")
            if rule == NEAREST:
                raised.add("gap")
            owners.append((answers, owner))
            chain.append(answers.entry(owner, rule, found, accuracy_m))
        n_held = sum(owner >= 0 for _, owner in owners)
        if owners and n_held == 0:
            raised.add("outside")
        elif n_held < len(owners):
            raised.add("gap")
        is_nearest = any(entry["rule"] == NEAREST for entry in chain)
        provisional = is_nearest or "on_border" in raised or "overlap" in raised
        if has_nesting_conflict(owners):
            raised.add("nesting_conflict")
        return chain, [flag for flag in FLAGS if flag in raised], provisional


def _overlay_entries(
    overlays: Sequence[LayerAnswers], lon: float, lat: float, accuracy_m: float
) -> list[dict[str, Any]]:
    entries = []
    for answers in overlays:
        found = answers.probe(lon, lat, accuracy_m)
        for ordinal in found.covering:
            entry = answers.entry(ordinal, INSIDE, found, accuracy_m)
            entry["precedence"] = answers.precedence[ordinal]
            entries.append(entry)
    return entries


def load_locator(
    store: BoundaryStore,
    at: date | None = None,
    progress: Progress | None = None,
    *,
    editions: Mapping[str, str] | None = None,
    tolerance_m: float = DEFAULT_TOLERANCE_M,
    today: Callable[[], date] = today_in_china,
) -> Locator:
    """Load the active editions of all partitions and overlays, or those named.

    Parameters
    ----------
    store
        The store; index files are kept in ``indexes`` of its data folder and built when missing.
    at
        When given, every edition must be valid on this date.
    progress
        Called with stage ``load``, counting layers, and by each index that is built.
    editions
        Layer key to edition id: exactly these editions, retired ones and drafts too. Layers that
        are not named are left out, as are named ones of another role.
    tolerance_m
        A place in a gap of a partition takes the nearest area within this distance.
    today
        Gives the date for which lookups without a date are answered.

    Returns
    -------
    Locator
        Ready to answer; it does not need the store any more.

    Raises
    ------
    NoActiveEditionError
        No partition or overlay has an active edition, or none is named.
    UnknownLayerError, UnknownEditionError
        ``editions`` names a layer or an edition of it that is not in the store.
    DateOutsideValidityError
        An edition is not valid at ``at``.
    StoreError
        The store cannot be used.
    """
    layers, active = select_editions(store, INDEXED_ROLES, editions)
    snapshots = []
    for done, edition in enumerate(active, start=1):
        if at is not None:
            edition.require_valid_at(at)
        snapshots.append(load_snapshot(store, layers[edition.layer], edition, progress))
        if progress is not None:
            progress("load", done, len(active))
    return Locator(snapshots, tolerance_m=tolerance_m, today=today)
