"""Real requests against real boundaries, by the commands that users type."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from boundaries.locator import load_locator
from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.settings import read_settings

pytestmark = pytest.mark.realdata

DEFINITION = """
[layer]
key = "{key}"
name = "{key}"
kind = "district"
role = "partition"
[source]
datum = "{datum}"
[fields]
code = "{code}"
name = "name"
[edition]
label = "test"
valid_from = 2000-01-01
legal_status = "managed"
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    assert main(["db", "upgrade"]) == 0
    return tmp_path


def import_layer(home: Path, source: Path, key: str, *, code: str, datum: str) -> None:
    definition = home / f"{key}.toml"
    definition.write_text(DEFINITION.format(key=key, code=code, datum=datum), encoding="utf-8")
    assert main(["boundaries", "import", str(source), str(definition)]) == 0


def test_baltimore_requests_lie_in_their_labelled_areas_or_within_two_metres(
    home: Path, shared_data: Path
) -> None:
    areas, requests = shared_data / "baltimore_areas", shared_data / "baltimore_311/requests.csv"
    layers = {
        "neighborhood": ("neighborhoods", "name", "Neighborhood", 4168, 98.3),
        "police": ("police_districts", "number", "PoliceDistrict", 4168, 99.5),
        "council": ("council_districts", "id", "CouncilDistrict", 4127, 99.6),
    }
    for key, (file, code, *_) in layers.items():
        import_layer(home, areas / f"{file}.geojson", key, code=code, datum="WGS-84")
    out = home / "located.csv"
    assert main(["assign", str(requests), str(out)]) == 0
    given, located = (pd.read_csv(f, dtype=str, keep_default_na=False) for f in (requests, out))
    pd.testing.assert_frame_equal(located[given.columns], given)
    problems = located["problem"].str.split(":").str[0].value_counts().to_dict()
    assert problems == {"": 4252, "placeholder": 451, "missing": 297}

    store = open_store(read_settings())
    locator = load_locator(store)
    store.close()
    real = located[located["problem"] == ""]
    for key, (_, _, label, n_labelled, agreement) in layers.items():
        labelled = real[real[label] != ""]
        assert len(labelled) == n_labelled
        column = f"{key}_code" if key == "council" else f"{key}_name"
        agrees = labelled[column] == labelled[label]
        # A point in a sliver that two areas hold may carry the label of either.
        assert 100 * agrees.mean() == pytest.approx(agreement, abs=0.06)
        snapshot = locator.snapshot(key)
        off = labelled[~agrees]
        lonlat = off[["Longitude", "Latitude"]].astype(float).to_numpy()
        nearby = snapshot.index.nearby_many(lonlat, 2.0)
        for i, wanted in enumerate(off[label]):
            found = nearby.ordinals[nearby.indptr[i] : nearby.indptr[i + 1]].tolist()
            names = {snapshot.areas[o].code if key == "council" else snapshot.areas[o].name
                     for o in found}  # fmt: skip
            assert wanted in names, (key, lonlat[i].tolist(), wanted)


def test_shanghai_stations_agree_when_their_datum_is_told_and_warn_when_it_is_not(
    home: Path, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shared_data / "shanghai_poi"
    source = folder / "shanghai_districts_gcj02.json"
    import_layer(home, source, "district", code="adcode", datum="GCJ-02")
    labels = ["--label-column", "area", "--label-layer", "district"]
    stations = str(folder / "shanghai_stations_1603.csv")
    agreeing = {}
    for datum in ("BD-09", "WGS-84"):
        capsys.readouterr()
        out = home / f"{datum}.csv"
        assert main(["assign", stations, str(out), "--datum", datum, *labels]) == 0
        warned = "look like BD-09" in capsys.readouterr().err
        assert warned == (datum == "WGS-84")
        located = pd.read_csv(out, dtype=str)
        assert len(located) == 1603
        agreeing[datum] = int(np.sum(located["area"] == located["district_name"]))
    assert agreeing["BD-09"] == 1567
    assert agreeing["WGS-84"] < agreeing["BD-09"] - 100
