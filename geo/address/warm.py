"""Compile the kernels of the gazetteer: ``python -m geo.address.warm``.

The first use of a kernel compiles it and keeps it (see ``geo.kernel_cache``), some ten seconds for
all of them; run beside other work, in an image build for example, nobody waits for it.
"""

import tempfile
from pathlib import Path

import pandas as pd
import shapely

from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder
from geo.address.tables import GazetteerTables, Role


def warm() -> None:
    """Build a gazetteer of two places and ask it everything once."""
    places = [
        ("1", "东门小学", int(Role.POI), "school", 120.0, 30.0, 0.0, ""),
        ("2", "东门路", int(Role.ROAD), "road", 120.0, 30.0, 0.0, ""),
    ]
    road = ("2", shapely.LineString([(120.0, 30.0), (120.01, 30.0)]))
    empty = GazetteerTables()
    tables = GazetteerTables(
        places=pd.DataFrame(places, columns=list(empty.places.columns)),
        roads=pd.DataFrame([road], columns=list(empty.roads.columns)),
    )
    with tempfile.TemporaryDirectory() as folder:
        gazetteer = Gazetteer.build(tables, Path(folder) / "warm.gaz", edition="warm")
        gazetteer.scan("东门小学")
        gazetteer.similar("东门小雪")
        gazetteer.same_sound("东门小雪")
        Geocoder(gazetteer).geocode("东门路")


if __name__ == "__main__":
    warm()
