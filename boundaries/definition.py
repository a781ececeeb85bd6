"""The definition of a layer: a small TOML file that says what a source file holds.

The file states what cannot be read from the shapes: which fields hold code and name, in which
datum the coordinates are, who issued them, and what they may be used for.
"""

import codecs
import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from boundaries.toml_files import check_definition, read_toml
from geo.datum import parse_datum
from geo.errors import DatumError


class Role(StrEnum):
    """What the areas of a layer do."""

    PARTITION = "partition"
    OVERLAY = "overlay"
    LINEAR = "linear"
    ASSET = "asset"


class LegalStatus(StrEnum):
    """Legal standing of an edition: 法定, 管理 or 推定."""

    STATUTORY = "statutory"
    MANAGED = "managed"
    DERIVED = "derived"


_LEGAL_STATUS_ZH = {"法定": "statutory", "管理": "managed", "推定": "derived"}


def _legal_status(value: object) -> object:
    if isinstance(value, str):
        return _LEGAL_STATUS_ZH.get(value.strip(), value.strip())
    return value


def _datum(value: str) -> str:
    try:
        return str(parse_datum(value))
    except DatumError as error:
        raise ValueError(str(error)) from error


def _encoding(value: str) -> str:
    try:
        return codecs.lookup(value).name if value else value
    except LookupError as error:
        message = f"unknown encoding {value!r}; use UTF-8 or GB18030"
        raise ValueError(message) from error


def _text(value: str) -> str:
    if not value.strip():
        message = "must not be blank"
        raise ValueError(message)
    return value.strip()


def _day(value: object) -> object:
    is_day = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if is_day or value is None or isinstance(value, str):
        return value
    message = f"{value!r} is not a date; write it as 2026-01-31"
    raise ValueError(message)


NonBlank = Annotated[str, AfterValidator(_text)]
Day = Annotated[dt.date, BeforeValidator(_day)]
LayerKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
ParentKey = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,63})?$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LayerSection(_Section):
    """``[layer]``: key, Chinese name, kind, role, key of the parent layer ("" for a top one)."""

    key: LayerKey
    name: NonBlank
    kind: NonBlank
    role: Role
    parent: ParentKey = ""


class SourceSection(_Section):
    """``[source]``: datum of the coordinates, and how to open the file."""

    datum: Annotated[str, AfterValidator(_datum)]
    path: str = ""
    """Source file relative to the definition; empty when the caller names it."""
    layer: str = ""
    """Layer inside a file that holds several."""
    encoding: Annotated[str, AfterValidator(_encoding)] = ""


class FieldsSection(_Section):
    """``[fields]``: names of the fields that hold code, name, parent code and population."""

    code: NonBlank
    name: NonBlank
    parent: str = ""
    population: str = ""
    extra: tuple[str, ...] = ()


class EditionSection(_Section):
    """``[edition]``: label, validity, provenance, legal status and secrecy of this edition."""

    label: NonBlank
    valid_from: Day
    valid_to: Day | None = None
    """First day on which the edition is no longer valid; open when left out."""
    date: Day | None = None
    """Date of the source."""
    authority: str = ""
    licence: str = ""
    source: str = ""
    legal_status: Annotated[LegalStatus, BeforeValidator(_legal_status)]
    secrecy: NonBlank = "内部"
    review_number: str = ""
    """Map review number 审图号; without one the layer is for internal use."""
    generated: bool = False

    @model_validator(mode="after")
    def _check_validity(self) -> "EditionSection":
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            message = f"valid_to {self.valid_to} must be later than valid_from {self.valid_from}"
            raise ValueError(message)
        return self


class OverlaySection(_Section):
    """``[overlay]``: rank of overlapping areas, one number or the name of a field."""

    precedence: int | NonBlank = 100
    """Smaller goes first."""


class LayerDefinition(_Section):
    """Everything the importer must know about one layer and one source file of it."""

    layer: LayerSection
    source: SourceSection
    fields: FieldsSection
    edition: EditionSection
    overlay: OverlaySection = OverlaySection()

    @model_validator(mode="after")
    def _check_roles(self) -> "LayerDefinition":
        if "overlay" in self.model_fields_set and self.layer.role is not Role.OVERLAY:
            message = f"[overlay] is for overlays; the role of this layer is {self.layer.role}"
            raise ValueError(message)
        if self.layer.parent == self.layer.key:
            message = f"layer {self.layer.key!r} cannot be its own parent"
            raise ValueError(message)
        return self


def load_definition(path: Path) -> LayerDefinition:
    """Read the definition of a layer.

    Parameters
    ----------
    path
        The TOML file, UTF-8.

    Returns
    -------
    LayerDefinition
        ``source.datum`` is canonical: ``WGS-84``, ``CGCS2000``, ``GCJ-02``, ``BD-09`` or
        ``EPSG:n``.

    Raises
    ------
    DatumNotStatedError
        The datum is missing.
    DefinitionError
        The file cannot be read, a key is unknown or missing, or a value is not allowed; the
        first problem is named with its key.
    """
    return parse_definition(read_toml(path), path)


def parse_definition(data: Mapping[str, Any], origin: object = "definition") -> LayerDefinition:
    """Check the content of a definition.

    Parameters
    ----------
    data
        Sections as in the TOML file.
    origin
        What error messages call the definition.

    Returns
    -------
    LayerDefinition
        As for :func:`load_definition`.

    Raises
    ------
    DefinitionError
        As for :func:`load_definition`.
    """
    return check_definition(LayerDefinition, data, origin)
