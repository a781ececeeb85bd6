"""Resolvers from the store: the current one, and the one that a decision rested on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import orjson

from boundaries.locator import Locator, today_in_china
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from governance.book.rulings import Ruling, rulings_digest
from governance.book.store import GovernanceStore
from governance.clocks.calendar import WorkCalendar
from governance.clocks.keeping import keep_current_calendar
from governance.owner.decisions import Decision, DecisionStore, Replay, differences
from governance.owner.given import answer_given
from governance.owner.grounds import Grounds, load_book_features, load_grounds
from governance.owner.representation import canonical_bytes, document_of, question_of
from governance.owner.resolver import OwnerResolver

__all__ = ["load_resolver", "replay", "resolver_token", "with_current_rulings"]


def load_resolver(
    store: BoundaryStore,
    *,
    at: date | None = None,
    locator: Locator | None = None,
    context: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> OwnerResolver:
    """Load the resolver of the active rule book, or exactly that of a context.

    Parameters
    ----------
    store
        The store.
    at
        The active book must be valid on this date.
    locator
        Boundaries that are loaded already; the active editions are loaded when None. Not used
        with a context.
    context
        That of an answer: its editions, book, rulings and calendar are loaded, retired or not.
    progress
        Called while indexes are built.

    Returns
    -------
    OwnerResolver
        Independent of the store from then on.

    Raises
    ------
    NoActiveBookError, UnknownBookError
        No book is active, or that of the context is not there.
    UnknownCalendarError
        The working calendar is not there.
    NoActiveEditionError, UnknownEditionError
        Boundaries are not there.
    """
    governance = GovernanceStore(store)
    if context is None:
        info = governance.active(at)
        book = governance.book(info.id)
        known_at = None
        calendar = governance.calendar_in_force()
        if not calendar:
            calendar = keep_current_calendar(store, today_in_china()).version
        if locator is None:
            grounds = load_grounds(store, book, progress=progress)
        else:
            grounds = Grounds(locator, load_book_features(store, book, progress=progress))
    else:
        info = governance.info(context["book"])
        book = governance.book(info.id)
        moment = context["rulings"]["known_at"]
        known_at = None if moment is None else datetime.fromisoformat(moment)
        calendar = context["calendar"]
        grounds = load_grounds(store, book, editions=context["editions"], progress=progress)
    everything = governance.rulings(known_at) if context is None or known_at is not None else []
    rulings, token = _in_force(everything)
    return OwnerResolver(
        book,
        grounds,
        calendar=WorkCalendar.from_rows(governance.calendar_rows(calendar)),
        rulings=rulings,
        book_id=info.id,
        rulings_token=token,
    )


def with_current_rulings(store: BoundaryStore, resolver: OwnerResolver) -> OwnerResolver:
    """Give a resolver that knows the rulings recorded since; everything else is shared.

    Parameters
    ----------
    store
        The store that the resolver was loaded from.
    resolver
        Of its book, grounds and calendar.

    Notes
    -----
    Compiles the book again, which is most of what loading costs beside reading the store.
    """
    rulings, token = _in_force(GovernanceStore(store).rulings())
    return OwnerResolver(
        resolver.book,
        resolver.grounds,
        calendar=resolver.calendar,
        rulings=rulings,
        book_id=resolver.context["book"],
        rulings_token=token,
    )


def _in_force(everything: Sequence[Ruling]) -> tuple[list[Ruling], dict[str, Any]]:
    """Leave out what is revoked, and say what was known."""
    moments = [m for r in everything for m in (r.recorded_at, r.revoked_at) if m is not None]
    rulings = [ruling for ruling in everything if ruling.revoked_at is None]
    known_at = max(moments).isoformat() if moments else None
    return rulings, {"digest": rulings_digest(rulings), "known_at": known_at}


def resolver_token(store: BoundaryStore) -> str:
    """Give a text that changes whenever :func:`load_resolver` would load something else."""
    return f"{store.token()}:{GovernanceStore(store).token()}"


def replay(store: BoundaryStore, decision: Decision | str) -> Replay:
    """Work a decision out again, on the editions, book, rulings and calendar that it rested on.

    Parameters
    ----------
    store
        The store.
    decision
        A decision, or its id.

    Returns
    -------
    Replay
        Equal to the last byte unless something was changed that must not change.

    Raises
    ------
    UnknownDecisionError
        There is no such decision.
    UnknownBookError, UnknownEditionError, UnknownCalendarError
        What it rested on was taken out of the store.

    Notes
    -----
    Loads everything anew; cost as for :func:`load_resolver`.
    """
    found = DecisionStore(store).get(decision) if isinstance(decision, str) else decision
    resolver = load_resolver(store, context=found.document["context"])
    answer = answer_given(resolver, question_of(found.document["question"])).answer
    document = orjson.loads(canonical_bytes(document_of(answer)))
    return Replay(found, document, tuple(differences(found.document, document)))
