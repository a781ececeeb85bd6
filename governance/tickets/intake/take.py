"""Taking requests in: a whole batch at once, every step of it, kept in one transaction."""

import logging
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from boundaries.errors import StoreError
from boundaries.locator import Locator
from geo.address.geocoder import Geocoder
from geo.arrays import Progress
from governance.owner.decisions import PreparedDecision, prepare_decision
from governance.owner.resolver import OwnerResolver
from governance.tickets.channels.catalogue import ChannelCatalogue
from governance.tickets.desk import TicketDesk
from governance.tickets.given import NewTicket
from governance.tickets.intake import again, events
from governance.tickets.intake.examine import Examiner, is_sure
from governance.tickets.intake.owning import OwnerFinder
from governance.tickets.intake.past import past_events
from governance.tickets.intake.profile import IntakeProfile, default_profile
from governance.tickets.intake.reprocess import RETRIED, Reprocessed, reprocess
from governance.tickets.intake.request import Masker, Request, read_request, reason
from governance.tickets.life.drafting import LifeContext
from governance.tickets.life.fold import fold
from governance.tickets.life.profile import LifeProfile, default_life_profile
from governance.tickets.links.finding import find_links, near_keys, near_ticket
from governance.tickets.links.profile import LinkProfile
from governance.tickets.links.profile import default_profile as default_link_profile
from governance.tickets.privacy.mask import mask as mask_text
from governance.tickets.privacy.vault import CallerRecord, VaultKey
from governance.tickets.records import Intake, TicketContent
from governance.tickets.store import TicketStore
from governance.tickets.terms import EventKind, PlaceMethod, ReviewCode
from governance.tickets.ticket import NewEvent, Ticket

