"""What every benchmark command shares: options for output, progress on stderr, tables."""

import argparse
import json
import signal
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

progress = Console(stderr=True, highlight=False)
"""Where progress goes, so that stdout holds nothing but the result."""


def create_parser(description: str) -> argparse.ArgumentParser:
    """Build a parser with ``--json`` and ``--out``.

    Parameters
    ----------
    description
        One line for ``--help``.

    Returns
    -------
    argparse.ArgumentParser
        To be extended by the command.

    Notes
    -----
    From here on a request to terminate ends the command in order, so that the servers it
    started do not outlive it.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    parser.add_argument("--json", action="store_true", help="print only JSON on stdout")
    parser.add_argument("--out", type=Path, help="also write the JSON to this file")
    return parser


def emit(result: dict[str, Any], arguments: argparse.Namespace, tables: Iterable[Table]) -> None:
    """Print the result as JSON or as tables, and write it where asked.

    Parameters
    ----------
    result
        What the benchmark found.
    arguments
        With ``json`` and ``out`` of ``create_parser``.
    tables
        Shown when JSON is not asked for.
    """
    text = json.dumps(result, ensure_ascii=False, indent=2)
    if arguments.out is not None:
        arguments.out.write_text(text + "\n", encoding="utf-8")
    if arguments.json:
        sys.stdout.write(text + "\n")
        return
    console = Console()
    for table in tables:
        console.print(table)


def create_table(title: str, columns: Iterable[str]) -> Table:
    """Build an empty table; all columns but the first are right-aligned."""
    table = Table(title=title)
    for at, name in enumerate(columns):
        table.add_column(name, justify="left" if at == 0 else "right")
    return table
