"""The store of rule books, rulings and working calendars, in the boundary store."""

import hashlib
from dataclasses import fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from boundaries.engine import reading, writing
from boundaries.store import BoundaryStore
from geo.arrays import Progress
from governance.book import queries
from governance.book.consistency import find_problems
from governance.book.definition import Post, RuleBook
from governance.book.hashing import book_hash
from governance.book.layout import PARTS
from governance.book.records import BookInfo
from governance.book.ruling_queries import (
    insert_revocation,
    insert_ruling,
    read_ruling,
    read_rulings,
    ruling_marks,
)
from governance.book.rulings import Ruling, check_ruling
from governance.book.terms import PostKind
from governance.errors import (
    BookFileError,
    BookStateError,
    DateOutsideBookError,
    NoActiveBookError,
    UnknownBookError,
    UnknownCalendarError,
)
from governance.models import RuleBookRow, WorkCalendarRow

__all__ = ["GovernanceStore"]

_NEEDED = ("bodies", "categories", "rules")


class GovernanceStore:
    """Rule books, rulings and working calendars in the database of a boundary store.

    Safe to use from several threads. Every method raises ``StoreUnavailableError`` when the
    database cannot be reached and ``StoreNotMigratedError`` when its tables are missing.

    Parameters
    ----------
    store
        Gives the database.
    """

    def __init__(self, store: BoundaryStore) -> None:
        self.store = store

    # -- rule books -----------------------------------------------------------------------

    def save_book(self, book: RuleBook, *, progress: Progress | None = None) -> BookInfo:
        """Keep a rule book as a draft, in one transaction.

        Parameters
        ----------
        book
            Rows in any order.
        progress
            Called with stage ``store``.

        Returns
        -------
        BookInfo
            The draft; what is stored is never changed afterwards.

        Raises
        ------
        BookFileError
            Its rows contradict each other.
        """
        if problems := find_problems(book):
            raise BookFileError(problems)
        book_id = str(uuid4())
        values = {f.name: getattr(book.head, f.name) for f in fields(book.head)}
        values |= {
            "id": book_id,
            "state": "draft",
            "recorded_at": datetime.now(UTC),
            "counts": {part: len(getattr(book, part)) for part in PARTS},
            "hash": book_hash(book),
        }
        with writing(self.store.engine) as connection:
            connection.execute(insert(RuleBookRow).values(values))
            queries.insert_rows(connection, book_id, book, progress)
            return _require_book(connection, book_id)

    def books(self, *, state: str | None = None) -> list[BookInfo]:
        """List rule books, oldest first; in one state (draft, active, retired) or all."""
        with reading(self.store.engine) as connection:
            return queries.read_books(connection, state=state)

    def info(self, book_id: str) -> BookInfo:
        """Give what is known of one rule book; UnknownBookError when there is none."""
        with reading(self.store.engine) as connection:
            return _require_book(connection, book_id)

    def book(self, book_id: str, *, progress: Progress | None = None) -> RuleBook:
        """Read a whole rule book; UnknownBookError when there is none.

        Calls ``progress`` with stage ``load``. Equal to what was saved, sorted by code.
        """
        with reading(self.store.engine) as connection:
            info = _require_book(connection, book_id)
            return queries.read_book_rows(connection, info, progress)

    def activate(self, book_id: str) -> BookInfo:
        """Make a rule book the active one and retire the one before, at once.

        Parameters
        ----------
        book_id
            A draft, or a retired book that is to come back. The active one stays as it is.

        Raises
        ------
        UnknownBookError
            No such rule book.
        BookStateError
            It has no bodies, no categories or no rules.
        """
        with writing(self.store.engine) as connection:
            _activate(connection, book_id)
            return _require_book(connection, book_id)

    def active(self, at: date | None = None) -> BookInfo:
        """Give the active rule book.

        Parameters
        ----------
        at
            Date that the book must be valid on; None takes it as it is.

        Raises
        ------
        NoActiveBookError
            There is none.
        DateOutsideBookError
            It is not valid on the date.
        """
        with reading(self.store.engine) as connection:
            info = _active(connection)
        if info is None:
            raise NoActiveBookError
        if at is not None and (at < info.valid_from or (info.valid_to and at >= info.valid_to)):
            raise DateOutsideBookError(info.label, at, info.valid_from, info.valid_to)
        return info

    def token(self) -> str:
        """Give a text that changes with every activation, ruling, revocation and calendar."""
        digest = hashlib.sha256()
        with reading(self.store.engine) as connection:
            info = _active(connection)
            if info is not None:
                digest.update(f"{info.id}\x1f{info.activated_at}\n".encode())
            digest.update(repr(ruling_marks(connection)).encode())
            digest.update(f"{_calendar_in_force(connection)}\n".encode())
        return digest.hexdigest()[:32]

    def posts(  # noqa: PLR0913 - one parameter for each filter
        self,
        book_id: str,
        *,
        layer: str | None = None,
        area: str | None = None,
        kind: PostKind | None = None,
        body: str | None = None,
        vacant: bool | None = None,
        at: date | None = None,
        after: str = "",
        limit: int | None = None,
    ) -> list[Post]:
        """List posts of a rule book in the order of their codes.

        Parameters
        ----------
        book_id
            The rule book; UnknownBookError when there is none.
        layer, area
            The layer, and the code of the area or road.
        kind
            Kind of post.
        body
            Code of the body that it belongs to.
        vacant
            True for posts without a holder, False for those with one, None for both.
        at
            Only those valid on this date.
        after
            Only codes after this one, to go on where the last answer ended.
        limit
            Most posts.

        Returns
        -------
        list of Post
            With names and phones; who may see them is for the caller to decide.
        """
        wanted = {
            "layer": layer,
            "area": area,
            "kind": None if kind is None else kind.value,
            "body": body,
        }
        with reading(self.store.engine) as connection:
            _require_book(connection, book_id)
            return queries.read_posts(
                connection, book_id, wanted, vacant=vacant, at=at, after=after, limit=limit
            )

    # -- rulings --------------------------------------------------------------------------

    def record_ruling(self, ruling: Ruling) -> Ruling:
        """Add a ruling to the record; it is never changed afterwards.

        Parameters
        ----------
        ruling
            Its ``id`` and ``recorded_at`` are given here; see
            :func:`governance.book.rulings.cover_ground` for its ``geometry``.

        Returns
        -------
        Ruling
            As recorded.

        Raises
        ------
        RulingError
            It cannot be recorded, or names what the active rule book does not have.
        """
        with writing(self.store.engine) as connection:
            info = _active(connection)
            book = None if info is None else _bodies_and_categories(connection, info)
            check_ruling(ruling, book)
            return insert_ruling(connection, ruling)

    def revoke_ruling(self, ruling_id: str, reason: str, by: str) -> Ruling:
        """End a ruling; both stay on record.

        Raises
        ------
        UnknownRulingError
            No such ruling.
        RulingError
            It is revoked already, or reason or name are blank.
        """
        with writing(self.store.engine) as connection:
            return insert_revocation(connection, ruling_id, reason, by)

    def rulings(self, known_at: datetime | None = None) -> list[Ruling]:
        """List rulings, oldest first, revoked ones too.

        Parameters
        ----------
        known_at
            As the record stood then: what was recorded later is not there, what was revoked
            later is not revoked. None for now.
        """
        with reading(self.store.engine) as connection:
            return read_rulings(connection, known_at=known_at)

    def ruling(self, ruling_id: str) -> Ruling:
        """Give one ruling; UnknownRulingError when there is none."""
        with reading(self.store.engine) as connection:
            return read_ruling(connection, ruling_id)

    # -- working calendars ----------------------------------------------------------------

    def keep_calendar(self, version: str, rows: object) -> None:
        """Keep a working calendar and put it in force.

        Parameters
        ----------
        version
            Hash of its rows. A version that is kept already comes into force again.
        rows
            JSON values.
        """
        now = datetime.now(UTC)
        table = WorkCalendarRow
        with writing(self.store.engine) as connection:
            if _calendar_in_force(connection) == version:
                return
            again = update(table).where(table.version == version).values(in_force_at=now)
            if connection.execute(again).rowcount == 0:
                connection.execute(
                    insert(table).values(
                        version=version, rows=rows, recorded_at=now, in_force_at=now
                    )
                )

    def calendar_in_force(self) -> str:
        """Give the version of the working calendar in force; empty when none was kept."""
        with reading(self.store.engine) as connection:
            return _calendar_in_force(connection)

    def calendar_rows(self, version: str) -> Any:  # noqa: ANN401 - JSON values
        """Give the rows of a working calendar; UnknownCalendarError when it is not kept."""
        query = select(WorkCalendarRow.rows).where(WorkCalendarRow.version == version)
        with reading(self.store.engine) as connection:
            found = connection.execute(query).first()
        if found is None:
            raise UnknownCalendarError(version)
        return found[0]


