"""What changes from one rule book to another: rows, places that change hands, tickets."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.arrays import IntArray, LonLatArray, Progress
from governance.book.coverage import Group, group_categories, parts_of
from governance.book.definition import RuleBook
from governance.book.lattice import Lattice, Places, Terrain, build_lattice
from governance.book.layout import PARTS
from governance.book.terms import Caller
from governance.clocks.calendar import published_calendar
from governance.owner.compiled import Compiled
from governance.owner.grounds import Grounds
from governance.owner.resolver import OwnerResolver
from governance.owner.sweep import sweep

__all__ = ["BookDiff", "Move", "RowChange", "TicketMove", "Tickets", "diff_books"]


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that was added, removed or changed.

    ``part`` is ``head`` or a part of a book; ``changed`` holds the name, old and new text of each
    field of a changed row.
    """

    part: str
    code: str
    change: str
    changed: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Places that go from one body to another; ``""`` is nobody.

    Attributes
    ----------
    before, after
        Codes of the bodies.
    categories
        Codes of the categories that change hands somewhere.
    areas
        Codes of the areas of the finest partition whose inner place changes hands.
    share
        Part of all areas of that layer, 0 to 1.
    n_elsewhere
        Changed places beside those: in overlays, along lines, at assets.
    lon, lat
        One of the places, CGCS2000.
    """

    before: str
    after: str
    categories: tuple[str, ...]
    areas: tuple[str, ...]
    share: float
    n_elsewhere: int
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class TicketMove:
    """Tickets that go from one body to another, with the row of one of them."""

    before: str
    after: str
    count: int
    row: int


@dataclass(frozen=True, slots=True)
class Tickets:
    """Places and categories of n tickets: shape (n, 2) CGCS2000, and codes or paths."""

    lonlat: LonLatArray
    categories: Sequence[str]


@dataclass(slots=True, kw_only=True)
class BookDiff:
    """What changes from one rule book to another.

    ``layer`` is the finest partition, ``n_places`` the number of places compared; ``n_tickets``
    counts those compared and ``n_tickets_unknown`` those of a category that a book does not have.
    """

    old: str
    new: str
    at: date
    layer: str
    n_places: int
    rows: list[RowChange]
    moves: list[Move]
    n_tickets: int = 0
    n_tickets_unknown: int = 0
    ticket_moves: list[TicketMove] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """True when neither rows nor places nor tickets change."""
        return not (self.rows or self.moves or self.ticket_moves)

    def to_dict(self) -> dict[str, Any]:
        """Give the difference as JSON values."""

        def plain(row: object) -> dict[str, Any]:
            return {f.name: getattr(row, f.name) for f in fields(row)}  # type: ignore[arg-type]

        return {
            "old": self.old,
            "new": self.new,
            "at": self.at.isoformat(),
            "layer": self.layer,
            "n_places": self.n_places,
            "rows": [plain(row) for row in self.rows],
            "moves": [plain(move) for move in self.moves],
            "n_tickets": self.n_tickets,
            "n_tickets_unknown": self.n_tickets_unknown,
            "ticket_moves": [plain(move) for move in self.ticket_moves],
        }


def diff_books(
    old: RuleBook,
    new: RuleBook,
    grounds: Grounds,
    terrain: Terrain,
    *,
    at: date,
    tickets: Tickets | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> BookDiff:
    """Find what changes from one rule book to another on the same grounds.

    Parameters
    ----------
    old, new
        Rule books that are both valid on the date.
    grounds, terrain
        Places, with the lines and assets that either book speaks of.
    at
        Date that is asked about.
    tickets
        Tickets to compare; none when None.
    threads
        Threads for looking up places; all cores when None.
    progress
        Called with stage ``compare``.

    Returns
    -------
    BookDiff
        Places are compared where :func:`governance.book.checks.check_book` tries them, for the
        categories that both books have on the date.

    Raises
    ------
    DateOutsideBookError, DateOutsideValidityError
        A book or an edition is not valid on the date.
    """
    calendar = published_calendar([at.year])
    pair = tuple(OwnerResolver(book, grounds, calendar=calendar) for book in (old, new))
    for resolver in pair:
        resolver.require_valid_at(at)
    compiled = [resolver.compiled for resolver in pair]
    lattice = build_lattice(compiled, grounds, terrain)
    found = BookDiff(
        old=old.head.label,
        new=new.head.label,
        at=at,
        layer=lattice.finest,
        n_places=len(lattice),
        rows=list(_rows(old, new)),
        moves=_moves(pair, lattice, at, threads, progress),
    )
    if tickets is not None:
        _compare_tickets(found, pair, tickets, at, threads)
    return found


def _rows(old: RuleBook, new: RuleBook) -> Iterator[RowChange]:
    if old.head != new.head:
        yield RowChange("head", "", "changed", _fields(old.head, new.head))
    for part in PARTS:
        name = "key" if part == "levels" else "code"
        before = {getattr(row, name): row for row in getattr(old, part)}
        after = {getattr(row, name): row for row in getattr(new, part)}
        for code in sorted(before.keys() | after.keys()):
            if code not in after:
                yield RowChange(part, code, "removed")
            elif code not in before:
                yield RowChange(part, code, "added")
            elif before[code] != after[code]:
                yield RowChange(part, code, "changed", _fields(before[code], after[code]))


def _fields(old: Any, new: Any) -> tuple[tuple[str, str, str], ...]:  # noqa: ANN401 - two rows of one of seven classes
    pairs = [(f.name, getattr(old, f.name), getattr(new, f.name)) for f in fields(old)]
    return tuple((name, _text(a), _text(b)) for name, a, b in pairs if a != b)


def _text(value: object) -> str:
    if isinstance(value, tuple | frozenset):
        return ";".join(sorted(map(_text, value)))
    return "" if value is None else str(value)


def _world(book: RuleBook) -> object:
    """Give what bears on every answer beside rules and categories."""
    bodies = [(b.code, b.kind, b.area, b.function, b.valid_from, b.valid_to) for b in book.bodies]
    estates = [(estate.code, estate.property) for estate in book.estates]
    return bodies, estates, book.agreements, book.head.layers


def _shared_groups(pair: Sequence[OwnerResolver], at: date) -> list[tuple[Group, Group]]:
    """Group the categories of both books that neither tells apart; leave out what is untouched."""
    sides = []
    for resolver in pair:
        entries = resolver.compiled.categories
        groups = group_categories(resolver.compiled, at, by_department=True)
        sides.append({entries[m].code: group for group in groups for m in group.members})
    is_same_world = _world(pair[0].book) == _world(pair[1].book)
    joined: dict[tuple[int, int], tuple[Group, Group, list[str]]] = {}
    for code in sorted(sides[0].keys() & sides[1].keys()):
        one, other = sides[0][code], sides[1][code]
        joined.setdefault((id(one), id(other)), (one, other, []))[2].append(code)
    found = []
    for one, other, codes in joined.values():
        both = [
            Group(tuple(r.compiled.category_at[code] for code in codes), side.rules, side.callers)
            for r, side in zip(pair, (one, other), strict=True)
        ]
        said = [_said(r.compiled, g) for r, g in zip(pair, both, strict=True)]
        if not is_same_world or said[0] != said[1]:
            found.append((both[0], both[1]))
    return found


def _said(compiled: Compiled, group: Group) -> object:
    entry = compiled.categories[group.first]
    rules = [compiled.rules[at] for at in np.flatnonzero(group.rules).tolist()]
    return rules, entry.steps, entry.asset_classes, entry.function, entry.tier


class _Ledger:
    """Adds up places by the bodies that they go from and to."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {"": 0}
        self.categories: dict[tuple[int, int], set[str]] = defaultdict(set)
        self.areas: dict[tuple[int, int], set[int]] = defaultdict(set)
        self.elsewhere: dict[tuple[int, int], set[tuple[int, int]]] = defaultdict(set)
        self.place: dict[tuple[int, int], tuple[float, float]] = {}

    def numbers(self, compiled: Compiled) -> IntArray:
        """Give the number of each body that it shares with the other book; nobody last."""
        known = [self.codes.setdefault(b.code, len(self.codes)) for b in compiled.bodies]
        return np.array([*known, 0], dtype=np.int32)

    def note(
        self,
        before: IntArray,
        after: IntArray,
        places: Places,
        codes: Sequence[str],
        kind: int,
    ) -> None:
        """Take in the answers of both books for some categories at places of one kind."""
        changed = np.flatnonzero(before != after)
        pairs = np.column_stack([before[changed], after[changed]])
        for one, other in np.unique(pairs, axis=0).tolist():
            at: NDArray[np.int64] = changed[(pairs == (one, other)).all(axis=1)]
            key = (one, other)
            self.categories[key].update(codes)
            if kind == 0:
                self.areas[key].update(places.ordinal[at].tolist())
            else:
                self.elsewhere[key].update((kind, i) for i in at.tolist())
            lon, lat = places.lonlat[at[0]].tolist()
            self.place.setdefault(key, (lon, lat))


