"""What changes between two rule books: rows, places that change hands, tickets."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from governance.book.definition import Rule, RuleBook
from governance.book.difference import BookDiff, RowChange, TicketMove, Tickets, diff_books
from governance.book.lattice import Terrain, load_terrain
from governance.book.terms import Caller, Step
from governance.errors import DateOutsideBookError
from governance.owner.grounds import Grounds

TODAY = date(2026, 11, 23)


@dataclass(frozen=True)
class Differ:
    """A book on its grounds, to be compared with others."""

    city: Any
    book: RuleBook
    grounds: Grounds
    terrain: Terrain

    def diff(self, new: RuleBook, **more: Any) -> BookDiff:
        """Compare with another book."""
        given = {"at": TODAY, "threads": 1} | more
        return diff_books(self.book, new, self.grounds, self.terrain, **given)

    def changed(self, code: str, **values: Any) -> RuleBook:
        """Give the book with one rule changed."""
        rules = [replace(r, **values) if r.code == code else r for r in self.book.rules]
        return replace(self.book, rules=tuple(rules))

    def added(self, **values: Any) -> RuleBook:
        """Give the book with the rule ZZ added."""
        rules = [*self.book.rules, Rule(code="ZZ", **values)]
        return replace(self.book, rules=tuple(sorted(rules, key=lambda row: row.code)))


@pytest.fixture(scope="module")
def differ(small_city: Any) -> Differ:
    grounds = small_city.resolver.grounds
    terrain = load_terrain(small_city.governance.store, grounds)
    return Differ(small_city, small_city.resolver.book, grounds, terrain)


def test_a_book_does_not_differ_from_itself(differ: Differ) -> None:
    found = differ.diff(differ.book)
    assert found.is_empty
    assert found.n_places > 0


def test_a_moved_rule_names_its_places_and_no_others(differ: Differ) -> None:
    found = differ.diff(differ.changed("AREA-STATION", body="UNIT1"))
    assert found.rows == [
        RowChange("rules", "AREA-STATION", "changed", (("body", "STATION", "UNIT1"),))
    ]
    (move,) = found.moves
    assert (move.before, move.after) == ("STATION", "UNIT1")
    # Categories of 01, 03, 08 and 11 that overlays may answer for.
    assert set(move.categories) == {
        "0101001", "0102001", "0301001", "0302001", "0801001", "1101001",
    }  # fmt: skip
    held = differ.grounds.locator.locate(move.lon, move.lat).overlays
    assert "S1" in [entry["code"] for entry in held]
    assert move.areas == ()
    assert move.n_elsewhere > 0


def test_a_rule_of_areas_names_exactly_those_areas(differ: Differ) -> None:
    book = differ.added(
        step=Step.TOWNSHIP, layer="township", areas=("990101001",), categories=("0902",),
        body="UNIT1", precedence=10,
    )  # fmt: skip
    found = differ.diff(book)
    assert found.rows == [RowChange("rules", "ZZ", "added")]
    (move,) = found.moves
    # Of its three grids, two have a community that answers before the township.
    assert (move.before, move.after) == ("T1", "UNIT1")
    assert (move.areas, move.categories) == (("99010100100201",), ("0902001",))
    assert move.share == pytest.approx(1 / 7)


def test_what_is_taken_away_goes_to_the_next_or_to_nobody(differ: Differ) -> None:
    rules = tuple(r for r in differ.book.rules if r.code != "FUNCTION")
    found = differ.diff(replace(differ.book, rules=rules))
    assert RowChange("rules", "FUNCTION", "removed") in found.rows
    moves = {(m.before, m.after): m for m in found.moves}
    assert set(moves) == {("SOCIAL", ""), ("MARKET1", "D1")}
    assert len(moves["SOCIAL", ""].areas) == 7
    assert len(moves["MARKET1", "D1"].areas) == 5


def test_a_body_that_ends_moves_what_it_had(differ: Differ) -> None:
    bodies = [
        replace(b, valid_to=date(2026, 6, 1)) if b.code == "C11" else b for b in differ.book.bodies
    ]
    found = differ.diff(replace(differ.book, bodies=tuple(bodies)))
    assert [(r.part, r.code, r.change) for r in found.rows] == [("bodies", "C11", "changed")]
    assert {(m.before, m.after) for m in found.moves} == {("C11", "T1")}


def test_a_phone_is_a_changed_row_and_moves_nothing(differ: Differ) -> None:
    bodies = [replace(b, phone="1") if b.code == "T1" else b for b in differ.book.bodies]
    found = differ.diff(replace(differ.book, bodies=tuple(bodies)))
    assert len(found.rows) == 1
    assert found.moves == []


def test_a_rule_for_enterprises_is_compared_for_enterprises(differ: Differ) -> None:
    found = differ.diff(differ.changed("AREA-ZONE", body="SCENIC"))
    assert {(m.before, m.after) for m in found.moves} == {("ZONE", "SCENIC")}
    assert next(r for r in differ.book.rules if r.code == "AREA-ZONE").caller == Caller.ENTERPRISE


def test_tickets_that_change_hands_are_counted(differ: Differ) -> None:
    inside, outside = differ.city.place(13, 3), differ.city.place(3, 12)
    tickets = Tickets(
        np.array([outside, inside, inside, inside, (np.nan, np.nan)]),
        ["0801001", "0801001", "市容环境->垃圾->暴露垃圾", "9999999", "0801001"],
    )
    found = differ.diff(differ.changed("AREA-BUSINESS", precedence=10), tickets=tickets)
    assert (found.n_tickets, found.n_tickets_unknown) == (3, 2)
    assert found.ticket_moves == [TicketMove("STATION", "BUSINESS", 2, 1)]


def test_a_book_outside_its_validity_is_not_compared(differ: Differ) -> None:
    with pytest.raises(DateOutsideBookError):
        differ.diff(differ.book, at=date(2030, 1, 1))


def test_a_difference_turns_into_json_values(differ: Differ) -> None:
    values = differ.diff(differ.changed("AREA-STATION", body="UNIT1")).to_dict()
    assert values["rows"][0]["changed"] == (("body", "STATION", "UNIT1"),)
    assert values["moves"][0]["after"] == "UNIT1"
