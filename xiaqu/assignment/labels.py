"""Test the datum of a file against a column that already names areas."""

import numpy as np
import pyarrow as pa

from boundaries.locator import LayerSnapshot
from geo.arrays import FloatArray
from geo.datum import Datum
from geo.suggest import suggest_datum
from xiaqu.assignment.writers import as_texts

_ENOUGH_ROWS = 5_000  # a datum that is wrong by 500 m shows long before


class LabelSample:
    """Collects the first labelled rows of a file.

    Parameters
    ----------
    position
        Position of the label column, from 0.
    snapshot
        The layer whose areas the labels name, by name or by code.
    """

    def __init__(self, position: int, snapshot: LayerSnapshot) -> None:
        self._position = position
        self._snapshot = snapshot
        self._points: list[FloatArray] = []
        self._labels: list[str] = []

    def add(self, given: FloatArray, rows: pa.RecordBatch) -> None:
        """Add the rows of a batch that have a place and a label, while more are wanted.

        Parameters
        ----------
        given
            Shape (n, 2), coordinates as they stand in the file.
        rows
            The batch itself.
        """
        wanted = _ENOUGH_ROWS - len(self._labels)
        if wanted <= 0:
            return
        labels = as_texts(rows.column(self._position))
        usable = np.array([bool(label.strip()) for label in labels], dtype=bool)
        usable &= np.isfinite(given).all(axis=1)
        chosen = np.flatnonzero(usable)[:wanted]
        self._points.append(given[chosen])
        self._labels += [labels[row] for row in chosen]

    def verdict(self, datum: Datum | str) -> str | None:
        """Say whether another datum fits the labels clearly better.

        Parameters
        ----------
        datum
            The datum that the file was read in.

        Returns
        -------
        warning
            None where nothing speaks against it.
        """
        layer = self._snapshot.layer.key
        if not self._labels:
            return f"no row has both a place and a label of layer {layer!r}: the datum is untested"
        names = [area.name for area in self._snapshot.areas]
        codes = [area.code for area in self._snapshot.areas]
        known_names, known_codes = set(names), set(codes)
        by_code = sum(label in known_codes for label in self._labels)
        by_name = sum(label in known_names for label in self._labels)
        suggestion = suggest_datum(
            np.concatenate(self._points),
            self._labels,
            self._snapshot.index,
            codes if by_code > by_name else names,
            declared=datum,
        )
        if suggestion.n_compared == 0:
            return f"no label is a name or code of layer {layer!r}: the datum is untested"
        return suggestion.message if suggestion.declared_is_worse else None
