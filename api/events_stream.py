"""What happens to tickets and incidents, as it happens: one follower, any number of listeners.

One thread for each process waits for the store. It reads each event once, writes it once as bytes
of a stream, and leaves it in a short memory that all listeners read from. A listener that falls
behind that memory, or that resumes from long ago, reads from the store until it has caught up.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import dropwhile
from time import monotonic
from typing import Any

import orjson
from fastapi.sse import format_sse_event
from starlette.concurrency import run_in_threadpool

from api.tickets_told import brief_incident, brief_ticket, event_told
from boundaries.errors import BoundaryError
from governance.errors import GovernanceError
from governance.tickets.errors import UnknownIncidentError
from governance.tickets.following import Follower
from governance.tickets.life.explain import EventExplainer
from governance.tickets.store import TicketStore
from governance.tickets.ticket import Incident, Ticket, TicketEvent

__all__ = ["EventHub", "HubState", "Wanted"]

_LOG = logging.getLogger(__name__)

_REMEMBERED = 2_000
_READ_AT_ONCE = 500
_WAIT_S = 1.0
_TRY_AGAIN_S = 2.0
_RECONNECT_MS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a listener asks for; everything for the defaults.

    Attributes
    ----------
    layer, area
        Only tickets and incidents in this area, or that just left it.
    body
        Only those that this body handles, answers for, helps with, or just gave away.
    category
        Beginning of the category codes.
    kinds
        Kinds of events.
    """

    layer: str = ""
    area: str = ""
    body: str = ""
    category: str = ""
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Told:
    """An event as it goes out, and what filters ask of it."""

    position: int
    wire: bytes
    kind: str
    category: str
    areas: frozenset[tuple[str, str]]
    bodies: frozenset[str]

    def is_wanted(self, wanted: Wanted) -> bool:
        return (
            (not wanted.kinds or self.kind in wanted.kinds)
            and self.category.startswith(wanted.category)
            and (not wanted.body or wanted.body in self.bodies)
            and (not wanted.area or (wanted.layer, wanted.area) in self.areas)
        )


@dataclass(frozen=True, slots=True)
class HubState:
    """How far the follower is.

    Attributes
    ----------
    position
        Last event that it has seen.
    at
        When it last looked at the store; None before the first time.
    listeners
        Open streams of this process.
    trouble
        Why it could not look at the last try; None when all is well.
    """

    position: int
    at: datetime | None
    listeners: int
    trouble: Exception | None


