"""Words on the command line: one text, files of them, and what a person has to decide."""

import csv
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest

from boundaries.gazetteer.build import build_gazetteer
from boundaries.gazetteer.store import GazetteerStore
from boundaries.gazetteer.tables import store_tables
from boundaries.locator import Locator
from boundaries.store import BoundaryStore
from geo.address.tables import Role
from xiaqu.assignment import AddressOptions, AssignmentOptions, assign_file, geocode_file
from xiaqu.assignment.review import HEADINGS
from xiaqu.cli import main
from xiaqu.compose import open_geocoder
from xiaqu.errors import AssignmentError, ColumnError

UNKNOWN = "新华联琉璃光小区有噪音"
COLUMNS = ["工单编号", "主要内容", "被反映区", "被反映街乡镇"]


@pytest.fixture(scope="module")
def named_store(demo_store: BoundaryStore) -> BoundaryStore:
    """Build the gazetteer of the tiny city."""
    build_gazetteer(demo_store)
    return demo_store


@pytest.fixture(scope="module")
def estates(named_store: BoundaryStore) -> pd.DataFrame:
    """Estates whose name stands once in the city, with their township."""
    tables = store_tables(named_store)
    places = tables.places[tables.places["role"] == int(Role.ESTATE)]
    places = places[~places["name"].duplicated(keep=False)]
    held = tables.memberships.merge(tables.areas[["uid", "name", "code"]],
                                    left_on="area_uid", right_on="uid")  # fmt: skip
    held = held[["uid_x", "name", "code"]].rename(columns={"uid_x": "uid", "name": "area"})
    once = held[~held["uid"].duplicated(keep=False)]
    found = places.merge(once, on="uid").head(40).reset_index(drop=True)
    assert len(found) >= 20
    return found


