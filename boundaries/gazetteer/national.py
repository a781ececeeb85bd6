"""The national tree of areas, province to township: names that may be meant and are elsewhere.

It comes as data from the package ``jionlp`` (Apache-2.0), which is looked up and never imported,
or from a file of the same form:

``china_location.txt`` (or a zip that holds it)
    One area a line, UTF-8. As many tabs before the name as areas lie above it: none for a
    province, one for a city, two for a district, three for a township; deeper lines are left out.
    After the name, each behind a tab and only where known: six-digit code, short form.
``china_location_change.txt`` beside it (optional)
    One change a line: date, tab, who decided, tab, the area before with its parents (each name
    followed by its short form), ``=>``, the area after with its parents; all behind tabs.
"""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from boundaries.errors import NationalTreeError
from boundaries.sources import checksum
from geo.address.tables import Level

PACKAGE = "jionlp"
LICENCE = "Apache-2.0"
_TREE, _CHANGES = "china_location", "china_location_change.txt"
_DEEPEST = int(Level.TOWNSHIP)
_PLACEHOLDERS = ("直辖行政区划", "直辖村", "直辖县级行政区划")


@dataclass(frozen=True, slots=True)
class NationalArea:
    """An area of the country; ``path`` holds the names from the province down to its own.

    A city that governs its townships directly has none between: the path is shorter there.
    """

    path: tuple[str, ...]
    level: Level
    code: str
    short: str

    @property
    def uid(self) -> str:
        """Uid in the gazetteer: ``cn:`` and the names."""
        return "cn:" + "/".join(self.path)

    @property
    def parent_uid(self) -> str:
        """Uid of the area above; empty for a province."""
        return "cn:" + "/".join(self.path[:-1]) if len(self.path) > 1 else ""


@dataclass(frozen=True, slots=True)
class OldName:
    """A name that an area had until a day (ISO date)."""

    uid: str
    name: str
    until: str


@dataclass(frozen=True, slots=True)
class NationalTree:
    """All areas of the country down to townships, and former names."""

    areas: tuple[NationalArea, ...]
    old_names: tuple[OldName, ...]
    origin: str
    """Where it comes from: package and version, or the name of the file."""
    checksum: str
    """SHA-256 of the file of areas."""
    by_code: dict[tuple[Level, str], NationalArea] = field(default_factory=dict)


def read_national_tree(path: Path | None = None) -> NationalTree | None:
    """Read the national tree.

    Parameters
    ----------
    path
        The file, or a folder that holds it; None for the installed package.

    Returns
    -------
    NationalTree or None
        None when no path is given and the package is not installed.

    Raises
    ------
    NationalTreeError
        The file is missing or is not of the form described in this module.

    Notes
    -----
    About a second: the file lists 660,000 villages, which are passed over.
    """
    origin = path.name if path is not None else f"{PACKAGE} {_installed_version()}"
    place = path if path is not None else _installed_folder()
    if place is None:
        return None
    file = _find_file(place)
    areas = tuple(_read_areas(file))
    if not areas:
        raise NationalTreeError(file, "holds no area; the form is described in docs/gazetteer.md")
    by_code: dict[tuple[Level, str], NationalArea] = {}
    for area in areas:
        if area.code:
            by_code.setdefault((area.level, area.code), area)
    known = {area.path: area for area in areas}
    changes = file.with_name(_CHANGES)
    old = tuple(_read_changes(changes, known)) if changes.is_file() else ()
    return NationalTree(areas, old, origin, checksum(file), by_code)


def _installed_folder() -> Path | None:
    spec = find_spec(PACKAGE)  # of a top-level package: finds it without running any of it
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations))) / "dictionary"


def _installed_version() -> str:
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return "of unknown version"


def _find_file(place: Path) -> Path:
    if place.is_file():
        return place
    for suffix in (".zip", ".txt"):
        if (file := place / f"{_TREE}{suffix}").is_file():
            return file
    raise NationalTreeError(place, f"no {_TREE}.zip or {_TREE}.txt there")


def _open(file: Path) -> str:
    try:
        if file.suffix.lower() != ".zip":
            return file.read_text(encoding="utf-8-sig")
        with zipfile.ZipFile(file) as packed:
            names = [name for name in packed.namelist() if name.endswith(f"{_TREE}.txt")]
            if not names:
                raise NationalTreeError(file, f"no {_TREE}.txt inside")
            return packed.read(names[0]).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, zipfile.BadZipFile) as error:
        raise NationalTreeError(file, f"cannot be read: {error}") from error


def _read_areas(file: Path) -> Iterator[NationalArea]:
    path: list[str] = []
    seen: set[tuple[str, ...]] = set()
    for number, line in enumerate(io.StringIO(_open(file)), start=1):
        name = line.lstrip("\t")
        depth = len(line) - len(name)
        if depth >= _DEEPEST or not name.strip():
            continue
        if depth > len(path):
            raise NationalTreeError(file, f"line {number}: {name.strip()!r} has no area above it")
        cells = [cell.strip() for cell in name.split("\t")]
        path = [*path[:depth], cells[0]]
        # "Governed directly" stands where there is no area between: not a name.
        key = tuple(part for part in path if not part.endswith(_PLACEHOLDERS))
        if len(key) == 0 or key[-1] != cells[0] or key in seen:
            continue
        seen.add(key)
        cells += ["", ""]
        yield NationalArea(
            key, Level(depth + 1), cells[1], cells[2] if cells[2] != cells[0] else ""
        )


def _read_changes(file: Path, known: dict[tuple[str, ...], NationalArea]) -> Iterator[OldName]:
    """Give the former names of areas that are still in the tree."""
    for line in file.read_text(encoding="utf-8-sig").splitlines():
        before, arrow, after = line.partition("=>")
        cells = [cell.strip() for cell in before.split("\t")]
        names = [cell.strip() for cell in after.split("\t") if cell.strip()]
        if not arrow or len(cells) < 4 or not names:  # noqa: PLR2004 - date, who, name, short form
            continue
        area = known.get(tuple(names)) or known.get((names[0], *names))
        old = cells[2::2]
        if area is not None and len(old) == len(names) and old[-1] != names[-1]:
            yield OldName(area.uid, old[-1], cells[0])
