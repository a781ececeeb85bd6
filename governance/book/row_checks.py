"""What each row of a rule book must hold, and whom and what it may name."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Any

from governance.book.definition import Agreement, Body, Category, Estate, Level, Post, Rule
from governance.book.layout import PARTS
from governance.book.references import ReferenceKind, parse_reference
from governance.book.terms import BodyKind, Step
from governance.errors import BookProblem

__all__ = [
    "CHECKS",
    "CLOCKS",
    "COMMITTEES",
    "TIERS",
    "Known",
    "Refuse",
    "check_dates",
    "check_layer",
    "check_levels",
]

TIERS = ("district", "city")
"""Whose department has the function of a category."""

CLOCKS = ("natural", "working")
"""On what the limit of a response level counts."""

COMMITTEES = ("", "物管会", "业委会", "自管会")
"""Kinds of committees of an estate."""

_LAYER_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LEVEL_KEY = re.compile(r"[a-z][a-z0-9_]{0,63}")
_CATEGORY_CODE = re.compile(r"\d{7}")
_CATEGORY_PREFIX = re.compile(r"\d{2}|\d{4}|\d{7}")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d|24:00")
_LONGEST_LIMIT = timedelta(days=3660)
_DIGITS = re.compile(r"\d{1,6}")
_WITH_AREA = frozenset(
    {BodyKind.DISTRICT, BodyKind.TOWNSHIP, BodyKind.COMMUNITY, BodyKind.DISTRICT_DEPARTMENT}
)

Refuse = Callable[[str, object, str], None]
"""Called with field, value and problem of the row at hand."""


@dataclass(slots=True)
class Known:
    """What may be named. Where a file could not be read, what is not there may still exist."""

    levels: set[str]
    bodies: set[str]
    categories: set[str]
    prefixes: set[str]
    functions: dict[str, set[str]]
    has_city: bool
    has_all_levels: bool
    has_all_bodies: bool
    has_all_body_codes: bool
    has_all_categories: bool
    near: dict[str, list[str]] = field(default_factory=dict)


def check_dates(valid_from: date | None, valid_to: date | None, refuse: Refuse) -> None:
    """Refuse a validity that ends before it begins."""
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        problem = f"does not come after valid_from {valid_from}; it is the first day without"
        refuse("valid_to", valid_to, problem)


def check_layer(name: str, layer: str, refuse: Refuse) -> None:
    """Refuse what cannot be the key of a layer; whether there is one is not looked at."""
    if not _LAYER_KEY.fullmatch(layer):
        refuse(name, layer, "is no key of a layer; keys are lower case letters, digits and _")


def check_levels(levels: Sequence[Level], problems: list[BookProblem]) -> None:
    """Find response levels whose clock could not run."""
    for level in levels:

        def refuse(name: str, value: object, problem: str, key: str = level.key) -> None:
            field = f"level.{key}.{name}" if name else f"level.{key}"
            problems.append(BookProblem(PARTS["levels"], None, field, str(value), problem))

        if not _LEVEL_KEY.fullmatch(level.key):
            refuse("", level.key, "a key is lower case letters, digits and _, a letter first")
        if level.clock not in CLOCKS:
            refuse("clock", level.clock, f"is unknown; use one of {', '.join(CLOCKS)}")
        if not timedelta(0) < level.limit <= _LONGEST_LIMIT:
            refuse("limit", level.limit, "must be above 0 and at most ten years")
        elif level.clock == "working" and level.limit % timedelta(days=1):
            refuse("limit", level.limit, 'working days are counted whole; write "3 d"')
        if not _TIME.fullmatch(level.ends_at) or level.ends_at == "00:00":
            refuse("ends_at", level.ends_at, 'is no time of day; write "17:30", at most "24:00"')


def _check_body(body: Body, known: Known, refuse: Refuse) -> None:
    if not body.name:
        refuse("name", body.name, "must not be blank")
    if body.parent == body.code:
        refuse("parent", body.parent, "is the body itself; name the body that supervises it")
    elif body.parent:
        _check_body_code("parent", body.parent, known, refuse)
    if body.kind in _WITH_AREA and not body.area:
        refuse("area", "", f"a body of kind {body.kind.value} needs the code of its area")
    if body.kind is BodyKind.DISTRICT_DEPARTMENT and not body.function:
        refuse("function", "", "a district department needs the key of its function")


def _check_body_code(name: str, code: str, known: Known, refuse: Refuse) -> None:
    if code not in known.bodies and known.has_all_body_codes:
        refuse(name, code, f"no body has this code{_near(code, known.bodies, known)}")


def _near(text: str, codes: Collection[str], known: Known) -> str:
    if text not in known.near:
        known.near[text] = get_close_matches(text, list(codes)[:5000], 1)
    return f"; the nearest is {known.near[text][0]}" if known.near[text] else ""


def _check_reference(
    name: str, text: str, known: Known, refuse: Refuse, category: Category | None = None
) -> None:
    try:
        found = parse_reference(text)
    except ValueError as error:
        refuse(name, text, str(error))
        return
    kind = found.kind
    if kind is ReferenceKind.BODY:
        _check_body_code(name, text, known, refuse)
    elif kind is ReferenceKind.DISTRICT_FUNCTION:
        _check_function(name, found.name, "district", known, refuse)
    elif kind is ReferenceKind.CITY_FUNCTION:
        _check_function(name, found.name, "city", known, refuse)
    elif kind is ReferenceKind.CITY and not known.has_city and known.has_all_bodies:
        refuse(name, text, "there is no body of kind city")
    elif kind is ReferenceKind.FUNCTION and category is not None and not category.function:
        refuse(name, text, "the category has no function")


def _check_function(name: str, function: str, tier: str, known: Known, refuse: Refuse) -> None:
    functions = known.functions.get(tier, set())
    if function in functions or not known.has_all_bodies:
        return
    other = next((t for t in TIERS if function in known.functions[t]), "")
    who = "district department" if tier == "district" else "body of the city"
    if other:
        hint = f"; it is a function of the {other}"
    else:
        listed = ", ".join(sorted(functions)[:12]) or "none"
        near = get_close_matches(function, sorted(functions), 1)
        hint = f"; the nearest is {near[0]}" if near else f"; known are {listed}"
    refuse(name, function, f"no {who} has this function{hint}")


def _check_category(category: Category, known: Known, refuse: Refuse) -> None:
    code = category.code
    if not _CATEGORY_CODE.fullmatch(code):
        zeros = "; a spreadsheet takes leading zeros away, load the column as text"
        hint = zeros if _DIGITS.fullmatch(code) else ""
        refuse("code", code, f"a category has seven digits, such as 0402003{hint}")
    for name in ("level_1", "level_2", "level_3"):
        if not getattr(category, name):
            refuse(name, "", "must not be blank")
    if category.response_level not in known.levels and known.has_all_levels:
        levels = ", ".join(sorted(known.levels))
        refuse("response_level", category.response_level, f"is no response level; use {levels}")
    _check_steps(category, refuse)
    if category.tier not in TIERS:
        refuse("tier", category.tier, f"is unknown; use one of {', '.join(TIERS)}")
    elif category.function:
        _check_function("function", category.function, category.tier, known, refuse)
    for name in ("co_organisers", "copied", "supervising"):
        for text in getattr(category, name):
            _check_reference(name, text, known, refuse, category)


def _check_steps(category: Category, refuse: Refuse) -> None:
    steps = category.steps
    if not steps:
        refuse("steps", "", "no step may answer; name at least one")
    if Step.RULING in steps:
        refuse("steps", Step.RULING.value, "a ruling may always answer; leave it out")
    if Step.FUNCTION in steps and not category.function:
        refuse("function", "", "the step function may answer, so a function is needed")
    if category.needs_asset and Step.ASSET not in steps:
        refuse("needs_asset", "true", "the step asset is not among the steps; add it")
    if category.asset_classes and Step.ASSET not in steps:
        listed = ";".join(category.asset_classes)
        refuse("asset_classes", listed, "the step asset is not among the steps; add it")


def _check_categories(codes: Sequence[str], known: Known, refuse: Refuse) -> None:
    if not codes:
        refuse("categories", "", "no category is named; write * for all")
    if "*" in codes and len(codes) > 1:
        refuse("categories", ";".join(codes), "* already means all; take the others out")
    for code in codes:
        if code == "*":
            continue
        if not _CATEGORY_PREFIX.fullmatch(code):
            refuse("categories", code, "is no code; write 2, 4 or 7 digits, or * for all")
        elif code not in known.prefixes and known.has_all_categories:
            refuse("categories", code, "no category of the catalogue begins with this code")


def _check_rule(rule: Rule, known: Known, refuse: Refuse) -> None:
    if rule.step is Step.RULING:
        steps = ", ".join(step.value for step in Step if step is not Step.RULING)
        refuse("step", "ruling", f"rulings are recorded one by one; use one of {steps}")
    if rule.layer:
        check_layer("layer", rule.layer, refuse)
    elif rule.step is not Step.FUNCTION:
        refuse("layer", "", "name the layer whose features the rule selects")
    elif rule.areas or rule.where:
        refuse("layer", "", "areas or conditions are given, so the layer is needed")
    _check_categories(rule.categories, known, refuse)
    _check_reference("body", rule.body, known, refuse)
    _check_reach(rule, refuse)


def _check_reach(rule: Rule, refuse: Refuse) -> None:
    if rule.precedence < 0:
        refuse("precedence", rule.precedence, "must not be below 0; smaller goes first")
    if rule.reach_m is not None and rule.step not in {Step.ASSET, Step.LINEAR}:
        refuse("reach_m", rule.reach_m, "only rules of the steps asset and linear have a reach")
    if rule.reach_m is not None and rule.reach_m <= 0:
        refuse("reach_m", rule.reach_m, "must be above 0 metres")
    if rule.side not in {"", "left", "right"}:
        refuse("side", rule.side, "is unknown; use left or right, or leave it empty for both")
    elif rule.side and rule.step is not Step.LINEAR:
        refuse("side", rule.side, "only rules of the step linear have a side")


def _check_agreement(agreement: Agreement, known: Known, refuse: Refuse) -> None:
    for name in ("layer", "line_layer"):
        check_layer(name, getattr(agreement, name), refuse)
    if agreement.area_a == agreement.area_b:
        refuse("area_b", agreement.area_b, "is the same as area_a; an agreement is between two")
    if agreement.reach_m <= 0:
        refuse("reach_m", agreement.reach_m, "must be above 0 metres")
    if agreement.owner and agreement.owner not in {agreement.area_a, agreement.area_b}:
        either = f"{agreement.area_a} or {agreement.area_b}"
        refuse("owner", agreement.owner, f"must be {either}, or empty for left and right")
    _check_categories(agreement.categories, known, refuse)


def _check_post(post: Post, known: Known, refuse: Refuse) -> None:
    check_layer("layer", post.layer, refuse)
    if not post.area:
        refuse("area", "", "name the area or road of the post")
    if post.body:
        _check_body_code("body", post.body, known, refuse)


def _check_estate(estate: Estate, known: Known, refuse: Refuse) -> None:
    if estate.property:
        _check_body_code("property", estate.property, known, refuse)
    if estate.committee not in COMMITTEES:
        listed = ", ".join(name for name in COMMITTEES if name)
        refuse("committee", estate.committee, f"is unknown; use one of {listed}, or leave it empty")


CHECKS: dict[str, Callable[[Any, Known, Refuse], None]] = {
    "bodies": _check_body,
    "categories": _check_category,
    "rules": _check_rule,
    "agreements": _check_agreement,
    "posts": _check_post,
    "estates": _check_estate,
}
"""Part of a rule book to the check of its rows."""
