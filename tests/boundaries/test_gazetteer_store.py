"""The gazetteer store, on both databases."""

from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries.errors import (
    CorrectionError,
    EditionStateError,
    NoGazetteerError,
    StoreConflictError,
    UnknownCorrectionError,
    UnknownEditionError,
)
from boundaries.gazetteer.corrections import Proposal
from boundaries.gazetteer.definition import GazetteerDefinition, parse_gazetteer_definition
from boundaries.gazetteer.records import SourceContent
from boundaries.gazetteer.store import GazetteerStore
from boundaries.store import BoundaryStore


@pytest.fixture
def gazetteer(store: BoundaryStore) -> GazetteerStore:
    return GazetteerStore(store)


@pytest.fixture
def definition() -> Callable[..., GazetteerDefinition]:
    def make(key: str = "poi") -> GazetteerDefinition:
        return parse_gazetteer_definition(
            {
                "gazetteer": {"key": key, "name": "兴趣点"},
                "source": {"datum": "GCJ-02"},
                "edition": {"label": "一版", "valid_from": "2026-01-01", "licence": "内部使用"},
                "table": [{"holds": "places", "fields": {"name": "名称"}}],
            }
        )

    return make


def content() -> SourceContent:
    line = shapely.LineString([(116.40, 39.90), (116.41, 39.90)])
    empty = SourceContent()
    entries = pd.DataFrame.from_records(
        [
            ("poi:1", "road", "红岭路", "", 0, "", "", True, np.nan, np.nan, np.nan, line),
            ("poi:2", "poi", "中心小学", "小学", 0, "", "", True, 116.405, 39.905, 0.0, None),
        ],
        columns=list(empty.entries),
    ).astype(empty.entries.dtypes.to_dict())
    names = pd.DataFrame.from_records(
        [("poi:1", "", "解放路", "old", "", "1999-05-01")], columns=list(empty.names)
    )
    doors = pd.DataFrame.from_records(
        [("poi:1", "", 12, "甲", 116.402, 39.9001)], columns=list(empty.doors)
    )
    ranges = pd.DataFrame.from_records(
        [("poi:1", "", "L", 1, 99, "", line)], columns=list(empty.ranges)
    )
    return SourceContent(entries, names, doors, ranges)


Define = Callable[..., GazetteerDefinition]


def test_what_is_stored_comes_back(gazetteer: GazetteerStore, definition: Define) -> None:
    given = content()
    source = gazetteer.import_content(definition(), given, source_file="poi.csv")
    assert (source.state, source.datum, source.licence) == ("active", "GCJ-02", "内部使用")
    assert (source.n_entries, source.n_names, source.n_doors, source.n_ranges) == (2, 1, 1, 1)
    found = gazetteer.content(source.id)
    for part in ("entries", "names", "doors", "ranges"):
        pd.testing.assert_frame_equal(
            getattr(found, part).drop(columns="geometry", errors="ignore"),
            getattr(given, part).drop(columns="geometry", errors="ignore"),
            check_dtype=False,
        )
    assert found.entries["geometry"].tolist() == given.entries["geometry"].tolist()
    assert found.ranges["geometry"].tolist() == given.ranges["geometry"].tolist()


def test_a_new_edition_retires_the_one_before_and_it_can_come_back(
    gazetteer: GazetteerStore, definition: Define
) -> None:
    first = gazetteer.import_content(definition(), content())
    second = gazetteer.import_content(definition(), content())
    other = gazetteer.import_content(definition("road"), content())
    active = {source.id for source in gazetteer.sources(state="active")}
    assert active == {second.id, other.id}
    assert gazetteer.source(first.id).retired_at is not None
    assert gazetteer.activate(first.id).state == "active"
    assert gazetteer.source(second.id).state == "retired"
    assert gazetteer.retire(first.id).state == "retired"
    assert [source.id for source in gazetteer.sources(state="active")] == [other.id]


def test_an_empty_source_is_not_activated(gazetteer: GazetteerStore, definition: Define) -> None:
    with pytest.raises(EditionStateError, match="is empty"):
        gazetteer.import_content(definition(), SourceContent())
    assert gazetteer.sources() == []


def test_an_unknown_source_is_named(gazetteer: GazetteerStore) -> None:
    with pytest.raises(UnknownEditionError, match="nothing-of-the-kind"):
        gazetteer.content("nothing-of-the-kind")


def test_without_a_build_there_is_no_path_and_the_token_is_empty(gazetteer: GazetteerStore) -> None:
    assert gazetteer.token() == ""
    with pytest.raises(NoGazetteerError, match="xiaqu gazetteer build"):
        gazetteer.path()