def _moves(
    pair: Sequence[OwnerResolver],
    lattice: Lattice,
    at: date,
    threads: int | None,
    progress: Progress | None,
) -> list[Move]:
    ledger, joined = _Ledger(), _shared_groups(pair, at)
    numbers = [ledger.numbers(resolver.compiled) for resolver in pair]
    sides = [[groups[side] for groups in joined] for side in (0, 1)]
    kinds = (lattice.areas, lattice.overlays, lattice.lines, lattice.assets)
    for kind, places in enumerate(kinds):
        some = sorted(
            {
                g
                for side, groups in enumerate(sides)
                for part, chosen in parts_of(lattice, groups, pair[side].compiled)
                if part is places
                for g in chosen
            }
        )
        asked = [
            (g, caller)
            for g in some
            for caller in max(joined[g][0].callers, joined[g][1].callers, key=len)
        ]
        swept = [
            sweep(
                resolver,
                places.lonlat,
                [(joined[g][side].first, caller) for g, caller in asked],
                at=at,
                threads=threads,
            )
            for side, resolver in enumerate(pair)
        ]
        for done, ((g, _), one, other) in enumerate(zip(asked, *swept, strict=True), start=1):
            members = joined[g][0].members
            codes = [pair[0].compiled.categories[m].code for m in members]
            ledger.note(numbers[0][one.body], numbers[1][other.body], places, codes, kind)
            if progress is not None:
                progress("compare", done, len(asked))
    return _written(ledger, pair[1].compiled, lattice)


