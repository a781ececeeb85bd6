"""Errors of the boundary package.

::

    BoundaryError
    ├── DefinitionError (ValueError)            a layer definition that cannot be used
    │   └── DatumNotStatedError                 a definition that does not state the datum
    ├── SourceError (ValueError)                a source file that cannot be read
    │   ├── SourceFieldError (LookupError)      a field that the source file does not have
    │   └── SourceCrsError                      a file's own CRS contradicts the stated datum
    ├── UnknownLayerError (LookupError)         no layer with this key
    ├── UnknownEditionError (LookupError)       no edition with this id
    ├── UnknownAreaError (LookupError)          no area with this code
    ├── NoActiveEditionError (LookupError)      a layer, or all of them, without an active edition
    ├── EditionStateError (ValueError)          an edition cannot change to the wanted state
    ├── DateOutsideValidityError (ValueError)   a date outside the validity of what is loaded
    ├── ExportFormatError (ValueError)          a file suffix that cannot be written
    ├── NoGazetteerError (LookupError)          no gazetteer has been built, or its file is gone
    ├── UnknownCorrectionError (LookupError)    no correction with this id
    ├── CorrectionError (ValueError)            a correction that cannot be taken or decided
    ├── NationalTreeError (ValueError)          a file of the national tree that cannot be read
    ├── GrammarConflictError (ValueError)       active sources that write addresses differently
    └── StoreError                              the database did not do what was asked
        ├── StoreUnavailableError (ConnectionError)  no connection, or the connection broke
        ├── StoreNotMigratedError (RuntimeError)     the tables are missing or too old
        ├── StoreConflictError (ValueError)          the data breaks a rule of the tables
        └── PostgisMissingError (RuntimeError)       PostgreSQL without PostGIS
"""

from collections.abc import Sequence
from datetime import date


class BoundaryError(Exception):
    """Base of all errors raised by ``boundaries``."""


class DefinitionError(BoundaryError, ValueError):
    """A layer definition cannot be used.

    Parameters
    ----------
    origin
        File of the definition, or what stands for it.
    key
        Dotted name of the offending key, such as ``edition.valid_from``.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, origin: object, key: str, problem: str) -> None:
        self.origin = str(origin)
        self.key = key
        self.problem = problem
        super().__init__(f"{self.origin}: {key}: {problem}")


class DatumNotStatedError(DefinitionError):
    """A definition does not state the datum of its source file.

    Parameters
    ----------
    origin
        File of the definition, or what stands for it.
    """

    def __init__(self, origin: object) -> None:
        super().__init__(
            origin,
            "source.datum",
            "the datum of the source file is not stated; write one of WGS-84, CGCS2000, GCJ-02, "
            'BD-09 or a projected system such as "EPSG:4548". Files are never guessed',
        )


class SourceError(BoundaryError, ValueError):
    """A source file cannot be read.

    Parameters
    ----------
    path
        The file.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, path: object, problem: str) -> None:
        self.path = str(path)
        self.problem = problem
        super().__init__(f"{self.path}: {problem}")


class SourceFieldError(SourceError, LookupError):
    """The source file lacks a field that the definition names.

    Parameters
    ----------
    path
        The file.
    field
        The field that is missing.
    available
        The fields that the file has.
    """

    def __init__(self, path: object, field: str, available: Sequence[str]) -> None:
        self.field = field
        self.available = tuple(available)
        names = ", ".join(self.available) or "none"
        super().__init__(path, f"no field {field!r}; the file has: {names}")


class SourceCrsError(SourceError):
    """The file's own coordinate reference system contradicts the stated datum.

    Parameters
    ----------
    path
        The file.
    file_crs
        What the file says.
    datum
        What the definition says.
    """

    def __init__(self, path: object, file_crs: str, datum: str) -> None:
        self.file_crs = file_crs
        self.datum = datum
        super().__init__(
            path,
            f"the file declares {file_crs}, the definition says datum = {datum!r}; "
            "correct the one that is wrong",
        )


class UnknownLayerError(BoundaryError, LookupError):
    """No layer has this key.

    Parameters
    ----------
    key
        The key as asked for.
    known
        Keys that exist.
    """

    def __init__(self, key: str, known: Sequence[str] = ()) -> None:
        self.key = key
        self.known = tuple(known)
        names = ", ".join(self.known) or "none"
        super().__init__(f"no layer {key!r}; loaded layers: {names}")


class UnknownEditionError(BoundaryError, LookupError):
    """No edition has this id.

    Parameters
    ----------
    edition_id
        The id as asked for.
    layer
        Key of the layer whose edition is meant; None when any would do.
    """

    def __init__(self, edition_id: str, layer: str | None = None) -> None:
        self.edition_id = edition_id
        self.layer = layer
        where = "" if layer is None else f" of layer {layer!r}"
        super().__init__(f"no edition {edition_id!r}{where}")