def test_the_token_changes_with_each_build_and_one_is_active(gazetteer: GazetteerStore) -> None:
    gazetteer.record_build("one", "a", {"warnings": ["no national tree"]})
    assert gazetteer.token() == "one"
    assert gazetteer.active_build().warnings == ["no national tree"]
    gazetteer.record_build("two", "b", {})
    assert gazetteer.token() == "two"
    assert [(built.edition, built.state) for built in gazetteer.builds()] == [
        ("two", "active"),
        ("one", "retired"),
    ]
    with pytest.raises(NoGazetteerError, match=r"two\.gaz: no such file"):
        gazetteer.path()


def test_the_inputs_change_with_sources_and_accepted_corrections(
    gazetteer: GazetteerStore, definition: Define
) -> None:
    seen = [gazetteer.inputs_token()]
    gazetteer.import_content(definition(), content())
    seen.append(gazetteer.inputs_token())
    made = gazetteer.propose(Proposal(name="岭路", by="甲", uid="poi:1", uid_name="红岭路"))
    assert gazetteer.inputs_token() == seen[-1]
    gazetteer.decide(made.id, "accepted", "乙")
    seen.append(gazetteer.inputs_token())
    assert len(set(seen)) == 3


def test_a_correction_says_who_and_when_and_is_decided_once(gazetteer: GazetteerStore) -> None:
    before = datetime.now(UTC)
    made = gazetteer.propose(
        Proposal(
            name=" 岭路 ", by="甲", uid="poi:1", uid_name="红岭路", address="岭路12号", note="俗称"
        )
    )
    assert (made.name, made.state, made.proposed_by) == ("岭路", "proposed", "甲")
    assert before <= made.proposed_at <= datetime.now(UTC)
    decided = gazetteer.decide(made.id, "rejected", "乙", "另有岭路")
    assert (decided.state, decided.decided_by, decided.decision_note) == (
        "rejected", "乙", "另有岭路",
    )  # fmt: skip
    assert decided.note == "俗称"
    with pytest.raises(CorrectionError, match="rejected already, by 乙"):
        gazetteer.decide(made.id, "accepted", "丙")
    assert gazetteer.corrections(state="proposed") == []
    assert [one.id for one in gazetteer.corrections()] == [made.id]
    assert gazetteer.corrections()[0].to_dict()["decided_by"] == "乙"


@pytest.mark.parametrize(
    ("proposal", "field"),
    [
        (Proposal(name="岭", by="甲", uid="poi:1"), "name"),
        (Proposal(name="岭路", by=" ", uid="poi:1"), "by"),
        (Proposal(name="岭路", by="甲"), "uid"),
        (Proposal(name="岭路", by="甲", uid="poi:1", lon=116.4, lat=39.9), "uid"),
        (Proposal(name="岭路", by="甲", lon=39.9, lat=116.4, role="poi"), "lon, lat"),
        (Proposal(name="岭路", by="甲", lon=116.4, lat=39.9, role="area"), "role"),
    ],
)
def test_a_correction_that_cannot_be_used_is_refused(
    gazetteer: GazetteerStore, proposal: Proposal, field: str
) -> None:
    with pytest.raises(CorrectionError) as caught:
        gazetteer.propose(proposal)
    assert caught.value.field == field
    assert gazetteer.corrections() == []


def test_an_unknown_correction_or_verdict_is_named(gazetteer: GazetteerStore) -> None:
    with pytest.raises(UnknownCorrectionError, match="'x'"):
        gazetteer.decide("x", "accepted", "乙")
    made = gazetteer.propose(Proposal(name="岭路", by="甲", uid="poi:1"))
    with pytest.raises(CorrectionError, match="accepted, rejected"):
        gazetteer.decide(made.id, "perhaps", "乙")
    with pytest.raises(CorrectionError, match="proposed, accepted"):
        gazetteer.corrections(state="perhaps")


def test_an_edition_of_a_build_is_recorded_once(gazetteer: GazetteerStore) -> None:
    gazetteer.record_build("one", "a", {})
    with pytest.raises(StoreConflictError):
        gazetteer.record_build("one", "a", {})
    assert gazetteer.token() == "one"


def test_the_validity_of_a_source_is_kept(gazetteer: GazetteerStore, definition: Define) -> None:
    source = gazetteer.import_content(definition(), content(), activate=False)
    assert source.state == "draft"
    assert (source.valid_from, source.valid_to) == (date(2026, 1, 1), None)