def write_tickets(path: Path, estates: pd.DataFrame) -> Path:
    rows = [[f"{row:05d}", f"{name}电梯停运，请尽快维修", "", ""]
            for row, name in enumerate(estates["name"])]  # fmt: skip
    rows += [["x1", UNKNOWN, "", ""], ["x2", "", "", ""], ["x3", "咨询公积金政策", "", ""]]
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.usefixtures("at_home")
def test_a_text_is_answered_with_its_parts_its_place_and_its_areas_as_json(
    estates: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    name = estates["name"][0]
    assert main(["geocode", f"{name}电梯停运", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["candidates"][0]["uid"] == estates["uid"][0]
    assert "".join(part["text"] for part in answer["parts"]) == f"{name}电梯停运"
    chain = answer["jurisdiction"]["chain"]
    assert [link["layer"] for link in chain] == ["district", "township", "community", "grid"]
    assert answer["suggestions"] == []


@pytest.mark.usefixtures("at_home", "named_store")
def test_a_text_is_explained_in_words_to_a_reader(
    estates: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["geocode", estates["name"][0], "--district", "东湖区", "--limit", "2"]) == 0
    printed = capsys.readouterr().out
    assert estates["name"][0] in printed
    assert "辖区 areas:" in printed
    assert "读作" in printed


@pytest.mark.usefixtures("at_home", "named_store")
def test_a_name_of_nowhere_is_not_accepted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["geocode", UNKNOWN, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["decision"] != "accepted"


@pytest.mark.usefixtures("at_home")
def test_assign_takes_words_places_what_is_sure_and_keeps_the_rest_for_a_person(
    tmp_path: Path, estates: pd.DataFrame, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = write_tickets(tmp_path / "in.csv", estates), tmp_path / "out.csv"
    assert main(["assign", str(source), str(target), "--address-column", "主要内容"]) == 0
    assert "决定 decision accepted" in capsys.readouterr().err
    rows, review = read_csv(target), read_csv(tmp_path / "out-review.csv")
    assert [row["工单编号"] for row in rows][-3:] == ["x1", "x2", "x3"]
    assert len(rows) == len(estates) + 3
    accepted = [n for n, row in enumerate(rows) if row["决定"] == "accepted"]
    assert len(accepted) >= len(estates) * 0.75
    for n in accepted:
        row = rows[n]
        assert row["地名编号"] == estates["uid"][n]
        assert row["township_code"]
        assert estates["code"][n].startswith(row["township_code"])
        assert row["problem"] == ""
        assert 0.0 < float(row["置信度"]) <= 1.0
    open_rows = [n for n in range(len(rows)) if n not in accepted]
    for n in open_rows:
        assert rows[n]["township_code"] == ""
        assert rows[n]["定位经度"] == ""
        assert rows[n]["problem"]
    assert list(review[0]) == list(HEADINGS)
    assert {int(line["行号"]) - 1 for line in review} == set(open_rows)
    assert rows[-2]["problem"].startswith("no_text")
    assert rows[-1]["决定"] == "refused"


@pytest.mark.usefixtures("at_home", "named_store")
def test_geocode_writes_a_file_of_places_in_any_format(
    tmp_path: Path, estates: pd.DataFrame
) -> None:
    source = write_tickets(tmp_path / "in.csv", estates)
    for suffix in ("parquet", "gpkg"):
        target = tmp_path / f"out.{suffix}"
        arguments = ["geocode", str(source), str(target), "--address-column", "主要内容"]
        assert main([*arguments, "--prefix", "w_", "--force"]) == 0
    table = pq.read_table(tmp_path / "out.parquet").to_pandas()
    assert "township_code" not in table
    points = gpd.read_file(tmp_path / "out.gpkg")
    is_accepted = (table["w_决定"] == "accepted").to_numpy()
    assert is_accepted.any()
    assert (points.geometry.notna().to_numpy() == is_accepted).all()
    assert points.geometry[is_accepted].x.to_numpy() == pytest.approx(
        table["w_定位经度"][is_accepted].to_numpy(), abs=1e-6
    )


def test_hints_are_taken_from_known_headings_and_named_columns(
    tmp_path: Path, locator: Locator, named_store: BoundaryStore, estates: pd.DataFrame
) -> None:
    geocoder = open_geocoder(named_store)
    wrong = "东湖区" if estates["code"][0].startswith("990102") else "石桥区"
    results = []
    for heading, named in (("备注", {}), ("被反映区", {}), ("备注", {"district": "备注"})):
        source, target = tmp_path / "in.csv", tmp_path / "out.csv"
        source.write_text(f"内容,{heading}\n{estates['name'][0]},{wrong}\n", encoding="utf-8")
        options = AssignmentOptions(address=AddressOptions("内容", named), force=True)
        assign_file(source, target, locator, options, geocoder=geocoder)
        results.append(read_csv(target)[0]["决定"])
    # A stated district that contradicts the place stops it, wherever the district stands.
    assert results[0] == "accepted"
    assert results[1] == results[2] != "accepted"


def test_the_batch_size_does_not_change_the_result(
    tmp_path: Path, named_store: BoundaryStore, estates: pd.DataFrame
) -> None:
    source, geocoder = write_tickets(tmp_path / "in.csv", estates), open_geocoder(named_store)
    texts = []
    for size in (3, 1_000):
        target = tmp_path / f"out{size}.csv"
        options = AssignmentOptions(address=AddressOptions("主要内容"), batch_rows=size)
        summary = geocode_file(source, target, geocoder, options)
        assert summary.n_rows == len(estates) + 3
        assert sum(summary.decisions.values()) == summary.n_rows
        review = tmp_path / f"out{size}-review.csv"
        assert summary.review == review
        texts.append(target.read_bytes() + review.read_bytes())
    assert texts[0] == texts[1]


def test_what_cannot_be_used_is_named_and_nothing_is_written(
    tmp_path: Path, locator: Locator, named_store: BoundaryStore, estates: pd.DataFrame
) -> None:
    source, geocoder = write_tickets(tmp_path / "in.csv", estates), open_geocoder(named_store)
    target = tmp_path / "out.csv"
    for options, kind, named in (
        (AssignmentOptions(address=AddressOptions("内容")), ColumnError, "内容"),
        (AssignmentOptions(address=AddressOptions("主要内容", {"town": "被反映区"})), ColumnError,
         "town"),
        (AssignmentOptions(address=AddressOptions("主要内容"), datum="GCJ-02"), ColumnError,
         "GCJ-02"),
        (AssignmentOptions(address=AddressOptions("主要内容"), layers=("gird",)), LookupError,
         "gird"),
    ):  # fmt: skip
        with pytest.raises(kind, match=named):
            assign_file(source, target, locator, options, geocoder=geocoder)
    with pytest.raises(ColumnError, match="gazetteer"):
        assign_file(source, target, locator,
                    AssignmentOptions(address=AddressOptions("主要内容")))  # fmt: skip
    review = tmp_path / "out-review.csv"
    review.write_text("decided by hand", encoding="utf-8")
    with pytest.raises(AssignmentError, match="out-review"):
        geocode_file(
            source, target, geocoder, AssignmentOptions(address=AddressOptions("主要内容"))
        )
    assert review.read_text(encoding="utf-8") == "decided by hand"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out-review.csv"]


@pytest.mark.usefixtures("at_home", "named_store")
@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["geocode", ""], "empty"),
        (["geocode", "{file}"], "result"),
        (["geocode", "{file}", "{out}"], "--address-column"),
        (["geocode", "{file}", "{out}", "--address-column", "内容"], "内容"),
        (["geocode", "nowhere.csv", "{out}", "--address-column", "内容"], "no such file"),
        (["geocode", "表.xlsx", "{out}", "--address-column", "内容"], ".xlsx"),
    ],
)
def test_wrong_use_is_one_line_that_names_it(
    tmp_path: Path,
    estates: pd.DataFrame,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    named: str,
) -> None:
    source = write_tickets(tmp_path / "in.csv", estates)
    words = [word.format(file=source, out=tmp_path / "out.csv") for word in arguments]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("错误 error: ")
    assert error.count("\n") == 1
    assert named in error


def test_without_a_gazetteer_the_command_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XIAQU_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    assert main(["db", "upgrade"]) == 0
    capsys.readouterr()
    assert main(["geocode", "望河小区"]) == 2
    assert "gazetteer" in capsys.readouterr().err


class Suggesting(BaseHTTPRequestHandler):
    """Answers as AMap does, with one place, and counts."""

    asked = 0

    def do_GET(self) -> None:
        """Answer one request."""
        type(self).asked += 1
        found = {"formatted_address": "某处", "location": "114.006,36.001", "level": "兴趣点"}
        document = {"status": "1", "infocode": "10000", "geocodes": [found]}
        body = json.dumps(document, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the inherited name
        """Write nothing to the terminal."""


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Suggesting]]:
    """Serve a provider on this machine and name it in the settings."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Suggesting)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    Suggesting.asked = 0
    monkeypatch.setenv("XIAQU_PROVIDER", "amap")
    monkeypatch.setenv("XIAQU_PROVIDER_KEY", "none")
    monkeypatch.setenv("XIAQU_PROVIDER_URL", f"http://127.0.0.1:{server.server_port}")
    yield Suggesting
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("at_home", "named_store")
def test_a_named_provider_adds_a_suggestion_to_one_text_and_is_never_asked_for_a_file(
    tmp_path: Path,
    estates: pd.DataFrame,
    provider: type[Suggesting],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["geocode", UNKNOWN, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["decision"] != "accepted"
    (place,) = answer["suggestions"]
    assert (place["provider"], place["given"]["datum"]) == ("amap", "GCJ-02")
    assert place["lon"] < 114.003
    assert provider.asked == 1
    assert main(["geocode", UNKNOWN]) == 0
    assert "amap" in capsys.readouterr().out
    source, target = write_tickets(tmp_path / "in.csv", estates), tmp_path / "out.csv"
    assert main(["assign", str(source), str(target), "--address-column", "主要内容"]) == 0
    assert provider.asked == 2


@pytest.mark.usefixtures("at_home", "provider")
def test_the_doctor_says_that_words_would_leave_the_machine(
    named_store: BoundaryStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 0
    printed = "".join(capsys.readouterr().out.split())
    assert "amap:" in printed
    assert GazetteerStore(named_store).token() in printed
    monkeypatch.delenv("XIAQU_PROVIDER_KEY")
    assert main(["doctor"]) == 1
    assert "XIAQU_PROVIDER_KEY" in capsys.readouterr().out
    monkeypatch.delenv("XIAQU_PROVIDER")
    assert main(["doctor"]) == 0
    assert "notextleavesthismachine" in "".join(capsys.readouterr().out.split())


@pytest.mark.usefixtures("at_home")
def test_the_doctor_finds_a_damaged_gazetteer(
    named_store: BoundaryStore, capsys: pytest.CaptureFixture[str]
) -> None:
    path = GazetteerStore(named_store).path()
    whole = path.read_bytes()
    middle = len(whole) // 2
    try:
        path.write_bytes(whole[:middle] + bytes([whole[middle] ^ 0xFF]) + whole[middle + 1 :])
        assert main(["doctor"]) == 1
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "地名库" in line]
        assert "failure" in line
    finally:
        path.write_bytes(whole)
