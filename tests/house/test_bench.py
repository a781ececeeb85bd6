"""The benchmarks run at tiny sizes, and their JSON has what is quoted from it."""

import json
import os
import subprocess
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from bench import http, layers, points, reference, summary
from bench.exact import Difference, arbitrate

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
RATIOS = {
    "township_1t",
    "township_2t",
    "grid_1t",
    "grid_2t",
    "chain_1t",
    "chain_2t",
    "overlap_1t",
}
SQUARES = np.array(
    [shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), shapely.box(0.5, 0.25, 1.5, 0.75)]
)


def run_bench(module: str, *arguments: str, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", f"bench.{module}", "--json", "--scale", "tiny", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def test_locate_prints_nothing_but_json_with_every_ratio(tmp_path: Path) -> None:
    peer = "shapely tree of points"
    result = run_bench(
        "locate",
        *("--points", "20000", "--overlap-points", "1000", "--runs", "1", "--peers", peer),
        XIAQU_SHARED_DATA=str(tmp_path / "nowhere"),
    )
    assert set(result["ratio_to_best_peer"]) == RATIOS
    assert result["best_peer"]["grid_1t"] == peer
    assert result["ratio_to_best_peer"]["township_1t"] > 0
    assert result["ratio_to_best_peer"]["overlap_1t"] is None
    assert set(result["gather_share"]) == RATIOS - {"chain_1t", "chain_2t", "overlap_1t"}
    assert result["agreement"] == dict.fromkeys(
        [
            "xiaqu, township",
            f"{peer}, township",
            "xiaqu, grid",
            f"{peer}, grid",
            "xiaqu, chain",
        ],
        1.0,
    )
    assert result["missing"]["SedonaDB"] == "left out on the command line"
    assert "XIAQU_SHARED_DATA" in result["missing"]["overlap"]
    assert {"cpu", "cores", "python", "versions", "commit", "load_average"} <= set(
        result["machine"]
    )


def test_exact_finds_no_difference_on_the_tiny_city() -> None:
    result = run_bench("exact", "--points", "20000", "--layers", "grid", "--no-real")
    assert result["sets_differing"] == 0
    assert result["owners_differing"] == 0
    assert result["hostile_covered"] == 0
    by_kind = {row["kind"]: row for row in result["rows"]}
    assert by_kind["random"]["points"] + by_kind["tickets"]["points"] == 20_000
    assert by_kind["midpoints"]["on_several_areas"] > 0


def test_http_compares_with_the_empty_endpoint() -> None:
    result = run_bench("http", "--seconds", "1", "--rounds", "1", "--points", "50", "--no-postgis")
    assert result["cost_to_empty_endpoint"] > 0
    assert result["cost_to_postgis"] is None
    assert set(result["stacks"]) == {http.OURS, http.EMPTY, http.CONSTANT}
    assert result["body_bytes"]["least"] <= result["body_bytes"]["constant"]


def test_addresses_say_what_is_accepted_and_right() -> None:
    result = run_bench("addresses", "--texts", "300", "--slots", "1", "--slot-s", "0.2", "--peers")
    assert result["texts_per_s"] > 0
    assert result["ratio_to_best_peer"] is None
    assert result["missing"]["cpca"] == "left out on the command line"
    for found in (result, result["held_out"]):
        assert found["n"] == 300
        shares = [found[name] for name in ("accepted", "review", "refused")]
        assert sum(shares) == pytest.approx(1.0, abs=1e-3)
        assert 0.5 < found["accepted"] <= found["accepted_of_decidable"]
        assert found["precision"] > 0.9
        assert found["wrong_when_missing"] < 0.1
        assert found["missing_from_gazetteer"]["by_name"]["n"] > 0
        assert sum(row["n"] for row in found["calibration"]) <= 300
        assert found["slices"]["kind"]["estate"]["n"] > 0
    assert result["held_out"]["wrong"] == []


def test_a_ratio_is_taken_to_the_fastest_peer_and_ours_may_be_measured_twice() -> None:
    rows: list[summary.Row] = [
        {"peer": peer, "layer": "grid", "threads": 1, "pts_per_s": rate, "agreement": 1.0}
        for peer, rate in (("xiaqu", 30), ("slow", 1), ("fast", 5), ("gather", 100), ("xiaqu", 40))
    ]
    result = summary.summarise(rows)
    assert result["ratio_to_best_peer"]["grid_1t"] == 8.0
    assert result["best_peer"]["grid_1t"] == "fast"
    assert result["gather_share"]["grid_1t"] == 0.4
    assert result["ratio_to_best_peer"]["grid_2t"] is None


def test_the_cost_to_postgis_is_to_the_better_variant_of_each_round() -> None:
    costs = {http.OURS: 30.0, http.EMPTY: 25.0, http.CONSTANT: 20.0}
    costs |= dict(zip(http.POSTGIS, (150.0, 100.0), strict=True))
    rows = [{"round": 0, "stack": name, "cpu_us_per_req": cost} for name, cost in costs.items()]
    result = http.summarise(rows)
    assert result["cost_to_empty_endpoint"] == 1.2
    assert result["cost_to_constant_behind_our_reading"] == 1.5
    assert result["cost_to_postgis"] == 0.3


@given(
    st.lists(
        st.tuples(st.sampled_from([0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5]), st.floats(-0.5, 1.5)),
        min_size=1,
    )
)
def test_the_three_references_agree(drawn: list[tuple[float, float]]) -> None:
    lonlat = np.array(drawn, dtype=float)
    tree = shapely.STRtree(SQUARES)
    by_tree = reference.pairs_by_tree(tree, lonlat)
    by_area = reference.pairs_by_area(SQUARES, tree, lonlat)
    exactly = [
        (row, ordinal)
        for row, (lon, lat) in enumerate(lonlat.tolist())
        for ordinal, shape in enumerate(SQUARES)
        if reference.covers_exactly(shape, lon, lat)
    ]
    for pairs in (by_tree, by_area):
        assert list(zip(pairs.point.tolist(), pairs.ordinal.tolist(), strict=True)) == exactly


def test_a_hole_is_outside_but_its_border_is_not() -> None:
    holed = shapely.box(0, 0, 4, 4) - shapely.box(1, 1, 3, 3)
    assert not reference.covers_exactly(holed, 2.0, 2.0)
    assert reference.covers_exactly(holed, 1.0, 2.0)
    assert reference.covers_exactly(holed, 0.5, 1.0)


def test_midpoints_lie_exactly_between_their_ends() -> None:
    shapes = np.array([shapely.Polygon([(0.1, 0.1), (1.0, 0.3), (0.7, 0.9)]), SQUARES[2]])
    found = {tuple(middle) for middle in points.midpoint_points(shapes).tolist()}
    expected = set()
    for ring in shapely.get_rings(shapes):
        ends = shapely.get_coordinates(ring).tolist()
        for (ax, ay), (bx, by) in pairwise(ends):
            middle = (ax + bx) / 2, (ay + by) / 2
            if all(
                2 * Fraction(half) == Fraction(a) + Fraction(b)
                for half, a, b in zip(middle, (ax, ay), (bx, by), strict=True)
            ):
                expected.add(middle)
    assert found == expected


def test_near_misses_are_one_ulp_away_and_never_the_same_point() -> None:
    lonlat = points.vertex_points(SQUARES)
    moved = points.near_miss_points(lonlat, seed=3)
    assert (moved != lonlat).any(axis=1).all()
    assert (np.abs(moved - lonlat) <= np.spacing(np.maximum(np.abs(lonlat), np.abs(moved)))).all()


def test_ticket_points_fall_outside_in_about_the_share_asked() -> None:
    round_city = np.array([shapely.Point(0.5, 0.5).buffer(0.5)])
    layer = layers.build_layer("round", round_city, ["1"])
    lonlat = points.ticket_points(layer, 20_000, seed=5, outside=0.08)
    is_in_box = ((lonlat >= 0) & (lonlat <= 1)).all(axis=1)
    is_inside = shapely.intersects_xy(round_city[0], lonlat)
    assert 0.06 < (is_in_box & ~is_inside).mean() < 0.35
    assert np.array_equal(lonlat, points.ticket_points(layer, 20_000, seed=5, outside=0.08))


def test_a_layer_survives_its_file(tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    layer = layers.build_layer("pair", np.array([SQUARES[1], bow_tie]), ["b", "a"])
    layer.save(tmp_path / "pair.parquet")
    read = layers.BenchLayer.open(tmp_path / "pair.parquet")
    assert (read.name, read.codes) == ("pair", ("a", "b"))
    assert shapely.is_valid(read.shapes).all()
    assert read.shapes[1].equals(SQUARES[1])


def test_a_parent_that_is_missing_is_an_error() -> None:
    def layer(name: str, codes: list[str]) -> layers.BenchLayer:
        return layers.build_layer(name, SQUARES[: len(codes)], codes)

    four = {
        "district": layer("district", ["990101"]),
        "township": layer("township", ["990101001"]),
        "community": layer("community", ["990101001001"]),
        "grid": layer("grid", ["990101001001001", "990101001001002"]),
    }
    assert layers.chain_table(four).tolist() == [[0, 0, 0, 0], [0, 0, 0, 1]]
    four["community"] = layer("community", ["990101001002"])
    with pytest.raises(ValueError, match="community"):
        layers.chain_table(four)


@pytest.mark.parametrize(("ours", "is_right"), [((0, 1), True), ((0,), False)])
def test_a_difference_is_decided_by_fractions(ours: tuple[int, ...], *, is_right: bool) -> None:
    layer = layers.build_layer("squares", SQUARES, ["a", "b", "c"])
    difference = Difference("squares", "vertices", 1.0, 0.0, ours, (0, 1), owner=0)
    verdict = arbitrate(difference, layer)
    assert verdict["exact"] == (0, 1)
    assert verdict["ours_right"] is is_right
    assert verdict["shapely_right"] is True
