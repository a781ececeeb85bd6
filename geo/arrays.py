"""Array types that the packages share; the shapes are named in each docstring."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
"""Any array of doubles."""

LonLatArray: TypeAlias = NDArray[np.float64]
"""Shape (n, 2), columns lon, lat; degrees."""

IntArray: TypeAlias = NDArray[np.int32]
"""Ordinals and counts; -1 where there is none."""

BoolArray: TypeAlias = NDArray[np.bool_]
"""Masks."""

GeometryArray: TypeAlias = NDArray[Any]
"""Shape (n,), dtype object, of shapely geometries; None where missing."""

Progress: TypeAlias = Callable[[str, int, int], None]
"""Called as progress(stage, done, total) while long work runs."""
