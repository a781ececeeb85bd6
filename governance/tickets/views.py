"""What the store of tickets tells beside the tickets themselves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from boundaries.engine import reading, writing
from boundaries.store import BoundaryStore
from governance.tickets import catalogues, queries
from governance.tickets.errors import CatalogueError, TicketError, UnknownIncidentError
from governance.tickets.records import (
    IncidentPage,
    Link,
    NearTicket,
    ReturnCase,
    ReviewPage,
)
from governance.tickets.returns import RuleCounts
from governance.tickets.terms import IncidentState, ReviewCode
from governance.tickets.ticket import Incident

__all__ = ["TicketViews"]

_LONGEST_PAGE = 1000


class TicketViews:
    """Review, likeness, links, returns, incidents and catalogues of channels.

    Part of :class:`governance.tickets.store.TicketStore`, which says what holds for all methods.

    Parameters
    ----------
    store
        Gives the database.
    """

    def __init__(self, store: BoundaryStore) -> None:
        self.store = store
        self._engine = store.engine

    # -- review -------------------------------------------------------------------------------

    def review_items(
        self,
        *,
        code: ReviewCode | None = None,
        area: tuple[str, str] | None = None,
        limit: int = 50,
        cursor: str = "",
    ) -> ReviewPage:
        """List the tickets that wait for a person, the longest waiting first.

        Parameters
        ----------
        code
            Only those that wait for this reason.
        area
            Only those in this area: key of the layer and code.
        limit
            Length of a page, 1 to 1000.
        cursor
            Of the page before; empty for the first.

        Raises
        ------
        TicketError
            The limit or the cursor cannot be right.
        """
        _check_limit(limit)
        with reading(self._engine) as connection:
            return queries.read_review_items(
                connection,
                code=None if code is None else ReviewCode(code).value,
                area=area,
                limit=limit,
                cursor=cursor,
            )

    def review_counts(self) -> dict[str, int]:
        """Count the tickets that wait for a person, by reason; one may wait for several."""
        with reading(self._engine) as connection:
            return queries.read_review_counts(connection)

    # -- likeness and counts ------------------------------------------------------------------

    def near(self, keys: Iterable[tuple[str, int]], since: datetime) -> list[NearTicket]:
        """Give the tickets of category groups in squares, in the order of receipt for each group.

        Parameters
        ----------
        keys
            Category group and square; see :mod:`governance.tickets.cells`.
        since
            Received from then on.
        """
        with reading(self._engine) as connection:
            return queries.read_near(connection, keys, since)

    def of_callers(self, hashes: Collection[str], since: datetime) -> list[NearTicket]:
        """Give the tickets of callers, by ``CallerRecord.caller_hash``, received since then."""
        with reading(self._engine) as connection:
            return queries.read_of_callers(connection, hashes, since)

    def rule_counts(self, since: datetime, until: datetime) -> list[RuleCounts]:
        """Count the tickets received from ``since`` until before ``until``, by rule.

        A ticket that was returned counts for the rule that it was dispatched by, also when another
        one sent it elsewhere afterwards.
        """
        with reading(self._engine) as connection:
            return queries.read_rule_counts(connection, since, until)

    # -- links, returns, incidents ------------------------------------------------------------

    def links(self, ticket: str) -> list[Link]:
        """Give the links from and to a ticket, the oldest first."""
        return self.links_of([ticket])

    def links_of(self, tickets: Collection[str]) -> list[Link]:
        """Give the links from and to tickets, each once, the oldest first."""
        with reading(self._engine) as connection:
            return queries.read_links(connection, tickets)

    def return_cases(
        self,
        *,
        ticket: str | None = None,
        rule: str | None = None,
        body: str | None = None,
        is_open: bool | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int | None = None,
    ) -> list[ReturnCase]:
        """List returns 退单, the oldest first.

        Parameters
        ----------
        ticket, rule, body
            Only those of this ticket, this rule, this body that it had been dispatched to.
        is_open
            True for those without a decision, False for those with one, None for both.
        since, until
            Returned in this half-open span.
        limit
            Most cases.
        """
        with reading(self._engine) as connection:
            return queries.read_return_cases(
                connection,
                ticket=ticket,
                rule=rule,
                body=body,
                is_open=is_open,
                since=since,
                until=until,
                limit=limit,
            )

    def incident(self, incident: str) -> Incident:
        """Give one incident; UnknownIncidentError where there is none."""
        found = self.existing_incidents([incident])
        if not found:
            raise UnknownIncidentError(incident)
        return found[incident]

    def existing_incidents(self, ids: Collection[str]) -> dict[str, Incident]:
        """Give those of the incidents that are there, by their ids."""
        with reading(self._engine) as connection:
            return queries.read_incidents_by_id(connection, ids)

    def incidents(
        self,
        *,
        states: Sequence[IncidentState] = (),
        category_group: str | None = None,
        body: str | None = None,
        since: datetime | None = None,
        limit: int = 50,
        cursor: str = "",
    ) -> IncidentPage:
        """List incidents, that with the latest ticket first.

        Parameters
        ----------
        states
            Only those in one of these; empty for all.
        category_group, body
            Only those of this group, and those of which this body is alerted.
        since
            Only those whose latest ticket came in then or later.
        limit, cursor
            As of :meth:`review_items`.
        """
        _check_limit(limit)
        with reading(self._engine) as connection:
            return queries.read_incidents(
                connection,
                states=[IncidentState(state).value for state in states],
                category_group=category_group,
                body=body,
                since=since,
                limit=limit,
                cursor=cursor,
            )

    # -- catalogues of channels ---------------------------------------------------------------

    def keep_catalogue(self, version: str, document: Any) -> None:  # noqa: ANN401 - JSON values
        """Keep a catalogue of channels as JSON values and put it in force.

        A version that is kept already comes into force again.
        """
        with writing(self._engine) as connection:
            catalogues.keep_catalogue(connection, version, document, datetime.now(UTC))

    def catalogue_in_force(self) -> str:
        """Give the version of the catalogue of channels in force; empty where none was kept."""
        with reading(self._engine) as connection:
            return catalogues.read_version_in_force(connection)

    def catalogue_document(self, version: str) -> Any:  # noqa: ANN401 - JSON values
        """Give a catalogue of channels as it was kept; CatalogueError where it was not."""
        with reading(self._engine) as connection:
            found = catalogues.read_catalogue(connection, version)
        if found is None:
            raise CatalogueError("version", version, "is not kept in this store")
        return found

    def catalogue_versions(self) -> list[tuple[str, datetime, datetime]]:
        """List versions with when each was recorded and last put in force, the oldest first."""
        with reading(self._engine) as connection:
            return catalogues.read_versions(connection)


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= _LONGEST_PAGE:
        raise TicketError("limit", limit, f"give 1 to {_LONGEST_PAGE}")
