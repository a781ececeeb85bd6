"""Write tickets as one file for each month, newest first, taking up where it stopped."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from geo.arrays import Progress
from xiaqu.demo.tickets.catalogue import read_catalogue
from xiaqu.demo.tickets.generate import MONTHS, TicketSource, first_day_before
from xiaqu.demo.tickets.phrasebook import read_phrasebook
from xiaqu.demo.tickets.plan import DAY
from xiaqu.demo.tickets.profile import default_profile

__all__ = [
    "RECENT_DAYS",
    "TicketFile",
    "missing_spans",
    "ticket_files",
    "ticket_spans",
    "write_tickets",
]

RECENT_DAYS = 30
_RECORD = "tickets.json"
Span = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True)
class TicketFile:
    """The tickets of some days and their truth, both Parquet; first and last day included."""

    first: dt.date
    last: dt.date
    tickets: Path
    truth: Path


def ticket_spans(last_day: dt.date, months: int = MONTHS) -> list[Span]:
    """Cut a history into the last thirty days and the calendar months before, newest first.

    The oldest month, and the one that the last thirty days cut, are not whole.
    """
    first_day = first_day_before(last_day, months)
    first = max(first_day, last_day - (RECENT_DAYS - 1) * DAY)
    spans = [(first, last_day)]
    while first > first_day:
        end = first - DAY
        first = max(first_day, end.replace(day=1))
        spans.append((first, end))
    return spans


def write_tickets(
    source: TicketSource,
    folder: Path,
    *,
    spans: Sequence[Span] | None = None,
    progress: Progress | None = None,
) -> list[TicketFile]:
    """Write the tickets of a history, and ``tickets.json``, which says what was planted.

    Parameters
    ----------
    source
        Makes the tickets.
    folder
        Created if missing. Tickets of another history are removed from it.
    spans
        Which of the spans of the history to write; all that are missing for None.
    progress
        Called with each day.

    Returns
    -------
    files
        What was written now, in the order of ``spans``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    identity = _identity(source.plan.seed, source.plan.last_day, source.book)
    if _read_identity(folder) != identity:
        for old in folder.glob("*.parquet"):
            old.unlink()
        record = {"identity": identity, "planted": source.plan.to_dict(source.places)}
        _replace_text(folder / _RECORD, json.dumps(record, ensure_ascii=False, indent=1))
    if spans is None:
        spans = missing_spans(folder, source.plan.seed, source.plan.last_day, source.book)
    written = []
    for first, last in spans:
        file = _file(folder, (first, last))
        batch = source.generate(first, last, progress=progress)
        _write_frame(batch.truth, file.truth)
        _write_frame(batch.frame, file.tickets)
        written.append(file)
    return written


def missing_spans(
    folder: Path, seed: int, last_day: dt.date, phrasebook: str = "main"
) -> list[Span]:
    """List the spans of a history that a folder does not have, newest first."""
    spans = ticket_spans(last_day)
    if _read_identity(folder) != _identity(seed, last_day, phrasebook):
        return spans
    # The tickets are written after their truth: where they are, it is there too.
    return [span for span in spans if not _file(folder, span).tickets.exists()]


def ticket_files(folder: Path) -> list[TicketFile]:
    """List the files of tickets in a folder, newest first."""
    found = []
    for path in sorted(folder.glob("tickets-*.parquet"), reverse=True):
        first, last = path.stem.removeprefix("tickets-").split("_")
        span = (dt.date.fromisoformat(first), dt.date.fromisoformat(last))
        found.append(_file(folder, span))
    return found


def _file(folder: Path, span: Span) -> TicketFile:
    days = f"{span[0].isoformat()}_{span[1].isoformat()}.parquet"
    return TicketFile(*span, folder / f"tickets-{days}", folder / f"truth-{days}")


def _identity(seed: int, last_day: dt.date, phrasebook: str) -> dict[str, Any]:
    return {
        "seed": seed,
        "last_day": last_day.isoformat(),
        "phrasebook": f"{phrasebook} {read_phrasebook(phrasebook).version}",
        "catalogue": read_catalogue().version,
        "profile": default_profile().version,
        "xiaqu": version("xiaqu"),
    }


def _read_identity(folder: Path) -> dict[str, Any] | None:
    try:
        record = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None  # never written
    identity = record.get("identity") if isinstance(record, dict) else None
    return identity if isinstance(identity, dict) else None


def _write_frame(frame: pd.DataFrame, path: Path) -> None:
    unfinished = path.with_suffix(".part")
    frame.to_parquet(unfinished, index=False, compression="zstd")
    unfinished.replace(path)


def _replace_text(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)
