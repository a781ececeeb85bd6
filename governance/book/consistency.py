"""What the rows of a rule book say of each other: codes, parents, references, dates.

These are the rules without which a book has no meaning; what is merely unwise, such as a body
without a phone, is a finding of the check of a whole book.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from governance.book.definition import Body, Category, RuleBook
from governance.book.layout import BOOK_FILE, PARTS
from governance.book.row_checks import (
    CHECKS,
    TIERS,
    Known,
    check_dates,
    check_layer,
    check_levels,
)
from governance.book.terms import BodyKind
from governance.errors import BookProblem

__all__ = ["find_problems"]

_LAYER_STEPS = ("district", "township", "community", "grid")
_GOVERNING = frozenset({BodyKind.DISTRICT, BodyKind.TOWNSHIP, BodyKind.COMMUNITY})


def find_problems(
    book: RuleBook,
    *,
    refused: Mapping[str, Collection[str]] | None = None,
    unknown_parts: Collection[str] = (),
    has_head: bool = True,
) -> list[BookProblem]:
    """Find every row that contradicts another one or itself.

    Parameters
    ----------
    book
        Rows whose single values could be read.
    refused
        For each part the codes of rows that could not be read; they may be named all the same.
    unknown_parts
        Parts that could not be read as a whole: nothing that names their rows is a problem.
    has_head
        False where the head could not be read.

    Returns
    -------
    list of BookProblem
        In the order of files; ``row`` is None.
    """
    problems: list[BookProblem] = []
    known = _gather(book, refused or {}, unknown_parts)
    if has_head:
        _check_head(book, problems)
    for part, file in PARTS.items():
        rows: Sequence[Any] = getattr(book, part)
        _check_unique(rows, file, problems)
        if part == "levels":
            check_levels(book.levels, problems)
            continue
        check = CHECKS[part]
        for row in rows:
            code = str(row.code)

            def refuse(name: str, value: object, problem: str, code: str = code) -> None:
                problems.append(BookProblem(file, None, name, str(value), problem, code))  # noqa: B023 - called within the loop

            check_dates(row.valid_from, row.valid_to, refuse)
            check(row, known, refuse)
    problems += _check_level_names(book.categories)
    problems += _check_governing(book.bodies)
    return sorted(problems, key=lambda problem: _ORDER.index(problem.file))


_ORDER = (BOOK_FILE, *PARTS.values())


def _gather(
    book: RuleBook, refused: Mapping[str, Collection[str]], unknown_parts: Collection[str]
) -> Known:
    def codes(part: str, rows: Iterable[Any]) -> set[str]:
        return {str(row.code) for row in rows} | set(refused.get(part, ()))

    categories = codes("categories", book.categories)
    functions: dict[str, set[str]] = {tier: set() for tier in TIERS}
    for body in book.bodies:
        if body.function:
            is_district = body.kind is BodyKind.DISTRICT_DEPARTMENT
            functions["district" if is_district else "city"].add(body.function)
    return Known(
        levels={level.key for level in book.levels},
        bodies=codes("bodies", book.bodies),
        categories=categories,
        prefixes={code[:n] for code in categories for n in (2, 4, 7)},
        functions=functions,
        has_city=any(body.kind is BodyKind.CITY for body in book.bodies),
        has_all_levels="levels" not in unknown_parts,
        has_all_bodies="bodies" not in unknown_parts and not refused.get("bodies"),
        has_all_body_codes="bodies" not in unknown_parts,
        has_all_categories="categories" not in unknown_parts,
    )


def _check_head(book: RuleBook, problems: list[BookProblem]) -> None:
    def refuse(name: str, value: object, problem: str) -> None:
        problems.append(BookProblem(BOOK_FILE, None, name, str(value), problem))

    head = book.head
    check_dates(head.valid_from, head.valid_to, refuse)
    if not head.label.strip():
        refuse("label", head.label, "must not be blank")
    for step, layer in head.layers.items():
        if step not in _LAYER_STEPS:
            refuse(f"layers.{step}", layer, f"is no key here; known are {', '.join(_LAYER_STEPS)}")
        check_layer(f"layers.{step}", layer, refuse)


def _check_unique(rows: Sequence[Any], file: str, problems: list[BookProblem]) -> None:
    seen: set[str] = set()
    name = "key" if file == PARTS["levels"] else "code"
    for row in rows:
        code = str(getattr(row, name))
        if code in seen:
            problem = f"occurs twice; {name}s are unique in a file"
            problems.append(BookProblem(file, None, name, code, problem, code))
        seen.add(code)


def _check_level_names(categories: Sequence[Category]) -> Iterator[BookProblem]:
    """Find codes whose beginning has two names: one of the two is a slip."""
    names: dict[str, tuple[str, str]] = {}
    for category in categories:
        for n_digits, name in ((2, "level_1"), (4, "level_2")):
            prefix, value = category.code[:n_digits], getattr(category, name)
            first, code = names.setdefault(prefix, (value, category.code))
            if first != value:
                problem = f"codes that begin with {prefix} are {first!r}, as in {code}"
                file = PARTS["categories"]
                yield BookProblem(file, None, name, value, problem, category.code)


def _check_governing(bodies: Sequence[Body]) -> Iterator[BookProblem]:
    """Find areas that two bodies of one kind govern on the same day."""
    by_area: dict[tuple[BodyKind, str], list[Body]] = {}
    for body in bodies:
        if body.kind not in _GOVERNING or not body.area:
            continue
        others = by_area.setdefault((body.kind, body.area), [])
        for other in others:
            if _meet(body, other):
                problem = f"is governed by {other.code} of the same kind on the same days"
                yield BookProblem(PARTS["bodies"], None, "area", body.area, problem, body.code)
                break
        others.append(body)


def _meet(one: Body, other: Body) -> bool:
    starts_late = one.valid_from and other.valid_to and one.valid_from >= other.valid_to
    ends_early = one.valid_to and other.valid_from and one.valid_to <= other.valid_from
    return not (starts_late or ends_early)
