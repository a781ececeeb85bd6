"""Real address texts with their areas, from a file that the reader brings along."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from bench.addresses.scores import name_agreement
from boundaries.gazetteer.national import read_national_tree
from geo.address.tables import GazetteerTables

COLUMNS = {"province": "prov", "city": "city", "district": "district", "township": "town"}
MUNICIPALITIES = ("北京", "上海", "天津", "重庆")


def read_examples(path: Path) -> pd.DataFrame:
    """Read a tab-separated file with the columns query, prov, city, district, town.

    Parameters
    ----------
    path
        UTF-8; a level that is not marked in the text is empty.

    Returns
    -------
    DataFrame
        ``text`` and the four levels by their names here.
    """
    table = pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=3)
    renamed = {theirs: ours for ours, theirs in COLUMNS.items()} | {"query": "text"}
    return table.rename(columns=renamed)[["text", *COLUMNS]]


def claim_all(tables: GazetteerTables) -> GazetteerTables:
    """Make the whole country ours: any area may be asked for."""
    return replace(tables, areas=tables.areas.assign(is_ours=True))


def read_successors(national: Path | None) -> set[tuple[str, str]]:
    """Read pairs of a former name of an area and its name of today from the national tree."""
    tree = read_national_tree(national)
    return {(old.name, old.uid.rsplit("/", 1)[-1]) for old in tree.old_names} if tree else set()


def summarise(
    examples: pd.DataFrame, found: pd.DataFrame, successors: set[tuple[str, str]]
) -> dict[str, Any]:
    """Compare the areas found with those marked.

    Parameters
    ----------
    examples
        From `read_examples`.
    found
        In the same order, the four levels; empty where left open.
    successors
        From `read_successors`: some examples are older than a reform.

    Returns
    -------
    dict
        By level, see `bench.addresses.scores.name_agreement`: of the names marked that stand in
        the text (``in_text``), and of all marked ones (``all``), some of which only a reader who
        knows the place can add.
    """
    places = _with_municipalities(found)
    result: dict[str, Any] = {"n": len(examples), "in_text": {}, "all": {}}
    for level in COLUMNS:
        expected = examples[level]
        stands = [
            name if name and name in text else ""
            for name, text in zip(expected, examples["text"], strict=True)
        ]
        result["in_text"][level] = name_agreement(stands, places[level], successors)
        result["all"][level] = name_agreement(expected, places[level], successors)
    return result


def _with_municipalities(found: pd.DataFrame) -> pd.DataFrame:
    """Name a municipality as the city too: libraries write 市辖区 there or nothing."""
    is_municipality = found["province"].str.startswith(MUNICIPALITIES)
    return found.assign(city=found["city"].where(~is_municipality, found["province"]))
