"""Findings about the rows of a rule book alone: contacts, cycles, dates, posts to be filled."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any

from governance.book.consistency import find_problems
from governance.book.definition import Body, RuleBook
from governance.book.findings import BookFinding, Severity
from governance.book.layout import PARTS
from governance.book.references import BodyReference, ReferenceKind, parse_reference
from governance.book.terms import BodyKind, Role
from governance.owner.compiled import valid_on

__all__ = ["find_row_findings", "references_of"]

_OF_FIELD = {
    "response_level": "missing_level",
    "valid_from": "empty_validity",
    "valid_to": "empty_validity",
}
_DATED = ("bodies", "categories", "rules", "agreements", "posts", "estates")


def find_row_findings(book: RuleBook, at: date) -> list[BookFinding]:
    """Find what is wrong with the rows of a book, whatever the places.

    Parameters
    ----------
    book
        Any rule book, even one that was not read from files.
    at
        Date for which it is checked.
    """
    found = list(_contradictions(book))
    found += _outside(book)
    found += _contacts(book, at)
    found += _ended(book, at)
    cycles = list(_parent_cycles(book.bodies))
    found += cycles
    if not cycles:
        found += _supervision(book)
    found += _idle(book)
    return found


def references_of(book: RuleBook) -> Iterator[tuple[str, str, str, Any]]:
    """Give every body reference: part, code of the row, reference, and the row itself."""
    for rule in book.rules:
        yield "rules", rule.code, rule.body, rule
    for entry in book.categories:
        for text in (*entry.co_organisers, *entry.copied, *entry.supervising):
            yield "categories", entry.code, text, entry


def _contradictions(book: RuleBook) -> Iterator[BookFinding]:
    for problem in find_problems(book):
        code = _OF_FIELD.get(problem.field, "contradiction")
        where = f"{problem.file} {problem.field} {problem.value!r}"
        yield BookFinding(
            code=code,
            severity=Severity.ERROR,
            subject=problem.code or problem.file,
            message=f"{where} 有误：{problem.problem}",
            message_en=f"{where}: {problem.problem}",
        )


def _outside(book: RuleBook) -> Iterator[BookFinding]:
    """Find rows that are never valid while the book is."""
    head = book.head
    for part in _DATED:
        for row in getattr(book, part):
            is_late = head.valid_to and row.valid_from and row.valid_from >= head.valid_to
            is_early = row.valid_to and row.valid_to <= head.valid_from
            if is_late or is_early:
                span = f"{row.valid_from or '…'} – {row.valid_to or '…'}"
                whole = f"{head.valid_from} – {head.valid_to or '…'}"
                yield BookFinding(
                    code="outside_validity",
                    severity=Severity.WARNING,
                    subject=row.code,
                    message=f"{PARTS[part]} {row.code} 有效期 {span} 与本册 {whole} 没有交集",
                    message_en=f"{PARTS[part]} {row.code} is valid {span}, the book {whole}",
                )


def _contacts(book: RuleBook, at: date) -> Iterator[BookFinding]:
    for body in book.bodies:
        is_open = valid_on(body.valid_from, body.valid_to, at)
        if is_open and not body.phone.strip() and not body.email.strip():
            yield BookFinding(
                code="no_contact",
                severity=Severity.WARNING,
                subject=body.code,
                message=f"{body.name}（{body.code}）没有电话和邮箱",
                message_en=f"{body.name} ({body.code}) has neither phone nor email",
            )


def _ended(book: RuleBook, at: date) -> Iterator[BookFinding]:
    """Find bodies that have ended and that rows in force still name."""
    ended = {
        body.code: body for body in book.bodies if body.valid_to is not None and body.valid_to <= at
    }
    named: dict[str, list[str]] = defaultdict(list)
    for part, code, text, row in references_of(book):
        if text in ended and valid_on(row.valid_from, row.valid_to, at):
            named[text].append(f"{PARTS[part]} {code}")
    for body in book.bodies:
        if body.parent in ended and valid_on(body.valid_from, body.valid_to, at):
            named[body.parent].append(f"{PARTS['bodies']} {body.code}")
    for estate in book.estates:
        if estate.property in ended and valid_on(estate.valid_from, estate.valid_to, at):
            named[estate.property].append(f"{PARTS['estates']} {estate.code}")
    for code, rows in sorted(named.items()):
        body = ended[code]
        shown = ", ".join(rows[:5])
        yield BookFinding(
            code="body_ended",
            severity=Severity.ERROR,
            subject=code,
            message=f"{body.name}（{code}）已于 {body.valid_to} 失效，仍被引用：{shown}",
            message_en=f"{body.name} ({code}) ended on {body.valid_to} and is still named: {shown}",
            count=len(rows),
        )


def _parent_cycles(bodies: Sequence[Body]) -> Iterator[BookFinding]:
    parent = {body.code: body.parent for body in bodies if body.parent}
    state: dict[str, int] = {}
    for number, start in enumerate(sorted(parent), start=1):
        path, code = [], start
        while code in parent and code not in state:
            state[code] = number
            path.append(code)
            code = parent[code]
        if state.get(code) == number and code in path:
            ring = path[path.index(code) :]
            first = ring.index(min(ring))
            way = " → ".join([*ring[first:], *ring[:first], min(ring)])
            yield BookFinding(
                code="parent_cycle",
                severity=Severity.ERROR,
                subject=min(ring),
                message=f"上级关系成环：{way}",
                message_en=f"the parents go round in a circle: {way}",
                count=len(ring),
            )


def _supervisors(book: RuleBook) -> dict[str, dict[str, str]]:
    """Give by body those that it supervises, each with the row that says so."""
    edges: dict[str, dict[str, str]] = defaultdict(dict)
    for body in book.bodies:
        if body.parent:
            edges[body.parent][body.code] = f"{PARTS['bodies']} {body.code}"
    said: list[tuple[str, Sequence[str], str | None, str]] = [
        (rule.body, rule.categories, rule.layer, f"{PARTS['rules']} {rule.code}")
        for rule in book.rules
        if rule.role is Role.SUPERVISING
    ]
    said += [
        (text, (entry.code,), None, f"{PARTS['categories']} {entry.code}")
        for entry in book.categories
        for text in entry.supervising
    ]
    plain = _Plain(book)
    for text, categories, layer, row in said:
        supervisor = plain.body(text)
        for primary in plain.primaries(categories, layer) if supervisor else ():
            if primary != supervisor:
                edges[supervisor].setdefault(primary, row)
    return edges


def _supervision(book: RuleBook) -> Iterator[BookFinding]:
    """Find bodies that supervise a body which is above them, by parents or by other rows."""
    edges = _supervisors(book)
    while True:
        try:
            TopologicalSorter({code: list(below) for code, below in edges.items()}).prepare()
        except CycleError as error:
            ring: list[str] = error.args[1][::-1]
            pairs = list(pairwise(ring))
            rows = list(dict.fromkeys(edges[a][b] for a, b in pairs))
            way = " → ".join(ring)
            yield BookFinding(
                code="supervision_loop",
                severity=Severity.WARNING,
                subject=" ".join(sorted(set(ring))),
                message=f"督办关系成环：{way}（{'、'.join(rows)}）",
                message_en=f"supervision goes round in a circle: {way} ({', '.join(rows)})",
                count=len(pairs),
            )
            for a, b in pairs:
                edges[a].pop(b)
        else:
            return


def _idle(book: RuleBook) -> Iterator[BookFinding]:
    """Find rules that add as co-organiser the one body that is the primary there anyway."""
    plain = _Plain(book)
    for rule in book.rules:
        if rule.role is not Role.CO_ORGANISER:
            continue
        body = plain.body(rule.body)
        primaries = plain.primaries(rule.categories, rule.layer)
        if body and primaries == {body}:
            yield BookFinding(
                code="idle_co_organiser",
                severity=Severity.NOTE,
                subject=rule.code,
                message=f"规则 {rule.code} 的协办 {body} 在同一图层、同一事项已是主办",
                message_en=f"rule {rule.code} adds {body}, which is the primary there already",
            )


class _Plain:
    """Bodies that references name whatever the place."""

    def __init__(self, book: RuleBook) -> None:
        self._rules = [rule for rule in book.rules if rule.role is Role.PRIMARY]
        self._codes = {body.code for body in book.bodies}
        self._city = next((b.code for b in book.bodies if b.kind is BodyKind.CITY), "")
        self._functions = {
            body.function: body.code
            for body in book.bodies
            if body.function and body.kind is not BodyKind.DISTRICT_DEPARTMENT and not body.area
        }

    def body(self, text: str) -> str:
        """Give the body of a reference that does not depend on the place; else nothing."""
        try:
            found: BodyReference = parse_reference(text)
        except ValueError:
            return ""  # named among the contradictions
        if found.kind is ReferenceKind.BODY:
            return found.name if found.name in self._codes else ""
        if found.kind is ReferenceKind.CITY:
            return self._city
        if found.kind is ReferenceKind.CITY_FUNCTION:
            return self._functions.get(found.name, "")
        return ""

    def primaries(self, categories: Iterable[str], layer: str | None) -> set[str]:
        """Give such bodies of the rules for some categories, of a layer or of all."""
        wanted = tuple(categories)
        found = {
            self.body(rule.body)
            for rule in self._rules
            if (layer is None or rule.layer == layer) and _meet(rule.categories, wanted)
        }
        return found - {""}


def _meet(one: Sequence[str], other: Sequence[str]) -> bool:
    if "*" in one or "*" in other:
        return True
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)