class EventHub:
    """Follows the event log and hands what is new to everyone who listens in this process.

    Parameters
    ----------
    store
        Where events, tickets and incidents are read.
    explainer
        Gives what writes events as sentences.
    keep_alive_s
        Seconds after which a silent stream says that it is alive.
    """

    def __init__(
        self,
        store: TicketStore,
        explainer: Callable[[], EventExplainer],
        *,
        keep_alive_s: float = 15.0,
    ) -> None:
        self._store = store
        self._explainer = explainer
        self._keep_alive_s = keep_alive_s
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        # All that follows is changed in the loop only.
        self._changed = asyncio.Event()
        self._memory: deque[_Told] = deque()
        self._forgotten = 0
        self._position = 0
        self._at: datetime | None = None
        self._listeners = 0
        self._trouble: Exception | None = None
        self._is_closed = False
        self._n_put_back = 0

    @property
    def state(self) -> HubState:
        """How far it is now."""
        return HubState(self._position, self._at, self._listeners, self._trouble)

    def start(self) -> None:
        """Begin to follow, in a thread of its own; called in the running loop."""
        self._loop = asyncio.get_running_loop()
        self._is_closed = False
        self._stopping.clear()
        self._thread = threading.Thread(target=self._follow, name="ticket-events", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End all streams after what they are sending; called in the loop."""
        self._is_closed = True
        self._stopping.set()
        self._wake()

    async def stop(self) -> None:
        """End all streams and the thread."""
        self.close()
        if self._thread is not None:
            await run_in_threadpool(self._thread.join)
            self._thread = None

    # In the thread.

    def _follow(self) -> None:
        """Wait for events for ever; nothing that goes wrong ends it but a stop."""
        with self._store.follower() as follower:
            self._follow_by(follower)

    def _follow_by(self, follower: Follower) -> None:
        position: int | None = None
        while not self._stopping.is_set():
            try:
                if position is None:
                    position = self._store.last_position()
                    self._call(self._begin, position)
                last = follower.wait(position, _WAIT_S)
                position = self._take(position, last)
            except (BoundaryError, GovernanceError) as error:
                self._call(self._fail, error)
                self._stopping.wait(_TRY_AGAIN_S)
            except Exception as error:  # noqa: BLE001 - a follower that dies tells nobody anything
                _LOG.exception("following the events failed; trying again")
                self._call(self._fail, error)
                self._stopping.wait(_TRY_AGAIN_S)

    def _take(self, position: int, last: int) -> int:
        """Read what is new, up to a position; only note how far it is while nobody listens."""
        is_put_back = last < position
        if not self._listeners or is_put_back:
            self._call(self._begin, last, is_put_back)
            return last
        told, reached = self._read(position) if last > position else ([], position)
        self._call(self._remember, told, reached)
        return reached

    def _call(self, change: Any, *values: Any) -> None:  # noqa: ANN401 - passed on
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(change, *values)

    def _read(self, position: int) -> tuple[list[_Told], int]:
        """Read some events after a position and write each as it goes out.

        The second value is the position of the last one read; the same where there is none.
        """
        events = self._store.events_after(position, limit=_READ_AT_ONCE)
        if not events:
            return [], position
        streams = {event.stream for event in events}
        tickets = self._store.existing([name for name in streams if name.startswith("T")])
        incidents = {n: self._incident(n) for n in streams if n.startswith("I")}
        now, explainer = datetime.now(UTC), self._explainer()
        told = []
        for event in events:
            subject = tickets.get(event.stream) or incidents.get(event.stream)
            if subject is not None:
                told.append(_told(event, subject, event_told(event, explainer), now))
        return told, events[-1].position

    def _incident(self, incident: str) -> Incident | None:
        try:
            return self._store.incident(incident)
        except UnknownIncidentError:
            return None

    # In the loop.

    def _wake(self) -> None:
        waiting, self._changed = self._changed, asyncio.Event()
        waiting.set()

    def _begin(self, position: int, is_put_back: bool = False) -> None:  # noqa: FBT001, FBT002 - passed on by the loop
        self._memory.clear()
        self._n_put_back += is_put_back
        self._forgotten = self._position = position
        self._looked()
        self._wake()

    def _remember(self, told: Sequence[_Told], position: int) -> None:
        self._memory.extend(told)
        while len(self._memory) > _REMEMBERED:
            self._forgotten = self._memory.popleft().position
        self._position = position
        self._looked()
        if told:
            self._wake()

    def _looked(self) -> None:
        self._at = datetime.now(UTC)
        self._trouble = None

    def _fail(self, error: Exception) -> None:
        self._trouble = error

    async def _after(self, position: int) -> tuple[list[_Told], int]:
        if position >= self._position:
            return [], position
        if position >= self._forgotten:
            told = list(dropwhile(lambda one: one.position <= position, self._memory))
            return told, self._position
        return await run_in_threadpool(self._read, position)

    async def _first_look(self) -> AsyncIterator[bytes]:
        """Wait until it is known how long the log is; the store may be away."""
        while self._at is None and not self._is_closed:
            try:
                await asyncio.wait_for(self._changed.wait(), self._keep_alive_s)
            except TimeoutError:
                yield format_sse_event(comment="waiting for the store")

    async def stream(self, after: int | None, wanted: Wanted) -> AsyncIterator[bytes]:
        """Give the events after a position as the bytes of a stream, for ever.

        Parameters
        ----------
        after
            Position of the last event that the listener has; None begins now.
        wanted
            What it asks for.

        Yields
        ------
        bytes
            First the position that it begins after, then each event in the order of positions.
            A silent stream says every ``keep_alive_s`` how far it is, so that a listener that
            comes back does not go through what it did not want again.
        """
        self._listeners += 1
        try:
            async for part in self._first_look():
                yield part
            n_put_back = self._n_put_back
            position = self._position if after is None else min(after, self._position)
            yield _opening(position)
            alive_at = monotonic() + self._keep_alive_s
            while not self._is_closed:
                changed = self._changed
                before = position
                if n_put_back != self._n_put_back:
                    n_put_back, position = self._n_put_back, min(position, self._position)
                told, position = await self._after(position)
                part = b"".join([one.wire for one in told if one.is_wanted(wanted)])
                if not part and monotonic() >= alive_at:
                    part = _alive(position)
                if part:
                    yield part
                    alive_at = monotonic() + self._keep_alive_s
                elif position == before:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(changed.wait(), alive_at - monotonic())
        finally:
            self._listeners -= 1


def _opening(position: int) -> bytes:
    body = orjson.dumps({"position": position}).decode()
    return format_sse_event(
        event="follow", id=str(position), data_str=body, retry=_RECONNECT_MS, comment="xiaqu"
    )


def _alive(position: int) -> bytes:
    # Without data it is no event to the listener, but the number is remembered.
    return format_sse_event(comment="alive", id=str(position))


def _told(
    event: TicketEvent, subject: Ticket | Incident, body: dict[str, Any], now: datetime
) -> _Told:
    data = event.data
    if isinstance(subject, Ticket):
        body["ticket"] = brief_ticket(subject, now)
        category = subject.category
        areas = {*subject.areas.items(), *_levels(subject)}
        bodies = {subject.body, subject.handler, subject.lead, *subject.co_organisers}
        bodies.update(subject.copied, subject.supervising)
    else:
        body["incident"] = brief_incident(subject)
        category = subject.category_group
        areas = {(subject.layer, subject.area)}
        bodies = {subject.body}
    before = data.get("before")
    if isinstance(before, dict):
        left = before.get("areas")
        areas.update(left.items() if isinstance(left, dict) else ())
        bodies.add(str(before.get("body") or ""))
    bodies.update((event.unit, str(data.get("body") or ""), str(data.get("from") or "")))
    wire = format_sse_event(
        event=event.kind, id=str(event.position), data_str=orjson.dumps(body).decode()
    )
    return _Told(
        event.position, wire, event.kind, category, frozenset(areas), frozenset(bodies - {""})
    )


def _levels(ticket: Ticket) -> set[tuple[str, str]]:
    levels = ("district", "township", "community", "grid")
    return {(level, getattr(ticket, level)) for level in levels if getattr(ticket, level)}
