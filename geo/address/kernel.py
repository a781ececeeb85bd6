"""Compiled functions of this package, kept as ``geo.kernel_cache`` says."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

from numba import njit

from geo.kernel_cache import own_cache

__all__ = ["kernel"]

_FOLDER = Path(__file__).parent
_PATTERN = r"numba|address\.kernel"  # the other sources of the package hold words, not kernels

_Function = TypeVar("_Function", bound=Callable[..., object])


def kernel(function: _Function) -> _Function:
    """Compile a function at first use, without the interpreter lock, and keep the result.

    Parameters
    ----------
    function
        A function that numba can compile. What it calls must be kernels too; module constants it
        reads are frozen in and must be written in a file that holds kernels.

    Returns
    -------
    compiled
        The compiled function; arguments by position only.
    """
    with own_cache(_FOLDER, _PATTERN):
        return cast("_Function", njit(cache=True, nogil=True)(function))
