"""Taking up again what waits: because a gazetteer, a rule book or a correction has come since."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from geo.arrays import Progress
from governance.errors import GovernanceError
from governance.owner.decisions import PreparedDecision
from governance.tickets.errors import StaleTicketError
from governance.tickets.intake.again import request_again
from governance.tickets.intake.examine import Examiner
from governance.tickets.intake.follow import follow
from governance.tickets.life.acts import Note
from governance.tickets.life.drafting import Draft, LifeContext
from governance.tickets.recording import Change
from governance.tickets.store import TicketStore
from governance.tickets.terms import ReviewCode
from governance.tickets.ticket import Ticket

__all__ = ["RETRIED", "Reprocessed", "reprocess"]

RETRIED = (
    ReviewCode.NOT_READY,
    ReviewCode.FAILED,
    ReviewCode.DATE_OUTSIDE,
    ReviewCode.PLACE_UNKNOWN,
    ReviewCode.CATEGORY_UNKNOWN,
)
"""Reasons that go away by themselves once something was imported."""

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Reprocessed:
    """What came of taking tickets up again.

    Attributes
    ----------
    n_looked
        Tickets that waited for one of the reasons.
    n_changed
        Those of them of which more is known now.
    n_dispatched
        Those of them that were dispatched.
    n_left
        Tickets that were left alone: with a unit already, changed by somebody meanwhile, or
        impossible to take up.
    """

    n_looked: int
    n_changed: int
    n_dispatched: int
    n_left: int


def reprocess(
    store: TicketStore,
    examiner: Examiner,
    context: Callable[[Ticket], LifeContext],
    *,
    codes: Iterable[ReviewCode] = RETRIED,
    now: datetime,
    progress: Progress | None = None,
) -> Reprocessed:
    """Take up again the tickets that wait for some reasons.

    Parameters
    ----------
    store
        Keeps tickets.
    examiner
        Finds places and owners.
    context
        Gives what acts on a ticket are decided with; see ``TicketDesk.context``.
    codes
        Reasons of review.
    now
        The moment, with time zone.
    progress
        Called with stage ``review``, the number of tickets looked at and of those that waited.

    Returns
    -------
    Reprocessed
        What came of it. Doing it again changes nothing unless something was imported.

    Raises
    ------
    StoreError
        The store cannot be used; what was done stays.

    Notes
    -----
    A hundred tickets are recorded at a time. Tickets that a unit has are left alone, and so is
    what a person has set. Cost as of intake.
    """
    wanted = list(dict.fromkeys(codes))
    counts = store.review_counts()
    total = sum(counts.get(code, 0) for code in wanted)
    seen: set[str] = set()
    n_changed = n_dispatched = n_left = 0
    for page in _pages(store, wanted, seen):
        waiting = [one for one in page if not one.n_dispatches]
        n_left += len(page) - len(waiting)
        for ticket in _done(store, examiner, context, waiting, now):
            if ticket is None:
                n_left += 1
                continue
            n_changed += 1
            n_dispatched += bool(ticket.n_dispatches)
        if progress is not None:
            progress("review", len(seen), max(total, len(seen)))
    return Reprocessed(len(seen), n_changed, n_dispatched, n_left)


def _pages(
    store: TicketStore, codes: Sequence[ReviewCode], seen: set[str]
) -> Iterator[list[Ticket]]:  # fmt: skip
    """Give what waits for each reason in turn, each ticket once."""
    for code in codes:
        cursor = ""
        while True:
            page = store.review_items(code=code, limit=_PAGE, cursor=cursor)
            fresh = [item.ticket for item in page.items if item.ticket.id not in seen]
            seen.update(ticket.id for ticket in fresh)
            if fresh:
                yield fresh
            cursor = page.cursor
            if not cursor:
                break


def _done(
    store: TicketStore,
    examiner: Examiner,
    context: Callable[[Ticket], LifeContext],
    tickets: Sequence[Ticket],
    now: datetime,
) -> Iterator[Ticket | None]:
    """Give the tickets that changed, and None for each that had to be left."""
    finder = examiner.finder()
    requests = [request_again(store, ticket) for ticket in tickets]
    examiner.examine(requests, finder)
    who = Note(actor="xiaqu", text="")
    changes: list[Change] = []
    decisions: list[PreparedDecision] = []
    for ticket, request in zip(tickets, requests, strict=True):
        at = max(now, ticket.last_at or ticket.received_at)
        life = context(ticket)
        draft = Draft(ticket, who, at, life)
        place = request.place
        if (place.lon, place.lat) == (ticket.lon, ticket.lat):
            place.is_kept = True
        try:
            made = follow(
                draft,
                request,
                finder,
                life,
                is_automatic=examiner.profile.is_automatic,
            )
        except GovernanceError:
            yield None
            continue
        if draft.events:
            changes.append((ticket.id, ticket.seq, draft.events))
            decisions += made
    try:
        results = store.append_many(changes, decisions=decisions)
    except StaleTicketError:
        for change in changes:
            try:
                yield from _tickets(store.append_many([change], decisions=decisions))
            except StaleTicketError:
                yield None
        return
    yield from _tickets(results)


def _tickets(found: Iterable[object]) -> Iterator[Ticket]:
    return (one for one in found if isinstance(one, Ticket))