__all__ = ["Taken", "TicketIntake"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a request.

    Attributes
    ----------
    ticket
        As it stands in the store.
    is_new
        False where it was known already.
    differs
        Names of the fields in which it is not what was known; empty where it is the same.
    """

    ticket: Ticket
    is_new: bool
    differs: tuple[str, ...] = ()


class _Made(NamedTuple):
    """A request that is ready for the store."""

    request: Request
    intake: Intake


class TicketIntake:
    """Takes requests in. Threads may share it.

    Parameters
    ----------
    store
        Keeps tickets.
    resolver, geocoder, locator
        Give what is loaded now, None where nothing is. Without a resolver requests are placed,
        by the locator if there is one, and wait for a rule book; without a geocoder those without
        coordinates wait for a gazetteer.
    catalogue
        Gives the catalogue of channels in force.
    key
        Of the digests of callers.
    profile, life, links
        Limits; those that come with the package by default.
    mask
        Masks personal data in texts.
    """

    def __init__(  # noqa: PLR0913 - one parameter for each part of it
        self,
        store: TicketStore,
        *,
        resolver: Callable[[], OwnerResolver | None],
        geocoder: Callable[[], Geocoder | None],
        catalogue: Callable[[], ChannelCatalogue],
        key: VaultKey,
        locator: Callable[[], Locator | None] = lambda: None,
        profile: IntakeProfile | None = None,
        life: LifeProfile | None = None,
        links: LinkProfile | None = None,
        mask: Masker = mask_text,
    ) -> None:
        self.store = store
        self.profile = profile or default_profile()
        self.examiner = Examiner(resolver, geocoder, locator, profile=self.profile, mask=mask)
        self._resolver = resolver
        self._catalogue = catalogue
        self._key = key
        self._life = life or default_life_profile()
        self._links = links or default_link_profile()

    def take(self, given: Sequence[NewTicket], *, now: datetime) -> list[Taken]:
        """Take a batch of requests in.

        Parameters
        ----------
        given
            Any number; the same request may occur more than once.
        now
            Moment of intake, with time zone.

        Returns
        -------
        list of Taken
            In the order of ``given``. When this returns, everything is on disk.

        Raises
        ------
        StoreError
            The store cannot be used; nothing of the batch may have been kept, or all of it. To
            send it again is safe.

        Notes
        -----
        A request that a step fails on is taken all the same, with the others, and waits for a
        person. Cost about 2 ms a request, most of it for reading words and asking for the owner.
        """
        requests = [
            read_request(new, catalogue=self._catalogue(), key=self._key, now=now) for new in given
        ]
        first = {request.id: request for request in reversed(requests)}
        known = self.store.existing(list(first))
        fresh = [one for one in first.values() if one.id not in known]
        made = self._make(fresh[::-1], now)
        is_new = self._keep(made, known)
        return [
            self._taken(request, known, now, is_new=is_new.pop(request.id, False))
            for request in requests
        ]

    def reprocess(
        self,
        codes: Iterable[ReviewCode] = RETRIED,
        *,
        now: datetime,
        progress: Progress | None = None,
    ) -> Reprocessed:
        """Take up again the tickets that wait for some reasons.

        Parameters
        ----------
        codes
            Reasons of review; by default those that go away once something was imported.
        now
            The moment, with time zone.
        progress
            Called with stage ``review`` and numbers of tickets.

        See Also
        --------
        governance.tickets.intake.reprocess.reprocess : says what happens and what is raised.
        """
        desk = TicketDesk.of(self.store.store, self._resolver, self._life, now=lambda: now)
        return reprocess(
            self.store, self.examiner, desk.context, codes=codes, now=now, progress=progress
        )

    # -- steps -------------------------------------------------------------------------

    def _make(self, requests: Sequence[Request], now: datetime) -> list[_Made]:
        """Do every step for a batch; where one fails, for each request by itself."""
        if not requests:
            return []
        try:
            return self._make_all(requests, now)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a step that breaks down must not lose a request
            _LOG.error(
                "%d requests failed together; taking them one by one: %s",
                len(requests),
                _where(error),
            )
        return [self._make_one(request, now) for request in requests]

    def _make_one(self, request: Request, now: datetime) -> _Made:
        clean = self._read_again(request, now)
        try:
            return self._make_all([clean], now)[0]
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - nor the others of its batch
            _LOG.error("request %s failed and goes to review: %s", request.id, _where(error))
            return self._make_bare(self._read_again(request, now), error, now)

    def _read_again(self, request: Request, now: datetime) -> Request:
        return read_request(request.new, catalogue=self._catalogue(), key=self._key, now=now)

    def _make_bare(self, request: Request, error: Exception, now: datetime) -> _Made:
        """Take a request that a step fails on, with what surely works."""
        request.reasons.append(reason(ReviewCode.FAILED, error=type(error).__name__))
        try:
            self.examiner.mask_texts(request)
        except Exception:  # noqa: BLE001 - rather no text than one that is not masked
            request.title = request.text = request.address = ""
        first = [events.received(request), events.review_opened(request.reasons, [], now)]
        return self._made(request, first, now, ())

    def _make_all(self, requests: Sequence[Request], now: datetime) -> list[_Made]:
        finder = self.examiner.finder()
        for request in requests:
            self.examiner.mask_texts(request)
        self.examiner.examine(requests, finder)
        context = None if finder is None else self._context(finder, now)
        made = [self._told(request, finder, context, now) for request in requests]
        return self._linked(made, now)

    def _context(self, finder: OwnerFinder, now: datetime) -> LifeContext:
        """Give what clocks are moved with; only those that this batch has started."""
        calendar = finder.resolver.calendar

        def nothing(name: str) -> Mapping[str, object]:
            raise LookupError(name)  # imported steps name neither rulings nor decisions

        return LifeContext(
            now=now,
            profile=self._life,
            bodies=finder.directory,
            calendar=calendar,
            calendars=lambda _version: calendar,
            ruling=nothing,  # type: ignore[arg-type]
            decision=nothing,
            mask=lambda text: self.examiner.mask(text).text,
        )

    def _told(
        self,
        request: Request,
        finder: OwnerFinder | None,
        context: LifeContext | None,
        now: datetime,
    ) -> _Made:
        """Tell what was found as events."""
        # What was imported has a life already, in which all this came before.
        at = request.received_at if request.new.past else now
        told = [events.received(request)]
        decisions: tuple[PreparedDecision, ...] = ()
        if request.place.method is not PlaceMethod.NONE:
            told.append(events.placed(request, at))
        answer = request.answer
        if answer is not None and finder is not None:
            prepared = prepare_decision(answer)
            decisions = (prepared,)
            told.append(events.owned(answer, finder.resolver, decision=prepared.id, at=at))
            if self.profile.is_automatic and is_sure(request):
                told.append(
                    events.dispatched(
                        answer,
                        finder.directory,
                        self._life,
                        district=request.levels.get("district", ""),
                        decision=prepared.id,
                        at=at,
                    )
                )
        if request.reasons:
            told.append(events.review_opened(request.reasons, request.candidates, at))
        return self._made(request, told, now, decisions, context)

    def _made(
        self,
        request: Request,
        told: list[NewEvent],
        now: datetime,
        decisions: tuple[PreparedDecision, ...],
        context: LifeContext | None = None,
    ) -> _Made:
        recorded = events.numbered(request.id, 0, told, now)
        ticket = fold(None, recorded)
        new = request.new
        if new.past:
            more = events.numbered(
                request.id,
                ticket.seq,
                past_events(request, ticket, self.examiner.mask, context),
                now,
            )
            ticket = fold(ticket, more)
            recorded += more
        caller = CallerRecord.create(new.caller, self._key) if new.caller else None
        content = TicketContent(
            title=new.title,
            text=new.text,
            address=new.address,
            extra=again.kept_extra(new),
        )
        intake = Intake(
            ticket=ticket,
            events=tuple(recorded),
            answers=decisions,
            content=content,
            caller=caller,
        )
        return _Made(request, intake)

    def _linked(self, made: Sequence[_Made], now: datetime) -> list[_Made]:
        """Add the links to tickets that are there, and among those of the batch."""
        new = [
            near_ticket(
                one.intake.ticket,
                "" if one.intake.caller is None else one.intake.caller.caller_hash,
            )
            for one in made
        ]
        keys = near_keys(new, self._links)
        since = min(one.received_at for one in new) - self._links.longest
        known = self.store.near(keys, since) if keys else []
        found: dict[str, list[NewEvent]] = {}
        for link in find_links(new, known, self._links):
            event = NewEvent(kind=EventKind.LINKED, at=now, data=link.data())
            found.setdefault(link.ticket, []).append(event)
        return [
            one if one.request.id not in found else _with(one, found[one.request.id], now)
            for one in made
        ]

    # -- keeping -----------------------------------------------------------------------

    def _keep(self, made: Sequence[_Made], known: dict[str, Ticket]) -> dict[str, bool]:
        """Keep what is new; add it, and what another server was first with, to ``known``."""
        if not made:
            return {}
        flags = self.store.take([one.intake for one in made])
        is_new = {one.request.id: flag for one, flag in zip(made, flags, strict=True)}
        known |= {one.request.id: one.intake.ticket for one in made if is_new[one.request.id]}
        late = [stream for stream, flag in is_new.items() if not flag]
        if late:
            known |= self.store.existing(late)
        return is_new

    def _taken(
        self, request: Request, known: dict[str, Ticket], now: datetime, *, is_new: bool
    ) -> Taken:
        ticket = known[request.id]
        if is_new or ticket.digest == request.digest:
            return Taken(ticket, is_new)
        ticket, differs = again.received_again(self.store, ticket, request, now)
        known[request.id] = ticket
        return Taken(ticket, is_new=False, differs=differs)


def _where(error: Exception) -> str:
    """Say what broke down and where, without the message: it may repeat what a caller said."""
    lines = "".join(traceback.format_tb(error.__traceback__))
    return f"{type(error).__name__}\n{lines}"


def _with(made: _Made, more: Sequence[NewEvent], now: datetime) -> _Made:
    intake = made.intake
    recorded = events.numbered(made.request.id, intake.ticket.seq, more, now)
    return _Made(
        made.request,
        Intake(
            ticket=fold(intake.ticket, recorded),
            events=(*intake.events, *recorded),
            answers=intake.answers,
            content=intake.content,
            caller=intake.caller,
        ),
    )
