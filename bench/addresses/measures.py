"""What is measured over the tickets of the demo city."""

from pathlib import Path
from typing import Any

import pandas as pd

from bench.addresses.gaps import draw_entities, draw_names
from bench.addresses.scores import (
    NEAR_M,
    held_back,
    missing_summary,
    name_agreement,
    score,
    slices,
    summarise,
)
from bench.addresses.session import Session
from bench.addresses.speed import measure_speeds, ratios
from bench.addresses.tickets import Tickets, find_removed
from bench.addresses.workers import save_texts
from bench.cluster import MissingPeerError
from bench.console import progress
from bench.summary import OURS
from geo.address.tables import GazetteerTables

REMOVED_SHARE = 0.1
SLICED = ("noise", "kind", "relation", "obstacle")
N_EXAMPLES = 40


def measure_answers(
    session: Session, gazetteer: Path, tickets: Tickets, *, shows_wrong: bool
) -> dict[str, Any]:
    """Answer all tickets on the complete gazetteer.

    Parameters
    ----------
    session
        Running.
    gazetteer
        Complete.
    tickets
        With their truth.
    shows_wrong
        False keeps the words of a phrasebook that nobody is to tune on out of the result.

    Returns
    -------
    dict
        See `bench.addresses.scores.summarise`; ``slices``; ``held_back`` (why
        right ones were not accepted); ``administrative`` (names of district
        and township of the first candidate against the place of the event); ``without_hints``
        (the same from the words alone); ``wrong`` (some accepted answers that are not right).
    """
    answers = session.ours(gazetteer, tickets.texts, "tickets")
    scored = score(tickets.truth, answers)
    kinds = pd.Series([(kind,) if kind else () for kind in scored["precision"]], dtype=object)
    scored = scored.assign(precision_kind=kinds)
    is_wrong = scored["is_accepted"] & ~scored["is_right"]
    bare = [{"text": text["text"], "hints": {}} for text in tickets.texts]
    bare_answers = session.ours(gazetteer, bare, "bare")
    alone = summarise(score(tickets.truth, bare_answers))
    return summarise(scored) | {
        "slices": {column: slices(scored, column) for column in (*SLICED, "precision_kind")},
        "held_back": held_back(scored),
        "administrative": _administrative(tickets.truth, answers),
        "without_hints": {
            name: alone[name] for name in ("accepted", "precision", "first_right", "refused")
        }
        | _administrative(tickets.truth, bare_answers),
        "wrong": _examples(scored[is_wrong], tickets) if shows_wrong else [],
    }


def measure_gaps(
    session: Session, tables: GazetteerTables, tickets: dict[str, Tickets], seed: int, shown: str
) -> dict[str, dict[str, Any]]:
    """Take a tenth of the gazetteer away, by name and by entity, and ask again.

    Parameters
    ----------
    session
        Running.
    tables
        The complete gazetteer.
    tickets
        By phrasebook.
    seed
        Of the draws.
    shown
        The phrasebook whose wrong answers are listed.

    Returns
    -------
    dict
        By phrasebook, ``by_name`` and ``by_entity``, see
        `bench.addresses.scores.missing_summary`.
    """
    found: dict[str, dict[str, Any]] = {name: {} for name in tickets}
    draws = {"by_name": draw_names, "by_entity": draw_entities}
    for way, draw in draws.items():
        removed = draw(tables, REMOVED_SHARE, seed)
        gazetteer = session.build(tables, f"without-{way}", removed)
        for phrasebook, asked in tickets.items():
            is_removed = find_removed(asked.truth, removed)
            answers = session.ours(gazetteer, asked.texts, f"gaps-{phrasebook}")
            scored = score(asked.truth, answers)
            is_wrong = is_removed & scored["is_accepted"] & ~(scored["distance_m"] <= NEAR_M)
            found[phrasebook][way] = missing_summary(scored, is_removed=is_removed) | {
                "n_entities_removed": len(removed),
                "wrong": _examples(scored[is_wrong], asked) if phrasebook == shown else [],
            }
    return found


def measure_peers(
    session: Session,
    gazetteer: Path,
    tickets: Tickets,
    arguments: Any,  # noqa: ANN401
) -> dict[str, Any]:
    """Time everyone on the same texts, and say what each peer gets right.

    Parameters
    ----------
    session
        Running.
    gazetteer
        Complete.
    tickets
        With their truth.
    arguments
        ``slots``, ``slot_s`` and ``peer_texts`` of the command line.

    Returns
    -------
    dict
        See `bench.addresses.speed.ratios`; ``speeds``; ``peers``: by name the agreement of
        district and township; they know neither entities nor points.
    """
    path = save_texts(session.folder / "speed.jsonl", tickets.texts)
    with session.start_ours(gazetteer) as ours:
        workers = [ours, *session.peers.values()]
        progress.print("speed, one processor, in turn")
        rates, missing = measure_speeds(
            workers, path, len(tickets.texts), slots=arguments.slots, slot_s=arguments.slot_s
        )
    session.missing |= missing
    peers: dict[str, Any] = {}
    asked = tickets.texts[: arguments.peer_texts]
    for name in rates:
        if name == OURS:
            continue
        try:
            answers = session.answers(session.peers[name], asked, "peers")
        except MissingPeerError as error:
            session.missing[name] = str(error)
            continue
        truth = tickets.truth.iloc[: len(asked)]
        peers[name] = {
            "version": session.versions[name],
            "texts_per_s": rates[name]["texts_per_s"],
            **_administrative(truth, answers),
            "entity_right": None,
            "within_50_m": None,
        }
    return ratios(rates) | {"speeds": rates, "peers": peers}


def _administrative(truth: pd.DataFrame, answers: pd.DataFrame) -> dict[str, Any]:
    """Agreement of district and township over all tickets about a place in the city."""
    return {
        level: name_agreement(truth[level], answers[level]) for level in ("district", "township")
    }


def _examples(rows: pd.DataFrame, tickets: Tickets) -> list[dict[str, Any]]:
    shown = rows.head(N_EXAMPLES)
    asked = [tickets.texts[at] for at in shown.index.to_numpy(int).tolist()]
    return [
        {
            "text": text["text"],
            "hints": {name: value for name, value in text["hints"].items() if value},
            "answer": row["label"],
            "found": row["uids"],
            "meant": list(row["entities"]),
            "distance_m": None if pd.isna(row["distance_m"]) else round(row["distance_m"]),
            "confidence": row["confidence"],
            "noise": list(row["noise"]),
            "obstacle": list(row["obstacle"]),
        }
        for text, row in zip(asked, shown.to_dict("records"), strict=True)
    ]
