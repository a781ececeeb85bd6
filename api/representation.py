"""Choosing a representation: Accept, Content-Type and ``format``."""

from collections.abc import Sequence

from fastapi import Request

from api.errors import NotAcceptableError

GEOJSON = "application/geo+json"
JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
WKT = "text/plain"
ARROW = "application/vnd.apache.arrow.stream"


def media_type_of(value: str | None) -> str:
    """Return the bare media type of a Content-Type value, in lower case; empty if not given."""
    return (value or "").partition(";")[0].strip().lower()


def _quality(part: str) -> tuple[str, float]:
    media, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return media.lower(), float(value)
            except ValueError:
                return media.lower(), 0.0
    return media.lower(), 1.0


def _weight(offer: str, ranges: Sequence[tuple[str, float]]) -> float:
    """Weigh one offer by the most specific range that names it (RFC 9110 12.5.1)."""
    major = offer.partition("/")[0]
    for pattern in (offer, f"{major}/*", "*/*"):
        for media, quality in ranges:
            if media == pattern:
                return quality
    return 0.0


def choose(request: Request, offers: Sequence[str]) -> str:
    """Choose what to answer with.

    Parameters
    ----------
    request
        Its Accept header is read; without one anything will do.
    offers
        Media types in order of preference among equals.

    Returns
    -------
    str
        One of the offers.

    Raises
    ------
    NotAcceptableError
        None of the offers is acceptable; names them.
    """
    accept = ",".join(request.headers.getlist("accept"))
    if not accept.strip():
        return offers[0]
    ranges = [_quality(part) for part in accept.split(",") if part.strip()]
    weights = [_weight(offer, ranges) for offer in offers]
    best = max(weights)
    if best <= 0.0:
        raise NotAcceptableError(accept, offers)
    return offers[weights.index(best)]
