"""Errors of the computing package.

::

    GeoError
    ├── CoordinateError (ValueError)   a coordinate that cannot be a place
    ├── DatumError (ValueError)        an unknown or refused datum
    ├── GeometryError (ValueError)     a shape that cannot be used
    ├── IndexFileError (ValueError)    a location index file that cannot be read
    ├── AddressError (ValueError)      a text that cannot be read as an address
    ├── GazetteerFileError (ValueError)   a gazetteer file that cannot be read
    └── GazetteerTableError (ValueError)  a table that no gazetteer can be built from
"""


class GeoError(Exception):
    """Base of all errors raised by ``geo``."""


class CoordinateError(GeoError, ValueError):
    """A coordinate cannot be a place.

    Parameters
    ----------
    value
        The offending value as given.
    problem
        What is wrong, and what would be right.
    row
        Row in the caller's input, from 0; None for a single place.
    field
        Name of the offending field, such as ``lon``; None when both are meant.
    """

    def __init__(
        self, value: object, problem: str, *, row: int | None = None, field: str | None = None
    ) -> None:
        self.value = value
        self.problem = problem
        self.row = row
        self.field = field
        where = "" if row is None else f"row {row}: "
        name = "" if field is None else f"{field} "
        super().__init__(f"{where}{name}{value!r}: {problem}")


class DatumError(GeoError, ValueError):
    """A datum is unknown, or refused because its parameters are not public.

    Parameters
    ----------
    datum
        The datum as given.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, datum: object, problem: str) -> None:
        self.datum = datum
        self.problem = problem
        super().__init__(f"datum {datum!r}: {problem}")


class GeometryError(GeoError, ValueError):
    """A shape cannot be used.

    Parameters
    ----------
    row
        Row of the shape in the caller's input, from 0.
    name
        Code or name of the shape, as far as it is known.
    problem
        What is wrong, and what would be right.
    """

    def __init__(self, row: int, name: str, problem: str) -> None:
        self.row = row
        self.name = name
        self.problem = problem
        super().__init__(f"shape {row} ({name}): {problem}")


class IndexFileError(GeoError, ValueError):
    """A file is not a location index that this version can read.

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


class AddressError(GeoError, ValueError):
    """A text cannot be read as an address.

    Parameters
    ----------
    value
        The text as given.
    problem
        What is wrong, and what would be right.
    """

    _LONGEST_SHOWN = 60

    def __init__(self, value: object, problem: str) -> None:
        self.value = value
        self.problem = problem
        shown = repr(value)
        if len(shown) > self._LONGEST_SHOWN:
            shown = shown[: self._LONGEST_SHOWN] + "…"
        super().__init__(f"address {shown}: {problem}")


class GazetteerFileError(GeoError, ValueError):
    """A file is not a gazetteer that this version can read.

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


class GazetteerTableError(GeoError, ValueError):
    """A table holds what no gazetteer can be built from.

    Parameters
    ----------
    table
        Name of the table, such as ``places``.
    row
        Row in the table, from 0; None where the whole table is meant.
    field
        Column, or the setting that is meant.
    value
        The offending value.
    problem
        What is wrong, and what would be right.
    """

    def __init__(
        self, table: str, row: int | None, field: str, value: object, problem: str
    ) -> None:
        self.table = table
        self.row = row
        self.field = field
        self.value = value
        self.problem = problem
        where = "" if row is None else f" row {row}"
        super().__init__(f"gazetteer table {table}{where}, {field} {value!r}: {problem}")
