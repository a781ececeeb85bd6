"""A rule book compiled against the places it speaks of: which rules hold for which feature."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from boundaries.snapshot import AreaInfo
from geo.arrays import BoolArray, IntArray
from governance.book.definition import Agreement, Body, Category, Rule, RuleBook
from governance.book.references import BodyReference, ReferenceKind, parse_reference
from governance.book.terms import BodyKind, Role, Step
from governance.owner.grounds import Grounds

__all__ = [
    "COMMUNITY",
    "DISTRICT",
    "DISTRICT_FUNCTION",
    "FUNCTION",
    "NOBODY",
    "OPEN",
    "PARTITIONS",
    "TOWNSHIP",
    "Compiled",
    "FeatureRules",
    "compile_book",
]

NOBODY = -1
DISTRICT = -2
TOWNSHIP = -3
COMMUNITY = -4
FUNCTION = -5
DISTRICT_FUNCTION = -16
"""Bodies of a feature's rule that are only known with the place; the last minus the function."""

PARTITIONS = (Step.GRID, Step.COMMUNITY, Step.TOWNSHIP, Step.DISTRICT)
"""Steps at which an area of a partition answers, in the order of rules."""

OPEN = 2**31 - 1
"""Ordinal of a day that never comes: the end of what is open."""

_GOVERNING = {
    Step.DISTRICT: BodyKind.DISTRICT,
    Step.TOWNSHIP: BodyKind.TOWNSHIP,
    Step.COMMUNITY: BodyKind.COMMUNITY,
}
_DYNAMIC = {
    ReferenceKind.DISTRICT: DISTRICT,
    ReferenceKind.TOWNSHIP: TOWNSHIP,
    ReferenceKind.COMMUNITY: COMMUNITY,
    ReferenceKind.FUNCTION: FUNCTION,
}


