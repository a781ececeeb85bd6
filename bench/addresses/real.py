"""Real texts and real names, as far as they are at hand."""

import argparse
import json
from pathlib import Path
from typing import Any

import pandas as pd

from bench.addresses import beijing, examples, shanghai
from bench.addresses.national import build_tables
from bench.addresses.peers.serving import Text
from bench.addresses.session import Session
from bench.addresses.workers import Worker
from bench.console import progress
from bench.layers import shared_data
from bench.summary import OURS
from boundaries.gazetteer.records import SourceContent


def measure_real(
    arguments: argparse.Namespace, folder: Path, tree: Path | None, missing: dict[str, str]
) -> dict[str, Any]:
    """Measure the real sets: addresses of Shanghai, names of Beijing, a file of examples.

    Parameters
    ----------
    arguments
        ``examples``, ``peers`` and ``seed`` of the command line.
    folder
        Working folder.
    tree
        From `bench.addresses.national.find_tree`.
    missing
        Gets the reason of what is not there.

    Returns
    -------
    dict
        By set; for texts by library.
    """
    result: dict[str, Any] = {}
    data = shared_data()
    areas = folder / "no-areas.json"
    areas.write_text(json.dumps([]), encoding="utf-8")
    with Session(folder, arguments.peers, areas) as session:
        if data is None:
            missing["real data"] = "XIAQU_SHARED_DATA names no folder"
        else:
            progress.print("real addresses of Shanghai")
            result["shanghai"] = measure_shanghai(session, data, tree)
            progress.print("real names of Beijing")
            names = beijing.Beijing(data, tree, folder / "beijing")
            result["beijing"] = beijing.measure(names, arguments.seed)
        if arguments.examples is not None:
            progress.print(f"examples of {arguments.examples.name}")
            result["examples"] = measure_examples(session, arguments.examples, tree)
        missing |= session.missing
    return result


def measure_shanghai(session: Session, data: Path, tree: Path | None) -> dict[str, Any]:
    """Find the district of each address with ours and the peers."""
    tables = build_tables(shanghai.read_entries(data), tree, session.folder / "shanghai")
    stations = shanghai.read_stations(data)
    texts = _texts(stations["text"])
    gazetteer = session.build(tables, "shanghai")
    return {
        name: shanghai.summarise(stations, found)
        for name, found in _all_answers(session, gazetteer, texts, "shanghai").items()
    }


def measure_examples(session: Session, path: Path, tree: Path | None) -> dict[str, Any]:
    """Find the areas of each example with ours and the peers."""
    tables = build_tables(SourceContent().entries, tree, session.folder / "country")
    gazetteer = session.build(examples.claim_all(tables), "country")
    rows = examples.read_examples(path)
    successors = examples.read_successors(tree)
    return {
        name: examples.summarise(rows, found, successors)
        for name, found in _all_answers(
            session, gazetteer, _texts(rows["text"]), "examples"
        ).items()
    }


def _all_answers(
    session: Session, gazetteer: Path, texts: list[Text], name: str
) -> dict[str, pd.DataFrame]:
    with session.start_ours(gazetteer) as ours:
        workers: dict[str, Worker] = {OURS: ours} | session.peers
        return {who: session.answers(worker, texts, name) for who, worker in workers.items()}


def _texts(column: "pd.Series[str]") -> list[Text]:
    return [{"text": text, "hints": {}} for text in column]
