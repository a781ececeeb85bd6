"""Examining requests, new ones and those looked at again: masked, placed, owned."""

from collections.abc import Callable, Sequence

from boundaries.locator import Locator
from geo.address.geocoder import Geocoder
from governance.owner.resolver import OwnerResolver
from governance.tickets.intake.located import all_candidates, candidate_entry, place_by_locator
from governance.tickets.intake.owning import OwnerFinder
from governance.tickets.intake.place import find_places
from governance.tickets.intake.profile import IntakeProfile
from governance.tickets.intake.request import Masker, Request, reason
from governance.tickets.terms import PlaceMethod, ReviewCode

__all__ = ["Examiner", "is_sure"]

_HARMLESS = frozenset({"channel", "request_type", "tags"})
"""Fields that neither place, owner nor deadline rest on."""

_MOST_FIELDS = 20_000
"""Fields whose masked form is kept; categories and areas come again and again."""


class Examiner:
    """Finds out where requests are and whose they are. Threads may share it.

    Parameters
    ----------
    resolver, geocoder, locator
        Give what is loaded now, None where nothing is. Without a resolver requests are placed,
        by the locator if there is one, and wait for a rule book; without a geocoder those without
        coordinates wait for a gazetteer.
    profile
        Limits.
    mask
        Masks personal data in texts.
    """

    def __init__(
        self,
        resolver: Callable[[], OwnerResolver | None],
        geocoder: Callable[[], Geocoder | None],
        locator: Callable[[], Locator | None],
        *,
        profile: IntakeProfile,
        mask: Masker,
    ) -> None:
        self.profile = profile
        self.mask = mask
        self._resolver, self.geocoder, self._locator = resolver, geocoder, locator
        self._finder: OwnerFinder | None = None
        self._fields: dict[str, str] = {}

    def finder(self) -> OwnerFinder | None:
        """Give what finds owners now; None without a rule book."""
        resolver = self._resolver()
        return None if resolver is None else self.finder_of(resolver)

    def finder_of(self, resolver: OwnerResolver) -> OwnerFinder:
        """Give what finds owners by a resolver; that of the last resolver is kept."""
        finder = self._finder
        if finder is None or finder.resolver is not resolver:
            finder = self._finder = OwnerFinder(resolver, self.profile, self.mask)
        return finder

    def examine(
        self, requests: Sequence[Request], finder: OwnerFinder | None
    ) -> None:  # fmt: skip
        """Find the places and owners of requests and write them, or why not, into them.

        Parameters
        ----------
        requests
            Their texts are masked already. Places that a person has set stay.
        finder
            Of :meth:`finder`.
        """
        locator = self._locator() if finder is None else finder.resolver.grounds.locator
        open_ = [one for one in requests if one.place.method is not PlaceMethod.PERSON]
        find_places(open_, geocoder=self.geocoder(), locator=locator, profile=self.profile)
        if finder is None:
            self._place_only(requests, locator)
        else:
            finder.find(requests)
        for request in requests:
            if request.reasons:
                known = request.known
                request.mask_reasons(lambda text, known=known: self._mask_field(text, known))  # type: ignore[misc]

    def _place_only(self, requests: Sequence[Request], locator: Locator | None) -> None:
        """Do without a rule book."""
        if locator is not None:
            place_by_locator(requests, locator)
        for request in requests:
            request.candidates += [
                candidate_entry(one, self.mask, request.known)
                for one in all_candidates(request)[: self.profile.listed]
                if request.place.open
            ]
            request.reasons.append(reason(ReviewCode.NOT_READY, what="rule_book"))

    def mask_texts(self, request: Request) -> None:
        """Write the masked texts of a request."""
        new, known = request.new, request.known
        request.title = self.mask(new.title, known=known).text if new.title else ""
        request.text = self.mask(new.text, known=known).text if new.text else ""
        request.address = self.mask(new.address, known=known).text if new.address else ""
        request.mask_fields(lambda text: self._mask_field(text, known))

    def _mask_field(self, text: str, known: Sequence[str]) -> str:
        """Mask a field; fields repeat, so what is found in them is kept for a while."""
        if not text or any(word in text for word in known):
            return self.mask(text, known=known).text if text else ""
        masked = self._fields.get(text)
        if masked is None:
            if len(self._fields) >= _MOST_FIELDS:
                self._fields.clear()
            masked = self._fields[text] = self.mask(text).text
        return masked


def is_sure(request: Request) -> bool:
    """Tell whether nothing keeps a request from being dispatched without a person."""
    answer = request.answer
    if answer is None or answer.primary is None:
        return False
    return all(
        one["code"] == ReviewCode.BAD_VALUE and one["values"].get("field") in _HARMLESS
        for one in request.reasons
    )
