"""The check of a whole rule book finds each planted fault, and nothing else."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from governance.book.checks import check_book, check_rows, day_of_check
from governance.book.definition import (
    Agreement,
    Body,
    Category,
    Estate,
    Post,
    Rule,
    RuleBook,
)
from governance.book.findings import TITLES, BookFinding, BookReport, Severity
from governance.book.lattice import Terrain, load_terrain
from governance.book.terms import BodyKind, Caller, Mode, PostKind, Role, Step
from governance.owner.grounds import Grounds

TODAY = date(2026, 11, 23)
SPRING = date(2026, 5, 1)


@dataclass(frozen=True)
class Checker:
    """A book on its grounds, with what is found in it as it is."""

    book: RuleBook
    grounds: Grounds
    terrain: Terrain
    base: BookReport

    def check(self, book: RuleBook, at: date = TODAY) -> BookReport:
        """Check another book on the same grounds."""
        return check_book(book, self.grounds, self.terrain, at=at, threads=1)

    def new(self, book: RuleBook) -> list[BookFinding]:
        """Give the findings that the untouched book does not have."""
        known = {(f.code, f.subject, f.message) for f in self.base.findings}
        found = self.check(book).findings
        return [f for f in found if (f.code, f.subject, f.message) not in known]


@pytest.fixture(scope="module")
def checker(small_city: Any) -> Checker:
    resolver = small_city.resolver
    grounds, book = resolver.grounds, resolver.book
    terrain = load_terrain(small_city.governance.store, grounds)
    base = check_book(book, grounds, terrain, at=TODAY, threads=1)
    return Checker(book, grounds, terrain, base)


def add(book: RuleBook, part: str, *rows: Any) -> RuleBook:
    """Put rows in, in place of those with the same code."""
    codes = {row.code for row in rows}
    kept = [row for row in getattr(book, part) if row.code not in codes]
    return replace(book, **{part: tuple(sorted([*kept, *rows], key=lambda row: row.code))})


def drop(book: RuleBook, part: str, code: str) -> RuleBook:
    kept = tuple(row for row in getattr(book, part) if row.code != code)
    assert len(kept) == len(getattr(book, part)) - 1
    return replace(book, **{part: kept})


def change(book: RuleBook, part: str, code: str, **values: Any) -> RuleBook:
    (row,) = (row for row in getattr(book, part) if row.code == code)
    return add(book, part, replace(row, **values))


def rule(**values: Any) -> Rule:
    given: dict[str, Any] = {"code": "X", "step": Step.OVERLAY, "layer": "special", "body": "ROAD"}
    return Rule(**given | values)


def copied(**values: Any) -> Rule:
    return rule(role=Role.COPIED, **values)


def category(*steps: Step, **values: Any) -> Category:
    return Category(
        code="1201001", level_1="新", level_2="新", level_3="新", response_level="day",
        steps=frozenset(steps), **values,
    )  # fmt: skip


def body(**values: Any) -> Body:
    given: dict[str, Any] = {"code": "X", "name": "新主体", "kind": BodyKind.RESIDENT_UNIT}
    return Body(**given | {"phone": "010-1"} | values)


def agreement(**values: Any) -> Agreement:
    given: dict[str, Any] = {
        "code": "X", "layer": "township", "area_a": "990101001", "area_b": "990101002",
        "line_layer": "road", "line": "OPEN", "reach_m": 20.0,
    }  # fmt: skip
    return Agreement(**given | values)


def some_communities(book: RuleBook) -> RuleBook:
    given = rule(
        step=Step.COMMUNITY, layer="community", areas=("990101001001",), categories=("12",)
    )
    return add(add(book, "rules", given), "categories", category(Step.COMMUNITY))


PLANTED: dict[str, tuple[Callable[[RuleBook], RuleBook], str, Severity, set[str]]] = {
    "contradiction": (
        lambda b: change(b, "bodies", "UNIT1", parent="NOBODY"),
        "UNIT1", Severity.ERROR, set(),
    ),
    "missing_level": (
        lambda b: change(b, "categories", "0102001", response_level="none"),
        "0102001", Severity.ERROR, set(),
    ),
    "empty_validity": (
        lambda b: change(b, "posts", "P05", valid_from=SPRING, valid_to=SPRING),
        "P05", Severity.ERROR, set(),
    ),
    "outside_validity": (
        lambda b: change(b, "posts", "P05", valid_to=date(2025, 6, 1)),
        "P05", Severity.WARNING, set(),
    ),
    "not_checked": (
        lambda b: add(b, "rules", copied(body="@nowhere")),
        "X", Severity.ERROR, {"contradiction"},
    ),
    "no_contact": (
        lambda b: change(b, "bodies", "UNIT1", phone=""),
        "UNIT1", Severity.WARNING, set(),
    ),
    "body_ended": (
        lambda b: add(
            add(b, "bodies", body(valid_to=TODAY)), "rules", copied(body="X")
        ),
        "X", Severity.ERROR, set(),
    ),
    "parent_cycle": (
        lambda b: change(b, "bodies", "D2", parent="T4"),
        "D2", Severity.ERROR, set(),
    ),
    "supervision_loop": (
        lambda b: add(
            add(b, "bodies", body(parent="STATION")),
            "rules", rule(body="X", role=Role.SUPERVISING, categories=("03",)),
        ),
        "STATION X", Severity.WARNING, set(),
    ),
    "idle_co_organiser": (
        lambda b: add(
            b, "rules",
            rule(step=Step.LINEAR, layer="river", body="WATER", role=Role.CO_ORGANISER,
                 categories=("0201",)),
        ),
        "X", Severity.NOTE, set(),
    ),
    "category_nobody": (
        lambda b: add(b, "categories", category(Step.OVERLAY)),
        "1201001", Severity.ERROR, set(),
    ),
    "category_gap": (some_communities, "1201001", Severity.WARNING, {"place_gap"}),
    "unknown_layer": (
        lambda b: add(b, "rules", copied(layer="canal")),
        "X", Severity.ERROR, set(),
    ),
    "unknown_area": (
        lambda b: change(b, "rules", "LINE-SHARED-1", areas=("SHARED", "GONE")),
        "LINE-SHARED-1", Severity.ERROR, set(),
    ),
    "rule_no_feature": (
        lambda b: add(b, "rules", copied(where=(("kind", "harbour"),))),
        "X", Severity.ERROR, set(),
    ),
    "rule_barred": (
        lambda b: add(b, "rules", rule(categories=("06",))),
        "X", Severity.WARNING, set(),
    ),
    "rule_shadowed": (
        lambda b: add(
            b, "rules", rule(layer="estate", areas=("E1",), categories=("04",), precedence=90)
        ),
        "X", Severity.WARNING, set(),
    ),
    "no_body": (
        lambda b: add(b, "rules", copied(body="@attribute:nothing")),
        "X", Severity.ERROR, set(),
    ),
    "some_no_body": (
        lambda b: add(
            add(b, "bodies", body(kind=BodyKind.DISTRICT_DEPARTMENT, area="990101",
                                   function="new")),
            "rules", copied(body="@district/new"),
        ),
        "@district/new", Severity.WARNING, set(),
    ),
    "equal_overlays": (
        lambda b: change(b, "rules", "AREA-NIGHT", mode=Mode.EXCLUSIVE),
        "N1 N2", Severity.WARNING, set(),
    ),
    "equal_rules": (
        lambda b: add(
            b, "rules",
            rule(step=Step.LINEAR, layer="road", where=(("road_class", "expressway"),),
                 categories=("01",), precedence=10),
        ),
        "LINE-EXPRESSWAY X", Severity.WARNING, set(),
    ),
    "agreement_unknown": (
        lambda b: add(b, "agreements", agreement(line="GONE")),
        "X", Severity.ERROR, set(),
    ),
    "agreement_apart": (
        lambda b: add(b, "agreements", agreement(line="RING", area_a="990101003", reach_m=1.0)),
        "X", Severity.WARNING, set(),
    ),
    "post_unknown": (
        lambda b: add(
            b, "posts",
            Post(code="X", kind=PostKind.JUDGE, layer="grid", area="GONE", holder="王"),
        ),
        "grid GONE", Severity.WARNING, set(),
    ),
    "estate_unknown": (
        lambda b: add(b, "estates", Estate(code="X")),
        "X", Severity.WARNING, set(),
    ),
    "post_vacant": (
        lambda b: change(b, "posts", "P06", holder=""),
        "street_chief", Severity.NOTE, set(),
    ),
    "asset_without_owner": (
        lambda b: change(b, "rules", "ASSET-OWNER", body="@attribute:maintainer"),
        "component 井盖", Severity.WARNING, set(),
    ),
    "road_without_owner": (
        lambda b: drop(b, "rules", "LINE-NEW"),
        "NEW", Severity.WARNING, set(),
    ),
}  # fmt: skip


@pytest.mark.parametrize("code", PLANTED)
def test_a_planted_fault_is_found_and_nothing_else(checker: Checker, code: str) -> None:
    plant, subject, severity, besides = PLANTED[code]
    found = checker.new(plant(checker.book))
    assert {f.code for f in found} == {code} | besides
    (only,) = [f for f in found if f.code == code]
    assert (only.subject, only.severity) == (subject, severity)
    assert only.message
    assert only.message_en


def test_each_kind_of_finding_is_planted() -> None:
    elsewhere = {"place_nobody", "place_gap"}
    assert set(PLANTED) | elsewhere == set(TITLES)


def test_the_small_city_is_known_by_its_intended_faults(checker: Checker) -> None:
    assert [f.subject for f in checker.base.errors] == ["OLD"]
    assert not {"rule_shadowed", "equal_rules", "category_nobody"} & set(checker.base.counts)


def test_a_gap_names_its_places_and_counts_them(checker: Checker) -> None:
    found = {f.code: f for f in checker.new(some_communities(checker.book))}
    gap = found["category_gap"]
    codes = [code for _, code in gap.areas]
    assert gap.count == len(codes) == 5
    assert not any(code.startswith("990101001001") for code in codes)
    assert checker.grounds.locator.locate(gap.lon or 0, gap.lat or 0).chain[-1]["code"] in codes


def test_a_place_that_nobody_answers_for_is_an_error(checker: Checker) -> None:
    rules = [replace(r, areas=("990101001", "990101002", "990101003", "990102001"))
             for r in checker.book.rules if r.code == "TOWNSHIP"]  # fmt: skip
    entries = tuple(
        replace(c, steps=frozenset({Step.TOWNSHIP}), asset_classes=(), needs_asset=False)
        for c in checker.book.categories
    )
    report = checker.check(
        replace(checker.book, rules=tuple(rules), categories=entries, agreements=())
    )
    (error,) = report.errors
    assert (error.code, error.areas) == ("place_nobody", (("grid", "99010200200101"),))
    assert report.unanswered == {"99010200200101": len(entries)}


def test_a_loop_is_told_with_its_bodies(checker: Checker) -> None:
    book = change(checker.book, "bodies", "D2", parent="T4")
    (cycle,) = checker.new(book)
    assert "D2 → T4 → D2" in cycle.message_en


def test_a_disputed_overlap_is_told_with_its_size_and_place(checker: Checker) -> None:
    (overlap,) = [f for f in checker.base.findings if f.code == "equal_overlays"]
    # One unit by four: 85.4 m by 444 m.
    assert overlap.area_m2 == pytest.approx(37_950, rel=0.01)
    assert 116.426 < (overlap.lon or 0) < 116.427
    assert overlap.areas == (("special", "O1"), ("special", "O2"))


def test_a_rule_for_one_kind_of_caller_is_tried_for_that_caller(checker: Checker) -> None:
    given = rule(
        code="AREA-ZZ", where=(("kind", "zone"),), categories=("07",), precedence=30,
        caller=Caller.PERSONAL,
    )  # fmt: skip
    assert checker.new(add(checker.book, "rules", given)) == []
    later = replace(given, precedence=90, caller=Caller.ENTERPRISE)
    assert [f.code for f in checker.new(add(checker.book, "rules", later))] == ["rule_shadowed"]


def test_what_an_attribute_leads_to_must_not_have_ended(checker: Checker) -> None:
    book = change(checker.book, "bodies", "COMMON", valid_to=date(2026, 6, 1))
    found = checker.new(book)
    assert [(f.code, f.subject) for f in found] == [("body_ended", "COMMON")]
    assert "AREA-PARK" in found[0].message_en


def test_without_boundaries_the_rows_are_checked_and_the_rest_is_said(checker: Checker) -> None:
    book = change(checker.book, "bodies", "UNIT1", phone="")
    report = check_rows(book, at=TODAY)
    assert {"no_contact", "not_checked"} <= set(report.counts)
    assert [f.code for f in report.errors] == ["body_ended"]


def test_a_book_of_the_future_is_checked_for_its_first_day(checker: Checker) -> None:
    assert day_of_check(checker.book, date(2025, 5, 1)) == date(2026, 1, 1)
    assert day_of_check(checker.book, TODAY) == TODAY


def test_a_report_turns_into_json_values(checker: Checker) -> None:
    values = checker.base.to_dict()
    assert values["n_categories"] == len(checker.book.categories)
    assert sum(values["counts"].values()) == len(values["findings"])
    assert {f["severity"] for f in values["findings"]} == {"error", "warning", "note"}
