"""Tickets of the demo city with their truth, and the gazetteer that the city's layers give."""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from bench.addresses.peers.serving import Text
from bench.console import progress
from boundaries.gazetteer.tables import read_tables
from boundaries.store import create_store, upgrade
from geo.address.tables import GazetteerTables
from geo.arrays import BoolArray
from xiaqu.demo.layers import DemoCity
from xiaqu.demo.tickets.generate import TicketSource, first_day_before
from xiaqu.loading import load_demo

LAST_DAY = dt.date(2026, 10, 31)
HINTS = {
    "district": "被反映区",
    "township": "被反映街乡镇",
    "community": "村/社区",
    "estate": "小区点位",
}


@dataclass(frozen=True)
class Tickets:
    """Texts with their truth, row by row.

    Parameters
    ----------
    texts
        The words and what else the ticket's columns say.
    truth
        As `bench.addresses.scores.score` wants it, and ``main`` (uid of the entity meant, empty
        for none), ``noise`` (tuples), ``kind``, ``obstacle``, ``district``, ``township`` (names by
        the place of the event, empty outside the city).
    """

    texts: list[Text]
    truth: pd.DataFrame


def draw_tickets(city: DemoCity, n_texts: int, seed: int, phrasebook: str) -> Tickets:
    """Generate tickets of random days of thirteen months and draw some of them.

    Parameters
    ----------
    city
        Generated.
    n_texts
        How many at most; a small city has fewer in all.
    seed
        Of the tickets and of the draw.
    phrasebook
        One of `xiaqu.demo.tickets.PHRASEBOOKS`.

    Returns
    -------
    Tickets
        In random order.
    """
    source = TicketSource(city, seed=seed, last_day=LAST_DAY, phrasebook=phrasebook)
    first = first_day_before(LAST_DAY)
    rng = np.random.default_rng(seed)
    frames, truths, n_made = [], [], 0
    for day in rng.permutation((LAST_DAY - first).days + 1).tolist():
        batch = source.generate(date := first + dt.timedelta(days=day), date)
        frames.append(batch.frame)
        truths.append(batch.truth)
        n_made += len(batch.frame)
        if n_made >= n_texts:
            break
    chosen = rng.permutation(n_made)[:n_texts]
    frame = pd.concat(frames, ignore_index=True).iloc[chosen]
    truth = pd.concat(truths, ignore_index=True).iloc[chosen].reset_index(drop=True)
    return Tickets(make_texts(frame), make_truth(city, truth))


def make_texts(frame: pd.DataFrame) -> list[Text]:
    """Take the content of each ticket, or its title where there is none, and the place columns."""
    content = frame["主要内容"].fillna("").where(lambda text: text.str.strip() != "", frame["标题"])
    hints = {name: frame[column].fillna("").tolist() for name, column in HINTS.items()}
    return [
        {"text": text, "hints": {name: values[at] for name, values in hints.items()}}
        for at, text in enumerate(content.tolist())
    ]


def make_truth(city: DemoCity, truth: pd.DataFrame) -> pd.DataFrame:
    """Bring the truth of the generator into the form that is scored."""
    names = {
        level: dict(zip(layer["code"], layer["name"], strict=True))
        for level in ("district", "township")
        for layer in [city.layers[level].frame]
    }
    main = truth["entity_uid"].fillna("")
    also = truth["also_uids"].fillna("").str.split(";")
    return pd.DataFrame(
        {
            "main": main,
            "entities": [
                tuple(uid for uid in (one, *others) if uid)
                for one, others in zip(main, also, strict=True)
            ],
            "lon": truth["stated_lon"],
            "lat": truth["stated_lat"],
            "event_lon": truth["lon"],
            "event_lat": truth["lat"],
            "is_decidable": truth["is_decidable"].astype(bool),
            "obstacle": [(value,) if value else () for value in truth["obstacle"].fillna("")],
            "noise": [tuple(filter(None, text.split(";"))) for text in truth["noise"].fillna("")],
            "kind": [(kind,) for kind in truth["entity_kind"]],
            "relation": [(value,) if value else () for value in truth["relation"].fillna("")],
            "district": truth["district_code"].map(names["district"]).fillna(""),
            "township": truth["township_code"].map(names["township"]).fillna(""),
        }
    )


def find_removed(truth: pd.DataFrame, removed: set[str]) -> BoolArray:
    """Tell which tickets mean an entity that was removed; for a crossing, either of its roads."""
    is_crossing = np.array([kind == ("crossing",) for kind in truth["kind"]])
    is_main = truth["main"].isin(removed).to_numpy()
    is_any = np.array([not removed.isdisjoint(entities) for entities in truth["entities"]])
    found: BoolArray = is_main | (is_crossing & is_any)
    return found


def city_tables(city: DemoCity, folder: Path, national: Path | None) -> GazetteerTables:
    """Load the city into a store of its own, as ``xiaqu demo`` does, and read its names back.

    Parameters
    ----------
    city
        Generated; the store gets the same one by scale and seed.
    folder
        Where the store is, or is made.
    national
        File of the national tree; None for the installed package.

    Returns
    -------
    GazetteerTables
        The uid of an entity is ``<layer>:<code>``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'bench.sqlite'}"
    upgrade(url)
    store = create_store(url, folder)
    progress.print("loading the demo city")
    load_demo(store, city.scale.name, city.seed)
    return read_tables(store, national=national).tables


def save_areas(city: DemoCity, path: Path) -> Path:
    """Write the areas of the city down to townships, coarse to fine, for the peers.

    Parameters
    ----------
    city
        Generated.
    path
        JSON: ``name``, ``level``, ``code``, ``parent`` (code of the area above).

    Returns
    -------
    Path
        The same.
    """
    code = str(city.layers["district"].frame["code"].iloc[0])
    areas = [
        {"name": "示范省", "level": "province", "code": code[:2], "parent": ""},
        {"name": city.name, "level": "city", "code": code[:4], "parent": code[:2]},
    ]
    for level, above in (("district", 4), ("township", 6)):
        frame = city.layers[level].frame
        areas += [
            {"name": name, "level": level, "code": code, "parent": code[:above]}
            for name, code in zip(frame["name"], frame["code"], strict=True)
        ]
    path.write_text(json.dumps(areas, ensure_ascii=False), encoding="utf-8")
    return path