def _require_book(connection: Connection, book_id: str) -> BookInfo:
    found = queries.read_books(connection, book_id=book_id)
    if not found:
        raise UnknownBookError(book_id)
    return found[0]


def _active(connection: Connection) -> BookInfo | None:
    found = queries.read_books(connection, state="active")
    return found[0] if found else None


def _calendar_in_force(connection: Connection) -> str:
    latest = select(WorkCalendarRow.version).order_by(WorkCalendarRow.in_force_at.desc()).limit(1)
    return connection.scalar(latest) or ""


def _bodies_and_categories(connection: Connection, info: BookInfo) -> RuleBook:
    """Read what a ruling may name, without the many posts."""
    empty = dict.fromkeys(PARTS, ())
    parts = {p: tuple(queries.read_rows(connection, p, info.id)) for p in ("bodies", "categories")}
    return RuleBook(head=queries.head_of(info), **(empty | parts))


def _activate(connection: Connection, book_id: str) -> None:
    # The lock makes two activations wait for each other (SQLite: BEGIN IMMEDIATE).
    connection.execute(select(RuleBookRow.id).order_by(RuleBookRow.id).with_for_update())
    info = _require_book(connection, book_id)
    if info.state == "active":
        return
    for part in _NEEDED:
        if not info.counts[part]:
            raise BookStateError(book_id, f"without {part}", "active")
    now = datetime.now(UTC)
    connection.execute(
        update(RuleBookRow)
        .where(RuleBookRow.state == "active")
        .values(state="retired", retired_at=now)
    )
    connection.execute(
        update(RuleBookRow)
        .where(RuleBookRow.id == book_id)
        .values(state="active", activated_at=now, retired_at=None)
    )
