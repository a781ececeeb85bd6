"""Imports that must not be taken as done."""

from boundaries.importer import ImportReport
from xiaqu.errors import ImportRefusedError

__all__ = ["require_stored"]


def require_stored(report: ImportReport) -> None:
    """Raise unless an import was free of errors.

    Raises
    ------
    ImportRefusedError
        It had errors; names how many and the first.
    """
    errors = report.errors
    if errors:
        raise ImportRefusedError(report.layer, report.source, len(errors), errors[0].message_en)
