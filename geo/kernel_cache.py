"""Where compiled kernels are kept.

numba keeps a compiled function until its own source file changes; it does not notice that a
function of another file, compiled into it, has changed. An index answered by half-old kernels
would be wrong in silence. So the kernels of a package are kept in a folder named after all
their sources together.
"""

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numba
from numba.core import config

_SETTING = "CACHE_DIR"  # numba fills its configuration at run time


@cache
def _digest(folder: Path, pattern: str) -> str:
    digest = hashlib.blake2b(numba.__version__.encode(), digest_size=8)
    for path in sorted(folder.glob("*.py")):
        source = path.read_bytes()
        if re.search(pattern.encode(), source):
            digest.update(path.name.encode())
            digest.update(source)
    return digest.hexdigest()


@contextmanager
def own_cache(folder: Path, pattern: str = "") -> Iterator[None]:
    """Keep what is declared inside the block in a cache folder of its own.

    Parameters
    ----------
    folder
        Package whose sources name the cache. It lies in the package's ``__pycache__``, or below
        ``NUMBA_CACHE_DIR`` where that is set; where neither can be written numba's default
        place is used.
    pattern
        Regular expression that a source must contain to count; every source by default.
    """
    before: str = getattr(config, _SETTING)
    parent = Path(before) if before else folder / "__pycache__"
    place = parent / f"kernels-{_digest(folder, pattern)}"
    try:
        place.mkdir(parents=True, exist_ok=True)
        writable = os.access(place, os.W_OK)
    except OSError:
        writable = False
    if writable:
        setattr(config, _SETTING, str(place))
    try:
        yield
    finally:
        setattr(config, _SETTING, before)