class UnknownAreaError(BoundaryError, LookupError):
    """No area of a layer has this code.

    Parameters
    ----------
    layer
        Key of the layer.
    code
        The code as asked for.
    """

    def __init__(self, layer: str, code: str) -> None:
        self.layer = layer
        self.code = code
        super().__init__(f"layer {layer!r} has no area with code {code!r}")


class NoActiveEditionError(BoundaryError, LookupError):
    """A layer, or the whole store, has no active edition.

    Parameters
    ----------
    layer
        Key of the layer; None when no layer has one.
    """

    def __init__(self, layer: str | None = None) -> None:
        self.layer = layer
        what = "no layer has" if layer is None else f"layer {layer!r} does not have"
        super().__init__(f"{what} an active edition; import one first")


class EditionStateError(BoundaryError, ValueError):
    """An edition cannot change to the wanted state.

    Parameters
    ----------
    edition_id
        The edition.
    state
        Its state now.
    wanted
        The state that was asked for.
    """

    def __init__(self, edition_id: str, state: str, wanted: str) -> None:
        self.edition_id = edition_id
        self.state = state
        self.wanted = wanted
        super().__init__(f"edition {edition_id!r} is {state}; it cannot become {wanted}")


class DateOutsideValidityError(BoundaryError, ValueError):
    """A date lies outside the validity of the edition that would answer.

    Parameters
    ----------
    layer
        Key of the layer.
    at
        The date that was asked for.
    valid_from
        First day of validity.
    valid_to
        First day after the validity; None while open.
    """

    def __init__(self, layer: str, at: date, valid_from: date, valid_to: date | None) -> None:
        self.layer = layer
        self.at = at
        self.valid_from = valid_from
        self.valid_to = valid_to
        until = "open" if valid_to is None else f"before {valid_to.isoformat()}"
        super().__init__(
            f"{at.isoformat()} is outside the validity of layer {layer!r}: "
            f"from {valid_from.isoformat()}, {until}"
        )


class ExportFormatError(BoundaryError, ValueError):
    """A file suffix names no format that can be written.

    Parameters
    ----------
    path
        The file that was asked for.
    known
        Suffixes that can be written.
    """

    def __init__(self, path: object, known: Sequence[str]) -> None:
        self.path = str(path)
        self.known = tuple(known)
        super().__init__(f"{self.path}: unknown format; use one of {', '.join(self.known)}")


class NoGazetteerError(BoundaryError, LookupError):
    """No gazetteer has been built, or the file of the active one is gone.

    Parameters
    ----------
    path
        The file that should be there; None when none was ever built.
    """

    def __init__(self, path: object | None = None) -> None:
        self.path = None if path is None else str(path)
        what = "no gazetteer has been built" if path is None else f"{path}: no such file"
        super().__init__(f"{what}; run: xiaqu gazetteer build")


class UnknownCorrectionError(BoundaryError, LookupError):
    """No correction has this id.

    Parameters
    ----------
    correction_id
        The id as asked for.
    """

    def __init__(self, correction_id: str) -> None:
        self.correction_id = correction_id
        super().__init__(f"no correction {correction_id!r}; see: xiaqu gazetteer corrections list")


class CorrectionError(BoundaryError, ValueError):
    """A correction cannot be proposed or decided.

    Parameters
    ----------
    field
        The value in question.
    value
        As given.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, field: str, value: object, problem: str) -> None:
        self.field = field
        self.value = value
        self.problem = problem
        super().__init__(f"{field} {value!r}: {problem}")


class NationalTreeError(BoundaryError, ValueError):
    """A file of the national tree of areas cannot be read.

    Parameters
    ----------
    path
        The file.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, path: object, problem: str) -> None:
        self.path = str(path)
        self.problem = problem
        super().__init__(f"{self.path}: {problem}")


class GrammarConflictError(BoundaryError, ValueError):
    """Active sources write addresses in different ways.

    Parameters
    ----------
    grammars
        Keys of the sources by grammar.
    """

    def __init__(self, grammars: dict[str, list[str]]) -> None:
        self.grammars = grammars
        listed = "; ".join(f"{name}: {', '.join(keys)}" for name, keys in grammars.items())
        super().__init__(
            f"the active sources have different grammars ({listed}); one gazetteer has one: "
            "retire the others"
        )


class StoreError(BoundaryError):
    """The database did not do what was asked.

    Parameters
    ----------
    problem
        What is wrong, and what would help.
    """

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(problem)


class StoreUnavailableError(StoreError, ConnectionError):
    """The database cannot be reached, or the connection broke."""


class StoreNotMigratedError(StoreError, RuntimeError):
    """The tables are missing or older than this program."""


class StoreConflictError(StoreError, ValueError):
    """The data breaks a rule of the tables, such as one active edition per layer."""


class PostgisMissingError(StoreError, RuntimeError):
    """The PostgreSQL server has no PostGIS and this user may not create it."""
