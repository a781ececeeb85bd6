"""The definition of a gazetteer source: a small TOML file that says what a file of names holds."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from boundaries.definition import Day, NonBlank, SourceSection
from boundaries.toml_files import check_definition, read_toml
from geo.address.tables import Level, Role

__all__ = [
    "GazetteerDefinition",
    "Holds",
    "SourceEdition",
    "TableSection",
    "load_gazetteer_definition",
    "parse_gazetteer_definition",
]


class Holds(StrEnum):
    """What the rows of a table are."""

    AREAS = "areas"
    PLACES = "places"
    NAMES = "names"
    DOORS = "doors"
    RANGES = "ranges"
    OSM = "osm"


_REQUIRED: dict[Holds, tuple[tuple[str, ...], ...]] = {
    Holds.AREAS: (("name",), ("level",)),
    Holds.PLACES: (("name",),),
    Holds.NAMES: (("id", "of"), ("name",)),
    Holds.DOORS: (("owner", "owner_id", "address"), ("number", "address")),
    Holds.RANGES: (("owner", "owner_id"), ("side",), ("from",), ("to",)),
    Holds.OSM: (),
}
"""For each kind of table: groups of fields of which one must be mapped or constant."""

_ALLOWED: dict[Holds, frozenset[str]] = {
    Holds.AREAS: frozenset(
        {"id", "name", "level", "code", "parent", "alias", "old_name", "is_ours", "lon", "lat",
         "radius_m", "wkt"}
    ),
    Holds.PLACES: frozenset(
        {"id", "name", "kind", "role", "parent", "alias", "old_name", "lon", "lat", "radius_m",
         "wkt", "area"}
    ),
    Holds.NAMES: frozenset({"id", "of", "name", "status", "valid_from", "valid_to"}),
    Holds.DOORS: frozenset(
        {"owner", "owner_id", "number", "suffix", "address", "lon", "lat", "area"}
    ),
    Holds.RANGES: frozenset({"owner", "owner_id", "side", "from", "to", "zone", "wkt"}),
    Holds.OSM: frozenset(),
}  # fmt: skip


def _role(value: object) -> object:
    text = str(value).strip().lower()
    known = [role.name.lower() for role in Role if role is not Role.AREA]
    if text not in known:
        message = f"{value!r} is not a role; use one of {', '.join(known)}"
        raise ValueError(message)
    return text


RoleName = Annotated[str, BeforeValidator(_role)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GazetteerSection(_Section):
    """``[gazetteer]``: key of the source, its Chinese name, and how its addresses are written."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
    name: NonBlank
    grammar: Literal["zh", "en"] = "zh"


class SourceEdition(_Section):
    """``[edition]``: label, validity and provenance."""

    label: NonBlank
    valid_from: Day
    valid_to: Day | None = None
    """First day on which the source is no longer valid; open when left out."""
    date: Day | None = None
    authority: str = ""
    licence: str = ""
    source: str = ""
    secrecy: NonBlank = "内部"
    generated: bool = False

    @model_validator(mode="after")
    def _check_validity(self) -> "SourceEdition":
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            message = f"valid_to {self.valid_to} must be later than valid_from {self.valid_from}"
            raise ValueError(message)
        return self


class TableSection(_Section):
    """``[[table]]``: what the rows are, and which field or constant gives each value."""

    holds: Holds
    layer: str = ""
    """Layer inside a file that holds several."""
    fields: dict[str, NonBlank] = {}
    """Our name of a value = name of the field in the file."""
    constants: dict[str, str | int | float | bool] = {}
    """Values that are the same in every row."""
    roles: dict[str, RoleName] = {}
    """Kind as in the file = role; ``default`` for all others."""
    levels: dict[str, Annotated[int, Field(ge=1, le=int(max(Level)))]] = {}
    """Level as in the file = 1 province, 2 city, 3 district, 4 township, 5 community."""
    separator: str = "[;；、|/]"
    """Pattern between several aliases in one field."""

    @model_validator(mode="after")
    def _check_fields(self) -> "TableSection":
        given = set(self.fields) | set(self.constants)
        unknown = sorted(given - _ALLOWED[self.holds])
        if unknown:
            allowed = ", ".join(sorted(_ALLOWED[self.holds]))
            message = f"{unknown[0]!r} is not a value of {self.holds}; use: {allowed}"
            raise ValueError(message)
        for group in _REQUIRED[self.holds]:
            if not given & set(group):
                message = f"{self.holds} need {' or '.join(group)} in fields or constants"
                raise ValueError(message)
        return self


class GazetteerDefinition(_Section):
    """Everything the importer must know about one file of names."""

    gazetteer: GazetteerSection
    source: SourceSection
    edition: SourceEdition
    table: Annotated[tuple[TableSection, ...], Field(min_length=1)]


def load_gazetteer_definition(path: Path) -> GazetteerDefinition:
    """Read the definition of a gazetteer source.

    Parameters
    ----------
    path
        The TOML file, UTF-8.

    Returns
    -------
    GazetteerDefinition
        ``source.datum`` is canonical.

    Raises
    ------
    DatumNotStatedError
        The datum is missing.
    DefinitionError
        The file cannot be read, a key is unknown or missing, or a value is not allowed.
    """
    return parse_gazetteer_definition(read_toml(path), path)


def parse_gazetteer_definition(
    data: Mapping[str, Any], origin: object = "definition"
) -> GazetteerDefinition:
    """Check the content of a definition.

    Parameters
    ----------
    data
        Sections as in the TOML file.
    origin
        What error messages call the definition.

    Returns
    -------
    GazetteerDefinition
        As for :func:`load_gazetteer_definition`.

    Raises
    ------
    DefinitionError
        As for :func:`load_gazetteer_definition`.
    """
    return check_definition(GazetteerDefinition, data, origin)
