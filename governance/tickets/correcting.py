"""Corrections by a person: another place, another category, another owner, or nothing to correct.

Each is one append: what was corrected, and what follows from it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from math import isfinite
from typing import Any

import shapely

from boundaries.gazetteer.corrections import Proposal
from boundaries.gazetteer.store import GazetteerStore
from geo.coordinates import check_point
from geo.datum import parse_datum, point_to_cgcs2000
from governance.book.rulings import Ruling, cover_ground
from governance.book.store import GovernanceStore
from governance.owner.decisions import PreparedDecision
from governance.owner.loading import with_current_rulings
from governance.tickets.corrections import (
    ChooseCandidate,
    Corrected,
    Correction,
    Dismiss,
    MovePin,
    SetCategory,
    SetOwner,
)
from governance.tickets.desk import TicketDesk
from governance.tickets.errors import StaleTicketError, TicketError
from governance.tickets.intake.again import as_ticket, listed_candidates, request_again
from governance.tickets.intake.examine import Examiner
from governance.tickets.intake.follow import follow
from governance.tickets.intake.located import known
from governance.tickets.intake.owning import OwnerFinder
from governance.tickets.intake.request import CHINA_TIME, Place, Request
from governance.tickets.life.acts import Note
from governance.tickets.life.drafting import Draft, LifeContext
from governance.tickets.terms import EventKind, PlaceMethod, ReviewCode
from governance.tickets.ticket import Ticket

__all__ = ["Corrector"]

_TRIES = 8
_ABOUT_OWNER = frozenset(
    {
        ReviewCode.OWNER_PROVISIONAL.value,
        ReviewCode.OWNER_DISPUTED.value,
        ReviewCode.OWNER_NOBODY.value,
        ReviewCode.OWNER_UNSURE.value,
    }
)


@dataclass(slots=True)
class _Recorded:
    """What was recorded beside the ticket; once, however often the append is tried."""

    ruling: str = ""
    gazetteer: str = ""


_Plan = Callable[[Draft, Any, LifeContext, _Recorded], Sequence[PreparedDecision]]


class Corrector:
    """Corrects tickets. Threads may share it.

    Parameters
    ----------
    desk
        Gives what acts are decided with.
    examiner
        Finds owners.
    governance
        Keeps rulings.
    gazetteer
        Takes proposals; None takes none.
    now
        Gives the present moment.
    """

    def __init__(
        self,
        desk: TicketDesk,
        examiner: Examiner,
        *,
        governance: GovernanceStore,
        gazetteer: GazetteerStore | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._desk = desk
        self._store = desk.store
        self._examiner = examiner
        self._governance = governance
        self._gazetteer = gazetteer
        self._now = now
        self._plans: dict[type[Correction], _Plan] = {
            ChooseCandidate: self._choose,
            MovePin: self._move,
            SetCategory: self._categorise,
            SetOwner: self._own,
            Dismiss: self._dismiss,
        }

    def correct(
        self, ticket: str, correction: Correction, *, seq: int | None = None
    ) -> Corrected:  # fmt: skip
        """Correct a ticket.

        Parameters
        ----------
        ticket
            Its id.
        correction
            What is right.
        seq
            Number of its events that the person saw; None where that does not matter.

        Returns
        -------
        Corrected
            When this returns, everything is on disk. Where the owner is found by the correction
            and nothing else is in doubt, the ticket is dispatched to it; from another unit that
            has it, dispatched again.

        Raises
        ------
        UnknownTicketError
            There is no such ticket.
        StaleTicketError
            It has other than ``seq`` events; or others change it faster than this can decide.
        TicketError
            There is no such candidate, the ticket has no place or category that a ruling could
            hold for, it does not wait for the reason dismissed, or there is no rule book.
        CoordinateError, DatumError
            The place is no place.
        UnknownCategoryError, QuestionError
            The catalogue does not have the category.
        RulingError, CorrectionError
            The ruling or the proposal cannot be recorded.
        """
        plan = self._plans.get(type(correction))
        if plan is None:
            known = ", ".join(one.__name__ for one in self._plans)
            raise TicketError("correction", type(correction).__name__, f"one of {known}")
        recorded = _Recorded()
        who = Note(actor=correction.actor, unit=correction.unit, text="")
        for tries_left in reversed(range(_TRIES)):
            found = self._store.ticket(ticket)
            if seq is not None and found.seq != seq:
                raise StaleTicketError(ticket, seq, found.seq)
            context = self._desk.context(found)
            at = max(self._now(), found.last_at or found.received_at)
            draft = Draft(found, who, at, context)
            decisions = plan(draft, correction, context, recorded)
            try:
                done = self._store.append(ticket, found.seq, draft.events, decisions=decisions)
            except StaleTicketError:
                if seq is not None or not tries_left:
                    raise
            else:
                return Corrected(as_ticket(done), recorded.ruling, recorded.gazetteer)
        raise AssertionError  # the last try returns or raises

    # -- places ------------------------------------------------------------------------

    def _choose(
        self, draft: Draft, asked: ChooseCandidate, context: LifeContext, recorded: _Recorded
    ) -> Sequence[PreparedDecision]:
        listed = listed_candidates(self._store, draft.ticket.id)
        if not 0 <= asked.candidate < len(listed):
            problem = f"the review lists {len(listed)} places, counted from 0"
            raise TicketError("candidate", asked.candidate, problem)
        chosen = listed[asked.candidate]
        if asked.name and not chosen["uid"]:
            problem = "the place is no entry of the gazetteer; move the pin and give it a name"
            raise TicketError("name", asked.name, problem)
        if asked.name:
            self._propose(
                Proposal(
                    name=asked.name,
                    by=asked.actor,
                    uid=chosen["uid"],
                    uid_name=chosen["label"],
                    address=_words(draft.ticket),
                    note=draft.ticket.id,
                ),
                recorded,
            )
        place = Place(
            method=PlaceMethod.PERSON,
            lon=chosen["lon"],
            lat=chosen["lat"],
            accuracy_m=chosen["accuracy_m"],
            trust=1.0,
        )
        named = {
            "place_uid": chosen["uid"],
            "place_label": chosen["label"],
            "place_precision": chosen["precision"],
        }
        return self._place(draft, asked, context, recorded, place, named)

    def _move(
        self, draft: Draft, asked: MovePin, context: LifeContext, recorded: _Recorded
    ) -> Sequence[PreparedDecision]:
        finder = self._examiner.finder()
        bounds = None if finder is None else finder.resolver.grounds.locator.bounds
        lon, lat = point_to_cgcs2000(asked.lon, asked.lat, parse_datum(asked.datum))
        check_point(lon, lat, bounds)
        if not (isfinite(asked.accuracy_m) and asked.accuracy_m >= 0.0):
            raise TicketError("accuracy_m", asked.accuracy_m, "give metres, at least 0")
        if asked.name:
            self._propose(
                Proposal(
                    name=asked.name,
                    by=asked.actor,
                    lon=lon,
                    lat=lat,
                    role=asked.role,
                    kind=asked.kind,
                    address=_words(draft.ticket),
                    note=draft.ticket.id,
                ),
                recorded,
            )
        place = Place(
            method=PlaceMethod.PERSON,
            lon=lon,
            lat=lat,
            accuracy_m=asked.accuracy_m,
            trust=1.0,
        )
        return self._place(draft, asked, context, recorded, place, {"place_label": asked.name})

    def _place(
        self,
        draft: Draft,
        asked: Correction,
        context: LifeContext,
        recorded: _Recorded,
        place: Place,
        named: dict[str, Any],
    ) -> Sequence[PreparedDecision]:
        ticket = draft.ticket
        request = request_again(self._store, ticket)
        request.place = place
        finder = self._examiner.finder()
        self._examiner.examine([request], finder)
        after = {"lon": place.lon, "lat": place.lat, "label": named.get("place_label", "")}
        before = {"lon": ticket.lon, "lat": ticket.lat, "label": ticket.place_label}
        _say(draft, "place", before, after, context.mask(asked.because), recorded)
        return follow(
            draft, request, finder, context, because=context.mask(asked.because), named=named
        )

    def _propose(self, proposal: Proposal, recorded: _Recorded) -> None:
        if self._gazetteer is None:
            raise TicketError("name", proposal.name, "no gazetteer takes proposals here")
        if not recorded.gazetteer:
            recorded.gazetteer = self._gazetteer.propose(proposal).id

    # -- category and owner ------------------------------------------------------------

    def _categorise(
        self, draft: Draft, asked: SetCategory, context: LifeContext, recorded: _Recorded
    ) -> Sequence[PreparedDecision]:
        finder, ticket = self._require_finder(), draft.ticket
        day = ticket.received_at.astimezone(CHINA_TIME).date()
        resolver = finder.resolver
        code = resolver.categories[resolver.category(asked.category, day)].code
        request = self._known(ticket, category=code)
        self._examiner.examine([request], finder)
        because = context.mask(asked.because)
        before = {"category": ticket.category, "given": ticket.category_given}
        _say(draft, "category", before, {"category": code}, because, recorded)
        return follow(draft, request, finder, context, because=because)

    def _own(
        self, draft: Draft, asked: SetOwner, context: LifeContext, recorded: _Recorded
    ) -> Sequence[PreparedDecision]:
        finder, ticket = self._require_finder(), draft.ticket
        if ticket.lon is None or ticket.lat is None:
            raise TicketError("place", ticket.id, "the ticket has none; set its place first")
        if not ticket.category:
            raise TicketError("category", ticket.id, "the ticket has none; set it first")
        body = context.bodies.body(asked.body)
        because = context.mask(asked.because)
        if not recorded.ruling:
            ruling = self._ruling(asked, ticket, because)
            recorded.ruling = self._governance.record_ruling(ruling).id
        # The ruling answers here and now, before the service has loaded it.
        resolver = with_current_rulings(self._governance.store, finder.resolver)
        finder = OwnerFinder(resolver, self._examiner.profile, self._examiner.mask)
        request = self._known(ticket)
        finder.find([request])
        # A person has decided: what the place or the border leave in doubt does not count.
        request.reasons = [one for one in request.reasons if one["code"] not in _ABOUT_OWNER]
        before = {"body": ticket.body, "body_name": ticket.body_name}
        after = {"body": body.code, "body_name": body.name}
        _say(draft, "owner", before, after, because, recorded)
        return follow(
            draft,
            request,
            finder,
            context,
            because=because,
            ruling=recorded.ruling,
        )

    def _ruling(self, asked: SetOwner, ticket: Ticket, because: str) -> Ruling:
        point = shapely.Point(known(ticket.lon), known(ticket.lat))
        today = self._now().astimezone(CHINA_TIME).date()
        received = ticket.received_at.astimezone(CHINA_TIME).date()
        return Ruling(
            categories=asked.categories or (ticket.category,),
            body=asked.body,
            co_organisers=asked.co_organisers,
            given=point,
            geometry=cover_ground(point, asked.reach_m),
            reach_m=asked.reach_m,
            document=asked.document or because or ticket.id,
            decided_on=today,
            # It answers for the request that it was made for.
            valid_from=min(today, received),
            recorded_by=asked.actor,
            note=f"{ticket.id} {because}".strip(),
        )

    def _require_finder(self) -> OwnerFinder:
        finder = self._examiner.finder()
        if finder is None:
            raise TicketError("rule book", "", "none is active; nothing can be said about owners")
        return finder

    def _known(self, ticket: Ticket, category: str = "") -> Request:
        """Make a request of a ticket whose place, where it has one, is not in question."""
        request = request_again(self._store, ticket)
        if category:
            request.new = replace(request.new, category=category)
        if ticket.lon is not None:
            request.place = Place(
                method=PlaceMethod.PERSON,
                lon=ticket.lon,
                lat=ticket.lat,
                accuracy_m=ticket.accuracy_m,
                trust=ticket.place_confidence or 1.0,
                is_kept=True,
            )
        return request

    # -- nothing to correct ------------------------------------------------------------

    def _dismiss(
        self, draft: Draft, asked: Dismiss, context: LifeContext, recorded: _Recorded
    ) -> Sequence[PreparedDecision]:
        review = draft.ticket.review
        codes = {code.value for code in asked.codes} or {one["code"] for one in review}
        left = [one for one in review if one["code"] not in codes]
        if len(left) == len(review):
            waits = ", ".join(one["code"] for one in review) or "nothing"
            raise TicketError("codes", sorted(codes), f"the ticket waits for {waits}")
        if not asked.because.strip():
            raise TicketError("because", asked.because, "say why there is nothing to correct")
        said = {"reasons": sorted(codes & {one["code"] for one in review})}
        _say(draft, "fields", said, {"reasons": []}, context.mask(asked.because), recorded)
        draft.add(EventKind.REVIEW_CLOSED, {"reasons": left})
        return ()


def _say(
    draft: Draft,
    what: str,
    before: dict[str, Any],
    after: dict[str, Any],
    because: str,
    recorded: _Recorded,
) -> None:
    draft.add(
        EventKind.CORRECTED,
        {
            "what": what,
            "before": before,
            "after": after,
            "because": because,
            "ruling": recorded.ruling,
            "gazetteer": recorded.gazetteer,
        },
    )


def _words(ticket: Ticket) -> str:
    """Give the masked words in which the name of a place was met."""
    return ticket.address or ticket.text or ticket.title
