"""The gazetteer: every name of a city and what it stands for, in one mapped file."""

import json
import threading
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from geo import flatfile
from geo.address.automaton import find_all, text_codes
from geo.address.bigrams import near_forms, same_sound_forms
from geo.address.build import build_buffer
from geo.address.entities import hash_uid
from geo.address.ground import Ground
from geo.address.layout import FORMAT, layout_sum, text_at
from geo.address.names import STATUSES
from geo.address.tables import GazetteerTables, NameStatus, Role
from geo.arrays import BoolArray, FloatArray, IntArray, Progress
from geo.errors import GazetteerFileError

__all__ = ["Gazetteer"]

_LEAST_SCORE = 0.5


class Gazetteer:
    """Names, entities and the ground of one city. Immutable; may be shared by threads.

    An *entity* is an area or a place and has an ordinal: areas first, then places, each in the
    order of its table. A *name* is a normalised text with a status and a validity, borne by one or
    more entities; it has an ordinal too.

    Use ``Gazetteer.build`` or ``Gazetteer.open``.

    Attributes
    ----------
    path
        The mapped file.
    edition, grammar
        As given to the build.
    n_entities, n_names
        How many.
    role, level
        int8 by entity: ``Role`` and ``Level``.
    lon, lat
        float64 by entity: degrees CGCS2000; NaN for areas whose place is unknown.
    radius_m
        float32 by entity: reach from the point within which the whole lies; NaN where unknown.
    is_ours
        bool by entity: False for areas of other cities, known by name only.
    parent
        int32 by entity: the area above an area, the estate of a gate; -1 for none.
    ground
        Where numbers, roads and crossings are.
    """

    def __init__(self, buffer: NDArray[np.uint8], path: Path) -> None:
        header = FORMAT.header_of(buffer).tolist()
        if header[6] != layout_sum():
            raise GazetteerFileError(path, "of another version of this program; build it again")
        self._buffer = buffer
        self.path = path
        self.n_entities, self.n_names, self._n_forms = header[3:6]
        self._views = views = FORMAT.views_of(buffer)
        meta = json.loads(views["meta"].tobytes())
        self.edition: str = meta["edition"]
        self.grammar: str = meta["grammar"]
        self._kinds: list[str] = meta["kinds"]
        self._endings = {text: (Role(role), n) for text, role, n in meta["endings"]}
        self.role: NDArray[np.int8] = views["role"]
        self.level: NDArray[np.int8] = views["level"]
        self.lon: FloatArray = views["lon"]
        self.lat: FloatArray = views["lat"]
        self.radius_m: NDArray[np.float32] = views["radius_m"]
        self.is_ours: BoolArray = views["is_ours"]
        self.parent: IntArray = views["parent"]
        self._kind = views["kind"]
        self._area_start, self._areas = views["area_start"], views["area_list"]
        self._holder_start, self._holders = views["holder_start"], views["holders"]
        self._status = views["status"]
        self._form_name_start, self._form_names = views["form_name_start"], views["form_names"]
        self._uid_table = views["uid_table"]
        self._scanning = tuple(views[name] for name in _SCANNING)
        self._pairing = tuple(views[name] for name in _PAIRING)
        self._sounding = (views["sound_key"], views["sound_form"], views["readings"])
        self._texts = {
            name: (views[f"{name}_text"].data, views[f"{name}_start"].data) for name in _TEXTS
        }
        self._scratch = threading.local()
        self.ground = Ground(views)

    # -- making ---------------------------------------------------------------------------

    @classmethod
    def build(
        cls,
        tables: GazetteerTables,
        path: Path,
        *,
        edition: str,
        progress: Progress | None = None,
    ) -> Self:
        """Build a gazetteer, write its file in one step and open it.

        Parameters
        ----------
        tables
            What it shall know.
        path
            The file; its folder exists. Readers see the old file or the whole new one.
        edition
            Name of this edition.
        progress
            Told of each stage.

        Returns
        -------
        gazetteer
            The one that was written. Cost O(n log n).

        Raises
        ------
        GazetteerTableError
            A table cannot be used; names table, row and field. Nothing is written.
        """
        flatfile.write(build_buffer(tables, edition, progress), path)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map a file; its header is checked, its contents are not read.

        Raises
        ------
        GazetteerFileError
            The file is missing, cut short, of another kind or of another version.
        """
        return cls(FORMAT.read(path), path)

    def verify(self) -> None:
        """Compare the whole file with its checksum.

        Raises
        ------
        GazetteerFileError
            The file differs from what was written.
        """
        FORMAT.verify(self._buffer, self.path)

    # -- entities -------------------------------------------------------------------------

    def uid(self, entity: int) -> str:
        """Give the uid of an entity."""
        return text_at(*self._texts["uid"], entity)

    def name(self, entity: int) -> str:
        """Give the main name of an entity, as on the map."""
        return text_at(*self._texts["entity"], entity)

    def kind(self, entity: int) -> str:
        """Give the kind of a place as its table says, or the level of an area: ``township``."""
        return self._kinds[int(self._kind[entity])]

    def code(self, entity: int) -> str:
        """Give the code of an area; empty where it has none."""
        return text_at(*self._texts["code"], entity)

    def find(self, uid: str) -> int:
        """Find an entity by uid; -1 for none."""
        wanted = uid.encode("utf-8", "surrogatepass")
        text, start = self._views["uid_text"], self._views["uid_start"]
        last = self._uid_table.size - 1
        at = hash_uid(wanted) & last
        while True:
            entity = int(self._uid_table[at])
            if entity < 0:
                return -1
            if text[start[entity] : start[entity + 1]].tobytes() == wanted:
                return entity
            at = (at + 1) & last

    def find_code(self, code: str) -> int:
        """Find an area by its code, our own before others; -1 for none."""
        return self._area_of_code.get(code, -1)

    @cached_property
    def _area_of_code(self) -> dict[str, int]:
        areas = np.flatnonzero(self.role == Role.AREA)
        found: dict[str, int] = {}
        for area in areas[np.argsort(~self.is_ours[areas], kind="stable")].tolist():
            found.setdefault(self.code(area), area)
        found.pop("", None)
        return found

    def areas_of(self, entity: int) -> IntArray:
        """List the areas that hold an entity or part of it, finest level first.

        Ancestors are included; of an area itself too.
        """
        return self._areas[self._area_start[entity] : self._area_start[entity + 1]]

    # -- names ----------------------------------------------------------------------------

    def name_text(self, name: int) -> str:
        """Give a name as it was entered."""
        return text_at(*self._texts["name"], name)

    def name_status(self, name: int) -> NameStatus:
        """Tell whether a name is a main one, another one, a former one or a short form."""
        return STATUSES[int(self._status[name])]

    def name_validity(self, name: int) -> tuple[str, str]:
        """Give the first and last day of a name; empty where not stated."""
        text = text_at(*self._texts["validity"], name)
        since, _, until = text.partition("/")
        return since, until

    def entities_of(self, name: int) -> IntArray:
        """List the entities that bear a name, ascending."""
        return self._holders[self._holder_start[name] : self._holder_start[name + 1]]

    def endings(self) -> dict[str, tuple[Role, int]]:
        """Give the endings of names: role and number of names, frequent first."""
        return self._endings

    # -- lookup ---------------------------------------------------------------------------

    def scan(self, text: str) -> tuple[IntArray, IntArray, IntArray]:
        """Find every occurrence of every name, nested and overlapping ones too.

        Parameters
        ----------
        text
            Normalised (see ``geo.address.normal.normalise``).

        Returns
        -------
        starts, ends, names
            By start, then longest first. Cost O(length of the text and occurrences).
        """
        found = find_all(text_codes(text), *self._scanning)
        return found[0], found[1], found[2]

    def similar(
        self, fragment: str, limit: int = 10, min_score: float = _LEAST_SCORE
    ) -> list[tuple[int, float]]:
        """Find the names that a piece of text nearly is.

        Parameters
        ----------
        fragment
            Normalised; the whole of what may be a name.
        limit
            How many names at most.
        min_score
            Smallest score.

        Returns
        -------
        names
            Name and score, best first: one minus the edit distance over the longer length, where
            a character that sounds alike costs half of another one. 1 for the name itself.
        """
        if not fragment or not self._n_forms or limit < 1:
            return []
        shared = getattr(self._scratch, "shared", None)
        if shared is None:
            shared = self._scratch.shared = np.zeros(self._n_forms, np.float32)
        query = text_codes(fragment)
        forms, scores = near_forms(query, 2 * limit, min_score, shared, *self._pairing)
        found: dict[int, float] = {}
        for form, score in zip(forms.tolist(), scores.tolist(), strict=True):
            for name in self._names_of(form):
                found.setdefault(name, score)
        return list(found.items())[:limit]

    def same_sound(self, fragment: str) -> list[int]:
        """List the names that are read like a normalised piece of text, tones aside."""
        forms = same_sound_forms(text_codes(fragment), *self._sounding)
        return sorted({name for form in forms.tolist() for name in self._names_of(form)})

    def _names_of(self, form: int) -> list[int]:
        first, last = self._form_name_start[form], self._form_name_start[form + 1]
        names: list[int] = self._form_names[first:last].tolist()
        return names


_SCANNING = (
    "symbol_of", "root_next", "first_child", "label", "fail", "hit", "form_at",
    "form_start", "form_name_start", "form_names",
)  # fmt: skip
"""Arguments of ``find_all`` after the text."""

_TEXTS = ("uid", "entity", "code", "name", "validity")
"""What ``text_at`` reads, by the beginning of its two sections."""

_PAIRING = (
    "symbol_of", "pair_keys", "pair_start", "pair_forms", "form_weight", "sound_key",
    "sound_form", "form_codes", "form_start", "readings", "syllable_fold",
)  # fmt: skip
"""Arguments of ``near_forms`` after the scratch."""
