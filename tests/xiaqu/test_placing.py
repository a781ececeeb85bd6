"""Tickets of the demo city placed by their words: once, newest first, in one step each."""

import csv
import os
import shutil
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from boundaries.gazetteer.build import build_gazetteer
from boundaries.gazetteer.store import GazetteerStore
from boundaries.store import BoundaryStore
from xiaqu.assignment.review import review_path
from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.demo.tickets import TicketFile, ticket_files
from xiaqu.placing import place_tickets, unplaced_files
from xiaqu.settings import read_settings


class StoppedError(Exception):
    """The run ends in the middle of its work."""


@pytest.fixture(scope="module")
def files(demo_home: Path) -> list[TicketFile]:
    """Give the three newest files of tickets."""
    (folder,) = (demo_home / "demo").glob("tiny-*/tickets")
    return ticket_files(folder)[:3]


@pytest.fixture(scope="module")
def placed(
    demo_store: BoundaryStore, files: list[TicketFile], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Place them."""
    folder = tmp_path_factory.mktemp("placed")
    assert place_tickets(demo_store, files, folder) == files
    return folder


def written(folder: Path) -> dict[str, int]:
    """Give when each file of a folder and the folders in it was written."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in paths}


def test_every_ticket_keeps_its_row_and_what_is_accepted_is_where_the_truth_says(
    files: list[TicketFile], placed: Path
) -> None:
    n_accepted = n_right = n_rows = 0
    for file in files:
        tickets, truth = pd.read_parquet(file.tickets), pd.read_parquet(file.truth)
        found = pd.read_parquet(placed / file.tickets.name)
        pd.testing.assert_frame_equal(found[tickets.columns.tolist()], tickets)
        accepted = (found["决定"] == "accepted").to_numpy()
        assert found.loc[accepted, "定位经度"].notna().all()
        assert (found.loc[accepted, "district_code"].str.len() == 6).all()
        assert found.loc[~accepted, "district_code"].isna().all()
        known = (truth["entity_uid"] + ";" + truth["also_uids"]).str.split(";")
        pairs = zip(found["地名编号"][accepted], known[accepted], strict=True)
        n_right += sum(uid in uids for uid, uids in pairs)
        n_accepted += int(accepted.sum())
        n_rows += len(found)
    assert n_accepted >= 0.65 * n_rows
    assert n_right >= 0.97 * n_accepted


def test_the_review_file_holds_every_ticket_that_is_not_accepted(
    files: list[TicketFile], placed: Path
) -> None:
    for file in files:
        found = pd.read_parquet(placed / file.tickets.name)
        with review_path(placed / file.tickets.name).open(encoding="utf-8-sig", newline="") as text:
            rows = {int(row["行号"]) for row in csv.DictReader(text)}
        wanted = [row + 1 for row, decision in enumerate(found["决定"]) if decision != "accepted"]
        assert sorted(rows) == wanted


def test_an_interrupted_placing_is_taken_up_where_it_stopped(
    demo_store: BoundaryStore, files: list[TicketFile], tmp_path: Path
) -> None:
    first = pq.read_metadata(files[0].tickets).num_rows
    total = sum(pq.read_metadata(file.tickets).num_rows for file in files)

    def stop(_stage: str, done: int, of: int) -> None:
        assert of == total
        if done > first:
            raise StoppedError

    with pytest.raises(StoppedError):
        place_tickets(demo_store, files, tmp_path, progress=stop)
    results = [tmp_path / file.tickets.name for file in files]
    before = written(tmp_path)
    assert sorted(before) == sorted(["placed.json", results[0].name, review_path(results[0]).name])
    assert unplaced_files(demo_store, files, tmp_path) == files[1:]
    assert place_tickets(demo_store, files, tmp_path) == files[1:]
    after = written(tmp_path)
    assert all(after[name] == before[name] for name in before if name != "placed.json")
    assert all(path.is_file() and review_path(path).is_file() for path in results)
    assert unplaced_files(demo_store, files, tmp_path) == []


def test_what_a_killed_run_left_behind_is_removed_and_placed(
    demo_store: BoundaryStore, files: list[TicketFile], placed: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "placed"
    shutil.copytree(placed, folder)
    last = folder / files[1].tickets.name
    # Killed after the result was written and before its review file was.
    review_path(last).rename(folder / f".{review_path(last).stem}.{os.getpid()}.partial.csv")
    (folder / "tickets-1999-01-01_1999-01-31.parquet").touch()
    assert unplaced_files(demo_store, files, folder) == [files[1]]
    assert place_tickets(demo_store, files, folder) == [files[1]]
    assert sorted(written(folder)) == sorted(written(placed))


def test_other_tickets_and_another_gazetteer_are_placed_anew(
    demo_home: Path,
    small_tree: Path,
    tmp_path: Path,
    placed: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home, folder = tmp_path / "home", tmp_path / "placed"
    shutil.copytree(demo_home, home)
    shutil.copytree(placed, folder)
    monkeypatch.setenv("XIAQU_DATA_DIR", str(home))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    (tickets,) = (home / "demo").glob("tiny-*/tickets")
    files = ticket_files(tickets)[:3]
    store = open_store(read_settings())
    assert unplaced_files(store, files, folder) == []
    table = pd.read_parquet(files[2].tickets)
    table.head(5).to_parquet(files[2].tickets)
    assert unplaced_files(store, files, folder) == files[2:]
    build_gazetteer(store, national=small_tree)
    assert unplaced_files(store, files, folder) == files
    store.close()


def test_a_second_run_does_nothing_twice(
    demo_home: Path,
    small_tree: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    monkeypatch.setenv("XIAQU_DATA_DIR", str(home))
    monkeypatch.setenv("XIAQU_NATIONAL_TREE", str(small_tree))
    monkeypatch.delenv("XIAQU_DATABASE_URL", raising=False)
    arguments = ["demo", "--scale", "tiny", "--no-serve"]
    assert main(arguments) == 0
    store = open_store(read_settings())
    before = (store.token(), GazetteerStore(store).token(), GazetteerStore(store).inputs_token())
    times = written(home)
    capsys.readouterr()
    assert main(arguments) == 0
    assert "ready already" in capsys.readouterr().err
    after = (store.token(), GazetteerStore(store).token(), GazetteerStore(store).inputs_token())
    assert after == before
    locks = {name for name in times if name.endswith("loading.lock")}
    now = written(home)
    assert {name for name in times if now[name] != times[name]} <= locks
    assert now.keys() == times.keys()
    store.close()
