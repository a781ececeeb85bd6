"""Definitions in TOML files: read, and held against a model, with messages that name the key."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from boundaries.errors import DatumNotStatedError, DefinitionError

_Model = TypeVar("_Model", bound=BaseModel)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file in UTF-8.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    dict
        Its sections.

    Raises
    ------
    DefinitionError
        The file cannot be read, or is not TOML.
    """
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        reason = error.strerror or str(error)
        raise DefinitionError(path, "file", f"cannot be read: {reason}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(path, "file", f"is not TOML in UTF-8: {error}") from error


def check_definition(model: type[_Model], data: Mapping[str, Any], origin: object) -> _Model:
    """Hold the content of a definition against its model.

    Parameters
    ----------
    model
        What the definition must be; it has a section ``source`` with a ``datum``.
    data
        Sections as in the TOML file.
    origin
        What error messages call the definition.

    Returns
    -------
    BaseModel
        An instance of ``model``.

    Raises
    ------
    DatumNotStatedError
        The datum is missing.
    DefinitionError
        A key is unknown or missing, or a value is not allowed; the first problem is named with
        its key.
    """
    source = data.get("source", {})
    if not isinstance(source, Mapping) or not str(source.get("datum", "")).strip():
        raise DatumNotStatedError(origin)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"]) or "definition"
        raise DefinitionError(origin, key, _explain(first["type"], first["msg"])) from error


def _explain(kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        return "unknown key; remove it or correct its spelling"
    if kind == "missing":
        return "is required"
    return message.removeprefix("Value error, ")
