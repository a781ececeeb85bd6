"""Owners per second, and the same rules as one query: ``python -m bench.owners --json``."""

import argparse
import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.cluster import MissingPeerError
from bench.console import create_parser, create_table, emit, progress
from bench.layers import BenchLayer, build_layer
from bench.machine import describe_machine, load_average
from bench.owners.city import open_city
from bench.owners.compare import compare
from bench.owners.peer import open_peer
from bench.owners.questions import Questions, draw_as_tickets, draw_even
from bench.owners.turns import Turns
from bench.owners.workers import OursProcess
from boundaries.store import BoundaryStore
from governance.book.definition import RuleBook
from governance.book.store import GovernanceStore

AT = date(2026, 10, 15)
"""Date asked about; the demo city's rules of that date count."""

DRAWS = {"even": draw_even, "tickets": draw_as_tickets}


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the whole benchmark.

    Parameters
    ----------
    arguments
        From ``parse``.

    Returns
    -------
    dict
        Machine, sizes, the figures of the even draw at the top, those of both draws under their
        names, and what is missing.
    """
    machine = describe_machine()
    with contextlib.ExitStack() as stack:
        folder = arguments.folder
        if folder is None:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="xiaqu-bench-"))
            folder = Path(name)
        folder = folder / f"{arguments.scale}-{arguments.seed}"
        folder.mkdir(parents=True, exist_ok=True)
        store = open_city(arguments.scale, arguments.seed, folder)
        kept = GovernanceStore(store)
        book = kept.book(kept.active().id)
        asked = _draw(store, book, arguments, folder)
        result = _measure(arguments, stack, folder, store, book, asked)
    machine |= {"load_average_at_end": load_average()}
    return {
        "machine": machine,
        "scale": arguments.scale,
        "seed": arguments.seed,
        "at": AT.isoformat(),
        "sizes": _sizes(store, book) | {"n": arguments.n, "n_sql": arguments.n_sql},
        **result,
    }


def _draw(
    store: BoundaryStore, book: RuleBook, arguments: argparse.Namespace, folder: Path
) -> dict[str, Questions]:
    """Draw the questions of each kind and save them where the measuring process reads them."""
    table = store.areas(store.active_edition(book.head.layers["grid"]).id)
    grid: BenchLayer = build_layer("grid", table.require_geometries(), list(table.codes))
    asked = {}
    for name, draw in DRAWS.items():
        progress.print(f"drawing {arguments.n:,} questions: {name}")
        asked[name] = draw(grid, book.categories, arguments.n, arguments.seed)
        asked[name].save(folder / f"{name}.npz")
    return asked


def _measure(
    arguments: argparse.Namespace,
    stack: contextlib.ExitStack,
    folder: Path,
    store: BoundaryStore,
    book: RuleBook,
    asked: dict[str, Questions],
) -> dict[str, Any]:
    """Let ours and the query take turns on one processor."""
    processor = max(os.sched_getaffinity(0))
    ours = stack.enter_context(OursProcess(folder, processor))
    missing: dict[str, str] = {}
    peer = None
    if arguments.no_postgis:
        missing["PostGIS"] = "left out on the command line"
    else:
        try:
            peer = stack.enter_context(open_peer(store, book, AT, processor))
        except MissingPeerError as error:
            missing["PostGIS"] = str(error)
            progress.print(f"MISSING: {error}")
    turns = Turns(ours, peer, folder, AT, arguments)
    rows: dict[str, dict[str, Any]] = {}
    for name, questions in asked.items():
        progress.print(f"questions: {name}")
        rows[name] = turns.measure(name, questions)
        if peer is not None:
            rows[name] |= compare(
                turns.answers(name), turns.peer_answers, questions.first(arguments.n_sql), book
            )
    return {
        **rows["even"],
        "loaded": ours.facts,
        "peer": None if peer is None else peer.version,
        **rows,
        "missing": missing,
    }


def _sizes(store: BoundaryStore, book: RuleBook) -> dict[str, Any]:
    found = {layer.key: store.active_edition(layer.key) for layer in store.layers()}
    return {
        "features": {key: edition.n_areas for key, edition in sorted(found.items())},
        "rules": len(book.rules),
        "categories": len(book.categories),
        "bodies": len(book.bodies),
        "agreements": len(book.agreements),
    }


def parse(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line.

    Parameters
    ----------
    argv
        Without the program's name; None for that of this process.

    Returns
    -------
    argparse.Namespace
        The options, with defaults for a full run.
    """
    parser = create_parser(str(__doc__))
    parser.add_argument("--scale", default="city", help="scale of the demo city")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--n", type=int, default=100_000, help="rows for ours")
    parser.add_argument("--n-sql", type=int, default=5_000, help="the first of them, for the query")
    parser.add_argument("--n-single", type=int, default=2_000, help="the first, one by one")
    parser.add_argument("--slots", type=int, default=5, help="times around, the best is reported")
    parser.add_argument("--budget-s", type=float, default=45.0, help="of each form of the query")
    parser.add_argument("--no-postgis", action="store_true", help="only ours")
    parser.add_argument(
        "--folder", type=Path, help="keep the city here and take it from here if it is there"
    )
    chosen = parser.parse_args(argv)
    chosen.n_sql, chosen.n_single = min(chosen.n_sql, chosen.n), min(chosen.n_single, chosen.n)
    return chosen


def _tables(result: dict[str, Any]) -> Iterator[Table]:
    table = create_table("owners", ("what", *DRAWS))
    for name in (
        "owners_per_s",
        "single_us",
        "single_decide_us",
        "one_by_one",
        "peak_mb",
        "sql_rows_per_s",
        "ratio_to_sql",
        "agreement",
        "agreement_off_borders",
    ):
        table.add_row(name, *(str(result[draw].get(name)) for draw in DRAWS))
    yield table
    forms = create_table("the same rules as one query", ("form", *(f"{d}, rows/s" for d in DRAWS)))
    for form in result["even"].get("sql_forms", {}):
        speeds = (str(result[draw]["sql_forms"][form]["rows_per_s"]) for draw in DRAWS)
        forms.add_row(form, *speeds)
    yield forms


if __name__ == "__main__":
    options = parse()
    outcome = run(options)
    emit(outcome, options, _tables(outcome))
