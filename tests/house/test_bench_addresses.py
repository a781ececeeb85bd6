"""The benchmark of addresses counts as it says."""

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from bench.addresses import beijing, environments, gaps, scores, sentences, shanghai, speed
from bench.addresses.workers import Worker
from bench.cluster import MissingPeerError
from geo.address.tables import GazetteerTables, Level, NameStatus, Role

METRE_LAT = 1 / 111_000


def make_tables() -> GazetteerTables:
    empty = GazetteerTables()
    areas = pd.DataFrame(
        [
            ("d", "东区", Level.DISTRICT, ""),
            ("t", "河口街道", Level.TOWNSHIP, "d"),
            ("c", "河口社区", Level.COMMUNITY, "t"),
        ],
        columns=["uid", "name", "level", "parent_uid"],
    ).assign(code="", lon=114.0, lat=36.0, radius_m=np.nan, is_ours=True)
    places = pd.DataFrame(
        [
            ("e1", "新苑", Role.ESTATE, ""),
            ("e2", "新苑", Role.ESTATE, ""),
            ("g1", "新苑东门", Role.GATE, "e1"),
            ("r1", "长路", Role.ROAD, ""),
        ],
        columns=["uid", "name", "role", "parent_uid"],
    ).assign(kind="", lon=114.0, lat=36.0, radius_m=0.0)
    doors = pd.DataFrame(
        {"owner_uid": ["e1", "r1"], "number": [1, 2], "suffix": "", "lon": 114.0, "lat": 36.0}
    )
    return GazetteerTables(
        areas=areas.astype(empty.areas.dtypes.to_dict())[list(empty.areas.columns)],
        places=places.astype(empty.places.dtypes.to_dict())[list(empty.places.columns)],
        memberships=pd.DataFrame({"uid": ["e1", "e2", "r1"], "area_uid": ["c", "t", "d"]}),
        names=pd.DataFrame(
            {"uid": ["e1"], "name": ["旧苑"], "status": NameStatus.OLD}
            | {"valid_from": "", "valid_to": ""}
        ),
        doors=doors,
    )


def make_scored(*rows: tuple[str, float | None, str, float, float]) -> pd.DataFrame:
    """Rows of decision, confidence, found uid, metres off, stated accuracy; the truth is ``a``."""
    answers = pd.DataFrame(
        [
            (decision, confidence, [uid] if uid else [], 114.0, 36.0 + off * METRE_LAT, accuracy)
            for decision, confidence, uid, off, accuracy in rows
        ],
        columns=["decision", "confidence", "uids", "lon", "lat", "accuracy_m"],
    )
    truth = pd.DataFrame(
        {"entities": [("a",)] * len(rows), "lon": 114.0, "lat": 36.0, "is_decidable": True}
    )
    truth = truth.assign(event_lon=114.0, event_lat=36.0)
    return scores.score(truth, answers)


def test_right_means_the_right_entity_and_within_fifty_metres() -> None:
    scored = make_scored(
        ("accepted", 0.99, "a", 30, 20),
        ("accepted", 0.99, "a", 80, 100),
        ("accepted", 0.97, "b", 10, 20),
        ("refused", None, "", np.nan, np.nan),
    )
    assert scored["is_right"].tolist() == [True, False, False, False]
    assert scored["is_right_as_stated"].tolist() == [True, True, False, False]
    assert scored["is_inside"].tolist() == [False, True, True, False]
    result = scores.summarise(scored)
    assert result["accepted"] == 0.75
    assert result["refused"] == 0.25
    assert result["precision"] == pytest.approx(1 / 3, abs=1e-4)
    assert result["precision_as_stated"] == pytest.approx(2 / 3, abs=1e-4)


def test_nothing_accepted_has_no_precision() -> None:
    result = scores.summarise(make_scored(("refused", None, "", np.nan, np.nan)))
    assert result["accepted"] == 0.0
    assert result["precision"] is None
    assert result["calibration"] == []
    assert result["calibration_error"] is None


def test_each_confidence_falls_into_one_bin() -> None:
    confidences = [0.0, 0.1, 0.55, 0.98, 0.985, 1.0]
    scored = make_scored(*(("review", value, "a", 0, 10) for value in confidences))
    rows = scores.calibration(scored)
    assert sum(row["n"] for row in rows) == len(confidences)
    for row in rows:
        assert row["above"] <= row["mean_confidence"] <= row["to"]
    assert scores.calibration_error(scored) == pytest.approx(1 - np.mean(confidences), abs=1e-4)


def test_a_text_counts_in_the_slice_of_each_of_its_noises() -> None:
    scored = make_scored(
        ("accepted", 0.99, "a", 0, 10), ("accepted", 0.99, "b", 0, 10), ("review", 0.5, "a", 0, 10)
    ).assign(noise=pd.Series([("typo", "chatter"), ("typo",), ()], dtype=object))
    found = scores.slices(scored, "noise")
    assert {name: row["n"] for name, row in found.items()} == {"typo": 2, "chatter": 1, "none": 1}
    assert found["typo"]["precision"] == 0.5
    assert found["none"]["accepted"] == 0.0


def test_a_right_answer_that_was_not_accepted_counts_for_each_of_its_reasons() -> None:
    scored = make_scored(
        ("review", 0.5, "a", 0, 10), ("review", 0.5, "b", 0, 10), ("accepted", 0.99, "a", 0, 10)
    )
    reasons = [["ambiguous", "not_sure", "not_sure"], ["not_sure"], ["runner_up"]]
    scored["reasons"] = pd.Series(reasons, dtype=object)
    assert scores.held_back(scored) == {"ambiguous": 1, "not_sure": 1}


