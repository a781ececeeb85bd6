"""Texts per second, of ours and of each peer, in turn and on one processor."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.addresses.workers import Worker
from bench.cluster import MissingPeerError
from bench.console import progress
from bench.summary import OURS

WARM_UP = 40


def measure_speeds(
    workers: Sequence[Worker], texts: Path, n_texts: int, *, slots: int, slot_s: float
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Time each worker in turn, several times around.

    Parameters
    ----------
    workers
        Running; ours among them.
    texts
        JSON lines in random order, so that the first ones are a fair sample.
    n_texts
        Number of lines.
    slots
        Times around; the best counts.
    slot_s
        Seconds that a slot should take about; a slow worker gets fewer texts.

    Returns
    -------
    rates
        By name: ``texts_per_s`` (of the best slot), ``n_texts``, ``slots`` (texts per second of
        each), ``load_s``.
    missing
        Reason by name of those that ended before they were done.

    Notes
    -----
    Loading and a first round of answers, which also tells how many texts fill a slot, do not
    count. Each slot has texts of its own, so that nobody answers from memory.
    """
    rates: dict[str, dict[str, Any]] = {}
    missing: dict[str, str] = {}
    for worker in workers:
        try:
            n_asked = _texts_for(worker, texts, n_texts // (slots + 1), slot_s)
        except MissingPeerError as error:
            missing[worker.name] = str(error)
            continue
        rates[worker.name] = {"n_texts": n_asked, "slots": [], "load_s": worker.load_s}
    for slot in range(slots):
        for worker in workers:
            if worker.name not in rates:
                continue
            row = rates[worker.name]
            try:
                start = (slot + 1) * (n_texts // (slots + 1))
                rate = row["n_texts"] / worker.ask(texts, row["n_texts"], start=start)
            except MissingPeerError as error:
                missing[worker.name] = str(error)
                del rates[worker.name]
                continue
            row["slots"].append(round(rate))
            progress.print(f"  {worker.name}: {rate:,.0f} texts/s")
    for row in rates.values():
        row["texts_per_s"] = max(row["slots"])
    return rates, missing


def ratios(rates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Divide our texts per second by those of each peer.

    Parameters
    ----------
    rates
        From `measure_speeds`.

    Returns
    -------
    dict
        ``texts_per_s`` (ours), ``ratio_to_best_peer``, ``best_peer`` (the fastest one),
        ``ratio_to_peer`` by name; None where there is nothing to divide.
    """
    ours = rates.get(OURS, {}).get("texts_per_s")
    peers = {name: row["texts_per_s"] for name, row in rates.items() if name != OURS}
    best = max(peers, key=lambda name: peers[name], default=None)
    return {
        "texts_per_s": ours,
        "best_peer": best,
        "ratio_to_best_peer": round(ours / peers[best], 3) if ours and best else None,
        "ratio_to_peer": {name: round(ours / rate, 3) for name, rate in peers.items() if ours},
    }


def _texts_for(worker: Worker, texts: Path, most: int, slot_s: float) -> int:
    """Warm up on the first texts, and tell how many of the following ones fill a slot."""
    n_warm = max(1, min(WARM_UP, most // 2))
    worker.ask(texts, n_warm)
    seconds = worker.ask(texts, n_warm, start=n_warm)
    return max(1, min(most, int(slot_s * n_warm / seconds)))
