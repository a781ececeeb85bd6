"""From the command to the first answer: ``python -m bench.start --json``."""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rich.table import Table

from bench.console import create_parser, create_table, emit, progress
from bench.machine import describe_machine
from bench.servers import free_port, program, running, wait_for
from xiaqu.demo.scales import CENTRE_LAT, CENTRE_LON

TIMEOUT_S = 900.0
BUDGET_S = 120.0


def first_answer_s(arguments: argparse.Namespace, environment: dict[str, str]) -> float:
    """Run ``xiaqu demo`` and wait for its first answer to a lookup.

    Parameters
    ----------
    arguments
        With ``scale`` and ``seed``.
    environment
        Names the data folder and the folder of compiled code.

    Returns
    -------
    float
        Seconds from the start of the command.
    """
    port = free_port()
    size = ["--scale", arguments.scale, "--seed", str(arguments.seed)]
    command = [program("xiaqu"), "demo", *size, "--port", str(port)]
    path = f"/v1/locate?lon={CENTRE_LON}&lat={CENTRE_LAT}"
    with running(command, environment) as process:
        return wait_for(process, port, path, TIMEOUT_S)


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Start once with nothing there, and once more with everything there.

    Parameters
    ----------
    arguments
        From ``parse``.

    Returns
    -------
    dict
        ``first_start_s`` (no data, no compiled code, as on a fresh machine after the download),
        ``next_start_s``, ``budget_s``, ``within_budget``, machine.
    """
    machine = describe_machine()
    with tempfile.TemporaryDirectory(prefix="xiaqu-start-") as name:
        folder = Path(name)
        environment = {
            "XIAQU_DATA_DIR": str(folder / "data"),
            "XIAQU_DATABASE_URL": "",
            "NUMBA_CACHE_DIR": str(folder / "compiled"),
        }
        first = first_answer_s(arguments, environment)
        progress.print(f"first start: {first:.1f} s")
        following = first_answer_s(arguments, environment)
        progress.print(f"next start: {following:.1f} s")
    return {
        "machine": machine,
        "scale": arguments.scale,
        "seed": arguments.seed,
        "first_start_s": round(first, 1),
        "next_start_s": round(following, 1),
        "budget_s": BUDGET_S,
        "within_budget": first <= BUDGET_S,
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
    return parser.parse_args(argv)


def _tables(result: dict[str, Any]) -> Iterator[Table]:
    table = create_table("from xiaqu demo to the first answer", ("what", "value"))
    for name in ("first_start_s", "next_start_s", "budget_s", "within_budget"):
        table.add_row(name, str(result[name]))
    yield table


if __name__ == "__main__":
    chosen = parse()
    outcome = run(chosen)
    emit(outcome, chosen, _tables(outcome))
