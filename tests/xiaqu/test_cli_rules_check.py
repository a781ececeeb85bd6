"""``xiaqu rules check`` and ``diff``: the demo book is fit, faults keep a book from activation."""

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from boundaries.locator import Locator
from governance.book.store import GovernanceStore
from xiaqu.cli import main
from xiaqu.compose import open_store
from xiaqu.settings import read_settings


@pytest.fixture
def folder(at_home: Path, tmp_path: Path) -> Path:
    """Write the rule book of the tiny city as files."""
    assert at_home.is_dir()
    assert main(["rules", "export", "active", str(tmp_path / "book")]) == 0
    return tmp_path / "book"


@pytest.fixture
def restored(at_home: Path) -> Iterator[Path]:
    """Make the book that was active before active again."""
    store = open_store(read_settings())
    before = GovernanceStore(store).active().id
    yield at_home
    GovernanceStore(store).activate(before)
    store.close()


def edit(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert re.search(old, text)
    (folder / file).write_text(re.sub(old, new, text, count=1), encoding="utf-8")


@pytest.mark.usefixtures("at_home")
def test_the_demo_book_has_no_errors_and_is_drawn(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    report, page = tmp_path / "report.json", tmp_path / "map.html"
    assert main(["rules", "check", "active", "--report", str(report), "--map", str(page)]) == 0
    assert "错误 error 0" in capfd.readouterr().out
    values = json.loads(report.read_text(encoding="utf-8"))
    assert values["ok"]
    assert values["n_categories"] == 528
    assert "rule_shadowed" not in {
        f["code"] for f in values["findings"] if f["severity"] == "warning"
    }
    text = page.read_text(encoding="utf-8")
    assert text.count("<circle") == sum(f["lon"] is not None for f in values["findings"])
    assert "示范数据" in text
    # Nothing is fetched: the only address is the name of the SVG language.
    assert set(re.findall(r"https?://[^\"' ]+", text)) <= {"http://www.w3.org/2000/svg"}


@pytest.mark.usefixtures("at_home")
def test_posts_to_be_filled_are_counted_and_drawn(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "posts.html"
    assert main(["rules", "posts", "active", "--map", str(page)]) == 0
    store = open_store(read_settings())
    kept = GovernanceStore(store)
    posts = kept.posts(kept.active().id)
    n_empty = sum(not post.holder for post in posts)
    store.close()
    assert 0 < n_empty < len(posts)
    text = page.read_text(encoding="utf-8")
    assert f"{len(posts):,} 个岗位 posts，{n_empty:,} 个空缺" in text
    assert text.count('fill="#B3264A"') + text.count('fill="#C77700"') > 0
    counted = re.findall(r"(?m)^.*_.*?([\d,]+) +([\d,]+) +[\d.]+%", capfd.readouterr().out)
    assert counted
    assert main(["rules", "posts", "active", "--kind", "judge"]) == 0
    assert "法官" in capfd.readouterr().out


def test_a_file_of_the_city_s_own_days_makes_another_calendar(
    at_home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert at_home.is_dir()
    assert main(["rules", "calendar"]) == 0
    plain = capfd.readouterr().out.strip()
    days = tmp_path / "days.csv"
    days.write_text("kind,from,name\nholiday,2026-06-16,示范节\n", encoding="utf-8")
    assert main(["rules", "calendar", str(days)]) == 0
    own = capfd.readouterr().out.strip()
    store = open_store(read_settings())
    assert GovernanceStore(store).calendar_in_force() == own != plain
    store.close()
    assert main(["rules", "calendar"]) == 0
    assert capfd.readouterr().out.strip() == plain


def test_a_fault_is_an_exit_code_and_a_line(
    folder: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    edit(folder, "rules.csv", r"\nO-020,overlay,special,", "\nO-020,overlay,nowhere,")
    capfd.readouterr()
    picture = tmp_path / "map.svg"
    assert main(["rules", "check", str(folder), "--map", str(picture)]) == 1
    captured = capfd.readouterr()
    assert "错误 error 1" in captured.out
    assert "O-020" in captured.out
    assert picture.read_text(encoding="utf-8").startswith("<svg")


@pytest.mark.usefixtures("restored")
def test_a_book_with_errors_is_activated_only_with_a_reason_that_is_kept(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    edit(folder, "rules.csv", r"\nO-020,overlay,special,", "\nO-020,overlay,nowhere,")
    assert main(["rules", "import", str(folder)]) == 0
    book_id = capfd.readouterr().out.split()[-1]
    assert main(["rules", "activate", book_id]) == 2
    (line,) = [x for x in capfd.readouterr().err.splitlines() if "error" in x]
    assert "was not activated" in line
    assert "O-020" in line
    assert main(["rules", "activate", book_id, "--force"]) == 2
    assert main(["rules", "activate", book_id, "--force", "--reason", "公园图层下周导入"]) == 0
    store = open_store(read_settings())
    (run,) = store.import_runs("rule_book")
    store.close()
    assert (run["outcome"], run["source_file"]) == ("forced", book_id)
    assert run["report"]["reason"] == "公园图层下周导入"
    assert run["report"]["counts"]["unknown_layer"] == 1


def inner_points(locator: Locator) -> Iterator[tuple[float, float]]:
    """Give places on a lattice whose township alone answers for leaflets: no overlay there."""
    west, south, east, north = locator.bounds
    for step in range(1, 400):
        lon = west + (east - west) * (step % 20) / 20
        lat = south + (north - south) * (step // 20) / 20
        located = locator.locate(lon, lat)
        special = [entry for entry in located.overlays if entry["layer"] != "utility"]
        if located.chain[-1]["code"] and not located.flags and not special:
            yield lon, lat


def test_two_books_are_compared_with_tickets_and_a_map(
    folder: Path, tmp_path: Path, locator: Locator, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "diff", "active", str(folder)]) == 0
    assert "没有变化" in capfd.readouterr().out
    edit(folder, "rules.csv", r"(\nP-020,township,.*?),@area,", r"\1,@district,")
    with (folder / "rules.csv").open(encoding="utf-8-sig") as file:
        (moved,) = [row for row in csv.DictReader(file) if row["code"] == "P-020"]
    assert moved["body"] == "@district"
    lon, lat = locator.snapshot("grid").index.bounds[:2]
    place = next(iter(inner_points(locator)))
    tickets = tmp_path / "tickets.csv"
    rows = [f"{place[0]},{place[1]},0101004", f"{place[0]},{place[1]},none", f"{lon},{lat},"]
    tickets.write_text("\n".join(["lon,lat,category", *rows]) + "\n", encoding="utf-8")
    report, page = tmp_path / "diff.json", tmp_path / "diff.html"
    arguments = ["rules", "diff", "active", str(folder), "--report", str(report)]
    assert main([*arguments, "--map", str(page), "--tickets", str(tickets)]) == 0
    found = json.loads(report.read_text(encoding="utf-8"))
    assert [(r["part"], r["code"], r["change"]) for r in found["rows"]] == [
        ("rules", "P-020", "changed")
    ]
    assert {(m["before"][0], m["after"]) for m in found["moves"]} == {
        ("G", "G990101"),
        ("G", "G990102"),
    }
    assert all(m["before"].startswith(m["after"]) for m in found["moves"])
    assert (found["n_tickets"], found["n_tickets_unknown"]) == (1, 2)
    (ticket,) = found["ticket_moves"]
    assert (ticket["count"], ticket["row"]) == (1, 0)
    assert page.read_text(encoding="utf-8").count("<path") > len(found["moves"])


@pytest.mark.usefixtures("at_home")
def test_a_map_of_another_kind_is_refused_before_the_work(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["rules", "check", "active", "--map", str(tmp_path / "map.png")]) == 2
    assert ".html or .svg" in capfd.readouterr().err
