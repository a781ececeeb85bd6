"""Real names of Beijing's housing estates inside sentences: found, left open, or not known."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from bench.addresses.gaps import without
from bench.addresses.national import area_entries, build_tables, estate_entries
from bench.addresses.sentences import write_digits, write_sentences
from geo.address.answers import AddressHints, Decision, GeocodeAnswer
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder
from geo.address.tables import GazetteerTables
from geo.datum import Datum, geometries_to_cgcs2000, to_cgcs2000
from geo.validity import repair

REACH_M = 200.0
N_HOMONYMS = 60
N_FOLDS = 5


def read_communities(data: Path) -> pd.DataFrame:
    """Read the communities, each with the district whose polygon holds it.

    Parameters
    ----------
    data
        Folder of the real data sets.

    Returns
    -------
    DataFrame
        ``uid``, ``name``, ``building`` (another name or an address), ``label`` (the district as
        labelled), ``district`` (by polygon), ``lon``, ``lat`` (CGCS2000).
    """
    folder = data / "beijing_communities"
    table = pd.read_csv(folder / "beijing_communities.csv", dtype={"building": str})
    districts = read_districts(data)
    lonlat = table[["lon", "lat"]].to_numpy(float)
    point, area = shapely.STRtree(districts.geometry.to_numpy()).query(
        shapely.points(lonlat), predicate="intersects"
    )
    held = np.full(len(table), "", dtype=object)
    held[point] = districts["name"].to_numpy(object)[area]
    here = to_cgcs2000(lonlat, Datum.GCJ02)
    return pd.DataFrame(
        {
            "uid": [f"estate:{row}" for row in range(len(table))],
            "name": table["community"].str.strip(),
            "building": table["building"].str.strip(),
            "label": table["district"],
            "district": held,
            "lon": here[:, 0],
            "lat": here[:, 1],
        }
    )


def read_districts(data: Path) -> gpd.GeoDataFrame:
    """Read the districts, in GCJ-02 as the points, with shapes made valid."""
    frame = gpd.read_file(data / "beijing_districts_gcj02" / "110000.json")
    shapes = repair(frame.geometry.to_numpy(), datum=Datum.GCJ02).geometries
    return frame[["name", "adcode", "geometry"]].set_geometry(shapes)


def read_entries(data: Path) -> pd.DataFrame:
    """Read the districts as entries of a gazetteer, in CGCS2000."""
    frame = read_districts(data)
    shapes = geometries_to_cgcs2000(frame.geometry.to_numpy(), Datum.GCJ02)
    return area_entries(
        gpd.GeoDataFrame(
            {"name": frame["name"], "code": frame["adcode"].astype(str)}, geometry=shapes
        )
    )


def plant_homonyms(communities: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Copy some communities under the same name into the district of another one.

    Parameters
    ----------
    communities
        From `read_communities`.
    seed
        Which ones, and to where.

    Returns
    -------
    DataFrame
        The copies alone, each fifty metres beside a place of its district; the original's uid is
        in ``of``.
    """
    rng = np.random.default_rng(seed)
    chosen = communities.iloc[rng.choice(len(communities), N_HOMONYMS, replace=False)]
    hosts = []
    for district in chosen["district"]:
        others = communities[communities["district"] != district]
        hosts.append(others.iloc[int(rng.integers(len(others)))])
    copies = chosen.assign(
        of=chosen["uid"],
        uid=chosen["uid"] + ":planted",
        district=[host["district"] for host in hosts],
        lon=[host["lon"] + 0.0005 for host in hosts],
        lat=[host["lat"] + 0.0005 for host in hosts],
    )
    return copies.reset_index(drop=True)


class Beijing:
    """Builds gazetteers of Beijing with one set of communities or another.

    Parameters
    ----------
    data
        Folder of the real data sets.
    national
        From `bench.addresses.national.find_tree`.
    folder
        For stores and files.
    """

    def __init__(self, data: Path, national: Path | None, folder: Path) -> None:
        self.communities = read_communities(data)
        self._districts = read_entries(data)
        self._national = national
        self._folder = folder

    def read_tables(self, name: str, communities: pd.DataFrame) -> GazetteerTables:
        """Make the tables of a gazetteer of these communities."""
        entries = pd.concat([self._districts, estate_entries(communities, REACH_M)])
        return build_tables(entries, self._national, self._folder / name)

    def open(self, name: str, tables: GazetteerTables) -> Geocoder:
        """Build a gazetteer and open a geocoder on it."""
        path = self._folder / f"{name}.gaz"
        return Geocoder(Gazetteer.build(tables, path, edition="real names of Beijing"))


