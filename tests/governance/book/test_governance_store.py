"""Rule books, rulings and calendars on both stores."""

import dataclasses
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import shapely
from sqlalchemy import insert, inspect, select

from boundaries.engine import writing
from boundaries.errors import StoreConflictError, StoreNotMigratedError
from boundaries.migrate import find_schema_differences
from boundaries.models import Base
from boundaries.store import BoundaryStore, create_store
from governance.book.definition import Post, RuleBook
from governance.book.hashing import book_hash
from governance.book.rulings import Ruling, cover_ground, rulings_digest
from governance.book.store import GovernanceStore
from governance.book.terms import PostKind
from governance.errors import (
    BookFileError,
    BookStateError,
    DateOutsideBookError,
    NoActiveBookError,
    RulingError,
    UnknownBookError,
    UnknownCalendarError,
    UnknownRulingError,
)
from governance.models import DecisionRow, RuleBookRow

DAY = date(2026, 6, 1)


@pytest.fixture
def kept(store: BoundaryStore) -> GovernanceStore:
    return GovernanceStore(store)


def ruling(**changes: object) -> Ruling:
    given = shapely.Point(116.4, 39.9)
    values: dict[str, object] = {
        "categories": ("0402",),
        "body": "T1",
        "co_organisers": ("W1",),
        "given": given,
        "geometry": cover_ground(given, 30.0),
        "reach_m": 30.0,
        "document": "会议纪要〔2026〕5号",
        "decided_on": DAY,
        "valid_from": DAY,
        "recorded_by": "王某",
        "note": "现场",
    }
    return Ruling(**(values | changes))  # type: ignore[arg-type]


def test_the_tables_of_the_migrations_are_those_of_the_models(store: BoundaryStore) -> None:
    wanted = {"rule_book", "level", "body", "category", "rule", "agreement", "post", "estate"}
    wanted |= {"ruling", "ruling_revocation", "work_calendar", "decision"}
    assert wanted <= set(Base.metadata.tables)
    with store.engine.connect() as connection:
        assert find_schema_differences(connection) == []
        assert wanted <= set(inspect(connection).get_table_names())