def test_an_accepted_answer_far_from_a_removed_entity_is_wrong() -> None:
    scored = make_scored(
        ("accepted", 0.99, "b", 400, 10),
        ("accepted", 0.99, "b", 20, 10),
        ("refused", None, "", np.nan, np.nan),
        ("accepted", 0.99, "a", 0, 10),
    )
    result = scores.missing_summary(scored, is_removed=np.array([True, True, True, False]))
    assert result["n"] == 3
    assert result["n_wrong"] == 1
    assert result["accepted"] == pytest.approx(2 / 3, abs=1e-4)
    assert result["precision_of_others"] == 1.0


def test_a_short_form_is_the_same_name_and_an_open_level_is_none() -> None:
    result = scores.name_agreement(["绍兴市", "东区", "", "西区"], ["绍兴", "", "东区", "南区"])
    assert result == {
        "n": 3, "right": 0.3333, "wrong": 0.3333, "none": 0.3333, "precision": 0.5,
    }  # fmt: skip


def test_the_name_of_today_is_right_for_a_former_one() -> None:
    successors = {("江干区", "上城区")}
    assert scores.name_agreement(["江干区"], ["上城区"], successors)["right"] == 1.0
    assert scores.name_agreement(["江干区"], ["上城区"])["right"] == 0.0
    assert scores.name_agreement(["上城区"], ["江干区"], successors)["right"] == 0.0


def test_a_drawn_name_takes_all_that_bear_it_and_their_gates() -> None:
    tables = make_tables()
    drawn = gaps.draw_names(tables, 1.0, seed=1)
    assert drawn == {"e1", "e2", "g1", "r1", "c"}
    assert gaps.draw_names(tables, 0.0, seed=1) == set()
    one = gaps.draw_entities(tables, 0.25, seed=3)
    assert len(one - {"g1"}) == 1


def test_what_is_taken_out_leaves_no_trace() -> None:
    left = gaps.without(make_tables(), {"e1", "g1", "c"})
    assert left.places["uid"].tolist() == ["e2", "r1"]
    assert left.areas["uid"].tolist() == ["d", "t"]
    assert left.names.empty
    assert left.doors["owner_uid"].tolist() == ["r1"]
    assert set(map(tuple, left.memberships.to_numpy())) == {("e2", "t"), ("r1", "d")}


def test_what_lay_in_a_removed_community_lies_in_the_township() -> None:
    left = gaps.without(make_tables(), {"c"})
    held = left.memberships.set_index("uid")["area_uid"]
    assert held["e1"] == "t"


def test_digits_are_written_as_people_write_them() -> None:
    assert sentences.write_digits("路46号院", 0) == "路46号院"
    assert sentences.write_digits("路46号院", 1) == "路４６号院"
    assert sentences.write_digits("路46号院", 2) == "路四十六号院"
    assert sentences.write_digits("10号与12号", 2) == "十号与十二号"
    assert sentences.write_digits("九台2000家园", 2) == "九台二〇〇〇家园"


def test_planted_homonyms_lie_in_other_districts() -> None:
    communities = pd.DataFrame(
        {"uid": [f"estate:{k}" for k in range(80)], "name": [f"园{k}" for k in range(80)]}
    ).assign(district=["东区", "西区"] * 40, lon=116.0, lat=40.0)
    copies = beijing.plant_homonyms(communities, seed=5)
    original = communities.set_index("uid")
    assert len(copies) == beijing.N_HOMONYMS
    assert (original.loc[copies["of"], "name"].to_numpy() == copies["name"].to_numpy()).all()
    assert (original.loc[copies["of"], "district"].to_numpy() != copies["district"]).all()


def test_the_homonym_of_another_city_counts_as_taken_only_without_its_city() -> None:
    stations = pd.DataFrame(
        {
            "text": ["舟山市普陀区某路", "普陀区某路", "上海市徐汇区某路"],
            "label": ["普陀区", "普陀区", "徐汇区"],
            "held_by": ["", "", "徐汇区"],
        }
    )
    found = pd.DataFrame(
        {
            "province": ["浙江省", "", "上海市"],
            "city": ["舟山市", "", "市辖区"],
            "district": ["普陀区", "普陀区", "徐汇区"],
        }
    )
    result = shanghai.summarise(stations, found)
    assert result["elsewhere"]["taken_for_ours"] == 1
    assert result["elsewhere"]["named_as_elsewhere"] == 1
    assert result["by_label"]["recall"] == 1.0
    assert result["by_label"]["precision"] == 0.5


def test_the_ratio_is_to_the_fastest_peer() -> None:
    rates = {name: {"texts_per_s": rate} for name, rate in (("xiaqu", 30), ("a", 60), ("b", 10))}
    result = speed.ratios(rates)
    assert result["best_peer"] == "a"
    assert result["ratio_to_best_peer"] == 0.5
    assert result["ratio_to_peer"] == {"a": 0.5, "b": 3.0}
    assert speed.ratios({})["ratio_to_best_peer"] is None


def test_a_peer_that_cannot_be_installed_is_missing_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.lock").write_text("not a requirement ==\n", encoding="utf-8")
    monkeypatch.setattr(environments, "LOCKS", tmp_path)
    with pytest.raises(MissingPeerError, match="broken cannot be installed: "):
        environments.find_interpreter("broken", tmp_path / "cache")


def test_a_process_that_ends_says_its_last_words(tmp_path: Path) -> None:
    options = {"folder": str(tmp_path), "gazetteer": str(tmp_path / "absent.gaz")}
    worker = Worker("xiaqu", "ours", Path(sys.executable), options, min(os.sched_getaffinity(0)))
    with pytest.raises(MissingPeerError, match=r"xiaqu ended: .*absent\.gaz"):
        worker.__enter__()
