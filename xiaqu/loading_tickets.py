"""Take the tickets of the demo city in: newest first, taking up where it stopped."""

from collections.abc import Callable, Sequence
from datetime import datetime, time
from pathlib import Path

import pyarrow.parquet as pq

from boundaries.store import BoundaryStore
from geo.arrays import Progress
from governance.clocks.calendar import CHINA_TIME
from governance.owner.loading import load_resolver
from governance.tickets.channels.keeping import CatalogueInForce
from governance.tickets.privacy.key import read_key
from governance.tickets.store import TicketStore
from governance.tickets.surge.watch import SurgeWatch
from governance.tickets.ticket import ticket_id
from xiaqu.demo.tickets import TicketFile
from xiaqu.tickets.importing import ImportOptions, ImportSummary, import_tickets
from xiaqu.tickets.opening import make_intake

__all__ = ["demo_source", "find_incidents", "has_tickets", "take_tickets", "untaken_files"]

NUMBER = "工单编号"
_BATCH_ROWS = 500


def demo_source(folder: Path, files: Sequence[TicketFile]) -> str:
    """Name the system that the tickets of a demo city come from.

    The last day is part of it: another day makes another history with the same numbers.
    """
    return f"demo-{folder.name}-{files[0].last}" if files else ""


def has_tickets(store: BoundaryStore, files: Sequence[TicketFile], source: str) -> bool:
    """Tell whether any ticket of a history is in the store; the newest file is taken first."""
    first = ticket_id(source, _numbers(files[0].tickets)[0])
    return bool(TicketStore(store).existing([first]))


def untaken_files(
    store: BoundaryStore, files: Sequence[TicketFile], source: str
) -> list[TicketFile]:
    """List the files whose tickets are not all in the store.

    Parameters
    ----------
    store
        With its tables.
    files
        The tickets, newest first.
    source
        From :func:`demo_source`.

    Returns
    -------
    waiting
        In the order of ``files``. Rows are taken in their order, so a file is through when its
        last row is there.
    """
    last = {file.tickets: ticket_id(source, _numbers(file.tickets)[1]) for file in files}
    known = TicketStore(store).existing(list(last.values()))
    return [file for file in files if last[file.tickets] not in known]


def take_tickets(
    store: BoundaryStore,
    files: Sequence[TicketFile],
    source: str,
    *,
    caller_key: str = "",
    progress: Progress | None = None,
    report: Callable[[TicketFile, ImportSummary], None] | None = None,
) -> list[TicketFile]:
    """Take tickets in as a hotline's own export would be: placed, owned, timed, or to review.

    Parameters
    ----------
    store
        With the layers, the rule book and the gazetteer.
    files
        The tickets, newest first. Those that are there already are passed over.
    source
        From :func:`demo_source`.
    caller_key
        Key of the digests of callers; empty: that of the data folder.
    progress
        Called as progress("tickets", rows done, rows in all).
    report
        Called with each file when it is taken.

    Returns
    -------
    taken
        What was taken now.

    Raises
    ------
    TicketFileError
        A file cannot be read.
    StoreError
        The store cannot be used; what was taken is kept.

    Notes
    -----
    An interrupted call loses at most the batch that it was at. About 3 ms a ticket.
    """
    waiting = untaken_files(store, files, source)
    if not waiting:
        return []
    tickets = TicketStore(store)
    intake = make_intake(tickets, read_key(caller_key, store.data_dir))
    catalogue = CatalogueInForce(tickets)()
    options = ImportOptions(source=source, batch_rows=_BATCH_ROWS)
    sizes = [pq.read_metadata(file.tickets).num_rows for file in waiting]
    for position, file in enumerate(waiting):
        summary = import_tickets(
            file.tickets,
            intake,
            catalogue,
            options=options,
            progress=_overall(progress, sum(sizes[:position]), sum(sizes)),
        )
        if report is not None:
            report(file, summary)
    return waiting


def find_incidents(store: BoundaryStore, file: TicketFile, progress: Progress | None = None) -> str:
    """Look for surges among the tickets of a file, as if each day were now.

    Parameters
    ----------
    store
        With the tickets, and the months before, which say what is usual.
    file
        Says which days.
    progress
        Called as progress("surges", days done, days in all).

    Returns
    -------
    str
        One line on what was found.
    """
    resolver = load_resolver(store)
    watch = SurgeWatch(TicketStore(store), lambda: resolver)
    since = datetime.combine(file.first, time.min, CHINA_TIME)
    until = datetime.combine(file.last, time.max, CHINA_TIME)
    looked = watch.look_back(since, until, progress=progress)
    return f"事件 (incidents): 提示 {len(looked.proposed)} 起 / proposed"


def _numbers(path: Path) -> tuple[str, str]:
    """Give the numbers of the first and the last ticket; empty for a file without rows."""
    numbers = pq.read_table(path, columns=[NUMBER]).column(0)
    return (str(numbers[0]), str(numbers[-1])) if len(numbers) else ("", "")


def _overall(progress: Progress | None, before: int, total: int) -> Progress | None:
    """Turn the progress in one file into that in all of them."""
    if progress is None:
        return None
    return lambda _stage, done, _of: progress("tickets", before + done, total)
