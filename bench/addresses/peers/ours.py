"""Xiaqu's own geocoder: candidates with their parts and confidence, hints from the columns."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.addresses.peers.serving import Answering, Text, serve
from geo.address.answers import (
    AddressHints,
    Candidate,
    GeocodeAnswer,
    Part,
    PartRole,
    Precision,
)
from geo.address.gazetteer import Gazetteer
from geo.address.geocoder import Geocoder
from geo.address.tables import Level, Role

LEVELS = {level.name.lower(): level for level in Level if level is not Level.NONE}


class Asked(NamedTuple):
    """Texts with what else is known of each."""

    texts: list[str]
    hints: list[AddressHints]


def load(options: dict[str, Any]) -> Answering:
    """Open the gazetteer and answer once, so that everything is compiled.

    Parameters
    ----------
    options
        ``gazetteer``: the file.

    Returns
    -------
    Answering
        Its rows hold what `bench.addresses.scores.score` needs besides the names of the areas.
    """
    gazetteer = Gazetteer.open(Path(options["gazetteer"]))
    geocoder = Geocoder(gazetteer)

    def answer(asked: Asked) -> list[GeocodeAnswer]:
        return geocoder.geocode_many(asked.texts, asked.hints)

    def rows(answers: list[GeocodeAnswer]) -> list[dict[str, Any]]:
        return [describe(gazetteer, found) for found in answers]

    answer(prepare([{"text": "反映某小区3号楼路灯不亮", "hints": {}}] * 3))
    return Answering(prepare, answer, rows)


def prepare(texts: Sequence[Text]) -> Asked:
    """Make the hints of each text."""
    return Asked(
        [text["text"] for text in texts], [AddressHints(**text["hints"]) for text in texts]
    )


def describe(gazetteer: Gazetteer, answer: GeocodeAnswer) -> dict[str, Any]:
    """Reduce an answer to plain values.

    Parameters
    ----------
    gazetteer
        The one that answered.
    answer
        With or without candidates.

    Returns
    -------
    dict
        ``decision``, ``reasons`` (codes), ``uids`` (of the first candidate: its own, the estate of
        a gate, both roads of a crossing), ``confidence``, ``precision``, ``lon``, ``lat``,
        ``accuracy_m``, ``label`` (None without a candidate) and the name of the area at each
        level, empty where it is open: that of the first candidate, or of the finest area that the
        text names where there is none.
    """
    best = answer.best
    row: dict[str, Any] = {
        "decision": str(answer.decision),
        "reasons": [str(reason[0]) for reason in answer.reasons],
        "confidence": best and best.confidence,
        "uids": [],
        "precision": best and str(best.precision),
        "lon": best and best.lon,
        "lat": best and best.lat,
        "accuracy_m": best and best.accuracy_m,
        "label": best and best.label,
    }
    if best is not None:
        row["uids"] = sorted(_entities_of(gazetteer, best))
    return row | area_names(gazetteer, answer)


def _entities_of(gazetteer: Gazetteer, best: Candidate) -> set[str]:
    found = {best.uid}
    entity = gazetteer.find(best.uid)
    if gazetteer.role[entity] == Role.GATE and gazetteer.parent[entity] >= 0:
        found.add(gazetteer.uid(int(gazetteer.parent[entity])))
    if best.precision in {Precision.CROSSING, Precision.OFFSET}:
        found |= {part.uid for part in best.parts if part.role is PartRole.ROAD and part.uid}
    return found


def area_names(gazetteer: Gazetteer, answer: GeocodeAnswer) -> dict[str, str]:
    """Name the area at each level that an answer stands for; several at one level are open."""
    if answer.best is not None:
        held = {int(area) for area in gazetteer.areas_of(gazetteer.find(answer.best.uid))}
    else:
        held = _areas_of_parts(gazetteer, answer.parts)
    names: dict[str, str] = {}
    for name, level in LEVELS.items():
        of_level = {gazetteer.name(area) for area in held if gazetteer.level[area] == level}
        names[name] = of_level.pop() if len(of_level) == 1 else ""
    return names


def _areas_of_parts(gazetteer: Gazetteer, parts: Sequence[Part]) -> set[int]:
    """Follow the finest area that the text names upwards; two of them contradict each other."""
    named = {gazetteer.find(part.uid) for part in parts if part.uid} - {-1}
    areas = [area for area in named if gazetteer.level[area] != Level.NONE]
    if not areas:
        return set()
    finest = max(int(gazetteer.level[area]) for area in areas)
    chains = [
        {int(held) for held in gazetteer.areas_of(area)}
        for area in areas
        if gazetteer.level[area] == finest
    ]
    return set.intersection(*chains)


if __name__ == "__main__":
    serve(load)