def test_a_book_comes_back_from_the_store_as_it_was(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    stages: list[tuple[str, int, int]] = []
    info = kept.save_book(small_book, progress=lambda *step: stages.append(step))
    assert (info.state, info.label, info.hash) == ("draft", "2026年", book_hash(small_book))
    assert info.counts == {
        "levels": 3,
        "bodies": 7,
        "categories": 2,
        "rules": 2,
        "agreements": 1,
        "posts": 2,
        "estates": 1,
    }
    assert stages[-1] == ("store", 18, 18)
    assert kept.book(info.id) == small_book
    assert book_hash(kept.book(info.id)) == info.hash
    assert kept.books() == [info] == [kept.info(info.id)]


def test_rows_come_back_in_the_order_of_codes_whatever_the_locale(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    codes = ["a", "B", "路-2", "路-10", "Z", "_", "10", "9"]
    posts = tuple(
        Post(code=code, kind=PostKind.LAWYER, layer="community", area="1") for code in codes
    )
    info = kept.save_book(dataclasses.replace(small_book, posts=posts))
    assert [post.code for post in kept.book(info.id).posts] == sorted(codes)
    first = kept.posts(info.id, limit=3)
    rest = kept.posts(info.id, after=first[-1].code)
    assert [post.code for post in (*first, *rest)] == sorted(codes)


def test_a_book_that_contradicts_itself_is_not_stored(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    rule = dataclasses.replace(small_book.rules[0], body="NOBODY")
    with pytest.raises(BookFileError, match="NOBODY"):
        kept.save_book(dataclasses.replace(small_book, rules=(rule,)))
    assert kept.books() == []


def test_one_book_is_active_and_the_one_before_is_retired(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    first, second = kept.save_book(small_book), kept.save_book(small_book)
    with pytest.raises(NoActiveBookError, match="xiaqu rules import"):
        kept.active()
    assert kept.activate(first.id).state == "active"
    assert kept.activate(second.id).activated_at is not None
    assert kept.active().id == second.id
    assert kept.info(first.id).state == "retired"
    assert kept.info(first.id).retired_at is not None
    assert [info.id for info in kept.books(state="retired")] == [first.id]
    back = kept.activate(first.id)
    assert (back.state, back.retired_at) == ("active", None)
    assert kept.active().id == first.id
    assert kept.activate(first.id) == back


def test_a_book_without_rules_cannot_be_activated(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    info = kept.save_book(dataclasses.replace(small_book, rules=()))
    with pytest.raises(BookStateError, match="without rules"):
        kept.activate(info.id)


def test_the_active_book_answers_for_the_days_on_which_it_is_valid(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    head = dataclasses.replace(small_book.head, valid_to=date(2027, 1, 1))
    info = kept.activate(kept.save_book(dataclasses.replace(small_book, head=head)).id)
    assert kept.active(date(2026, 1, 1)) == kept.active(date(2026, 12, 31)) == info
    for day in (date(2025, 12, 31), date(2027, 1, 1)):
        with pytest.raises(DateOutsideBookError, match=day.isoformat()):
            kept.active(day)


def test_what_is_not_there_is_named(kept: GovernanceStore) -> None:
    for ask in (kept.book, kept.info, kept.activate, kept.posts):
        with pytest.raises(UnknownBookError, match="'B0'"):
            ask("B0")
    with pytest.raises(UnknownRulingError, match="'R0'"):
        kept.revoke_ruling("R0", "reason", "who")
    with pytest.raises(UnknownRulingError, match="'R0'"):
        kept.ruling("R0")
    with pytest.raises(UnknownCalendarError, match="'V0'"):
        kept.calendar_rows("V0")


def test_a_store_without_the_tables_says_what_to_run(tmp_path: Path) -> None:
    store = create_store(f"sqlite:///{tmp_path}/empty.sqlite", tmp_path)
    with pytest.raises(StoreNotMigratedError, match="xiaqu db upgrade"):
        GovernanceStore(store).books()
    store.close()


def test_the_token_changes_with_everything_that_answers_depend_on(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    made: list[str] = []

    def ruled() -> None:
        made.append(kept.record_ruling(ruling()).id)

    first, second = kept.save_book(small_book), kept.save_book(small_book)
    changes: list[Callable[[], object]] = [
        lambda: kept.activate(first.id),
        lambda: kept.activate(second.id),
        ruled,
        ruled,
        lambda: kept.revoke_ruling(made[0], "改判", "李某"),
        lambda: kept.keep_calendar("V1", [["2026-10-01", False]]),
        lambda: kept.keep_calendar("V2", []),
        lambda: kept.activate(first.id),
    ]
    seen = [kept.token()]
    for change in changes:
        change()
        seen.append(kept.token())
        assert kept.token() == seen[-1]
    assert len(set(seen)) == len(changes) + 1
    kept.save_book(small_book)
    assert kept.token() == seen[-1]


def test_posts_are_filtered_in_the_store(kept: GovernanceStore, small_book: RuleBook) -> None:
    posts = (
        *small_book.posts,
        Post(
            code="P3",
            kind=PostKind.GRID_WORKER,
            layer="grid",
            area="99010100100102",
            valid_from=date(2026, 1, 1),
            valid_to=date(2026, 6, 1),
        ),
    )
    book_id = kept.save_book(dataclasses.replace(small_book, posts=posts)).id

    def codes(**wanted: object) -> list[str]:
        return [post.code for post in kept.posts(book_id, **wanted)]  # type: ignore[arg-type]

    assert codes() == ["P1", "P2", "P3"]
    assert codes(kind=PostKind.GRID_WORKER) == ["P1", "P3"]
    assert codes(kind=PostKind.GRID_WORKER, vacant=True) == ["P3"]
    assert codes(vacant=False) == ["P1"]
    assert codes(vacant=True) == ["P2", "P3"]
    assert codes(layer="road", area="RD1") == ["P2"]
    assert codes(area="none") == []
    assert codes(body="T1") == ["P1"]
    assert codes(at=date(2026, 5, 31)) == ["P1", "P2", "P3"]
    assert codes(at=date(2026, 6, 1)) == ["P1", "P2"]
    assert codes(after="P1", limit=1) == ["P2"]


def test_rulings_are_kept_with_their_shapes_and_never_lost(
    kept: GovernanceStore, small_book: RuleBook
) -> None:
    kept.activate(kept.save_book(small_book).id)
    polygon = shapely.box(116.40, 39.90, 116.41, 39.91)
    line = shapely.LineString([(116.40, 39.90), (116.41, 39.90)])
    wanted = [
        ruling(),
        ruling(given=None, geometry=polygon, reach_m=0.0, categories=("*",), co_organisers=()),
        ruling(given=line, geometry=cover_ground(line, 12.5), reach_m=12.5, valid_to=None),
    ]
    made = [kept.record_ruling(one) for one in wanted]
    assert kept.rulings() == made
    for one, asked in zip(made, wanted, strict=True):
        given = asked.geometry if asked.given is None else asked.given
        recorded = dataclasses.replace(one, id="", recorded_at=None)
        assert recorded == dataclasses.replace(asked, given=given)
        assert kept.ruling(one.id) == one
    revoked = kept.revoke_ruling(made[1].id, "改判", "李某")
    assert revoked.revoked_at is not None
    assert (revoked.revoked_by, revoked.revoked_because) == ("李某", "改判")
    assert kept.rulings() == [made[0], revoked, made[2]]
    assert rulings_digest(kept.rulings()) == rulings_digest([made[2], made[0]])
    with pytest.raises(RulingError, match="already"):
        kept.revoke_ruling(made[1].id, "再改", "李某")


def test_rulings_are_given_as_they_were_known_at_a_time(kept: GovernanceStore) -> None:
    before = datetime.now(UTC)
    time.sleep(0.002)
    first = kept.record_ruling(ruling())
    after_first = first.recorded_at
    time.sleep(0.002)
    second = kept.record_ruling(ruling(body="W1", co_organisers=()))
    between = datetime.now(UTC)
    time.sleep(0.002)
    revoked = kept.revoke_ruling(first.id, "改判", "李某")
    assert kept.rulings(before) == []
    assert kept.rulings(after_first) == [first]
    assert kept.rulings(between) == [first, second]
    assert kept.rulings(datetime.now(UTC)) == kept.rulings() == [revoked, second]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"body": "T9"}, "body"),
        ({"co_organisers": ("T9",)}, "co_organisers"),
        ({"co_organisers": ("T1",)}, "co_organisers"),
        ({"categories": ()}, "categories"),
        ({"categories": ("*", "04")}, "categories"),
        ({"categories": ("09",)}, "categories"),
        ({"categories": ("4",)}, "categories"),
        ({"document": " "}, "document"),
        ({"recorded_by": ""}, "recorded_by"),
        ({"valid_to": DAY}, "valid_to"),
        ({"reach_m": 0.0}, "reach_m"),
        ({"reach_m": 9000.0}, "reach_m"),
        ({"given": None}, "reach_m"),
        ({"geometry": shapely.Point(116.4, 39.9)}, "geometry"),
        ({"geometry": shapely.Polygon()}, "geometry"),
        ({"geometry": shapely.box(500_000, 4_400_000, 500_100, 4_400_100)}, "geometry"),
        ({"revoked_at": datetime(2026, 6, 1, tzinfo=UTC)}, "revoked_at"),
    ],
)
def test_a_ruling_that_cannot_be_right_is_refused(
    embedded: BoundaryStore, small_book: RuleBook, changes: dict[str, object], field: str
) -> None:
    kept = GovernanceStore(embedded)
    kept.activate(kept.save_book(small_book).id)
    with pytest.raises(RulingError) as caught:
        kept.record_ruling(ruling(**changes))
    assert caught.value.field == field
    assert kept.rulings() == []


def test_a_revocation_says_why_and_by_whom(embedded: BoundaryStore) -> None:
    kept = GovernanceStore(embedded)
    made = kept.record_ruling(ruling())
    for reason, by in (("", "李某"), ("改判", " ")):
        with pytest.raises(RulingError, match="must not be blank"):
            kept.revoke_ruling(made.id, reason, by)
    assert kept.rulings() == [made]


def test_calendars_are_kept_and_the_last_chosen_is_in_force(kept: GovernanceStore) -> None:
    assert kept.calendar_in_force() == ""
    rows = [["2026-10-01", "国庆节", False], ["2026-10-10", "调休", True]]
    kept.keep_calendar("V1", rows)
    kept.keep_calendar("V2", [])
    assert kept.calendar_in_force() == "V2"
    kept.keep_calendar("V1", rows)
    assert kept.calendar_in_force() == "V1"
    assert kept.calendar_rows("V1") == rows
    assert kept.calendar_rows("V2") == []


def test_a_decision_rests_on_a_book_that_is_kept(
    store: BoundaryStore, kept: GovernanceStore, small_book: RuleBook
) -> None:
    values = {
        "id": "D1",
        "asked_at": DAY,
        "recorded_at": datetime(2026, 6, 1, 8, 30, tzinfo=UTC),
        "category": "0402003",
        "primary_body": "T1",
        "step": "township",
        "rule": "R1",
        "status": "decided",
        "confidence": 0.875,
        "flags": ["near_border"],
        "lon": 116.4,
        "lat": 39.9,
        "digest": "0" * 64,
        "question": {"at": "2026-06-01"},
        "context": {"book": "x"},
        "answer": b"\x00\xff\x78\x9c",
    }
    with pytest.raises(StoreConflictError), writing(kept.store.engine) as connection:
        connection.execute(insert(DecisionRow).values(values | {"book_id": "none"}))
    book_id = kept.save_book(small_book).id
    with writing(kept.store.engine) as connection:
        connection.execute(insert(DecisionRow).values(values | {"book_id": book_id}))
    with store.engine.connect() as connection:
        row = connection.execute(select(DecisionRow.__table__)).mappings().one()
    assert dict(row) == values | {"book_id": book_id}


def test_the_tables_allow_one_active_book_only(kept: GovernanceStore, small_book: RuleBook) -> None:
    kept.activate(kept.save_book(small_book).id)
    kept.save_book(small_book)
    with pytest.raises(StoreConflictError), writing(kept.store.engine) as connection:
        connection.execute(RuleBookRow.__table__.update().values(state="active"))  # type: ignore[attr-defined]


def test_the_ground_around_a_point_and_a_line_reaches_as_far_as_said() -> None:
    point = shapely.Point(116.4, 39.9)
    around = cover_ground(point, 100.0)
    # At 39.9 degrees north a degree is 85,519 m to the east and 111,031 m to the north.
    west, south, east, north = around.bounds
    assert (east - west) / 2 * 85_519 == pytest.approx(100.0, rel=1e-3)
    assert (north - south) / 2 * 111_031 == pytest.approx(100.0, rel=1e-3)
    line = shapely.LineString([(116.40, 39.90), (116.41, 39.90)])
    beside = cover_ground(line, 20.0)
    assert beside.covers(shapely.Point(116.405, 39.90 + 19.9 / 111_031))
    assert not beside.covers(shapely.Point(116.405, 39.90 + 20.1 / 111_031))
    box = shapely.box(0, 0, 1, 1)
    assert cover_ground(box, 0.0) is box


@pytest.mark.parametrize(
    "shape",
    [
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        shapely.GeometryCollection([shapely.Point(0, 0)]),
        shapely.MultiPoint([(0, 0), (1, 1)]),
    ],
)
def test_shapes_that_cover_no_ground_are_refused(shape: shapely.Geometry) -> None:
    with pytest.raises(RulingError, match="shape"):
        cover_ground(shape, 10.0)  # type: ignore[arg-type]