def measure(beijing: Beijing, seed: int) -> dict[str, Any]:
    """Measure all parts.

    Parameters
    ----------
    beijing
        The names.
    seed
        Of sentences, homonyms and folds.

    Returns
    -------
    dict
        ``found`` (names as they are), ``homonyms`` (with and without context), ``unknown``
        (names taken out of the gazetteer before they are asked).
    """
    tables = beijing.read_tables("all", beijing.communities)
    return {
        "n": len(beijing.communities),
        "found": measure_found(beijing, tables, seed),
        "homonyms": measure_homonyms(beijing, seed),
        "unknown": measure_unknown(beijing, tables, seed),
    }


def measure_found(beijing: Beijing, tables: GazetteerTables, seed: int) -> dict[str, Any]:
    """Ask for each name in a sentence: alone, with its district, with the district as a hint."""
    communities = beijing.communities
    geocoder = beijing.open("all", tables)
    names = [write_digits(name, at) for at, name in enumerate(communities["name"])]
    said = zip(communities["district"], names, strict=True)
    with_district = [district + name for district, name in said]
    hints = [AddressHints(district=district) for district in communities["district"]]
    uids = communities["uid"].tolist()
    return {
        "alone": _summary(geocoder.geocode_many(write_sentences(names, seed)), uids),
        "with_district": _summary(
            geocoder.geocode_many(write_sentences(with_district, seed + 1)), uids
        ),
        "with_hint": _summary(
            geocoder.geocode_many(write_sentences(names, seed + 2), hints=hints), uids
        ),
    }


def measure_homonyms(beijing: Beijing, seed: int) -> dict[str, Any]:
    """Ask for names that exist twice: they stay open without context and are told apart with it.

    Returns
    -------
    dict
        ``left_open``: share not accepted and with both places among the candidates;
        ``with_district`` and ``with_hint``: the copy's district is named.
    """
    copies = plant_homonyms(beijing.communities, seed)
    both = pd.concat([beijing.communities, copies])
    geocoder = beijing.open("homonyms", beijing.read_tables("homonyms", both))
    names = copies["name"].tolist()
    pairs = list(zip(copies["of"], copies["uid"], strict=True))
    open_answers = geocoder.geocode_many(write_sentences(names, seed))
    said = zip(copies["district"], names, strict=True)
    hints = [AddressHints(district=district) for district in copies["district"]]
    uids = copies["uid"].tolist()
    return {
        "n": len(copies),
        "accepted_without_context": _share(
            answer.decision is Decision.ACCEPTED for answer in open_answers
        ),
        "left_open": _share(
            answer.decision is not Decision.ACCEPTED
            and set(pair) <= {candidate.uid for candidate in answer.candidates}
            for answer, pair in zip(open_answers, pairs, strict=True)
        ),
        "with_district": _summary(
            geocoder.geocode_many(write_sentences([d + name for d, name in said], seed + 1)), uids
        ),
        "with_hint": _summary(
            geocoder.geocode_many(write_sentences(names, seed + 2), hints=hints), uids
        ),
    }


def measure_unknown(beijing: Beijing, tables: GazetteerTables, seed: int) -> dict[str, Any]:
    """Ask for names that the gazetteer lacks, a fifth of them at a time: none may be accepted."""
    communities = beijing.communities
    fold = np.random.default_rng(seed).permutation(len(communities)) % N_FOLDS
    answers: list[GeocodeAnswer] = []
    for number in range(N_FOLDS):
        removed = communities[fold == number]
        geocoder = beijing.open(f"without-{number}", without(tables, set(removed["uid"])))
        said = removed["district"] + removed["name"]
        answers += geocoder.geocode_many(write_sentences(said.tolist(), seed + number))
    wrong = [answer for answer in answers if answer.decision is Decision.ACCEPTED]
    return {
        "n": len(answers),
        "wrong_when_missing": _share(answer.decision is Decision.ACCEPTED for answer in answers),
        "refused": _share(answer.decision is Decision.REFUSED for answer in answers),
        "examples": [f"{answer.text} -> {answer.best and answer.best.label}" for answer in wrong],
    }


def _summary(answers: Sequence[GeocodeAnswer], uids: Sequence[str]) -> dict[str, Any]:
    firsts = [answer.best is not None and answer.best.uid for answer in answers]
    is_right = [first == uid for first, uid in zip(firsts, uids, strict=True)]
    is_accepted = [answer.decision is Decision.ACCEPTED for answer in answers]
    wrong = [
        f"{answer.text} -> {answer.best and answer.best.label}"
        for answer, right, taken in zip(answers, is_right, is_accepted, strict=True)
        if taken and not right
    ]
    return {
        "first_right": _share(is_right),
        "accepted": _share(is_accepted),
        "precision": _share(
            right for right, taken in zip(is_right, is_accepted, strict=True) if taken
        ),
        "wrong": wrong,
    }


def _share(flags: Iterable[bool]) -> float | None:
    known = list(flags)
    return round(sum(known) / len(known), 4) if known else None