@dataclass(frozen=True, slots=True)
class FeatureRules:
    """Rules of the features of one layer, as ordinals.

    The rules of feature f are ``rules[indptr[f]:indptr[f + 1]]``, by precedence and then code;
    ``bodies`` beside them holds ordinals of bodies or one of the negative words above.
    """

    layer: str
    codes: tuple[str, ...]
    names: tuple[str, ...]
    ordinals: Mapping[str, int]
    indptr: IntArray
    rules: IntArray
    bodies: IntArray
    _known: dict[int, list[tuple[int, int]]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def of(self, feature: int) -> list[tuple[int, int]]:
        """Give the pairs of rule and body of a feature; nothing for feature -1."""
        if feature < 0:
            return []
        found = self._known.get(feature)
        if found is None:
            first, last = int(self.indptr[feature]), int(self.indptr[feature + 1])
            rules, bodies = self.rules[first:last].tolist(), self.bodies[first:last].tolist()
            found = self._known[feature] = list(zip(rules, bodies, strict=True))
        return found


class Compiled:
    """A rule book against grounds; see the attributes.

    Attributes
    ----------
    book
        As given.
    bodies, categories, rules
        Rows by ordinal, in the order of codes.
    body_at, category_at
        Ordinal by code.
    layer_of
        Key of the layer of each partition step that the grounds have.
    partitions
        Rules of the areas of each partition step.
    overlays, lines, assets
        Rules of the features of these layers, by key, in the order of keys.
    functions
        Rules by district for the step FUNCTION; the last feature stands for "no district".
    additions
        Rules that add a body in another role, by layer; the layer ``""`` for the whole city.
    governing
        Body of each area of the steps DISTRICT, TOWNSHIP, COMMUNITY; ``NOBODY`` where none.
    district_function
        Shape (n_functions, n_districts); ``city_function`` shape (n_functions,).
    applies
        Shape (n_categories, n_rules): the rule speaks of the category.
    """

    def __init__(self, book: RuleBook, grounds: Grounds) -> None:
        self.book = book
        self.bodies: tuple[Body, ...] = book.bodies
        self.categories: tuple[Category, ...] = book.categories
        self.rules: tuple[Rule, ...] = book.rules
        self.body_at = {body.code: at for at, body in enumerate(self.bodies)}
        self.category_at = {category.code: at for at, category in enumerate(self.categories)}
        self.functions_at = _functions(book)
        layers = book.head.layers
        self.layer_of = {
            step: layers.get(step.value, step.value)
            for step in PARTITIONS
            if grounds.areas(layers.get(step.value, step.value)) is not None
        }
        self.areas: dict[str, tuple[AreaInfo, ...]] = {
            key: grounds.areas(key) or () for key in grounds.editions
        }
        self._ordinals: dict[str, Mapping[str, int]] = {}
        self.governing = {step: self._governing(step) for step in _GOVERNING}
        self.city = next(
            (at for at, body in enumerate(self.bodies) if body.kind == BodyKind.CITY), NOBODY
        )
        self._departments()
        self._property = {
            estate.code: self.body_at.get(estate.property, NOBODY) for estate in book.estates
        }
        self.references = [parse_reference(rule.body) for rule in self.rules]
        self.applies = _applies(self.categories, self.rules)
        by_precedence = sorted(
            range(len(self.rules)), key=lambda at: (self.rules[at].precedence, self.rules[at].code)
        )
        primary = [at for at in by_precedence if self.rules[at].role == Role.PRIMARY]
        others = [at for at in by_precedence if self.rules[at].role != Role.PRIMARY]
        self.partitions = {
            step: self._feature_rules(key, _of(self.rules, primary, step, key))
            for step, key in self.layer_of.items()
        }
        self.overlays = self._layers(primary, Step.OVERLAY)
        self.lines = self._layers(primary, Step.LINEAR)
        self.assets = self._layers(primary, Step.ASSET)
        self.functions = self._function_rules(
            [at for at in primary if self.rules[at].step == Step.FUNCTION]
        )
        self.additions = {
            key: self._feature_rules(key, [at for at in others if self.rules[at].layer == key])
            for key in sorted({self.rules[at].layer for at in others} & set(self.areas))
        }
        self.general_additions = [at for at in others if not self.rules[at].layer]
        self.agreements = _agreements(book.agreements)

    def ordinals(self, layer: str) -> Mapping[str, int]:
        """Give the ordinal of each code of a layer."""
        found = self._ordinals.get(layer)
        if found is None:
            found = {area.code: at for at, area in enumerate(self.areas[layer])}
            self._ordinals[layer] = found
        return found

    def _governing(self, step: Step) -> IntArray:
        """Body that governs each area of a layer."""
        ordinals = {
            body.area: at
            for at, body in enumerate(self.bodies)
            if body.kind == _GOVERNING[step] and body.area
        }
        areas = self.areas.get(self.layer_of.get(step, ""), ())
        return np.array([ordinals.get(area.code, NOBODY) for area in areas], dtype=np.int32)

    def _departments(self) -> None:
        """Departments by function: of each district, and of the city."""
        districts = self.areas.get(self.layer_of.get(Step.DISTRICT, ""), ())
        at_code = {area.code: at for at, area in enumerate(districts)}
        n = len(self.functions_at)
        self.district_function = np.full((n, max(1, len(districts))), NOBODY, dtype=np.int32)
        self.city_function = np.full(n, NOBODY, dtype=np.int32)
        for at, body in enumerate(self.bodies):
            function = self.functions_at.get(body.function, -1)
            if function < 0:
                continue
            if body.kind == BodyKind.DISTRICT_DEPARTMENT and body.area in at_code:
                self.district_function[function, at_code[body.area]] = at
            elif not body.area:
                self.city_function[function] = at

    def _layers(self, primary: Sequence[int], step: Step) -> dict[str, FeatureRules]:
        keys = {self.rules[at].layer for at in primary if self.rules[at].step == step}
        return {
            key: self._feature_rules(key, _of(self.rules, primary, step, key))
            for key in sorted(keys & set(self.areas))
        }

    def _feature_rules(self, layer: str, rules: Sequence[int]) -> FeatureRules:
        areas = self.areas[layer]
        codes = tuple(area.code for area in areas)
        features, numbers, bodies = [], [], []
        for rank, at in enumerate(rules):
            selected = np.flatnonzero(_selected(self.rules[at], areas, codes))
            features.append(selected)
            numbers.append(np.full(len(selected), rank))
            bodies.append(self._bodies(self.references[at], layer, selected.astype(np.int32)))
        feature = np.concatenate([*features, np.empty(0, np.int64)]).astype(np.int64)
        rank_of = np.concatenate([*numbers, np.empty(0, np.int64)]).astype(np.int64)
        body = np.concatenate([*bodies, np.empty(0, np.int32)]).astype(np.int32)
        order = np.lexsort((rank_of, feature))
        indptr = np.zeros(len(areas) + 1, dtype=np.int32)
        np.cumsum(np.bincount(feature, minlength=len(areas)), out=indptr[1:])
        ranked = np.array(rules, dtype=np.int32) if rules else np.empty(0, np.int32)
        return FeatureRules(
            layer,
            codes,
            tuple(area.name for area in areas),
            self.ordinals(layer),
            indptr,
            ranked[rank_of[order]],
            body[order],
        )

    def _function_rules(self, rules: Sequence[int]) -> FeatureRules:
        """Rules of the step FUNCTION for each district, and for no district at the end."""
        key = self.layer_of.get(Step.DISTRICT, "")
        districts = self.areas.get(key, ())
        indptr, numbers, bodies = [0], [], []
        for place in range(len(districts) + 1):
            code = districts[place].code if place < len(districts) else ""
            for at in rules:
                rule = self.rules[at]
                if rule.areas and code not in rule.areas:
                    continue
                numbers.append(at)
                bodies.append(self._anywhere(self.references[at]))
            indptr.append(len(numbers))
        codes = tuple(area.code for area in districts)
        names = tuple(area.name for area in districts)
        return FeatureRules(
            key,
            codes,
            names,
            {code: at for at, code in enumerate(codes)},
            np.array(indptr, dtype=np.int32),
            np.array(numbers, dtype=np.int32),
            np.array(bodies, dtype=np.int32),
        )

    def _anywhere(self, reference: BodyReference) -> int:
        """Body of a reference that does not depend on a feature, or the word for later."""
        if reference.kind in _DYNAMIC:
            return _DYNAMIC[reference.kind]
        if reference.kind == ReferenceKind.BODY:
            return self.body_at.get(reference.name, NOBODY)
        if reference.kind == ReferenceKind.CITY:
            return self.city
        if reference.kind == ReferenceKind.CITY_FUNCTION:
            function = self.functions_at.get(reference.name, -1)
            return int(self.city_function[function]) if function >= 0 else NOBODY
        if reference.kind == ReferenceKind.DISTRICT_FUNCTION:
            function = self.functions_at.get(reference.name, -1)
            return DISTRICT_FUNCTION - function if function >= 0 else NOBODY
        return NOBODY

    def _bodies(self, reference: BodyReference, layer: str, features: IntArray) -> IntArray:
        """Body of a reference for each of some features of a layer."""
        areas = self.areas[layer]
        if reference.kind == ReferenceKind.AREA:
            for step, key in self.layer_of.items():
                if key == layer and step in self.governing:
                    return self.governing[step][features]
            return np.full(len(features), NOBODY, dtype=np.int32)
        if reference.kind == ReferenceKind.ATTRIBUTE:
            found = [
                self.body_at.get(str(areas[f].attributes.get(reference.name) or ""), NOBODY)
                for f in features.tolist()
            ]
            return np.array(found, dtype=np.int32)
        if reference.kind == ReferenceKind.ESTATE:
            found = [self._property.get(areas[f].code, NOBODY) for f in features.tolist()]
            return np.array(found, dtype=np.int32)
        return np.full(len(features), self._anywhere(reference), dtype=np.int32)

    def resolve(self, word: int, category: int, chain: Mapping[Step, int]) -> int:
        """Find the body that a word stands for at a place.

        Parameters
        ----------
        word
            From ``FeatureRules.bodies``.
        category
            Ordinal of the category, whose function counts.
        chain
            Ordinal of the area that holds the place for each partition step; -1 for none.

        Returns
        -------
        int
            Ordinal of a body, or ``NOBODY``.
        """
        if word >= NOBODY:
            return word
        if word <= DISTRICT_FUNCTION:
            return self._department(DISTRICT_FUNCTION - word, chain)
        if word == FUNCTION:
            entry = self.categories[category]
            function = self.functions_at.get(entry.function, -1)
            if function < 0:
                return NOBODY
            if entry.tier == "city":
                return int(self.city_function[function])
            return self._department(function, chain)
        step = {DISTRICT: Step.DISTRICT, TOWNSHIP: Step.TOWNSHIP}.get(word, Step.COMMUNITY)
        area = chain.get(step, -1)
        return int(self.governing[step][area]) if area >= 0 else NOBODY

    def resolve_reference(self, text: str, category: int, chain: Mapping[Step, int]) -> int:
        """Find the body of a reference of a catalogue entry at a place, or ``NOBODY``."""
        return self.resolve(self._anywhere(parse_reference(text)), category, chain)

    def _department(self, function: int, chain: Mapping[Step, int]) -> int:
        district = chain.get(Step.DISTRICT, -1)
        return int(self.district_function[function, district]) if district >= 0 else NOBODY


def compile_book(book: RuleBook, grounds: Grounds) -> Compiled:
    """Compile a rule book against the places it speaks of.

    Rules of layers that the grounds do not have are left out; the checks of a book report them.
    Cost: one pass over the features of each layer for each rule of that layer.
    """
    return Compiled(book, grounds)


def valid_on(valid_from: date | None, valid_to: date | None, at: date) -> bool:
    """Tell whether a half-open validity holds a date."""
    return (valid_from is None or valid_from <= at) and (valid_to is None or at < valid_to)


def _functions(book: RuleBook) -> dict[str, int]:
    names = {body.function for body in book.bodies} | {c.function for c in book.categories}
    return {name: at for at, name in enumerate(sorted(names - {""}))}


def _of(rules: Sequence[Rule], among: Iterable[int], step: Step, layer: str) -> list[int]:
    return [at for at in among if rules[at].step == step and rules[at].layer == layer]


def _selected(rule: Rule, areas: Sequence[AreaInfo], codes: Sequence[str]) -> BoolArray:
    """Tell which features a rule selects."""
    chosen = np.ones(len(areas), dtype=np.bool_)
    if rule.areas:
        wanted = set(rule.areas)
        chosen &= np.fromiter((code in wanted for code in codes), np.bool_, len(codes))
    values: dict[str, set[str]] = {}
    for name, value in rule.where:
        values.setdefault(name, set()).add(value)
    for name, allowed in values.items():
        chosen &= np.fromiter(
            (_text(area.attributes.get(name)) in allowed for area in areas), np.bool_, len(areas)
        )
    return chosen


def _text(value: object) -> str:
    """Write an attribute as it stands in a rule: booleans as ``true``, ``false``."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _applies(categories: Sequence[Category], rules: Sequence[Rule]) -> BoolArray:
    """Tell which rule speaks of which category."""
    table = np.zeros((len(categories), len(rules)), dtype=np.bool_)
    codes = [category.code for category in categories]
    for at, rule in enumerate(rules):
        if "*" in rule.categories:
            table[:, at] = True
        else:
            table[:, at] = [code.startswith(rule.categories) for code in codes]
    return table


def _agreements(rows: Sequence[Agreement]) -> dict[tuple[str, str], tuple[Agreement, ...]]:
    """Agreements by the layer and code of their line."""
    found: dict[tuple[str, str], list[Agreement]] = {}
    for row in rows:
        found.setdefault((row.line_layer, row.line), []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}
