"""Compile the kernels of the gazetteer: ``python -m geo.address.warm``.

The first use of a kernel compiles it and keeps it (see ``geo.kernel_cache``), some ten seconds for
all of them; run beside other work, in an image build for example, nobody waits for it.
"""

import tempfile
from pathlib import Path

import pandas as pd

from geo.address.gazetteer import Gazetteer
from geo.address.tables import GazetteerTables, Role


def warm() -> None:
    """Build a gazetteer of one place and ask it everything once."""
    place = ("1", "东门小学", int(Role.POI), "school", 120.0, 30.0, 0.0, "")
    tables = GazetteerTables(
        places=pd.DataFrame([place], columns=list(GazetteerTables().places.columns))
    )
    with tempfile.TemporaryDirectory() as folder:
        gazetteer = Gazetteer.build(tables, Path(folder) / "warm.gaz", edition="warm")
        gazetteer.scan("东门小学")
        gazetteer.similar("东门小雪")
        gazetteer.same_sound("东门小雪")


if __name__ == "__main__":
    warm()