def _written(ledger: _Ledger, compiled: Compiled, lattice: Lattice) -> list[Move]:
    code_of = list(ledger.codes)
    areas = compiled.areas.get(lattice.finest, ())
    moves = [
        Move(
            before=code_of[key[0]],
            after=code_of[key[1]],
            categories=tuple(sorted(categories)),
            areas=tuple(sorted(areas[o].code for o in ledger.areas[key])),
            share=len(ledger.areas[key]) / max(1, len(areas)),
            n_elsewhere=len(ledger.elsewhere[key]),
            lon=ledger.place[key][0],
            lat=ledger.place[key][1],
        )
        for key, categories in ledger.categories.items()
    ]
    return sorted(moves, key=lambda m: (-len(m.areas), -m.n_elsewhere, m.before, m.after))


def _compare_tickets(
    found: BookDiff,
    pair: Sequence[OwnerResolver],
    tickets: Tickets,
    at: date,
    threads: int | None,
) -> None:
    columns = []
    for resolver in pair:
        known = {e.code: o for o, e in enumerate(resolver.categories)}
        known |= {e.path: o for o, e in enumerate(resolver.categories)}
        columns.append(np.array([known.get(text, -1) for text in tickets.categories], np.int32))
    is_known = (columns[0] >= 0) & (columns[1] >= 0) & ~np.isnan(tickets.lonlat).any(axis=1)
    rows = np.flatnonzero(is_known)
    found.n_tickets, found.n_tickets_unknown = len(rows), len(columns[0]) - len(rows)
    callers = [Caller.PERSONAL] * len(rows)
    answers = [
        resolver.assign(
            tickets.lonlat[rows], column[rows], at=at, callers=callers, threads=threads
        ).body_codes()
        for resolver, column in zip(pair, columns, strict=True)
    ]
    moved: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row, before, after in zip(rows.tolist(), *answers, strict=True):
        if before != after:
            moved[before, after].append(row)
    found.ticket_moves = sorted(
        (TicketMove(a, b, len(found_rows), found_rows[0]) for (a, b), found_rows in moved.items()),
        key=lambda move: (-move.count, move.before, move.after),
    )
