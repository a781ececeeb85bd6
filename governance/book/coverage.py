"""Try a rule book at every place of a lattice, for every category: who answers, and who never."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from geo.arrays import BoolArray, Progress
from governance.book.lattice import Lattice, Places
from governance.book.terms import Caller, Role, Step
from governance.owner.answer import STATUSES
from governance.owner.compiled import Compiled, valid_on
from governance.owner.resolver import OwnerResolver
from governance.owner.sweep import Swept, sweep

__all__ = ["Coverage", "Group", "group_categories", "parts_of", "rules_in_play", "try_book"]

_NOBODY, _DISPUTED = STATUSES.index("nobody"), STATUSES.index("disputed")


@dataclass(frozen=True, slots=True)
class Group:
    """Categories that no rule tells apart; ``rules`` are those that may answer for them."""

    members: tuple[int, ...]
    rules: BoolArray
    callers: tuple[Caller, ...]

    @property
    def first(self) -> int:
        """Ordinal of the category that stands for all."""
        return self.members[0]


@dataclass(slots=True)
class Coverage:
    """What came out of trying a book.

    Attributes
    ----------
    groups
        Categories that are equal to the rules.
    nobody
        Shape (n_groups, n_areas): nobody answers in the area of the finest partition.
    is_answered
        Shape (n_groups,): somebody answers somewhere.
    elsewhere
        By group, the number of places beside those of areas where nobody answers, and one.
    winners
        Ordinals of rules that decide somewhere.
    disputed
        Lead rule and group to the number of disputed places and one of them.
    """

    groups: tuple[Group, ...]
    nobody: BoolArray
    is_answered: BoolArray
    elsewhere: dict[int, tuple[int, tuple[float, float]]] = field(default_factory=dict)
    winners: set[int] = field(default_factory=set)
    disputed: dict[tuple[int, int, Caller], tuple[int, tuple[float, float]]] = field(
        default_factory=dict
    )


def rules_in_play(compiled: Compiled, at: date) -> BoolArray:
    """Tell which rules make a body primary and are in force on a date."""
    return np.array(
        [
            rule.role == Role.PRIMARY and valid_on(rule.valid_from, rule.valid_to, at)
            for rule in compiled.rules
        ],
        dtype=np.bool_,
    )


def group_categories(
    compiled: Compiled, at: date, *, by_department: bool = False
) -> tuple[Group, ...]:
    """Group the categories of a date that no rule, asset or department tells apart.

    Parameters
    ----------
    compiled
        The book.
    at
        Categories and rules that are not valid on the date are left out.
    by_department
        Categories of different departments are never one group; else they are where both have
        departments in the same districts.
    """
    in_play = rules_in_play(compiled, at)
    agreements = [row.categories for rows in compiled.agreements.values() for row in rows]
    of_step = {step: np.array([r.step == step for r in compiled.rules]) for step in Step}
    groups: dict[object, tuple[list[int], BoolArray]] = {}
    for ordinal, entry in enumerate(compiled.categories):
        if not valid_on(entry.valid_from, entry.valid_to, at):
            continue
        allowed = np.zeros(len(compiled.rules), dtype=np.bool_)
        for step in entry.steps:
            allowed |= of_step[step]
        rules = in_play & allowed & compiled.applies[ordinal]
        agreed = tuple("*" in codes or entry.code.startswith(codes) for codes in agreements)
        key = (
            rules.tobytes(),
            entry.steps,
            entry.asset_classes,
            agreed,
            (entry.function, entry.tier) if by_department else _department(compiled, ordinal, at),
        )
        groups.setdefault(key, ([], rules))[0].append(ordinal)
    return tuple(
        Group(tuple(members), rules, _callers(compiled, rules))
        for members, rules in groups.values()
    )


def _department(compiled: Compiled, ordinal: int, at: date) -> object:
    """Give where the function of a category has a department on a date."""
    entry = compiled.categories[ordinal]
    function = compiled.functions_at.get(entry.function, -1)
    if function < 0:
        return None
    is_city = entry.tier == "city"
    bodies = [compiled.city_function[function]] if is_city else compiled.district_function[function]
    rows = [compiled.bodies[body] if body >= 0 else None for body in bodies]
    return is_city, tuple(row and valid_on(row.valid_from, row.valid_to, at) for row in rows)


def _callers(compiled: Compiled, rules: BoolArray) -> tuple[Caller, ...]:
    """Kinds of callers that must be tried: one where no rule tells them apart."""
    told = any(compiled.rules[at].caller != Caller.ANY for at in np.flatnonzero(rules).tolist())
    return (Caller.PERSONAL, Caller.ENTERPRISE) if told else (Caller.PERSONAL,)


def parts_of(
    lattice: Lattice, groups: Sequence[Group], compiled: Compiled
) -> list[tuple[Places, list[int]]]:
    """Give the parts of a lattice, with the groups of categories to try there.

    Places of lines, overlays and assets are tried for the groups that have rules about them;
    for the others they are like any place of the area around.
    """
    everything = list(range(len(groups)))
    parts = [(lattice.areas, everything)]
    for places, step in (
        (lattice.overlays, Step.OVERLAY),
        (lattice.lines, Step.LINEAR),
        (lattice.assets, Step.ASSET),
    ):
        is_step = np.array([rule.step == step for rule in compiled.rules], dtype=np.bool_)
        some = [g for g in everything if (groups[g].rules & is_step).any()]
        parts.append((places, some))
    return [(places, some) for places, some in parts if len(places) and some]


def try_book(
    resolver: OwnerResolver,
    lattice: Lattice,
    *,
    at: date,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Coverage:
    """Answer for every place of a lattice and every category.

    Parameters
    ----------
    resolver
        The book on its grounds.
    lattice
        Where to ask.
    at
        Date that is asked about.
    threads
        Threads for looking up places; all cores when None.
    progress
        Called with stage ``answer``, counting groups of categories over the kinds of places.
    """
    groups = group_categories(resolver.compiled, at)
    found = Coverage(
        groups,
        np.zeros((len(groups), len(lattice.areas)), dtype=np.bool_),
        np.zeros(len(groups), dtype=np.bool_),
    )
    parts = parts_of(lattice, groups, resolver.compiled)
    asked = [[(g, caller) for g in some for caller in groups[g].callers] for _, some in parts]
    total, done = sum(map(len, asked)), 0
    for (places, _), pairs in zip(parts, asked, strict=True):
        wanted = [(groups[g].first, caller) for g, caller in pairs]
        swept = sweep(resolver, places.lonlat, wanted, at=at, threads=threads)
        for (group, _), row in zip(pairs, swept, strict=True):
            _note(found, group, row, places, is_area=places is lattice.areas)
            done += 1
            if progress is not None:
                progress("answer", done, total)
    return found


def _note(found: Coverage, group: int, row: Swept, places: Places, *, is_area: bool) -> None:
    is_nobody = row.status == _NOBODY
    found.is_answered[group] |= not is_nobody.all()
    found.winners.update(np.unique(row.rule).tolist())
    if is_area:
        found.nobody[group] |= is_nobody
    elif is_nobody.any():
        at = np.flatnonzero(is_nobody)
        before, place = found.elsewhere.get(group, (0, _place(places, at)))
        found.elsewhere[group] = (before + len(at), place)
    is_disputed = np.flatnonzero(row.status == _DISPUTED)
    for rule in np.unique(row.rule[is_disputed]).tolist():
        at = is_disputed[row.rule[is_disputed] == rule]
        key = (rule, group, row.caller)
        before, place = found.disputed.get(key, (0, _place(places, at)))
        found.disputed[key] = (before + len(at), place)


def _place(places: Places, at: NDArray[np.int64]) -> tuple[float, float]:
    lon, lat = places.lonlat[at[0]].tolist()
    return lon, lat
