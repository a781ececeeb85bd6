"""The rule book and its places in PostGIS, written down from the files and not from our tables."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

import psycopg
import shapely

from bench.owners.questions import Questions
from boundaries.records import LayerInfo
from boundaries.store import BoundaryStore
from governance.book.definition import RuleBook
from governance.book.references import parse_reference
from governance.book.terms import Caller, Role, Step
from governance.owner.site import DEFAULT_REACH_M

SQL = Path(__file__).parent / "sql"
SRID = 990100
CALLERS = {Caller.ANY: 0, Caller.PERSONAL: 1, Caller.ENTERPRISE: 2}
CLASS_ATTRIBUTES = ("component_class", "facility_type")
STEPS = tuple(Step)

Row = Sequence[object]


class NotInQueryError(ValueError):
    """A book uses what the query does not know, so the two could not agree."""


def load_book(
    connection: psycopg.Connection, store: BoundaryStore, book: RuleBook, at: date
) -> None:
    """Copy a rule book and the layers that it speaks of into tables.

    Parameters
    ----------
    connection
        To an empty database, in autocommit mode.
    store
        With the active editions.
    book
        Only the rules with the role PRIMARY are needed.
    at
        Date whose rules count.

    Raises
    ------
    NotInQueryError
        A rule names a side or equal candidates that share, or an agreement is not about townships.
    """
    require_known(book)
    connection.execute(_script("tables.sql"))
    ids = _copy_features(connection, store, book)
    _copy_categories(connection, book)
    _copy_rules(connection, book)
    _copy_agreements(connection, book, ids)
    bodies = (
        (n, b.code, b.kind.value, b.area, b.function, b.valid_from, b.valid_to)
        for n, b in enumerate(book.bodies)
    )
    _copy(connection, "body", bodies)
    _copy(connection, "estate", ((e.code, e.property) for e in book.estates))
    _copy(connection, "rule_day", [(at,)])


def load_places(connection: psycopg.Connection, asked: Questions) -> None:
    """Replace the table ``place`` by the rows asked, with statistics."""
    connection.execute("DROP TABLE IF EXISTS place")
    connection.execute("TRUNCATE place_row")
    callers = (asked.is_enterprise.astype(int) + 1).tolist()
    columns = (asked.lonlat[:, 0].tolist(), asked.lonlat[:, 1].tolist(), asked.category.tolist())
    rows = zip(range(len(asked)), *columns, callers, strict=True)
    _copy(connection, "place_row", rows)
    connection.execute(_script("places.sql", srid=SRID))
    connection.execute("VACUUM ANALYZE place")


def require_known(book: RuleBook) -> None:
    """Raise NotInQueryError where a book uses what the query does not know."""
    for rule in book.rules:
        if rule.side:
            raise NotInQueryError(f"rule {rule.code} holds for one side of its line")
    for row in book.agreements:
        if row.layer != book.head.layers["township"]:
            raise NotInQueryError(f"agreement {row.code} is not about townships")


def _copy_categories(connection: psycopg.Connection, book: RuleBook) -> None:
    entries = list(enumerate(book.categories))
    rows = ((n, entry.code, entry.function, entry.tier) for n, entry in entries)
    _copy(connection, "category", rows)
    steps = ((n, STEPS.index(step)) for n, entry in entries for step in entry.steps)
    _copy(connection, "category_step", steps)
    classes = ((n, name) for n, entry in entries for name in set(entry.asset_classes))
    _copy(connection, "category_class", classes)


def _copy_rules(connection: psycopg.Connection, book: RuleBook) -> None:
    rules = [rule for rule in book.rules if rule.role == Role.PRIMARY]
    rows: list[Row] = []
    for n, rule in enumerate(rules):
        reference = parse_reference(rule.body)
        kind = rule.step.value
        rows.append((
            n, rule.code, STEPS.index(rule.step), kind, rule.layer, list(rule.areas),
            reference.kind.name.lower(), reference.name, rule.precedence, rule.reach_m,
            CALLERS[rule.caller], rule.valid_from, rule.valid_to,
        ))  # fmt: skip
    _copy(connection, "rule", rows)
    patterns = ((n, pattern) for n, rule in enumerate(rules) for pattern in rule.categories)
    _copy(connection, "rule_pattern", patterns)
    pairs = ((n, name, value) for n, rule in enumerate(rules) for name, value in rule.where)
    _copy(connection, "rule_where", pairs)


def _copy_agreements(
    connection: psycopg.Connection, book: RuleBook, ids: dict[tuple[str, str], int]
) -> None:
    rows = [
        (
            n, row.code, row.line_layer, row.line, row.reach_m, ids[row.layer, row.area_a],
            ids[row.layer, row.area_b], ids[row.layer, row.owner] if row.owner else None,
            row.valid_from, row.valid_to,
        )
        for n, row in enumerate(book.agreements)
    ]  # fmt: skip
    _copy(connection, "agreement", rows)
    patterns = ((n, p) for n, row in enumerate(book.agreements) for p in row.categories)
    _copy(connection, "agreement_pattern", patterns)


def _copy_features(
    connection: psycopg.Connection, store: BoundaryStore, book: RuleBook
) -> dict[tuple[str, str], int]:
    """Copy all features; give the number of each by layer and code."""
    spoken = {rule.layer for rule in book.rules} | {row.line_layer for row in book.agreements}
    steps = {key: step for step, key in book.head.layers.items()}
    ids: dict[tuple[str, str], int] = {}
    bounds: list[tuple[float, float, float, float]] = []
    for layer in sorted(store.layers(), key=lambda row: row.key):
        if layer.key not in spoken | steps.keys():
            continue
        kind = steps.get(layer.key, layer.role)
        table = store.areas(store.active_edition(layer.key).id)
        shapes = table.require_geometries()
        bounds.append(tuple(shapely.total_bounds(shapes).tolist()))
        first = len(ids)
        ids |= {(layer.key, code): first + n for n, code in enumerate(table.codes)}
        columns = zip(
            table.codes, table.parent_codes, table.precedence.tolist(), table.attributes,
            shapely.to_wkb(shapes, hex=True), strict=True,
        )  # fmt: skip
        rows = (
            (
                first + n, layer.key, kind, code, parent, precedence,
                _default_reach(layer, attributes), _class_attribute(layer, attributes),
                json.dumps(attributes, ensure_ascii=False), shape,
            )
            for n, (code, parent, precedence, attributes, shape) in enumerate(columns)
        )  # fmt: skip
        _copy(connection, "feature_row", rows)
    west, south, east, north = shapely.unary_union([shapely.box(*b) for b in bounds]).bounds
    middle = {"lon": (west + east) / 2, "lat": (south + north) / 2}
    connection.execute(_script("features.sql", srid=SRID, **middle))
    return ids


def _default_reach(layer: LayerInfo, attributes: dict[str, Any]) -> float | None:
    if layer.role == "asset":
        return DEFAULT_REACH_M[Step.ASSET]
    if layer.role != "linear":
        return None
    width = attributes.get("width_m")
    return DEFAULT_REACH_M[Step.LINEAR] if width is None else float(width) / 2


def _class_attribute(layer: LayerInfo, attributes: dict[str, Any]) -> str | None:
    if layer.role != "asset":
        return None
    return next((name for name in CLASS_ATTRIBUTES if name in attributes), None)


def _copy(connection: psycopg.Connection, table: str, rows: Iterable[Row]) -> None:
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _script(file: str, **values: object) -> str:
    return Template((SQL / file).read_text(encoding="utf-8")).substitute(values)
