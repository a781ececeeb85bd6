"""Addresses beside jionlp and cpca, in one run: ``python -m bench.addresses --json``."""

import argparse
import contextlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.addresses.measures import measure_answers, measure_gaps, measure_peers
from bench.addresses.national import find_tree
from bench.addresses.real import measure_real
from bench.addresses.session import PEERS, Session
from bench.addresses.tickets import city_tables, draw_tickets, save_areas
from bench.cluster import MissingPeerError
from bench.console import create_parser, create_table, emit, progress
from bench.machine import describe_machine, load_average
from geo.address.tables import GazetteerTables
from xiaqu.demo import generate_city

PHRASEBOOKS = ("main", "held_out")
# For a final check: only where asked for, and its texts are never shown.
SEALED = "sealed"


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Run the whole benchmark.

    Parameters
    ----------
    arguments
        From ``parse``.

    Returns
    -------
    dict
        Machine, figures of the phrasebook asked for, those of the others under their names,
        ``real`` where asked, and missing peers.
    """
    machine = describe_machine()
    with contextlib.ExitStack() as stack:
        folder = arguments.folder
        if folder is None:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="xiaqu-bench-"))
            folder = Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        missing: dict[str, str] = {}
        tree = _find_tree(arguments, missing)
        result: dict[str, Any] = {}
        if not arguments.only_real:
            result = run_tickets(arguments, folder, tree)
            missing |= result.pop("missing")
        if arguments.real or arguments.only_real or arguments.examples:
            result["real"] = measure_real(arguments, folder, tree, missing)
    machine |= {"load_average_at_end": load_average()}
    return {"machine": machine} | result | {"missing": missing}


def run_tickets(arguments: argparse.Namespace, folder: Path, tree: Path | None) -> dict[str, Any]:
    """Measure everything over the tickets of the demo city."""
    city = generate_city(arguments.scale)
    # One store for each city: a folder that is kept serves several runs.
    tables = city_tables(city, folder / f"{city.scale.name}-{city.seed}", tree)
    others = [name for name in PHRASEBOOKS if name != arguments.phrasebook]
    tickets = {
        name: draw_tickets(city, arguments.texts, arguments.seed, name)
        for name in (arguments.phrasebook, *others)
    }
    shown = "" if arguments.phrasebook == SEALED else arguments.phrasebook
    areas = save_areas(city, folder / "areas.json")
    with Session(folder, arguments.peers, areas) as session:
        gazetteer = session.build(tables, "complete")
        gaps = measure_gaps(session, tables, tickets, arguments.seed, shown)
        found = {}
        for name, asked in tickets.items():
            progress.print(f"{len(asked.texts):,} tickets, phrasebook {name}")
            answers = measure_answers(session, gazetteer, asked, shows_wrong=name == shown)
            found[name] = answers | {
                "wrong_when_missing": gaps[name]["by_name"]["wrong_when_missing"],
                "missing_from_gazetteer": gaps[name],
            }
        speed = measure_peers(session, gazetteer, tickets[arguments.phrasebook], arguments)
        missing = session.missing
    return {
        "scale": arguments.scale,
        "seed": arguments.seed,
        "phrasebook": arguments.phrasebook,
        "sizes": _sizes(tables),
        **speed,
        **found[arguments.phrasebook],
        **{name: found[name] for name in others},
        "missing": missing,
    }


def _find_tree(arguments: argparse.Namespace, missing: dict[str, str]) -> Path | None:
    try:
        return find_tree(arguments.national)
    except MissingPeerError as error:
        missing["national tree"] = str(error)
        progress.print(f"MISSING: {error}")
        return None


def _sizes(tables: GazetteerTables) -> dict[str, int]:
    return {
        "areas": len(tables.areas),
        "our_areas": int(tables.areas["is_ours"].sum()),
        "places": len(tables.places),
        "names": len(tables.names),
        "doors": len(tables.doors),
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
    parser.add_argument("--seed", type=int, default=1, help="of the tickets and of the gaps")
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument(
        "--phrasebook",
        default="main",
        choices=(*PHRASEBOOKS, SEALED),
        help="whose wrong answers are listed; sealed is measured where asked for, never listed",
    )
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--peer-texts", type=int, default=2_000, help="whose areas are compared")
    parser.add_argument("--slots", type=int, default=3, help="timed rounds, the best is reported")
    parser.add_argument("--slot-s", type=float, default=4.0, help="seconds of a timed round")
    parser.add_argument("--real", action="store_true", help="also the real texts and names")
    parser.add_argument("--only-real", action="store_true", help="the real texts and names alone")
    parser.add_argument(
        "--examples", type=Path, help="tab-separated: query prov city district town"
    )
    parser.add_argument("--national", type=Path, help="file of the national tree of areas")
    parser.add_argument("--folder", type=Path, help="working folder that is kept")
    return parser.parse_args(argv)


FIGURES = (
    "texts_per_s", "best_peer", "ratio_to_best_peer", "accepted", "accepted_of_decidable",
    "precision", "precision_as_stated", "wrong_when_missing", "review", "refused",
    "inside_accuracy", "calibration_error", "median_m",
)  # fmt: skip


def _tables(result: dict[str, Any]) -> Iterator[Table]:
    if "texts_per_s" in result:
        other = next(name for name in PHRASEBOOKS if name in result)
        table = create_table("tickets", ("figure", result["phrasebook"], other))
        for name in FIGURES:
            table.add_row(name, str(result[name]), str(result[other].get(name, "")))
        yield table
        table = create_table("peers", ("peer", "texts/s", "district", "township"))
        for name, row in result["peers"].items():
            shares = (row["district"]["right"], row["township"]["right"])
            table.add_row(name, str(row["texts_per_s"]), *map(str, shares))
        ours = result["administrative"]
        shares = (ours["district"]["right"], ours["township"]["right"])
        table.add_row("xiaqu", str(result["texts_per_s"]), *map(str, shares))
        yield table
    for name, part in result.get("real", {}).items():
        table = create_table(f"real: {name}", ("what", "value"))
        for what, value in part.items():
            table.add_row(what, json.dumps(value, ensure_ascii=False))
        yield table
    table = create_table("missing", ("what", "why"))
    for what, why in result["missing"].items():
        table.add_row(what, why)
    yield table


if __name__ == "__main__":
    chosen = parse()
    outcome = run(chosen)
    emit(outcome, chosen, _tables(outcome))
