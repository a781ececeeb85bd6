"""From measured rows to the ratios that are quoted."""

from typing import Any, TypeAlias

Row: TypeAlias = dict[str, Any]

OURS = "xiaqu"
GATHER = "gather"
OVERLAP_LAYERS = ("tianhe streets", "baltimore neighbourhoods")


def summarise(rows: list[Row]) -> dict[str, Any]:
    """Work out ratios, best peers, shares of the memory yardstick and agreement.

    Parameters
    ----------
    rows
        Each with ``peer``, ``layer``, ``threads``, ``pts_per_s`` and ``agreement``.

    Returns
    -------
    dict
        ``ratio_to_best_peer`` (points per wall second, each pinned to as many processors as
        threads), ``best_peer``, ``gather_share`` and ``agreement``; a ratio is None where ours
        or every peer is missing.
    """
    ratios: dict[str, float | None] = {}
    best: dict[str, str | None] = {}
    shares: dict[str, float | None] = {}
    for threads in (1, 2):
        for layer in ("township", "grid"):
            key = f"{layer}_{threads}t"
            ratios[key], best[key] = _ratio(rows, layer, layer, threads)
            shares[key] = _share(rows, layer, threads)
        key = f"chain_{threads}t"
        ratios[key], best[key] = _ratio(rows, "chain", "grid", threads)
    ratios["overlap_1t"], best["overlap_1t"] = _overlap_ratio(rows)
    return {
        "ratio_to_best_peer": ratios,
        "best_peer": best,
        "gather_share": shares,
        "agreement": _agreement(rows),
    }


def _fastest(rows: list[Row], peer: str, layer: str, threads: int) -> float | None:
    rates = [
        float(row["pts_per_s"])
        for row in rows
        if (row["peer"], row["layer"], row["threads"]) == (peer, layer, threads)
    ]
    return max(rates, default=None)


def _ratio(
    rows: list[Row], layer: str, peer_layer: str, threads: int
) -> tuple[float | None, str | None]:
    ours = _fastest(rows, OURS, layer, threads)
    names = {str(row["peer"]) for row in rows} - {OURS, GATHER}
    rates = {name: _fastest(rows, name, peer_layer, threads) for name in sorted(names)}
    known = {name: rate for name, rate in rates.items() if rate is not None}
    if ours is None or not known:
        return None, None
    best = max(known, key=lambda name: known[name])
    return round(ours / known[best], 2), best


def _share(rows: list[Row], layer: str, threads: int) -> float | None:
    ours = _fastest(rows, OURS, layer, threads)
    gather = _fastest(rows, GATHER, layer, threads)
    return None if ours is None or gather is None else round(ours / gather, 3)


def _overlap_ratio(rows: list[Row]) -> tuple[float | None, str | None]:
    """Take the worst of the sets, and name it beside its fastest peer."""
    found = [(*_ratio(rows, layer, layer, 1), layer) for layer in OVERLAP_LAYERS]
    known = [(ratio, peer, layer) for ratio, peer, layer in found if ratio is not None]
    if not known:
        return None, None
    ratio, peer, layer = min(known)
    return ratio, f"{peer} on {layer}"


def _agreement(rows: list[Row]) -> dict[str, float]:
    """Return the worst agreement of each peer on each layer, with exactly covered owners."""
    worst: dict[str, float] = {}
    for row in rows:
        if row["agreement"] is None:
            continue
        key = f"{row['peer']}, {row['layer']}"
        worst[key] = min(worst.get(key, 1.0), float(row["agreement"]))
    return worst
