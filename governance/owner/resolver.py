"""The object that answers who is responsible: a rule book, its places, rulings and calendar."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from boundaries.located import Located
from boundaries.locator import DEFAULT_ACCURACY_M
from geo.arrays import FloatArray, IntArray, LonLatArray
from geo.index.slices import as_points
from governance.book.definition import Category, RuleBook
from governance.book.rulings import Ruling
from governance.book.terms import Caller, Step
from governance.clocks.calendar import WorkCalendar
from governance.clocks.deadlines import due, due_many
from governance.errors import DateOutsideBookError, QuestionError, UnknownCategoryError
from governance.owner.answer import OWNER_FLAGS, Considered, Deadline, OwnerAnswer, OwnerQuestion
from governance.owner.batch import Asked, BatchPlan, Special, assign_owners, caller_numbers
from governance.owner.bodies import Naming
from governance.owner.candidates import Candidate
from governance.owner.compiled import NOBODY, Compiled, compile_book, valid_on
from governance.owner.confidence import confidence_of
from governance.owner.grounds import Grounds
from governance.owner.posts import PostTable
from governance.owner.reaches import Reaches
from governance.owner.site import (
    Site,
    apply_agreements,
    read_areas,
    read_overlays,
    rulings_at,
)
from governance.owner.table import OwnerTable
from governance.owner.verdict import Verdict, decide, margins_of
from governance.owner.wishes import would_change

__all__ = ["ENGINE", "OwnerResolver"]

ENGINE = 1
"""Version of the order of rules; a change that can alter an answer raises it."""


class OwnerResolver:
    """Answers who is responsible for a place, a category and a date.

    Immutable, so that threads may share it; another book, edition, ruling or calendar makes
    another resolver.

    Parameters
    ----------
    book
        Rule book, checked.
    grounds
        Places that its rules speak of.
    rulings
        Recorded rulings that are not revoked.
    calendar
        Working calendar.
    book_id, rulings_token
        What decisions say they rest on.
    """

    def __init__(
        self,
        book: RuleBook,
        grounds: Grounds,
        *,
        calendar: WorkCalendar,
        rulings: Sequence[Ruling] = (),
        book_id: str = "",
        rulings_token: Mapping[str, Any] | None = None,
    ) -> None:
        self.book = book
        self.grounds = grounds
        self.calendar = calendar
        self.rulings = tuple(rulings)
        self.compiled: Compiled = compile_book(book, grounds)
        self.levels = {level.key: level for level in book.levels}
        self.context: dict[str, Any] = {
            "book": book_id,
            "rulings": dict(rulings_token or {"digest": "", "known_at": None}),
            "calendar": calendar.version,
            "engine": ENGINE,
            "editions": grounds.editions,
        }
        self.ruling_tree = shapely.STRtree([ruling.geometry for ruling in self.rulings])
        self._naming = Naming(self.compiled)
        self._posts = PostTable(self.compiled)
        self._reaches = Reaches(self.compiled, grounds)

    @cached_property
    def categories(self) -> tuple[Category, ...]:
        """Entries of the catalogue by ordinal."""
        return self.compiled.categories

    def category(self, code: str, at: date | None = None) -> int:
        """Give the ordinal of a category by its code or its path.

        Raises
        ------
        UnknownCategoryError
            No entry has the code or path; names those near it.
        QuestionError
            The entry is not valid on the date.
        """
        ordinal = self.compiled.category_at.get(code)
        if ordinal is None:
            ordinal = self._by_path.get(code)
        if ordinal is None:
            raise UnknownCategoryError(code, self._near(code))
        entry = self.categories[ordinal]
        if at is not None and not valid_on(entry.valid_from, entry.valid_to, at):
            known = f"valid from {entry.valid_from or 'ever'} to {entry.valid_to or 'open'}"
            raise QuestionError("category", code, f"not in the catalogue on {at}; it is {known}")
        return ordinal

    def _near(self, code: str) -> list[str]:
        """Codes and paths that look like a category that there is none of."""
        known = [*self.compiled.category_at, *self._by_path]
        held = [path for path in self._by_path if code and code in path]
        return list(dict.fromkeys([*held, *get_close_matches(code, known, n=3)]))

    @cached_property
    def _by_path(self) -> dict[str, int]:
        return {entry.path: ordinal for ordinal, entry in enumerate(self.categories)}

    def answer(self, question: OwnerQuestion, *, show_phones: bool = False) -> OwnerAnswer:
        """Answer a question, with everything that was considered.

        Parameters
        ----------
        question
            Place, category, date.
        show_phones
            Whether the work phones of posts are shown.

        Returns
        -------
        OwnerAnswer
            The same for the same question, always.

        Raises
        ------
        UnknownCategoryError, QuestionError
            The category is not in the catalogue, or not on that date.
        DateOutsideBookError
            The book is not valid on the date.
        CoordinateError
            The place is no place, or the accuracy is negative.
        DateOutsideValidityError
            An edition is not valid on the date.

        Notes
        -----
        Cost: some hundred microseconds, most of it for the evidence.
        """
        self.require_valid_at(question.at)
        category = self.category(question.category, question.at)
        located = self.grounds.locator.locate(
            question.lon, question.lat, at=question.at, accuracy_m=question.accuracy_m
        )
        site = self.site(located, category)
        verdict = decide(self.compiled, site, category, question.at, question.caller)
        margins = margins_of(self.compiled, category, verdict)
        return OwnerAnswer(
            question=question,
            status=verdict.status,
            primary=self._naming.primary(verdict),
            others=self._naming.others(verdict, site, category, question),
            step=verdict.lead.step if verdict.lead else None,
            rule=verdict.lead.rule_code if verdict.lead else "",
            considered=tuple(
                self._considered(c) for c in _shown(self.compiled, verdict.candidates, question.at)
            ),
            would_change=would_change(self.compiled, category, verdict, question),
            posts=self._posts.at(site, question.at, show_phones=show_phones),
            deadline=self._deadline(category, question),
            chain=tuple(located.chain),
            overlays=tuple(located.overlays),
            confidence=round(
                confidence_of(
                    margins, question.accuracy_m, question.place_confidence, verdict.status
                ),
                4,
            ),
            flags=self._flags(located, category, verdict),
            context=self.context,
        )

    def assign(
        self,
        lonlat: LonLatArray,
        categories: Sequence[str] | IntArray,
        *,
        at: date,
        callers: Sequence[Caller] | None = None,
        accuracy_m: float | FloatArray = DEFAULT_ACCURACY_M,
        received_at: NDArray[np.datetime64] | None = None,
        threads: int | None = None,
    ) -> OwnerTable:
        """Answer for many places; each row as :meth:`answer` would.

        Parameters
        ----------
        lonlat
            Shape (n, 2), CGCS2000 lon, lat; NaN rows belong to nobody.
        categories
            Code of each row, or ordinals into ``categories``.
        at
            Date whose rules and boundaries count.
        callers
            Kind of caller of each row; all personal when None.
        accuracy_m
            Accuracy of the places: one for all, or shape (n,).
        received_at
            Shape (n,), ``datetime64``, UTC; gives deadlines.
        threads
            Threads for looking up places; all cores when None.

        Returns
        -------
        OwnerTable
            Columns of length n. ``place_confidence`` is not known here and taken as 1.

        Raises
        ------
        UnknownCategoryError, QuestionError
            A category is not in the catalogue, or not on that date; or arrays differ in length.
        DateOutsideBookError, DateOutsideValidityError
            The book or an edition is not valid on the date.
        """
        self.require_valid_at(at)
        points = as_points(lonlat)
        ordinals = self._ordinals(categories, at, len(points))
        given = [Caller.PERSONAL] * len(points) if callers is None else list(callers)
        if len(given) != len(points):
            raise QuestionError("callers", len(given), f"expected one for each of {len(points)}")
        accuracy = np.broadcast_to(np.asarray(accuracy_m, dtype=np.float64), (len(points),))

        def decide_one(i: int) -> Special:
            return self.decide_one(points[i], int(ordinals[i]), at, given[i], float(accuracy[i]))

        table = assign_owners(
            self.plan,
            points,
            Asked(ordinals, at, caller_numbers(given), accuracy),
            rulings=self.ruling_tree,
            decide_one=decide_one,
            threads=threads,
        )
        return table if received_at is None else self._with_deadlines(table, received_at)

    @cached_property
    def plan(self) -> BatchPlan:
        """The compiled book as arrays for many places at once."""
        return BatchPlan(self.compiled, self.grounds, self._reaches)

    def _ordinals(self, categories: Sequence[str] | IntArray, at: date, n: int) -> IntArray:
        if isinstance(categories, np.ndarray) and categories.dtype.kind in "iu":
            ordinals = categories.astype(np.int32)
            bad = np.flatnonzero((ordinals < 0) | (ordinals >= len(self.categories)))
            if bad.size:
                problem = f"row {bad[0]}: expected 0 to {len(self.categories) - 1}"
                raise QuestionError("category", int(ordinals[bad[0]]), problem)
            used = np.unique(ordinals).tolist()
            for ordinal in used:
                self.category(self.categories[ordinal].code, at)
        else:
            known = {str(code): self.category(str(code), at) for code in set(categories)}
            ordinals = np.array([known[str(code)] for code in categories], dtype=np.int32)
        if len(ordinals) != n:
            raise QuestionError("categories", len(ordinals), f"expected one for each of {n} rows")
        return ordinals

    def decide_one(
        self, point: FloatArray, category: int, at: date, caller: Caller, accuracy_m: float
    ) -> Special:
        """Decide one row of a batch by the order of rules itself."""
        lon, lat = point.tolist()
        located = self.grounds.locator.locate(lon, lat, at=at, accuracy_m=accuracy_m)
        site = self.site(located, category)
        verdict = decide(self.compiled, site, category, at, caller)
        margins = margins_of(self.compiled, category, verdict)
        lead = verdict.lead
        return (
            -1 if lead is None else lead.body,
            None if lead is None else lead.step,
            -1 if lead is None else lead.rule,
            verdict.status,
            confidence_of(margins, accuracy_m, 1.0, verdict.status),
            self._flags(located, category, verdict),
        )

    def _with_deadlines(self, table: OwnerTable, received_at: NDArray[np.datetime64]) -> OwnerTable:
        if len(received_at) != len(table):
            expected = f"expected one for each of {len(table)} rows"
            raise QuestionError("received_at", len(received_at), expected)
        at_key = {level.key: place for place, level in enumerate(self.book.levels)}
        levels = np.array([at_key[c.response_level] for c in self.categories], dtype=np.int32)
        columns = due_many(self.book.levels, levels[table.category], received_at, self.calendar)
        return replace(table, due_at=columns.due_at)

    def require_valid_at(self, at: date) -> None:
        """Raise DateOutsideBookError unless the book is valid on a date."""
        head = self.book.head
        if not valid_on(head.valid_from, head.valid_to, at):
            raise DateOutsideBookError(head.label, at, head.valid_from, head.valid_to)

    def site(self, located: Located, category: int) -> Site:
        """Gather what lies at a place; agreements are applied."""
        compiled, lon, lat = self.compiled, located.lon, located.lat
        entry = compiled.categories[category]
        hits: list[int] = []
        if self.rulings:
            place = shapely.Point(lon, lat)
            hits = self.ruling_tree.query(place, predicate="intersects").tolist()
        site = Site(
            areas=read_areas(compiled, located, self.grounds.locator),
            overlays=read_overlays(compiled, located),
            lines=self._reaches.lines_at(lon, lat, located.accuracy_m),
            assets=self._reaches.assets_at(lon, lat, entry.asset_classes, located.accuracy_m),
            rulings=rulings_at(self.rulings, hits, entry.code, located.at),
        )
        apply_agreements(compiled, site, category, located.at)
        return site

    def _considered(self, candidate: Candidate) -> Considered:
        areas = self.compiled.areas.get(candidate.layer, ())
        feature = areas[candidate.feature] if 0 <= candidate.feature < len(areas) else None
        body = self.compiled.bodies[candidate.body] if candidate.body >= 0 else None
        distance = candidate.distance_m
        return Considered(
            step=candidate.step,
            rule=candidate.rule_code,
            body=body.code if body else "",
            body_name=body.name if body else "",
            layer=candidate.layer,
            feature=feature.code if feature else "",
            feature_name=feature.name if feature else "",
            distance_m=None if distance is None else round(distance, 3),
            is_taken=candidate.is_taken,
            reason=candidate.reason,
        )

    def _deadline(self, category: int, question: OwnerQuestion) -> Deadline | None:
        if question.received_at is None:
            return None
        level = self.levels[self.categories[category].response_level]
        return due(level, question.received_at, self.calendar)

    def _flags(self, located: Located, category: int, verdict: Verdict) -> tuple[str, ...]:
        raised = set(located.flags)
        if verdict.status == "disputed":
            raised.add("disputed")
        if self.categories[category].needs_asset and not any(
            c.step == Step.ASSET and c.reason[:1] != ("out_of_reach",) for c in verdict.candidates
        ):
            raised.add("asset_missing")
        return tuple(flag for flag in OWNER_FLAGS if flag in raised)


def _shown(compiled: Compiled, candidates: Sequence[Candidate], at: date) -> list[Candidate]:
    """Leave out what says nothing: of rules for other categories, one in force for each feature."""
    seen: set[tuple[str, int]] = set()
    speaks = {(c.layer, c.feature) for c in candidates if c.reason[:1] != ("other_category",)}
    shown = []
    for candidate in candidates:
        if candidate.reason[:1] == ("other_category",):
            key = (candidate.layer, candidate.feature)
            if key in seen or key in speaks or not _is_in_force(compiled, candidate, at):
                continue
            seen.add(key)
        shown.append(candidate)
    return shown


def _is_in_force(compiled: Compiled, candidate: Candidate, at: date) -> bool:
    """Tell whether both the rule of a candidate and its body exist on a date."""
    if candidate.body == NOBODY:
        return False
    rule, body = compiled.rules[candidate.rule], compiled.bodies[candidate.body]
    is_open = valid_on(rule.valid_from, rule.valid_to, at)
    return is_open and valid_on(body.valid_from, body.valid_to, at)
